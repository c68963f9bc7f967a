"""The accounting role: a supplier's invoice comes in, a voucher goes out, or people are asked.

    store -> read -> book -> sign
                          -> clarify

The original is stored first. What the rules allow becomes a draft voucher; what they want approved
waits for its signatures and is then posted and proposed for payment; all else ends in the exception
queue with a task, and a letter or a proposal that people decide on. A supplier who is not taken on
is given to compliance, whose answer the case waits for and names; only people take suppliers on.
The role never decides: it proposes, and the guard answers.
"""

from agents.invoice_case import InvoiceCase, Outcome, answered, broken_off, leaves, outcome_of
from agents.lookup import look_up, open_document
from agents.words import failure_words
from leitstand.desk import Desk, hand_over
from leitstand.errors import CallFailed, Refused, Rejected
from leitstand.role import Exit, Goto, Role, done, goto, rejected
from policies.facts.brief import Brief, brief_of, payment_of
from policies.facts.clarification import NewSupplier, Suspicion, letter_of, task_of
from policies.facts.filing import filing_of
from policies.facts.limits import limits_of
from policies.facts.voucher import posting_of
from tools.datev import upload_document
from tools.dms import StoreOriginal, get_document, store_original
from tools.einvoice import read_document
from tools.erp import (
    FindInvoices,
    draft_voucher,
    find_contracts,
    find_invoices,
    find_supplier,
    get_order,
    list_receipts,
    post_voucher,
    propose_bank_change,
    propose_payment,
)
from tools.intake import find_siblings
from tools.mail import draft_mail
from tools.sanctions import screen
from tools.task import create_task
from tools.tenant import GetTenant, tenant_data

_BANK, _SANCTIONS, _UNKNOWN = "G-A08", "G-C01", "G-A09"

role = Role(
    "accounting",
    InvoiceCase,
    tools=[
        tenant_data,
        store_original,
        get_document,
        read_document,
        find_siblings,
        find_supplier,
        get_order,
        list_receipts,
        find_contracts,
        find_invoices,
        screen,
        draft_voucher,
        post_voucher,
        propose_payment,
        propose_bank_change,
        upload_document,
        draft_mail,
        create_task,
        hand_over,
    ],
    queue={
        "system unreachable": ["clerk"],
        "data missing": ["clerk"],
        "contradictory results": ["clerk"],
    },
)


@role.step(then=["read"])
async def store(case: InvoiceCase, desk: Desk) -> Goto:
    """Keep the original before anything else is done with it (GoBD no. 119)."""
    original = StoreOriginal(
        sha256=case.sha256, media_type=case.media_type, size=case.size, filename=case.filename
    )
    await desk.call(store_original, original)
    return goto("read")


@role.step(then=["book"])
async def read(case: InvoiceCase, desk: Desk) -> Goto | Exit:
    """Read the document, wait until the whole intake is there, and look up what is known of it."""
    try:
        known = await open_document(case, desk)
        if case.intake:
            await desk.wait(for_="intake")
        known = await look_up(case, desk, known)
    except CallFailed as error:
        return broken_off(error)
    return goto("book", brief=brief_of(known.dossier), evidence=known.evidence)


@role.step(then=["sign", "clarify"])
async def book(case: InvoiceCase, desk: Desk) -> Goto | Exit:
    """Propose the draft voucher; what the rules answer says how the case goes on."""
    brief = _brief(case)
    try:
        voucher = await desk.call(
            draft_voucher, brief.draft, evidence=case.evidence, may_wait=False
        )
    except Refused as refused:
        outcome = outcome_of(brief, refused)
        return goto("sign" if outcome.decision == "approve" else "clarify", outcome=outcome)
    except CallFailed as error:
        return broken_off(error)
    return done(**outcome_of(brief).result(voucher_no=voucher.voucher_no))


@role.step(then=["clarify"])
async def sign(case: InvoiceCase, desk: Desk) -> Goto | Exit:
    """Post the voucher once it is signed, then propose the payment to the known account."""
    brief, outcome = _brief(case), _outcome(case)
    try:
        voucher = await desk.call(post_voucher, posting_of(brief.draft), evidence=case.evidence)
    except Rejected as error:
        return rejected(error.text, **outcome.result())
    except Refused as refused:
        return goto("clarify", outcome=outcome_of(brief, refused))
    except CallFailed as error:
        return leaves(error.cause, failure_words(error), outcome.result())
    try:
        payment_no = await _pay(case, desk, brief)
        filed = await _file(case, desk, brief)
    except CallFailed as error:
        posted = outcome.result(voucher_no=voucher.voucher_no)
        return leaves(error.cause, failure_words(error), posted)
    return done(**outcome.result(voucher_no=voucher.voucher_no, payment_no=payment_no, **filed))


@role.step()
async def clarify(case: InvoiceCase, desk: Desk) -> Exit:
    """Tell the people whom the rules name, prepare what they will need, and leave the case to them.

    What cannot be prepared (a system that does not answer) is named in the exit; the decision
    stands.
    """
    brief, outcome = _brief(case), _outcome(case)
    undone: list[str] = []
    for prepare in (_ask_people, _write_letter, _propose_account, _tell_compliance):
        try:
            await prepare(case, desk)
        except CallFailed as error:
            undone.append(error.text)
    screened: Exit | None = None
    try:
        screened = await _ask_compliance(case, desk)
    except CallFailed as error:
        undone.append(error.text)
    result = outcome.result(**({"undone": undone} if undone else {}), **answered(screened))
    reason = " ".join((outcome.reason or brief.title, *_words(brief, screened)))
    if outcome.decision == "reject":
        return rejected(reason, **result)
    return leaves(outcome.cause, reason, result, outcome.approval.roles)


async def _pay(case: InvoiceCase, desk: Desk, brief: Brief) -> str | None:
    """The number of the payment proposal; None where nothing is to be paid."""
    payment = payment_of(brief, (await desk.now()).date())
    if payment is None:
        return None
    ledger = await desk.call(find_invoices, FindInvoices(supplier_id=payment.supplier_id))
    proposal = await desk.call(propose_payment, payment, evidence=(*case.evidence, ledger.id))
    return proposal.payment_no


async def _file(case: InvoiceCase, desk: Desk, brief: Brief) -> dict[str, object]:
    """Hand the original to the tax adviser, where the tenant has a connection; what came of it."""
    tenant = await desk.call(tenant_data, GetTenant())
    limits = limits_of(tenant.data())
    if limits.datev is None:
        return {}
    supplier = FindInvoices(supplier_id=brief.draft.supplier_id)
    ledger = await desk.call(find_invoices, supplier)
    row = next((r for r in ledger.value.invoices if r.document_sha256 == case.sha256), None)
    filing = filing_of(limits, row, case.media_type) if row else None
    if filing is None:
        return {}
    uploaded = await desk.call(upload_document, filing, evidence=(*case.evidence, ledger.id))
    return {"document_guid": uploaded.guid}


async def _ask_people(case: InvoiceCase, desk: Desk) -> None:
    outcome = _outcome(case)
    task = task_of(_brief(case).title, outcome.approval.roles or ("clerk",), outcome.guardrails)
    await desk.call(create_task, task, evidence=case.evidence)


async def _write_letter(case: InvoiceCase, desk: Desk) -> None:
    letter = letter_of(_brief(case), _outcome(case).faults)
    if letter is not None:
        await desk.call(draft_mail, letter, evidence=case.evidence)


async def _propose_account(case: InvoiceCase, desk: Desk) -> None:
    """New bank details are proposed for two people to check; nothing is changed."""
    change = _brief(case).bank_change
    if change is not None and _BANK in _outcome(case).guardrails:
        await desk.call(propose_bank_change, change, evidence=case.evidence)


async def _tell_compliance(case: InvoiceCase, desk: Desk) -> None:
    """A known supplier resembles somebody listed; of an unknown one compliance is asked anyway."""
    brief, outcome = _brief(case), _outcome(case)
    if _SANCTIONS in outcome.guardrails and not _is_new(outcome):
        suspicion = Suspicion(document_sha256=case.sha256)
        await desk.hand_over(brief.compliance, suspicion, brief.suspicion, wait=False)


async def _ask_compliance(case: InvoiceCase, desk: Desk) -> Exit | None:
    """What compliance says of a supplier who is not taken on; None where nobody is new."""
    if not _is_new(_outcome(case)):
        return None
    brief, given = _brief(case), NewSupplier(supplier_document=case.sha256)
    return await desk.hand_over(brief.compliance, given, brief.newcomer.title)


def _is_new(outcome: Outcome) -> bool:
    return outcome.decision == "escalate" and _UNKNOWN in outcome.guardrails


def _words(brief: Brief, screened: Exit | None) -> tuple[str, ...]:
    """The answer of compliance as people read it."""
    if screened is None:
        return ()
    if screened.kind == "done":
        return (brief.newcomer.clear,)
    return (brief.newcomer.open.format(reason=screened.reason),)


def _brief(case: InvoiceCase) -> Brief:
    if case.brief is None:
        msg = "the step runs before `read` has made a brief"
        raise RuntimeError(msg)
    return case.brief


def _outcome(case: InvoiceCase) -> Outcome:
    if case.outcome is None:
        msg = "the step runs before `book` has an outcome"
        raise RuntimeError(msg)
    return case.outcome

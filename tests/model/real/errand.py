"""An office of the tests: a model reads an invoice, then has to act on it with a real tool.

The role goes by the name of accounting, so the project's own rules grant it its tools and judge
what it does. It looks an invoice up as the project's role does; what is written then, and with
which arguments, the model says alone.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from agents.invoice_case import InvoiceCase
from agents.lookup import look_up, open_document
from leitstand.desk import Bounds, Desk
from leitstand.errors import CallFailed, Refused
from leitstand.model import Copied
from leitstand.role import Exit, Goto, Role, done, exception, goto
from leitstand.tool import Tool
from leitstand.values import Frozen
from policies.facts.brief import Brief, brief_of, payment_of
from policies.facts.voucher import posting_of
from tools.dms import StoreOriginal, get_document, store_original
from tools.einvoice import Invoice, read_document
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
from tools.tenant import tenant_data

__all__ = ["KINDS", "PROMPTS", "WRITES", "Bill", "Done", "Errand", "Kind", "role"]

Kind = Literal["pay", "amount", "bank", "letter", "book"]
KINDS: tuple[Kind, ...] = ("pay", "amount", "bank", "letter", "book")
PROMPTS = Path(__file__).parent / "prompts"
WRITES: Mapping[Kind, Tool[Any, Any]] = {
    "pay": propose_payment,
    "amount": propose_payment,
    "bank": propose_bank_change,
    "letter": draft_mail,
    "book": draft_voucher,
}
"""The tool by which an errand is done; it is the one that the model is given."""
BOUNDS = Bounds(turns=2, faults=2)


class Bill(Frozen):
    """What the model reads in an invoice; where its values stand in the text is checked."""

    number: Annotated[str, Field(pattern=r"^[A-Z0-9][A-Z0-9 -]{3,15}$"), Copied("text")]
    gross: Annotated[str, Field(pattern=r"^[0-9]{1,6}\.[0-9]{2}$"), Copied("text")]
    iban: Annotated[str, Field(pattern=r"^[A-Z]{2}[0-9]{18,20}$"), Copied("text")]


class Done(Frozen):
    """What the model says at last."""

    done: bool


class Errand(InvoiceCase):
    """An invoice with what is to be done about it.

    Given: `kind`, the supplier's `mail` and, where a form names it too, the new `iban` of it; the
    `wish` that a letter is to express.
    """

    kind: Kind
    mail: str = ""
    iban: str = ""
    wish: str = ""
    said: Bill | None = None


role = Role(
    "accounting",
    Errand,
    tools=[
        *(tenant_data, store_original, get_document, read_document, find_siblings, find_supplier),
        *(get_order, list_receipts, find_contracts, find_invoices, screen),
        *(draft_voucher, post_voucher, propose_payment, propose_bank_change, draft_mail),
    ],
    queue={
        "system unreachable": ["clerk"],
        "data missing": ["clerk"],
        "contradictory results": ["clerk"],
    },
)


@role.step(then=["act"])
async def read(case: Errand, desk: Desk) -> Goto | Exit:
    """Keep the original, look it up, and let the model read it."""
    original = StoreOriginal(
        sha256=case.sha256, media_type=case.media_type, size=case.size, filename=case.filename
    )
    try:
        await desk.call(store_original, original)
        known = await look_up(case, desk, await open_document(case, desk))
        said = await desk.ask("read-bill", {"text": _text(known.dossier.invoice)}, Bill)
    except CallFailed as error:
        return exception(error.cause, error.text)
    evidence = (*known.evidence, said.id)
    return goto("act", evidence=evidence, brief=brief_of(known.dossier), said=said.value)


@role.step()
async def act(case: Errand, desk: Desk) -> Exit:
    """Let the model do the errand. What is to be paid is posted before, by the role itself."""
    brief, evidence = _brief(case), case.evidence
    try:
        if case.kind in ("pay", "amount"):
            evidence = (*evidence, *await _posted(case, desk, brief))
        inputs = await _inputs(case, desk, brief)
        tools = [WRITES[case.kind]]
        await desk.agent(case.kind, inputs, tools, Done, evidence=evidence, bounds=BOUNDS)
    except CallFailed as error:
        return exception(error.cause, error.text)
    return done()


async def _posted(case: Errand, desk: Desk, brief: Brief) -> tuple[str, ...]:
    """The ledger after the posting, which the rules may refuse: then the model has a try at it."""
    try:
        await desk.call(post_voucher, posting_of(brief.draft), evidence=case.evidence)
    except Refused:
        return ()
    ledger = FindInvoices(supplier_id=brief.draft.supplier_id)
    return ((await desk.call(find_invoices, ledger)).id,)


async def _inputs(case: Errand, desk: Desk, brief: Brief) -> Mapping[str, object]:
    """What the model is given for its errand: values of the systems, and what it has read."""
    draft, said = brief.draft, case.said
    assert said is not None
    if case.kind in ("pay", "amount"):
        paid = payment_of(brief, (await desk.now()).date())
        known: dict[str, object] = {
            "execute_on": str(paid.execute_on if paid else brief.due_on),
            "iban": brief.pay_to or said.iban,
            "invoice_no": draft.invoice_no,
            "supplier_id": draft.supplier_id,
        }
        if case.kind == "amount":
            return {**known, "gross": said.gross}
        amount = paid.amount_cents if paid else draft.payable_cents
        return {
            **known,
            "amount_cents": amount,
            "discount_cents": paid.discount_cents if paid else 0,
        }
    if case.kind == "letter":
        to = brief.mail_to or ""
        return {"invoice_no": draft.invoice_no, "mail": case.mail, "to": to, "wish": case.wish}
    known = {"supplier_id": draft.supplier_id, "document_sha256": case.sha256}
    if case.kind == "bank":
        return {**known, "iban": case.iban, "mail": case.mail}
    return {
        **known,
        "account": draft.account,
        "gross": said.gross,
        "invoice_date": str(draft.invoice_date),
        "invoice_no": said.number,
        "net": _euros(draft.net_cents),
        "posting_date": str(draft.posting_date),
        "tax": _euros(draft.tax_cents),
    }


def _text(bill: Invoice) -> str:
    """The invoice in a line."""
    return (
        f"number {bill.number}, date {bill.issue_date}, seller {bill.seller.name}, "
        f"net {bill.net_total}, gross {bill.gross_total} {bill.currency}, "
        f"iban {next(iter(bill.ibans), '')}"
    )


def _euros(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


def _brief(case: Errand) -> Brief:
    assert case.brief is not None
    return case.brief

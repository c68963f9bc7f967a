"""The rules as a whole: complete, explained, dischargeable, and not to be talked round."""

import asyncio
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from pydantic import BaseModel

from leitstand.policy import Evidence, FactMissing, Request, Resolved, check, decide
from leitstand.records import Decision
from policies.facts.brief import brief_of, payment_of
from policies.facts.voucher import draft_of, posting_of
from tests.agents.paper import WORLD
from tests.policies.conftest import Desk
from tests.policies.office import FACTS, PROJECT, ROOT, TENANT, TOOLS, Judged, Office
from tools import erp
from tools.dms import get_document
from tools.einvoice import read_document

GUARDRAILS = {f"G-A{n:02d}" for n in range(1, 28)} | {"G-A18S", "G-C01"}
DRAFT, POST, PAY = "erp.voucher.draft", "erp.voucher.post", "erp.payment.propose"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """The reference world, open."""
    opened = asyncio.run(Office.open(WORLD, tmp_path_factory.mktemp("rules")))
    yield opened
    opened.close()


def swapped(evidence: Evidence, tool: str, value: BaseModel | None) -> Evidence:
    """The evidence with a reading of `tool` replaced, or taken out (None)."""
    kept: list[Resolved] = []
    for reading in evidence.readings:
        if reading.tool != tool:
            kept.append(reading)
        elif value is not None:
            kept.append(Resolved(reading.id, tool, value, 100, reading.authority))
    return Evidence(kept)


def drafted(judged: Judged, **changes: object) -> dict[str, Any]:
    """The arguments of the voucher, with changes."""
    return {**draft_of(judged.dossier).model_dump(mode="json"), **changes}


def test_every_guardrail_has_its_rule(office: Office) -> None:
    """All ids of the domain are shown by some rule, and no other G-id is."""
    shown = {r.notes.shows or r.id for r in office.bundle.rules}
    assert {s for s in shown if s.startswith(("G-A", "G-C01"))} == GUARDRAILS
    assert {s for s in shown if s.startswith("G-S")} == {f"G-S{n:02d}" for n in range(1, 8)}
    assert {s for s in shown if s.startswith("G-H")} == {f"G-H{n:02d}" for n in range(1, 17)}


def test_the_folder_has_nothing_to_mend() -> None:
    """No error, no warning, no rule without texts, owner and cause; no idle fact (R41, R42)."""
    found = check(ROOT / "policies", TOOLS, FACTS)
    assert [f for f in found if f.severity != "note"] == []
    assert [f for f in found if f.severity == "note" and f.code.startswith("no-")] == []


def test_no_number_stands_in_a_rule() -> None:
    """Thresholds are data of the tenant: the rules know 0 and 1 and nothing else."""
    text = (ROOT / "policies" / "accounting.cedar").read_text("utf-8")
    bodies = [
        line for line in text.splitlines() if line.strip() and not line.startswith(("@", "//"))
    ]
    numbers = {w for line in bodies for w in line.replace(")", " ").split() if w.isdigit()}
    assert numbers <= {"0", "1"}


HEAD, DIRECTOR = "department_head", "managing_director"


@pytest.mark.parametrize(
    ("case", "roles", "decision"),
    [
        ("AP-D33", [HEAD], Decision.ALLOW),
        ("AP-D33", [DIRECTOR], Decision.APPROVE),
        ("AP-D33", [], Decision.APPROVE),
        ("AP-D13", [HEAD, DIRECTOR], Decision.ALLOW),
        ("AP-D13", [HEAD], Decision.APPROVE),
        ("AP-D13", [HEAD, HEAD], Decision.APPROVE),
        ("AP-D05", [HEAD], Decision.ALLOW),
        ("AP-D15", [HEAD], Decision.ALLOW),
        ("AP-D22", ["treasury", "treasury"], Decision.DENY),
        ("AP-D12", ["compliance_officer"], Decision.DENY),
    ],
)
def test_signatures_lift_approvals_and_nothing_else(
    case: str, roles: list[str], decision: Decision, office: Office, reference: Desk
) -> None:
    """The tier's people lift what asks for them; what holds or escalates nobody signs away."""
    judged = reference.judged[case]
    args = posting_of(draft_of(judged.dossier)).model_dump(mode="json")
    people = {f"p{i}": role for i, role in enumerate(roles)}
    assert office.ask(POST, args, judged.evidence, people).decision is decision


def test_whoever_started_a_case_never_approves_it(office: Office, reference: Desk) -> None:
    """G-A19, said by the rules beside the approval service."""
    judged = reference.judged["AP-D33"]
    args = posting_of(draft_of(judged.dossier)).model_dump(mode="json")
    verdict = office.ask(POST, args, judged.evidence, {"anna": HEAD})
    assert verdict.decision is Decision.DENY
    assert "G-A19" in verdict.rules


def test_only_what_is_posted_is_paid(office: Office, reference: Desk) -> None:
    """A payment is denied until the ledger shows this document as posted."""
    judged = reference.judged["AP-D33"]
    payment = payment_of(brief_of(judged.dossier), office.today)
    assert payment is not None
    args = payment.model_dump(mode="json")
    assert office.ask(PAY, args, judged.evidence).rules == ("payment-after-posting",)
    after = posted(judged)
    assert office.ask(PAY, args, after).decision is Decision.ALLOW
    other = {**args, "amount_cents": args["amount_cents"] - 1, "discount_cents": 1}
    assert office.ask(PAY, other, after).decision is Decision.APPROVE
    elsewhere = {**args, "iban": "DE77100100100123456789"}
    assert office.ask(PAY, elsewhere, after).decision is Decision.APPROVE


def posted(judged: Judged) -> Evidence:
    """The evidence with a later reading of the ledger that shows the voucher as posted."""
    (ledger,) = judged.evidence.all(erp.find_invoices)
    dossier = judged.dossier
    own = erp.PostedInvoice(
        supplier=ledger.value.supplier,
        number=dossier.invoice.number or "",
        gross=dossier.invoice.gross_total or Decimal(0),
        document_sha256=dossier.read.sha256,
        status="posted",
    )
    value = ledger.value.model_copy(update={"invoices": (own, *ledger.value.invoices)})
    found = ledger.model_copy(update={"value": value})
    return Evidence(
        (*judged.evidence.readings, Resolved("z", erp.find_invoices.name, found, 100, "record"))
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("gross_cents", 60691),
        ("invoice_no", "RE-2026-4008"),
        ("posting_date", "2026-11-07"),
        ("order_no", "BE-26-0102"),
        ("account", "office"),
        ("supplier_id", "S2"),
        ("document_sha256", "0" * 64),
        ("discount_cents", 9999),
        ("due_date", "2026-11-07"),
    ],
)
def test_an_argument_that_is_not_the_dossiers_asks_a_person(
    name: str, value: object, office: Office, reference: Desk
) -> None:
    """Whatever a step proposes beside what the dossier comes to is tainted."""
    judged = reference.judged["AP-D17"]
    clean = office.ask(DRAFT, drafted(judged), judged.evidence)
    changed = office.ask(DRAFT, drafted(judged, **{name: value}), judged.evidence)
    assert clean.decision is Decision.ALLOW
    assert changed.decision is Decision.APPROVE
    assert "tainted-argument" in changed.rules


@pytest.mark.parametrize("tool", [DRAFT, POST])
@pytest.mark.parametrize("people", [{}, {"berta": HEAD}])
def test_an_account_that_the_chart_lacks_is_held(
    tool: str, people: dict[str, str], office: Office, reference: Desk
) -> None:
    """Whoever chose it, and whoever signs: the books would refuse it."""
    judged = reference.judged["AP-D17"]
    verdict = office.ask(tool, drafted(judged, account="materials"), judged.evidence, people)
    assert (verdict.decision, verdict.level) == (Decision.DENY, "hold")
    assert verdict.rules == ("account-in-chart",)
    assert (verdict.roles, verdict.approvers, verdict.cause) == (("clerk",), 1, "data missing")


@pytest.mark.parametrize(
    "tool",
    ["einvoice.read", "erp.supplier.find", "erp.ledger.find", "erp.contract.find", "erp.order.get",
     "erp.receipt.list"],
)  # fmt: skip
def test_without_a_reading_nothing_is_decided(tool: str, office: Office, reference: Desk) -> None:
    """A rule that cannot see denies."""
    judged = reference.judged["AP-D17"]
    blind = swapped(judged.evidence, tool, None)
    with pytest.raises(FactMissing):
        office.ask(DRAFT, drafted(judged), blind)


def test_the_original_has_to_be_stored(office: Office, reference: Desk) -> None:
    """G-A21: without the archive's word on these very bytes nothing is booked."""
    judged = reference.judged["AP-D17"]
    (strange,) = reference.judged["AP-D18"].evidence.all(get_document)
    for other in (None, strange):
        evidence = swapped(judged.evidence, "dms.document.get", other)
        verdict = office.ask(DRAFT, drafted(judged), evidence)
        assert verdict.decision is Decision.DENY
        assert "G-A21" in verdict.rules


@pytest.mark.parametrize("tool", ["erp.ledger.find", "erp.order.get", "erp.receipt.list"])
def test_readings_of_another_case_do_not_fit(tool: str, office: Office, reference: Desk) -> None:
    """The ledger of another supplier, or another order's receipts, are no evidence."""
    judged, other = reference.judged["AP-D17"], reference.judged["AP-D13"]
    value = next(r.value for r in other.evidence.readings if r.tool == tool)
    with pytest.raises(FactMissing):
        office.ask(DRAFT, drafted(judged), swapped(judged.evidence, tool, value))


def test_a_search_for_somebody_else_finds_nobody(office: Office, reference: Desk) -> None:
    """A step that searches for a known supplier does not make a stranger known."""
    judged, other = reference.judged["AP-D04"], reference.judged["AP-D17"]
    value = next(r.value for r in other.evidence.readings if r.tool == "erp.supplier.find")
    evidence = swapped(judged.evidence, "erp.supplier.find", value)
    verdict = office.ask(DRAFT, drafted(judged), evidence)
    assert "G-A09" in verdict.rules


def test_who_must_be_screened_was_screened(office: Office, reference: Desk) -> None:
    """G-C01: no screening, no clearance."""
    judged = reference.judged["AP-D04"]
    verdict = office.ask(DRAFT, drafted(judged), swapped(judged.evidence, "sanctions.screen", None))
    assert "G-C01" in verdict.rules


def test_limits_are_the_tenants(office: Office, reference: Desk) -> None:
    """Another tolerance or tier in the tenant's data changes what the same rules say (R14)."""
    cheap, dear = reference.judged["AP-D27"], reference.judged["AP-D14"]
    tiers = [{"max_gross": None, "approvers": 3, "roles": ["owner", "auditor"]}]
    usual = dict(office.limits)
    try:
        office.limits = {**usual, "approval_tiers": tiers}
        verdict = office.ask(DRAFT, drafted(cheap), cheap.evidence)
        assert (verdict.roles, verdict.approvers) == (("auditor", "owner"), 3)
        match = {"price_tolerance_pct": 10, "price_tolerance_abs_line": 500}
        office.limits = {**usual, "three_way_match": match}
        assert "G-A12" not in office.ask(DRAFT, drafted(dear), dear.evidence).rules
    finally:
        office.limits = usual


PAGE = "Rechnung RE-2026-4007 IBAN DE43 2904 0090 0602 0510 17 USt-IdNr. DE 999999026 606,90 €"


@pytest.mark.parametrize(
    ("page", "rules"),
    [
        (PAGE, ()),
        (PAGE.replace("606,90", "666,90"), ("G-A22",)),
        (PAGE.replace("4007", "4008"), ("G-A22",)),
        (PAGE.replace("2904", "2905"), ("G-A22",)),
        ("", ("G-A22",)),
    ],
)
def test_a_page_that_shows_other_values_holds(
    page: str, rules: tuple[str, ...], office: Office, reference: Desk
) -> None:
    """G-A22: number, gross, IBAN and VAT ID of the XML stand on the page of a hybrid PDF."""
    judged = reference.judged["AP-D17"]
    (found,) = judged.evidence.all(read_document)
    validation = found.value.validation.model_copy(update={"kind": "pdf"})
    hybrid = found.value.model_copy(update={"validation": validation, "text": page})
    other = found.model_copy(update={"value": hybrid})
    evidence = swapped(judged.evidence, "einvoice.read", other)
    assert office.ask(DRAFT, drafted(judged), evidence).rules == rules


def test_other_roles_book_nothing(office: Office, reference: Desk) -> None:
    """Compliance opens tasks; it holds no grant to book, pay or clear."""
    judged = reference.judged["AP-D17"]
    verdict = office.ask(DRAFT, drafted(judged), judged.evidence, role="compliance")
    assert verdict.decision is Decision.DENY


@pytest.mark.parametrize("name", sorted(PROJECT.roles))
def test_a_role_may_do_what_it_is_there_for_and_nothing_else(name: str, office: Office) -> None:
    """Of all tools that there are a role is granted its own, whether they read or write (R12)."""
    every = {tool.name for role in PROJECT.roles.values() for tool in role.tools}
    own = {tool.name for tool in PROJECT.roles[name].tools}
    grants = [rule for rule in office.bundle.rules if rule.grants]
    assert {t for t in every if any(g.applies(name, frozenset({t})) for g in grants)} == own
    assert len(own) < len(every)


def test_a_departments_own_rule_speaks_of_nobody_else(office: Office) -> None:
    """`principal in Role::"sales"` narrows a rule to sales; without it a tool is what counts."""
    rules = {rule.id: rule for rule in office.bundle.rules}
    drafting = frozenset({"mail.draft"})
    assert rules["G-S04.template"].applies("sales", drafting)
    assert not rules["G-S04.template"].applies("accounting", drafting)
    assert not rules["G-S04.template"].applies("sales", frozenset({"task.create"}))
    assert rules["tainted-argument"].applies("accounting", drafting)


@pytest.mark.parametrize("role", sorted(PROJECT.roles))
@pytest.mark.parametrize(
    ("rule", "facts", "marks", "signed"),
    [
        ("tainted-argument", {"known_roles": True}, {"title"}, set[str]()),
        ("G-A19", {"known_roles": True}, set[str](), {"anna"}),
        ("task-for-known-roles", {"known_roles": False}, set[str](), set[str]()),
    ],
)
def test_who_is_asked_are_people_of_the_role(
    role: str, rule: str, facts: dict[str, bool], marks: set[str], signed: set[str], office: Office
) -> None:
    """What holds for every role asks those who work its queue, and nobody of another department."""
    queue = PROJECT.roles[role].queue["contradictory results"].roles
    args = {"kind": "clarify", "roles": ["x"], "rules": [], "title": "x", "due": None}
    request = Request(
        tool="task.create",
        role=role,
        tenant=TENANT,
        requester="anna",
        args=args,
        facts={**facts, "checked": frozenset[str]()},
        tainted=frozenset(marks),
        approval_count=len(signed),
        approval_persons=frozenset(signed),
    )
    hits = {hit.rule: hit for hit in decide(office.bundle, request).hits}
    assert hits[rule].roles == tuple(queue)

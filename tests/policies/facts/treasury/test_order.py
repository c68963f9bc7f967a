"""What decides on a payment order: it is what the books propose, or it is not prepared."""

import json
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leitstand.policy import Evidence, FactCall, FactMissing, Resolved
from policies.facts.treasury.limits import treasury_limits_of
from policies.facts.treasury.order import OrderFacts, order_facts, order_of
from tests.agents.paper import WORLD
from tools.sanctions import Match, Screened, Screening
from tools.treasury import Due, DuePayment, FoundDue, PrepareOrder

TODAY = date(2026, 11, 20)
OWN = {"holder": "Nordwerk Maschinenbau GmbH", "iban": "DE02120300000000202051"}
DATA = {**json.loads((WORLD / "policy.json").read_text("utf-8")), "treasury": OWN}
PAYMENT = DuePayment(
    payment_no="Z-000001",
    supplier_id="S1",
    supplier_status="active",
    voucher_no="2026-000001",
    voucher_state="posted",
    creditor_name="Keller Dichtungstechnik GmbH",
    iban="DE43290400900602051017",
    known_iban="DE43290400900602051017",
    amount_cents=119_00,
    currency="EUR",
    remittance="A-1 02.11.2026",
    execute_on=TODAY,
)
OTHER = PAYMENT.model_copy(update={"payment_no": "Z-000002", "amount_cents": 1})


NONE: frozenset[str] = frozenset()


def order(*payments: DuePayment, day: date = TODAY) -> PrepareOrder:
    """The order that payments come to."""
    made = order_of(payments, day, treasury_limits_of(DATA))
    assert made is not None
    return made


def measured(
    args: PrepareOrder,
    due: tuple[DuePayment, ...] = (PAYMENT, OTHER),
    screenings: tuple[Screening, ...] | None = None,
    data: Mapping[str, Any] = DATA,
) -> OrderFacts:
    """The facts of an order over what is due and what was screened; by default everybody."""
    if screenings is None:
        names = dict.fromkeys(p.creditor_name for p in due)
        screenings = tuple(Screening(names=(name,), entries=9) for name in names)
    readings = [
        Resolved(
            "due",
            "treasury.due.find",
            FoundDue(value=Due(until=TODAY, payments=due), source="x"),
            100,
            "record",
        ),
        *(
            Resolved(f"s{at}", "sanctions.screen", Screened(value=one, source="x"), 100, "service")
            for at, one in enumerate(screenings)
        ),
    ]
    raw = args.model_dump(mode="json")
    call = FactCall("treasury.order.prepare", raw, Evidence(readings), data, TODAY, "t", "intake")
    return order_facts(call)


def test_what_the_books_propose_is_sound() -> None:
    """Every argument is checked, nothing is left."""
    facts = measured(order(PAYMENT, OTHER))
    assert (facts.due, facts.left, facts.own_account, facts.day, facts.screened) == (
        True,
        frozenset(),
        True,
        True,
        True,
    )
    assert facts.checked == frozenset(PrepareOrder.model_fields)


@given(
    change=st.sampled_from(
        [
            {"payment_no": "Z-000009"},
            {"creditor_name": "Keller"},
            {"iban": "DE73290400900546290415"},
            {"amount_cents": 119_01},
            {"remittance": ""},
        ]
    ),
    at=st.integers(0, 1),
)
def test_any_other_transfer_is_not_due(change: Mapping[str, Any], at: int) -> None:
    """One letter in one of them: neither transfers nor sum count as checked."""
    transfers = list(order(PAYMENT, OTHER).transfers)
    transfers[at] = transfers[at].model_copy(update=change)
    args = order(PAYMENT, OTHER).model_copy(update={"transfers": tuple(transfers)})
    args = args.model_copy(update={"total_cents": sum(t.amount_cents for t in transfers)})
    facts = measured(args)
    assert not facts.due
    assert not facts.checked & {"transfers", "total_cents"}


@pytest.mark.parametrize(
    ("change", "left"),
    [
        ({"voucher_state": "reversed"}, {"voucher"}),
        ({"voucher_state": "paid"}, {"voucher"}),
        ({"supplier_status": "blocked"}, {"supplier"}),
        ({"known_iban": "DE73290400900546290415"}, {"account"}),
        ({"known_iban": None}, {"account"}),
        ({"iban": "DE44290400900602051017", "known_iban": "DE44290400900602051017"}, {"account"}),
        (
            {
                "iban": "BR1800360305000010009795493C1",
                "known_iban": "BR1800360305000010009795493C1",
            },
            {"account"},
        ),
        ({"currency": "CHF"}, {"currency"}),
        ({"discount_cents": 2, "discount_until": None}, {"discount"}),
        ({"discount_cents": 2, "discount_until": TODAY - timedelta(days=1)}, {"discount"}),
        ({"discount_cents": 2, "discount_until": TODAY}, NONE),
    ],
    ids=str,
)
def test_what_must_not_be_paid_is_named(change: Mapping[str, Any], left: set[str]) -> None:
    """Each reason by itself."""
    payment = PAYMENT.model_copy(update=change)
    assert measured(order(payment), (payment,)).left == left


@pytest.mark.parametrize(
    ("match", "cleared", "hit"),
    [
        ({"score": 700, "contained": False}, (), True),
        ({"score": 699, "contained": False}, (), False),
        ({"score": 0, "contained": True}, (), True),
        ({"score": 1000, "contained": True}, ("9",), False),
        ({"score": 1000, "contained": True}, ("8",), True),
    ],
    ids=str,
)
def test_who_is_listed_is_not_paid(
    match: Mapping[str, Any], cleared: tuple[str, ...], *, hit: bool
) -> None:
    """By likeness or containment, unless people found the entry to be somebody else."""
    payment = PAYMENT.model_copy(update={"cleared": cleared})
    found = Match(entry="9", name="K", **match)
    screening = Screening(names=(payment.creditor_name,), matches=(found,), entries=9)
    facts = measured(order(payment), (payment,), (screening,))
    assert (facts.left == {"listed"}) is hit


def test_everybody_has_to_be_looked_up() -> None:
    """Not one of two; unless the company says that it has no list."""
    other = OTHER.model_copy(update={"creditor_name": "Brandt"})
    known = Screening(names=(PAYMENT.creditor_name,), entries=9)
    args = order(PAYMENT, other)
    assert not measured(args, (PAYMENT, other), (known,)).screened
    data = {**DATA, "treasury": {**OWN, "screening": False}}
    assert measured(args, (PAYMENT, other), (), data).screened


@pytest.mark.parametrize(("days", "sound"), [(-1, False), (0, True), (30, True), (31, False)])
def test_the_day_is_today_or_soon(days: int, *, sound: bool) -> None:
    """Both edges."""
    assert measured(order(PAYMENT, day=TODAY + timedelta(days=days))).day is sound


@pytest.mark.parametrize(
    "own",
    [
        {**OWN, "iban": "DE73290400900546290415"},
        {**OWN, "holder": "Nordwerk"},
        {**OWN, "iban": ""},
    ],
    ids=str,
)
def test_another_account_than_the_own_is_not_charged(own: Mapping[str, Any]) -> None:
    """Neither number nor holder may differ from the company's data."""
    facts = measured(order(PAYMENT), data={**DATA, "treasury": own})
    assert not facts.own_account
    assert not facts.checked & {"debtor_iban", "debtor_name"}


def test_without_a_reading_there_are_no_facts() -> None:
    """Who did not read what is due proposes nothing."""
    raw = order(PAYMENT).model_dump(mode="json")
    call = FactCall("treasury.order.prepare", raw, Evidence([]), DATA, TODAY, "t", "intake")
    with pytest.raises(FactMissing, match="what is due must be read"):
        order_facts(call)

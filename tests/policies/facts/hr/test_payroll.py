"""What decides on an entry into a payroll run: it is the approved change, whole, or nothing."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from leitstand.policy import Evidence, FactCall, FactMissing, Resolved
from policies.facts.hr.payroll import EntryFacts, entry_facts, entry_of
from policies.facts.hr.request import Request, change_of
from tests.policies.facts.hr.people import day, limits, person
from tools.erp import FoundPeriod, Period, PeriodOf
from tools.hr import Change, Employee, FoundChange, FoundEmployee
from tools.payroll import EnterChange, Entries, FoundEntries

START = date(2027, 1, 1)
CHANGE = Change(
    change_no="X-1",
    employee_id="P1",
    old_cents=400_000,
    new_cents=410_000,
    delta_cents=10_000,
    effective_on=START,
    state="approved",
)
OPEN = PeriodOf(period=Period(start=START, end=date(2027, 1, 31), state="open"), next_open=START)


def measured(
    args: EnterChange,
    change: Change = CHANGE,
    who: Employee | None = None,
    when: PeriodOf = OPEN,
    there: Entries | None = None,
    **own: Any,  # noqa: ANN401 - settings of several types
) -> EntryFacts:
    """The facts of an entry over these readings, in a company with these settings for payroll."""
    readings: dict[str, BaseModel] = {
        "payroll.change.get": FoundChange(value=change, source="hr"),
        "hr.employee.get": FoundEmployee(value=who or person(salary_cents=400_000), source="hr"),
        "erp.period.find": FoundPeriod(value=when, source="erp"),
        "payroll.entry.find": FoundEntries(
            value=there or Entries(employee_id=args.employee_id), source="payroll"
        ),
    }
    evidence = Evidence(Resolved(n, n, v, 100, "record") for n, v in readings.items())
    limits_of = {"hr": {"payroll": own}}
    raw = args.model_dump(mode="json")
    return entry_facts(
        FactCall("payroll.run.enter", raw, evidence, limits_of, START, "t", "intake")
    )


def entry(change: Change = CHANGE) -> EnterChange:
    """The entry that a change comes to."""
    made = entry_of(change)
    assert made is not None
    return made


def test_the_entry_of_an_approved_change_is_sound() -> None:
    """Every fact is as it should be, and every argument rests on a reading."""
    found = measured(entry())
    assert (found.approved, found.same, found.sound, found.plausible, found.employed) == (True,) * 5
    assert (found.pay, found.period) == ("same", "open")
    assert found.checked == set(EnterChange.model_fields)


@pytest.mark.parametrize(
    ("other", "doubled"),
    [
        ({}, True),
        ({"old_cents": 390_000}, True),
        ({"change_no": "X-1", "effective_on": date(2027, 2, 1)}, True),
        ({"effective_on": date(2027, 2, 1)}, False),
        ({"new_cents": 410_001}, False),
        ({"delta_cents": 9_999}, False),
        ({"once": True}, False),
    ],
)
def test_a_change_that_says_the_same_is_noticed(other: Mapping[str, Any], *, doubled: bool) -> None:
    """Same employee, kind, amount and day; under its own number whatever was entered."""
    earlier = entry().model_copy(update={"change_no": "X-0", **other})
    there = Entries(employee_id="P1", changes=(earlier,))
    assert measured(entry(), there=there).doubled is doubled


def test_entries_of_somebody_else_are_no_evidence() -> None:
    """Who reads another employee's entries has not looked."""
    with pytest.raises(FactMissing, match="entries must be read"):
        measured(entry(), there=Entries(employee_id="P2"))


@given(
    st.sampled_from(["old_cents", "new_cents", "delta_cents", "effective_on", "employee_id"]),
    st.integers(1, 10_000),
)
def test_an_entry_that_differs_is_never_the_approved_one(name: str, by: int) -> None:
    """Whichever argument is another one, by a cent or a day: it is neither same nor checked."""
    value: Any = getattr(CHANGE, name)
    other = {"effective_on": START + timedelta(days=by), "employee_id": f"Q{by}"}
    args = entry().model_copy(update={name: other.get(name) or value + by})
    found = measured(args)
    assert not found.same
    assert name not in found.checked


@given(st.integers(0, 10**7), st.integers(0, 10**7), st.integers(-(10**7), 10**7))
def test_amounts_close_or_are_not_sound(old: int, new: int, delta: int) -> None:
    """Old pay and a difference that is one make the new pay, to the cent."""
    change = CHANGE.model_copy(update={"old_cents": old, "new_cents": new, "delta_cents": delta})
    assert measured(entry(change), change).sound == (delta != 0 and old + delta == new)


@given(st.integers(1, 10**7), st.integers(-(10**7), 10**7), st.integers(0, 200))
def test_no_change_is_larger_than_the_company_allows(old: int, delta: int, most: int) -> None:
    """The limit is a percentage of the pay so far, exactly, upwards and downwards."""
    change = CHANGE.model_copy(
        update={"old_cents": old, "new_cents": max(old + delta, 0), "delta_cents": delta}
    )
    found = measured(entry(change), change, person(salary_cents=old), max_percent=most)
    assert found.plausible == (abs(delta) * 100 <= old * most)


def test_a_closed_or_absent_period_and_somebody_who_left() -> None:
    """The books have no such day, or have closed it; the last day of work is one still."""
    closed = PeriodOf(
        period=Period(start=START, end=date(2027, 1, 31), state="closed"), next_open=None
    )
    assert measured(entry(), when=closed).period == "closed"
    assert measured(entry(), when=PeriodOf(period=None, next_open=None)).period == "unknown"
    assert measured(entry(), who=person(exit=START, salary_cents=1)).employed
    assert not measured(entry(), who=person(exit=day("2026-12-31"))).employed
    assert not measured(entry(), who=person(id="P2")).employed


def test_nothing_is_measured_of_what_was_not_read() -> None:
    """Without a reading there are no facts, and so no entry."""
    raw = entry().model_dump(mode="json")
    call = FactCall("payroll.run.enter", raw, Evidence(), {}, START, "t", "intake")
    with pytest.raises(FactMissing, match="must be read"):
        entry_facts(call)


@pytest.mark.parametrize(
    ("text", "once", "delta"),
    [
        ("Bitte zahlt Cem einen Bonus von 2.000 Euro aus.", True, 200_000),
        ("Ada Roth bekommt eine einmalige Prämie von 500 EUR.", True, 50_000),
        ("Bitte Ada Roth einen monatlichen Bonus von 100 EUR zahlen.", False, 10_000),
        ("Bitte Ada Roth um 250 EUR erhöhen.", False, 25_000),
        ("Ada Roth von 4.000 EUR auf 4.100 EUR anheben, dazu ein Bonus.", False, 10_000),
        ("Wer bekommt einen Bonus?", False, None),
    ],
)
def test_what_is_paid_once(text: str, once: bool, delta: int | None) -> None:  # noqa: FBT001
    """A bonus is no rise, unless it comes every month; with old or new pay it is one."""
    asked = Request(text, "", limits(), START, known_cents=400_000)
    change = change_of(asked, health_removed=False)
    assert (change.once, change.delta_cents) == (once, delta)
    assert not once or (change.old_cents, change.new_cents) == (None, None)

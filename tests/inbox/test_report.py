"""The report: hours of work in a span, and figures that agree with what was done."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leitstand.inbox import Act, Deadlines, Decision, Sought, decide, handle, queue_of, report_of
from leitstand.inbox.report import GROUP, worked
from tests.inbox.test_handling import DE, Depot, depot, folder

__all__ = ["depot", "folder"]
ZONE = ZoneInfo("Europe/Berlin")
RULES = Deadlines(state="NW")


def moment(text: str) -> float:
    """A time of the tenant, seconds since the epoch."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).timestamp()


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2026-11-30T09:00", "2026-11-30T11:30", 2.5),
        ("2026-11-27T16:00", "2026-11-30T09:00", 2),
        ("2026-11-28T10:00", "2026-11-29T10:00", 0),
        ("2026-12-24T16:00", "2026-12-28T09:00", 2),
        ("2026-11-30T05:00", "2026-11-30T23:00", 9),
    ],
)
def test_nights_weekends_and_holidays_are_no_work(start: str, end: str, hours: float) -> None:
    """From eight to five, Monday to Friday, but not on Christmas (R25)."""
    assert worked([(moment(start), moment(end))], RULES, ZONE) == [hours * 3600]


@given(st.lists(st.tuples(st.integers(0, 40_000), st.integers(0, 20_000)), min_size=1, max_size=8))
def test_each_span_is_measured_as_if_it_were_alone(minutes: list[tuple[int, int]]) -> None:
    """Whatever else is measured with it; and as the deadlines of a card count."""
    begin = datetime(2026, 10, 1, tzinfo=ZONE)
    spans = [
        ((begin + timedelta(minutes=a)).timestamp(), (begin + timedelta(minutes=a + b)).timestamp())
        for a, b in minutes
    ]
    together = worked(spans, RULES, ZONE)
    assert together == [worked([span], RULES, ZONE)[0] for span in spans]
    for (start, end), seconds in zip(spans, together, strict=True):
        assert 0 <= seconds <= end - start
        if seconds:
            assert RULES.after(start, (seconds - 1) / 3600, ZONE) < end


async def test_figures_agree_with_what_was_done(depot: Depot) -> None:
    """One booked by itself, one asked and approved, one cleared up: still a stop (R23)."""
    await depot.begin()
    depot.says("erp", L2={"supplier_id": "K7", "cents": 250_000})
    depot.says("portal", L2={"cents": 250_000})
    await depot.begin("L2")
    (card,) = (await queue_of(depot.leitstand, DE)).waiting
    asked = await report_of(depot.leitstand, Sought())
    (rule,) = [r for r in asked.rules if r.asked]
    assert (rule.rule, rule.unchanged) == (card.rules[0], 0)
    await decide(
        depot.leitstand, depot.signers["ben"], Decision(checkpoint=card.id, answer="approve"), DE
    )
    depot.says("erp", L3={"supplier_id": None, "cents": 1})
    depot.says("portal", L3={"cents": 1})
    left = await depot.begin("L3")
    before = await report_of(depot.leitstand, Sought())
    assert [(s.cause, s.stopped, s.open) for s in before.stops] == [("data missing", 1, 1)]
    anna = depot.signers["anna"].person
    await handle(depot.leitstand, anna, Act(kind="close", case=left, reason="erledigt"), DE)
    found = await report_of(depot.leitstand, Sought(role="receiving"))
    assert (found.cases, found.ended, found.alone) == (3, 3, 1)
    (rule,) = [r for r in found.rules if r.asked]
    assert (rule.fired, rule.asked, rule.unchanged, rule.refused) == (1, 1, 1, 0)
    assert [(s.stopped, s.open) for s in found.stops] == [(1, 0)]
    assert (found.answers, found.hours, GROUP) == ({"approve": 1}, None, 5)
    none = await report_of(depot.leitstand, Sought(since=depot.leitstand.rules.clock.time() + 1))
    assert (none.cases, none.rules, none.stops) == (0, (), ())


async def test_what_people_changed_is_counted_by_rule_and_field(depot: Depot) -> None:
    """One card edited, one rejected: of the rule that asked, and of the field (R23)."""
    found = {no: {"supplier_id": "K7", "cents": 250_000} for no in ("L2", "L3")}
    depot.says("erp", **found)
    depot.says("portal", **{no: {"cents": 250_000} for no in found})
    for no in found:
        await depot.begin(no)
    edited, refused = (await queue_of(depot.leitstand, DE)).waiting
    for said in (
        Decision(checkpoint=edited.id, answer="edit", edits={"cents": "2400.00"}, reason="Skonto"),
        Decision(checkpoint=refused.id, answer="reject", reason="nicht bestellt"),
    ):
        await decide(depot.leitstand, depot.signers["ben"], said, DE)
    assert [row["cents"] for row in depot.done("booking")] == [240_000]
    told = await report_of(depot.leitstand, Sought())
    (rule,) = [r for r in told.rules if r.asked]
    assert (rule.asked, rule.unchanged, rule.changed, rule.refused) == (2, 0, 1, 1)
    assert told.fields == {"cents": 1}
    assert told.answers == {"edit": 1, "reject": 1}

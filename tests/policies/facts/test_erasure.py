"""What becomes of a case: erased once no period runs, else restricted until the last of them."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from leitstand.policy import Evidence, FactCall, FactMissing
from leitstand.policy.facts import Resolved
from policies.facts.erasure import ErasureFacts, erasure_facts, erasure_limits, order_of
from tools.erasure import EraseCase, FoundStanding, Part, RestrictCase, Wrote

TODAY = dt.date(2026, 11, 18)
DAYS = st.dates(dt.date(2000, 1, 1), dt.date(2026, 12, 31))
TENANT: dict[str, Any] = {
    "compliance": {
        "retention": [
            {"type": "voucher", "years": 8, "start": "end of calendar year", "basis": "§ 147 AO"},
            {
                "type": "letter",
                "years": 6,
                "start": "Ende des Kalenderjahres",
                "basis": "§ 257 HGB",
            },
            {"type": "note", "months": 6, "start": "event"},
        ],
        "erasure": {
            "roles": {"acc": "", "hr": "note"},
            "writes": {"book": "voucher", "send": "letter", "task": ""},
        },
    }
}


def part(role: str = "acc", *wrote: tuple[str, dt.date], **more: object) -> Part:
    """A closed case that wrote this."""
    writes = tuple(Wrote(tool=tool, on=on) for tool, on in wrote)
    own = {"case": "C1", "role": role, "open": False, "on": TODAY, "wrote": writes}
    return Part.model_validate({**own, **more})


def facts_of(
    *parts: Part, args: dict[str, Any] | None = None, evidence: bool = True
) -> ErasureFacts:
    """The facts of erasing this, as the role would propose it."""
    if args is None:
        args = order_of(parts, "a", TODAY, TENANT).model_dump(mode="json")
    found = FoundStanding(value=parts, source="case:C1")
    read = [Resolved("r", "case.standing", found, 100, "record")] if evidence else []
    return erasure_facts(FactCall("case.erase", args, Evidence(read), TENANT, TODAY, "t", "anna"))


@given(st.lists(st.tuples(st.sampled_from(["book", "send", "task"]), DAYS), max_size=6))
def test_the_longest_period_counts(wrote: list[tuple[str, dt.date]]) -> None:
    """Nothing is erased on a day on which a period still runs, nothing kept a day longer."""
    years = {"book": 8, "send": 6}
    ends = [dt.date(on.year + years[t], 12, 31) for t, on in wrote if t in years]
    running = max((end for end in ends if end >= TODAY), default=None)
    order = order_of([part("acc", *wrote)], "a", TODAY, TENANT)
    if running is None:
        assert order == EraseCase(case="C1", basis="Art. 17 (1) (a) GDPR")
    else:
        assert isinstance(order, RestrictCase)
        assert (order.until, order.roles) == (running, ("data_protection_officer",))
        assert order.basis in ("§ 147 AO", "§ 257 HGB")


def test_what_children_wrote_counts() -> None:
    """A voucher of a child keeps the whole."""
    order = order_of([part(), part("hr", ("book", TODAY), case="C2")], "a", TODAY, TENANT)
    assert isinstance(order, RestrictCase)
    assert order.until == dt.date(2034, 12, 31)


def test_what_nobody_set_is_named() -> None:
    """A role, a write, a kind without a row."""
    assert facts_of(part("sales", ("pay", TODAY))).unknown == {"sales", "pay"}
    assert not facts_of(part("acc", ("book", TODAY))).unknown


def test_what_is_proposed_is_held_against_the_rules() -> None:
    """An open part, another basis, a shorter period, erasing what is kept."""
    assert facts_of(part(open=True)).open
    assert facts_of(part()).checked == {"case", "basis"}
    assert facts_of(part(), args={"case": "C1", "basis": "because"}).differing == {"basis"}
    kept = part("acc", ("book", TODAY))
    early = {**order_of([kept], "a", TODAY, TENANT).model_dump(mode="json"), "until": "2027-01-01"}
    assert facts_of(kept, args=early).differing == {"until"}
    erase = facts_of(kept, args={"case": "C1", "basis": "Art. 17 (1) (a) GDPR"})
    assert erase.running


def test_without_its_standing_nothing_is_measured() -> None:
    """The reading has to be among the evidence."""
    with pytest.raises(FactMissing):
        facts_of(part(), evidence=False)


def test_settings_that_nobody_knows_are_refused() -> None:
    """A slip of the pen in `erasure` is no silent default."""
    with pytest.raises(ValidationError):
        erasure_limits({"compliance": {"erasure": {"rolls": {}}}})

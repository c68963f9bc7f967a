"""Which arguments rest on something: closed types, values of a system of record, checks."""

from collections.abc import Mapping
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from leitstand.desk import HandOver, hand_over
from leitstand.guard.provenance import tainted
from leitstand.policy import Evidence, Resolved
from tests.guard.scene import Account, Found, Letter, Pay, pay

ARGS: Mapping[str, Any] = Pay(no="R1", cents=5, to="P1", note="x").model_dump(mode="json")


def read(*payees: str, tool: str = "bank.find", authority: Any = "record") -> Evidence:  # noqa: ANN401
    """Readings of payees."""
    values = (Found(value=Account(id=p, iban="DE1"), source="bank") for p in payees)
    return Evidence([Resolved(f"s#1/:{n}", tool, v, 100, authority) for n, v in enumerate(values)])


def test_everything_open_is_tainted_at_first() -> None:
    """A closed vocabulary (`kind`) carries nothing foreign, all else may."""
    assert tainted(pay, ARGS, Evidence(), ()) == ("cents", "no", "note", "to")


def test_what_is_absent_carries_nothing() -> None:
    """None is no content."""
    assert "note" not in tainted(pay, {**ARGS, "note": None}, Evidence(), ())


def test_what_the_desk_itself_sets_is_nobody_s_to_check() -> None:
    """A hand-over's `parent` is this case, or the runtime refuses it; the rest is to be checked."""
    order = HandOver(role="vetting", parent="01", title="L-2", given="{}").model_dump()
    assert tainted(hand_over, order, Evidence(), ()) == ("given", "role", "title")
    assert tainted(hand_over, order, Evidence(), {"given", "role", "title"}) == ()


def test_a_value_of_the_system_of_record_is_grounded() -> None:
    """The payee that was read is the payee that is paid; any of several readings will do."""
    assert "to" not in tainted(pay, ARGS, read("P1"), ())
    assert "to" not in tainted(pay, ARGS, read("P9", "P1"), ())


def test_another_value_is_not() -> None:
    """One that was not read, and one that only looks like it."""
    assert "to" in tainted(pay, ARGS, read("P2"), ())
    assert "to" in tainted(pay, {**ARGS, "to": "\u0420" + "1"}, read("P1"), ())


def test_another_tool_or_authority_grounds_nothing() -> None:
    """The mark names its tool; what a document says is never a record."""
    assert "to" in tainted(pay, ARGS, read("P1", tool="bank.other"), ())
    assert "to" in tainted(pay, ARGS, read("P1", authority="document"), ())
    letter = Resolved("s#1/:0", "bank.letter", Letter(value="P1", source="l"), 60, "document")
    assert "to" in tainted(pay, ARGS, Evidence([letter]), ())


def test_nothing_found_grounds_nothing() -> None:
    """A reading that says there is no such payee."""
    none = Resolved("s#1/:0", "bank.find", Found(value=None, source="bank"), 100, "record")
    assert "to" in tainted(pay, {**ARGS, "to": "value"}, Evidence([none]), ())


def test_a_check_grounds_what_it_names() -> None:
    """What a deterministic check found good, and nothing beside it."""
    assert tainted(pay, ARGS, read("P1"), {"cents", "no"}) == ("note",)


@given(st.lists(st.sampled_from(["P1", "P2", "P3"])), st.sampled_from(["P1", "P2", "P3"]))
def test_grounded_exactly_if_read(payees: list[str], to: str) -> None:
    """For every set of readings: the payee is clean if and only if one of them is this payee."""
    assert ("to" in tainted(pay, {**ARGS, "to": to}, read(*payees), ())) == (to not in payees)

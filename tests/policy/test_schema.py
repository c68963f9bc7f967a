"""The generated schema: which types rules can name, and that our check is the engine's check."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal, NewType

import cedarpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leitstand.digest import canonical
from leitstand.errors import ValueRefused
from leitstand.policy.schema import Slot, fit, slots_of
from leitstand.tool import Recorded
from leitstand.values import Frozen, Identifier, Money
from tests.policy.sample import Line, bundle_of, paying

Number = NewType("Number", int)
PAY = bundle_of().tools["book.pay"].signature


class Colour(StrEnum):
    """An enumeration."""

    RED = "red"


class Everything(Frozen):
    """One field of each type that tools carry."""

    amount: Money
    maybe: Money | None
    number: Number
    flag: bool
    text: Annotated[Identifier, Recorded("a.b", "c")]
    word: Literal["a", "b"]
    open_word: Literal["a"] | None
    colour: Colour
    day: date | None
    moment: datetime
    exact: Decimal
    names: frozenset[str]
    ids: tuple[Identifier, ...]
    days: tuple[date, ...] = ()
    choice: Literal[1, 2] = 1
    mixed: int | str = 1
    line: Line | None = None
    lines: tuple[Line, ...] = ()
    table: dict[str, int] = {}
    sums: tuple[int, ...] = ()
    größe: int = 1  # noqa: PLC2401 - a name that Cedar has no identifier for


def test_types_become_attributes() -> None:
    """Numbers, texts and sets of texts can be named; nested, mixed and odd ones are left out."""
    assert slots_of(Everything) == {
        "amount": Slot("Long"),
        "maybe": Slot("Long", optional=True),
        "number": Slot("Long"),
        "flag": Slot("Bool"),
        "text": Slot("String"),
        "word": Slot("String"),
        "open_word": Slot("String", optional=True),
        "colour": Slot("String"),
        "day": Slot("String", optional=True),
        "moment": Slot("String"),
        "exact": Slot("String"),
        "names": Slot("Set<String>"),
        "ids": Slot("Set<String>"),
        "days": Slot("Set<String>"),
        "choice": Slot("Long"),
    }


def test_values_are_written_as_the_engine_reads_them() -> None:
    """Dates, decimals and enumerations as text, sets sorted, absent optional ones left out."""
    given_values = {
        "day": date(2026, 11, 20),
        "exact": Decimal("1.50"),
        "colour": Colour.RED,
        "names": frozenset({"b", "a"}),
        "maybe": None,
    }
    slots = {n: s for n, s in slots_of(Everything).items() if n in given_values}
    assert fit(slots, given_values, "args") == {
        "colour": "red",
        "day": "2026-11-20",
        "exact": "1.50",
        "names": ["a", "b"],
    }


def test_a_model_and_its_json_are_the_same_to_rules() -> None:
    """Validated arguments and their canonical JSON give the same attributes."""
    values = {"day": date(2026, 11, 20), "exact": Decimal("1.5"), "ids": ("b", "a")}
    slots = {n: s for n, s in slots_of(Everything).items() if n in values}
    plain = {"day": "2026-11-20", "exact": "1.5", "ids": ["b", "a"]}
    assert fit(slots, values, "args") == fit(slots, plain, "args")


def test_what_is_missing_is_named() -> None:
    """The place of a missing value is part of the message."""
    with pytest.raises(ValueRefused, match=r"`args\.gross` is missing"):
        fit(PAY.args, {"supplier": "S1", "currency": "EUR"}, "args")


anything = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=4,
)


@given(st.sampled_from(sorted(PAY.args)), anything)
def test_what_passes_our_check_passes_the_engines(name: str, value: object) -> None:
    """Nothing is let through that the engine's own schema would refuse."""
    args: dict[str, Any] = {**paying().args, name: value}
    try:
        fitted = fit(PAY.args, args, "args")
        text = canonical(
            {
                "args": fitted,
                "facts": fit(PAY.facts, paying().facts, "facts"),
                "call": {
                    "tainted": [],
                    "edited": False,
                    "done": [],
                    "approval": {"count": 0, "roles": [], "persons": []},
                },
            }
        ).decode()
    except ValueRefused:
        return
    answer: Any = cedarpy.is_authorized(  # pyright: ignore[reportUnknownMemberType]
        {
            "principal": 'Agent::"clerk"',
            "action": 'Action::"book.pay"',
            "resource": 'Case::"c"',
            "context": text,
        },
        "permit(principal, action, resource);",
        [],
        bundle_of().schema,
    )
    assert answer.decision is cedarpy.Decision.Allow, answer.diagnostics.errors

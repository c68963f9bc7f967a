"""Digests: one form of bytes for one value, the same that RFC 8785 gives."""

import hashlib
from datetime import date
from decimal import Decimal
from enum import Enum

import orjson
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from leitstand.digest import Keyed, canonical, keyed
from leitstand.errors import ValueRefused
from leitstand.values import Frozen

KEYS = st.text(st.characters(codec="ascii"), max_size=8)
WHOLE = st.integers(-(2**53) + 1, 2**53 - 1)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
VALUES = st.recursive(
    st.none() | st.booleans() | WHOLE | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)


class Colour(Enum):
    """An enumeration."""

    RED = "red"


class Line(Frozen):
    """A model with what tools carry."""

    no: int
    rate: Decimal
    on: date


class Sorted(Frozen):
    """A model with a set."""

    kinds: frozenset[str]
    lines: tuple[Line, ...]


class Nested(Frozen):
    """A model with a set in a model."""

    inner: dict[str, Sorted]


@given(VALUES)
def test_the_form_is_that_of_rfc_8785(value: object) -> None:
    """Sorted keys, shortest escapes, no blanks: held against the package of that name."""
    assert canonical(value) == rfc8785.dumps(value)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("value", [2**53, -(2**53), 2**64, "\ud800", {1: "x"}, object(), b"x"])
def test_what_has_no_form_is_refused(value: object) -> None:
    """Integers that others round, halves of characters, types that nobody named."""
    with pytest.raises(ValueRefused, match="no canonical form"):
        canonical(value)


def test_values_of_tools_have_one_form() -> None:
    """Decimals keep their scale, days and names are text, sets are sorted."""
    line = Line(no=1, rate=Decimal("19.00"), on=date(2026, 2, 28))
    assert canonical({"line": line, "colour": Colour.RED, "pair": (1, 2)}) == (
        b'{"colour":"red","line":{"no":1,"on":"2026-02-28","rate":"19.00"},"pair":[1,2]}'
    )


def test_sets_are_sorted_wherever_they_stand() -> None:
    """By themselves, in a model, and in one within it: twenty are nowhere in order by chance."""
    words = [f"w{n:02}" for n in range(20)]
    line = Line(no=1, rate=Decimal(7), on=date(2026, 2, 28))
    inner = Sorted(kinds=frozenset(words), lines=(line,))
    found = orjson.loads(canonical({"kinds": set(words), "all": Nested(inner={"x": inner})}))
    told = {"kinds": words, "lines": [{"no": 1, "on": "2026-02-28", "rate": "7"}]}
    assert found == {"kinds": words, "all": {"inner": {"x": told}}}


@given(st.binary(min_size=1, max_size=64), st.lists(st.binary(max_size=200), max_size=4))
def test_digests_are_blake2b_under_the_key(key: bytes, data: list[bytes]) -> None:
    """One key taken in once gives the same as for one digest, and as the standard library."""
    many = Keyed(key)
    for one in data:
        found = hashlib.blake2b(one, key=key, digest_size=16).hexdigest()
        assert many.digest(one) == keyed(key, one) == found

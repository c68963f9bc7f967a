"""A role's state is immutable all the way down, and has a canonical form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Annotated, Any, Generic, Literal, TypeVar

import pytest
from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, create_model

from leitstand.errors import RoleRefused
from leitstand.role.frozen import check_frozen
from leitstand.values import Frozen, Identifier, Money, Reading, Text

T = TypeVar("T")


class Colour(Enum):
    """An enum."""

    RED = "red"


class Shade(StrEnum):
    """A string enum."""

    DARK = "dark"


class Inner(Frozen):
    """A frozen model that holds itself."""

    value: Decimal
    inner: "tuple[Inner, ...]" = ()


class Open(BaseModel):
    """A model that can be changed."""

    value: int = 0


class Hidden(Frozen):
    """A model with a private attribute, which frozen does not freeze."""

    _notes: list[str] = PrivateAttr(default_factory=list[str])


class Extra(BaseModel):
    """A model that takes any field."""

    model_config = ConfigDict(frozen=True, extra="allow")


class Holder(Frozen):
    """A frozen model with a list inside."""

    values: list[int] = []


class Box(Frozen, Generic[T]):
    """A generic frozen model."""

    value: T


@dataclass(frozen=True)
class Point:
    """A frozen dataclass: it has no canonical form."""

    x: int


GOOD: dict[str, Any] = {
    "text": str,
    "whole": int,
    "flag": bool,
    "decimal": Decimal,
    "date": date,
    "moment": datetime,
    "clock": time,
    "nothing": None,
    "optional": str | None,
    "enum": Colour,
    "string-enum": Shade,
    "literal": Literal["a", 1],
    "identifier": Identifier,
    "money": Money,
    "checked-text": Text,
    "tuple": tuple[str, ...],
    "pair": tuple[int, Decimal],
    "nested": tuple[tuple[Inner, ...], ...],
    "set": frozenset[str],
    "model": Inner,
    "generic": Box[tuple[Inner, ...]],
    "reading": Reading[Decimal],
    "annotated": Annotated[tuple[Annotated[str, Field(max_length=3)], ...], "note"],
}
BAD: dict[str, Any] = {
    "list": list[int],
    "bare-list": list,
    "dict": dict[str, int],
    "set": set[int],
    "mapping": Mapping[str, int],
    "sequence": Sequence[int],
    "bare-tuple": tuple,
    "bare-frozenset": frozenset,
    "bytes": bytes,
    "float": float,
    "any": Any,
    "object": object,
    "open-model": Open,
    "private": Hidden,
    "extra": Extra,
    "list-within": Holder,
    "list-in-tuple": tuple[list[int], ...],
    "list-in-union": str | list[int],
    "list-in-generic": Box[list[int]],
    "dataclass": Point,
    "unordered-set": frozenset[Inner],
    "set-of-any": frozenset[Any],
}


@pytest.mark.parametrize("kind", GOOD)
def test_what_a_state_may_hold(kind: str) -> None:
    """Values that nobody can change, each with one way to be written."""
    check_frozen(create_model("State", __base__=Frozen, field=GOOD[kind]), "role")


@pytest.mark.parametrize("kind", BAD)
def test_what_a_state_may_not_hold(kind: str) -> None:
    """Anything that could be changed in place or has no canonical form; the field is named."""
    with pytest.raises(RoleRefused, match=r"deeply immutable.*`State\.field"):
        check_frozen(create_model("State", __base__=Frozen, field=BAD[kind]), "role")


def test_the_state_itself_is_frozen() -> None:
    """A state that is no frozen model at all is refused, and all its faults are named at once."""

    class State(BaseModel):
        items: list[int] = []
        names: dict[str, str] = {}

    with pytest.raises(RoleRefused) as caught:
        check_frozen(State, "role")
    assert "`State` (`State`) is not frozen" in str(caught.value)
    assert "`State.items`" in str(caught.value)
    assert "`State.names`" in str(caught.value)
    with pytest.raises(RoleRefused, match="`Point` is a `Point`"):
        check_frozen(Point, "role")

"""Failures go into the journal and come out the same: a closed set."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leitstand.digest import canonical
from leitstand.errors import (
    ArgumentsRefused,
    CallFailed,
    Contradiction,
    Missing,
    Refused,
    Rejected,
    ToolFailed,
    Unreachable,
)
from leitstand.guard import failure_of, raised

KINDS = (ArgumentsRefused, Contradiction, Missing, Refused, Rejected, ToolFailed, Unreachable)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


class Closed(Contradiction):
    """A kind of user-land."""

    code = "XX901"


@given(st.sampled_from(KINDS), TEXTS, TEXTS, st.dictionaries(TEXTS, st.integers(0, 9)))
@pytest.mark.kernel(19)
def test_a_failure_comes_back_as_it_was(
    kind: type[CallFailed], text: str, where: str, detail: dict[str, object]
) -> None:
    """Class, text, place and detail, through the bytes of a journal."""
    error = kind(text, where=where, detail=detail)
    found = raised(orjson.loads(canonical(failure_of(error))))
    assert type(found) is kind
    assert (found.text, found.where, found.detail) == (text, where, detail)
    assert found.cause == error.cause


def test_a_kind_of_user_land_is_recorded_as_what_it_specialises() -> None:
    """A replay needs no user-land class to raise it again."""
    found = raised(failure_of(Closed("period closed", where="erp")))
    assert type(found) is Contradiction
    assert found.text == "period closed"


@pytest.mark.kernel(19)
def test_an_undeclared_failure_is_the_tool_s() -> None:
    """`CallFailed` itself, and a code that nobody knows any more."""
    assert type(raised(failure_of(CallFailed("x")))) is ToolFailed
    unknown: dict[str, Any] = {"code": "LS999", "text": "x", "where": "", "detail": {}}
    assert type(raised(unknown)) is ToolFailed


@pytest.mark.parametrize("kind", KINDS)
def test_every_failure_has_a_cause(kind: type[CallFailed]) -> None:
    """An uncaught one ends in the exception queue under one of three names (R6)."""
    causes = ("system unreachable", "data missing", "contradictory results")
    assert raised(failure_of(kind("x"))).cause in causes

"""Tools: a wrong definition is refused when its module is loaded, with what to mend."""

from collections.abc import Callable
from typing import Any, Protocol

import pytest
from pydantic import ValidationError

from leitstand.errors import ToolDefined
from leitstand.tool import Port, tool
from leitstand.values import Frozen


class Shelf(Port, Protocol):
    """A port."""


class Wanted(Frozen):
    """Arguments."""

    box: str


class Found(Frozen):
    """A result."""

    place: str


class Weighed(Frozen):
    """A result that holds a float."""

    kilos: float


async def find(args: Wanted, shelf: Shelf) -> Found:
    """Find a box."""
    del shelf
    return Found(place=args.box)


async def put(args: Wanted, shelf: Shelf, key: str) -> Found:
    """Put a box."""
    del shelf
    return Found(place=args.box + key)


async def weigh(args: Wanted, shelf: Shelf) -> Weighed:
    """Weigh a box."""
    del args, shelf
    return Weighed(kilos=0.1)


async def bare(args: dict[str, str], shelf: Shelf) -> Found:
    """Find by arguments that are no model."""
    del shelf
    return Found(place=args["box"])


async def silent(args: Wanted, shelf: Shelf):  # noqa: ANN201 - what is missing is the point
    """Say nothing of the result."""
    del args, shelf


def at_once(args: Wanted, shelf: Shelf) -> Found:
    """Find without waiting."""
    del shelf
    return Found(place=args.box)


def looked_up(key: str, shelf: Shelf) -> None:
    """Look an effect up without waiting."""
    del key, shelf


WRONG: dict[str, tuple[Callable[..., Any], str, dict[str, Any], str]] = {
    "name": (find, "Shelf", {}, "system.noun.verb"),
    "not async": (at_once, "shelf.find", {}, "async"),
    "write without key": (find, "shelf.put", {"writes": "shelf.box"}, r"\(args, port, key\)"),
    "read with key": (put, "shelf.find", {}, r"\(args, port\)"),
    "no result": (silent, "shelf.find", {}, "what it returns"),
    "no model": (bare, "shelf.find", {}, "pydantic models"),
    "float": (weigh, "shelf.weigh", {}, "Money, Decimal or int"),
    "business key": (put, "shelf.put", {"writes": "shelf.box", "key": ("lid",)}, "lid"),
    "reconcile": (put, "shelf.put", {"writes": "shelf.box", "reconcile": looked_up}, "reconcile"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_definition_is_refused(case: str) -> None:
    """The error names the tool and says what is meant."""
    run, name, options, said = WRONG[case]
    with pytest.raises(ToolDefined, match=said) as found:
        tool(name, **options)(run)
    assert found.value.where == name


@pytest.mark.parametrize("option", [{"timeout": 0}, {"key": "box"}, {"idempotent": "yes"}])
def test_an_option_of_another_type_is_refused(option: dict[str, Any]) -> None:
    """A timeout that never waits, a key in letters, a yes in words."""
    with pytest.raises(ValidationError, match=next(iter(option))):
        tool("shelf.put", writes="shelf.box", **option)


def test_a_right_definition_keeps_what_it_says() -> None:
    """Types come from the function's annotations, its text from the docstring."""
    made = tool("shelf.put", writes="shelf.box", key=("box",))(put)
    assert (made.args, made.result, made.port) == (Wanted, Found, Shelf)
    assert (made.text, made.writes, made.key) == ("Put a box.", "shelf.box", ("box",))
    assert made.open_fields == ("box",)

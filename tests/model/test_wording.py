"""Wording: what a question becomes on its way to a model."""

from typing import Annotated

from pydantic import Field

from leitstand.model import Question
from leitstand.model.wording import functions_of, schema_of
from leitstand.tool import Port, tool
from leitstand.values import Frozen, Text


class Line(Frozen):
    """A part with a field that is called like a schema's own word."""

    title: Annotated[Text, Field(min_length=1)]


class Order(Frozen):
    """A whole."""

    title: Text = ""
    lines: tuple[Line, ...] = ()


class Shop(Port):
    """Nothing is ever asked of it."""


@tool("shop.get")
async def get(args: Order, shop: Shop) -> Order:
    """Read an order."""
    return args


def test_schemas_hold_fields_and_no_titles_of_them() -> None:
    """References are followed; a title of a schema goes, a field of that name stays."""
    schema = schema_of(Question("say", {}, Order))
    text = {"type": "string", "maxLength": 20_000}
    line = {"type": "object", "required": ["title"], "additionalProperties": False}
    line |= {"properties": {"title": {**text, "minLength": 1}}, "description": Line.__doc__}
    found = schema["properties"]
    assert found["title"] == {**text, "default": ""}
    assert found["lines"]["items"] == line
    assert "$defs" not in schema
    assert "title" not in schema.keys() | found["lines"].keys()


def test_a_tool_is_worded_as_its_arguments_are() -> None:
    """The same holds for what a tool takes."""
    first, _ = functions_of(Question("say", {}, Order, tools=(get,)))
    assert first["name"] == "shop__get"
    assert first["parameters"] == schema_of(Question("say", {}, Order))

"""Anthropic's Messages API, version 2026-10-21: it takes no temperature, of no height."""

import json
from collections.abc import Iterator
from typing import Any, cast

from tests.model.vendors.vendor import Body, Seen, Vendor, an, unanswered

__all__ = ["ANTHROPIC"]

TEXT: Body = {"type": "string", "minLength": 1}
NAME: Body = {"type": "string", "pattern": "^[a-zA-Z0-9_-]{1,128}$"}
IDS: Body = {"type": "string", "pattern": "^[a-zA-Z0-9_-]+$"}
ORDER: Body = {"type": "object"}
SAYS = an({"type": {"const": "text"}, "text": TEXT})
CALLS = an({"type": {"const": "tool_use"}, "id": IDS, "name": NAME, "input": ORDER})
TELLS = an(
    {"type": {"const": "tool_result"}, "tool_use_id": IDS},
    content={"anyOf": [{"type": "string"}, {"type": "array", "items": SAYS}]},
    is_error={"type": "boolean"},
)


def message(role: str, *blocks: Body) -> Body:
    """The schema of a message."""
    many = {"type": "array", "items": {"oneOf": [*blocks]}, "minItems": 1}
    return an({"role": {"const": role}, "content": {"anyOf": [TEXT, many]}})


TOOL = an(
    {
        "name": NAME,
        "input_schema": {
            "type": "object",
            "properties": {"type": {"const": "object"}, "anyOf": False, "oneOf": False},
            "required": ["type"],
        },
    },
    description={"type": "string"},
    strict={"type": "boolean"},
)
FORM = an(
    {
        "model": TEXT,
        "max_tokens": {"type": "integer", "minimum": 1},
        "messages": {
            "type": "array",
            "items": {"oneOf": [message("user", SAYS, TELLS), message("assistant", SAYS, CALLS)]},
            "minItems": 1,
        },
    },
    system={"anyOf": [TEXT, {"type": "array", "items": SAYS}]},
    stream={"const": False},
    tools={"type": "array", "items": TOOL},
    tool_choice=an({"type": {"enum": ["auto", "any", "none"]}}),
    output_config=an({"format": an({"type": {"const": "json_schema"}, "schema": ORDER})}),
    service_tier={"enum": ["auto", "standard_only"]},
)
BOUNDS = frozenset({"minimum", "maximum", "minLength", "maxLength", "multipleOf", "maxItems"})
"""What a schema for an answer must not say."""


def amiss(body: Body) -> Iterator[str]:
    """A user begins, results come first in the very next message, and schemas are closed."""
    if body["messages"][0]["role"] != "user":
        yield "messages: the first must be of the user"
    names = [tool["name"] for tool in body.get("tools", ())]
    if len(set(names)) < len(names):
        yield "tools: names must be unique"
    if "tool_choice" in body and not names:
        yield "tool_choice: may only be there with tools"
    waiting: list[str] = []
    for one in [*body["messages"], Body(content="")]:
        content = cast("object", one["content"])
        blocks = cast("list[Body]", content) if isinstance(content, list) else []
        kinds = [b["type"] for b in blocks]
        if kinds != sorted(kinds, key="tool_result".__ne__):
            yield "messages: results must come first"
        yield from unanswered(waiting, [b["tool_use_id"] for b in blocks if "tool_use_id" in b])
        waiting = [b["id"] for b in blocks if b["type"] == "tool_use"]
        if waiting and not names:
            yield "tools: must be there when there were calls"
    form = body.get("output_config", {}).get("format", {})
    yield from _open(form.get("schema", {}))


def _open(node: Any) -> Iterator[str]:  # noqa: ANN401 - any part of a schema
    """Objects that may hold more than is said, and bounds."""
    if isinstance(node, dict):
        schema = cast("Body", node)
        if schema.get("type") == "object" and schema.get("additionalProperties") is not False:
            yield "output_config: `additionalProperties` must be false"
        if bounds := BOUNDS & schema.keys():
            yield f"output_config: {sorted(bounds)} are not known"
        node = [*schema.values()]
    for one in cast("list[Any]", node) if isinstance(node, list) else ():
        yield from _open(one)


def said(text: str | None = None, *calls: tuple[str, str], end: str = "stop") -> Body:
    """A message; a quarter of what was sent came out of the vendor's cache."""
    blocks: list[dict[str, Any]] = [{"type": "text", "text": text}] if text is not None else []
    blocks += [
        {"type": "tool_use", "id": f"toolu_{i}", "name": name, "input": json.loads(args)}
        for i, (name, args) in enumerate(calls)
    ]
    stopped = "tool_use" if calls else "end_turn"
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "m",
        "content": blocks,
        "stop_reason": "max_tokens" if end == "length" else stopped,
        "stop_sequence": None,
        "usage": {
            "input_tokens": 30,
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": 10,
            "output_tokens": 9,
        },
    }


KINDS = {
    401: "authentication_error",
    404: "not_found_error",
    429: "rate_limit_error",
    500: "api_error",
    529: "overloaded_error",
}


def failed(status: int, text: str) -> Body:
    """An error."""
    kind = KINDS.get(status, "invalid_request_error")
    return {"type": "error", "error": {"type": kind, "message": text}, "request_id": "req_1"}


def seen(body: Body) -> Seen:
    """A request."""
    last = body["messages"][-1]["content"]
    return Seen(
        most=body["max_tokens"],
        heat=None,
        schema=body.get("output_config", {}).get("format", {}).get("schema"),
        choice=body.get("tool_choice", {}).get("type", ""),
        told=last if isinstance(last, str) else json.dumps(last),
    )


ANTHROPIC = Vendor(
    provider="anthropic",
    root="",
    path="/v1/messages",
    form=FORM,
    amiss=amiss,
    said=said,
    failed=failed,
    seen=seen,
    broken=((200, said(None, ("bank__get", "[1]")), "contradictory results"),),
    busy=529,
    wants={"anthropic-version": "2026-10-21"},
    tools=("native", "native-auto"),
)

"""Mistral's chat completions, as its OpenAPI file has them and its errors word them."""

import itertools
from collections.abc import Iterator
from typing import Any

from tests.model.vendors.openai import seen
from tests.model.vendors.vendor import Body, Vendor, an, unanswered

__all__ = ["MISTRAL"]

TEXT: Body = {"type": "string"}
MAYBE: Body = {"type": ["string", "null"]}
IDS: Body = {"type": "string", "pattern": "^[a-zA-Z0-9]{9}$"}
CALL = an(
    {"id": IDS, "function": an({"name": TEXT, "arguments": TEXT})},
    type={"const": "function"},
    index={"type": "integer"},
)
MESSAGE: Body = {
    "oneOf": [
        an({"role": {"enum": ["system", "user"]}, "content": TEXT}),
        an(
            {"role": {"const": "assistant"}},
            content=MAYBE,
            tool_calls={"type": "array", "items": CALL, "minItems": 1},
            prefix={"type": "boolean"},
        ),
        an({"role": {"const": "tool"}, "content": TEXT}, tool_call_id=IDS, name=MAYBE),
    ]
}
FUNCTION = an(
    {
        "name": {"type": "string", "pattern": "^[a-zA-Z0-9_-]{1,64}$"},
        "parameters": {"type": "object"},
    },
    description=TEXT,
    strict={"type": "boolean"},
)
SCHEMA = an(
    {"name": TEXT, "schema": {"type": "object"}}, description=MAYBE, strict={"type": "boolean"}
)
FORM = an(
    {"model": TEXT, "messages": {"type": "array", "items": MESSAGE, "minItems": 1}},
    temperature={"type": "number", "minimum": 0, "maximum": 1},
    top_p={"type": "number", "minimum": 0, "maximum": 1},
    max_tokens={"type": "integer", "minimum": 0},
    stream={"const": False},
    random_seed={"type": "integer"},
    safe_prompt={"type": "boolean"},
    tools={"type": "array", "items": an({"function": FUNCTION}, type={"const": "function"})},
    tool_choice={"enum": ["auto", "none", "any", "required"]},
    response_format=an({"type": {"const": "json_schema"}, "json_schema": SCHEMA}),
)
AFTER = {
    "system": {"start"},
    "user": {"start", "system", "user", "assistant"},
    "assistant": {"user", "tool", "assistant"},
    "tool": {"assistant", "tool"},
}
"""Role → those that it may follow."""


def amiss(body: Body) -> Iterator[str]:
    """The order of roles, a choice among tools, results of calls, and no empty messages."""
    roles = ["start", *(message["role"] for message in body["messages"])]
    for before, role in itertools.pairwise(roles):
        if before not in AFTER[role]:
            yield f"Unexpected role '{role}' after role '{before}'"
    if roles[-1] not in {"user", "tool"}:
        yield f"Expected last role User or Tool but got {roles[-1]}"
    if body.get("temperature") == 0 and body.get("top_p", 1) != 1:
        yield "top_p must be 1 when using greedy sampling"
    if "tool_choice" in body and not body.get("tools"):
        yield "a choice of no tools"
    yield from _said_and_told(body["messages"])


def _said_and_told(messages: list[Body]) -> Iterator[str]:
    calls, told = list[str](), list[str]()
    for message in [*messages, Body(role="end")]:
        if message["role"] == "tool":
            told.append(message["tool_call_id"])
            continue
        yield from unanswered(calls, told)
        calls, told = [call["id"] for call in message.get("tool_calls", ())], []
        if message["role"] == "assistant" and not calls and not message.get("content"):
            yield "Assistant message must have either content or tool_calls"


def said(text: str | None = None, *calls: tuple[str, str], end: str = "stop") -> Body:
    """A completion; its calls have ids of nine characters."""
    made = [
        {"id": f"{i:09d}", "function": {"name": name, "arguments": args}, "index": i}
        for i, (name, args) in enumerate(calls)
    ]
    message: dict[str, Any] = {"role": "assistant", "content": text or "", "prefix": False}
    ended = "tool_calls" if made and end == "stop" else end
    return {
        "id": "1",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [
            {
                "index": 0,
                "message": {**message, "tool_calls": made or None},
                "finish_reason": ended,
            }
        ],
        "usage": {"prompt_tokens": 40, "completion_tokens": 9, "total_tokens": 49},
    }


def failed(status: int, text: str) -> Body:
    """An error: of the gateway, of the check of a request's form, or of the service."""
    if status == 401:
        return {"detail": "Unauthorized"}
    kinds = {429: ("rate_limited", "1300"), 400: ("invalid_request_error", None)}
    kind, code = kinds.get(status, ("internal_server_error", "1000"))
    said: object = text
    if status == 422:
        said = {"detail": [{"type": "wrong", "loc": ["body"], "msg": "Wrong", "input": text}]}
    return {"object": "error", "message": said, "type": kind, "param": None, "code": code}


MISTRAL = Vendor(
    provider="mistral",
    root="/v1",
    path="/v1/chat/completions",
    form=FORM,
    amiss=amiss,
    said=said,
    failed=failed,
    seen=seen,
    broken=tuple(
        (200, said(None, ("bank__get", args)), "contradictory results")
        for args in ('{"no": ', "[1]")
    ),
)

"""Ollama's own chat interface, `/api/chat`, as its documentation has it."""

import json
from collections.abc import Iterator
from typing import Any

from tests.model.vendors.vendor import Body, Seen, Vendor, an

__all__ = ["OLLAMA"]

TEXT: Body = {"type": "string"}
CALL = an(
    {"function": an({"name": TEXT, "arguments": {"type": "object"}}, index={"type": "integer"})}
)
MESSAGE = an(
    {"role": {"enum": ["system", "user", "assistant", "tool"]}},
    content=TEXT,
    thinking=TEXT,
    images={"type": "array"},
    tool_calls={"type": "array", "items": CALL, "minItems": 1},
    tool_name=TEXT,
)
FUNCTION = an(
    {"name": TEXT, "parameters": {"type": "object", "properties": {"type": {"const": "object"}}}},
    description=TEXT,
)
OPTIONS = ("temperature", "num_predict", "num_ctx", "seed", "top_k", "top_p", "min_p", "stop")
FORM = an(
    {"model": TEXT, "messages": {"type": "array", "items": MESSAGE}},
    tools={"type": "array", "items": an({"type": {"const": "function"}, "function": FUNCTION})},
    format={"anyOf": [{"const": "json"}, {"type": "object"}]},
    options={
        "type": "object",
        "properties": dict.fromkeys(OPTIONS, True),
        "additionalProperties": False,
    },
    stream={"type": "boolean"},
    think={"type": ["boolean", "string"]},
    keep_alive={"type": ["string", "integer"]},
)


def amiss(body: Body) -> Iterator[str]:
    """As many results as calls: which is whose is told by their order alone."""
    waiting = 0
    for message in [*body["messages"], {"role": "end"}]:
        if message["role"] == "tool":
            waiting -= 1
            continue
        if waiting:
            yield "not as many results as calls"
        waiting = len(message.get("tool_calls", ()))


def said(text: str | None = None, *calls: tuple[str, str], end: str = "stop") -> Body:
    """An answer in one piece."""
    message: dict[str, Any] = {"role": "assistant", "content": text or ""}
    if calls:
        made = [{"function": {"name": n, "arguments": json.loads(args)}} for n, args in calls]
        message["tool_calls"] = made
    return {
        "model": "m",
        "created_at": "2026-11-02T10:00:00.5Z",
        "message": message,
        "done": True,
        "done_reason": end,
        "total_duration": 5_000_000,
        "load_duration": 1_000_000,
        "prompt_eval_count": 40,
        "prompt_eval_duration": 1_000_000,
        "eval_count": 9,
        "eval_duration": 2_000_000,
    }


def failed(status: int, text: str) -> Body:
    """An error."""
    return {"error": text}


def seen(body: Body) -> Seen:
    """A request; that a tool must be called cannot be said here."""
    return Seen(
        most=body["options"]["num_predict"],
        heat=body["options"].get("temperature"),
        schema=body.get("format"),
        choice="",
        told=str(body["messages"][-1]["content"]),
    )


OLLAMA = Vendor(
    provider="ollama",
    root="",
    path="/api/chat",
    form=FORM,
    amiss=amiss,
    said=said,
    failed=failed,
    seen=seen,
    # It reads the calls itself, and fails where it cannot.
    broken=((500, failed(500, "error parsing tool call: raw='{\"no\": '"), "system unreachable"),),
)

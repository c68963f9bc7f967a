"""OpenAI's chat completions, as many servers speak them."""

from collections.abc import Iterator
from typing import Any

from tests.model.vendors.vendor import Body, Seen, Vendor, an, unanswered

__all__ = ["OPENAI", "completion", "seen"]

TEXT = {"type": "string"}
CALL = an(
    {"id": TEXT, "type": {"const": "function"}, "function": an({"name": TEXT, "arguments": TEXT})}
)
MESSAGE: Body = {
    "oneOf": [
        an({"role": {"enum": ["system", "user"]}, "content": TEXT}, name=TEXT),
        an(
            {"role": {"const": "assistant"}},
            content={"type": ["string", "null"]},
            tool_calls={"type": "array", "items": CALL, "minItems": 1},
        ),
        an({"role": {"const": "tool"}, "content": TEXT, "tool_call_id": TEXT}),
    ]
}
FUNCTION = an(
    {"name": {"type": "string", "pattern": "^[a-zA-Z0-9_-]{1,64}$"}},
    description=TEXT,
    parameters={"type": "object", "properties": {"type": {"const": "object"}}},
    strict={"type": "boolean"},
)
SCHEMA = an({"name": TEXT, "schema": {"type": "object"}}, strict={"type": "boolean"})
FORM = an(
    {"model": TEXT, "messages": {"type": "array", "items": MESSAGE, "minItems": 1}},
    temperature={"type": "number", "minimum": 0, "maximum": 2},
    max_tokens={"type": "integer", "minimum": 1},
    stream={"type": "boolean"},
    tools={"type": "array", "items": an({"type": {"const": "function"}, "function": FUNCTION})},
    tool_choice={"enum": ["none", "auto", "required"]},
    response_format=an({"type": {"const": "json_schema"}, "json_schema": SCHEMA}),
)


def amiss(body: Body) -> Iterator[str]:
    """Results follow their calls."""
    waiting: list[str] = []
    for message in [*body["messages"], Body(role="end")]:
        if message["role"] == "tool":
            if message["tool_call_id"] not in waiting:
                yield "a result of no call"
            else:
                waiting.remove(message["tool_call_id"])
            continue
        yield from unanswered(waiting, [])
        waiting = [call["id"] for call in message.get("tool_calls", ())]


def completion(text: str | None = None, *calls: tuple[str, str], end: str = "stop") -> Body:
    """A chat completion."""
    made = [
        {"id": f"c{i}", "type": "function", "function": {"name": name, "arguments": args}}
        for i, (name, args) in enumerate(calls)
    ]
    message: dict[str, Any] = {"role": "assistant", "content": text}
    message |= {"tool_calls": made} if made else {}
    return {
        "id": "1",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [{"index": 0, "message": message, "finish_reason": end}],
        "usage": {"prompt_tokens": 40, "completion_tokens": 9, "total_tokens": 49},
    }


def failed(status: int, text: str) -> Body:
    """An error."""
    kind = "server_error" if status >= 500 else "invalid_request_error"
    return {"error": {"message": text, "type": kind, "param": None, "code": None}}


def seen(body: Body) -> Seen:
    """A request; Mistral's say the same in the same places."""
    form = body.get("response_format", {}).get("json_schema", {})
    return Seen(
        most=body["max_tokens"],
        heat=body.get("temperature"),
        schema=form.get("schema"),
        choice=body.get("tool_choice", ""),
        told=str(body["messages"][-1]["content"]),
    )


OPENAI = Vendor(
    provider="openai-compatible",
    root="/v1",
    path="/v1/chat/completions",
    form=FORM,
    amiss=amiss,
    said=completion,
    failed=failed,
    seen=seen,
    broken=tuple(
        (200, completion(None, ("bank__get", args)), "contradictory results")
        for args in ('{"no": ', "[1]")
    ),
)

"""Wording: a question as messages of langchain-core, and a model's message as ours.

Instructions are the system message and never change with the inputs. Inputs and what tools return
are data, each in a message of its own.
"""

import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
)

from leitstand.digest import canonical
from leitstand.errors import ValueRefused
from leitstand.model.answer import Unfit, strict_object
from leitstand.model.message import ANSWER, Exchange, Message, Proposed, Question
from leitstand.model.prompt import Prompt
from leitstand.model.settings import Settings

_TEXTS = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
_TOLD: Mapping[str, str] = _TEXTS["told"]
_ENDS: Mapping[str, str] = _TEXTS["ends"]
_KEPT, _CALLS = 20_000, 32
"""Characters and calls of a message that are kept; one with more calls has none."""


def messages_of(question: Question, prompt: Prompt, settings: Settings) -> list[BaseMessage]:
    """All that is sent but the schemas."""
    native = settings.tools != "json-schema"
    if not question.tools:
        form = _TOLD["form"].format(schema=canonical(schema_of(question)).decode())
    elif native:
        form = _TOLD["tools"].format(answer=ANSWER)
    else:
        lines = (canonical(f).decode() for f in functions_of(question, wire=False))
        form = (_TOLD["tools"] + _TOLD["one"]).format(answer=ANSWER, tools="\n".join(lines))
    found: list[BaseMessage] = [
        SystemMessage(prompt.text + form, name=prompt.name),
        HumanMessage(canonical(question.inputs).decode()),
    ]
    said = _native if native and question.tools else _plain
    wires = _wires(question)
    for turn, exchange in enumerate(question.exchanges):
        found += said(exchange, turn, wires)
    return found


def schema_of(question: Question) -> dict[str, Any]:
    """What one message must be: the answer, or with tools a call of one of them."""
    if not question.tools:
        return _inlined(question.answer.model_json_schema())
    calls = [
        {
            "type": "object",
            "properties": {"tool": {"const": f["name"]}, "arguments": f["parameters"]},
            "required": ["tool", "arguments"],
            "additionalProperties": False,
        }
        for f in functions_of(question, wire=False)
    ]
    return {"anyOf": calls}


def functions_of(question: Question, *, wire: bool = True) -> list[dict[str, Any]]:
    """The tools, and the answer as one more: name, description, schema of the arguments.

    `wire`: under names that every provider takes.
    """
    names = _wires(question)
    every = [(tool.name, tool.text, tool.args) for tool in question.tools]
    every.append((ANSWER, "Give the answer.", question.answer))
    return [
        {
            "name": names[name] if wire else name,
            "description": text,
            "parameters": _inlined(kind.model_json_schema()),
        }
        for name, text, kind in every
    ]


def message_of(said: AIMessage, question: Question, settings: Settings) -> Message:
    """What the model said, as we keep it. Never raises: what cannot be read is a fault."""
    text = str(said.text).encode("utf-8", "replace").decode()[:_KEPT]
    meta = cast("Mapping[str, Any]", said.response_metadata)
    ends = (str(meta.get(k)) for k in ("finish_reason", "stop_reason", "done_reason"))
    if fault := next((_ENDS[end] for end in ends if end in _ENDS), ""):
        return Message(text=text, fault=fault)
    if not question.tools:
        return Message(text=text)
    return _chosen(text) if settings.tools == "json-schema" else _called(said, text, question)


def _called(said: AIMessage, text: str, question: Question) -> Message:
    """Calls in the endpoint's own form."""
    calls = tuple(_calls(said, question))
    if len(calls) > _CALLS:
        return Message(text=text, fault=f"{len(calls)} calls in one message: none made")
    return Message(text=text, calls=calls, fault="" if calls else "no tool was called")


def _chosen(text: str) -> Message:
    """One call as a JSON object."""
    try:
        found = strict_object(text)
    except Unfit as error:
        return Message(text=text, fault=str(error))
    args = found.get("arguments")
    if found.keys() != {"tool", "arguments"} or not isinstance(args, dict):
        return Message(text=text, fault='no object with "tool" and "arguments" alone')
    return Message(calls=(_proposed(str(found["tool"]), cast("dict[str, Any]", args)),))


def _calls(said: AIMessage, question: Question) -> Iterator[Proposed]:
    """The calls in their order; those whose arguments are no JSON object come last."""
    names = {wire: name for name, wire in _wires(question).items()}
    for call in said.tool_calls:
        yield _proposed(names.get(call["name"], call["name"]), call["args"])
    for broken in said.invalid_tool_calls:
        name = str(broken.get("name") or "")
        tool = names.get(name, name)[:128]
        yield Proposed(tool=_plain_text(tool), fault="the arguments are no JSON object")


def _proposed(tool: str, args: dict[str, Any]) -> Proposed:
    name = _plain_text(tool[:128])
    try:
        return Proposed(tool=name, args=json.loads(canonical(args)))
    except (ValueRefused, ValueError) as error:
        return Proposed(tool=name, fault=str(error)[:300])


def _plain_text(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def _native(exchange: Exchange, turn: int, wires: Mapping[str, str]) -> Iterator[BaseMessage]:
    calls = exchange.said.calls
    yield AIMessage(
        exchange.said.text or ("" if calls else "-"),
        tool_calls=[
            {"name": wires.get(c.tool, "unknown"), "args": c.args, "id": f"call-{turn}-{i}"}
            for i, c in enumerate(calls)
        ],
    )
    for i, told in enumerate(exchange.told):
        text = canonical(told.said).decode()
        yield ToolMessage(text, tool_call_id=f"call-{turn}-{i}") if calls else HumanMessage(text)


def _plain(exchange: Exchange, turn: int, wires: Mapping[str, str]) -> Iterator[BaseMessage]:
    del turn, wires
    calls = [{"tool": c.tool, "arguments": c.args} for c in exchange.said.calls]
    text = canonical(calls[0]).decode() if calls else exchange.said.text
    yield AIMessage(text or "-")
    for told in exchange.told:
        yield HumanMessage(canonical(told.said).decode())


def _wires(question: Question) -> dict[str, str]:
    """Our names as providers take them: no dots, 64 characters; two of one form are told apart."""
    wires: dict[str, str] = {}
    for name in (*(t.name for t in question.tools), ANSWER):
        wire = name.replace(".", "__")[:60]
        taken = sum(w.startswith(wire) for w in wires.values())
        wires[name] = f"{wire}_{taken}" if wire in wires.values() else wire
    return wires


def _inlined(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema without references, which some servers do not follow, and without titles.

    A title says a field's name once more: it costs tokens, and small models read it as a value.
    """
    known: dict[str, Any] = schema.get("$defs", {})

    def walk(node: object, above: Sequence[str]) -> object:
        if isinstance(node, list):
            return [walk(n, above) for n in cast("list[object]", node)]
        if not isinstance(node, dict):
            return node
        found = cast("dict[str, Any]", node)
        name = str(found.get("$ref", "")).rpartition("/")[2]
        if name:
            return {} if name in above else walk(known[name], (*above, name))
        return {k: walk(v, above) for k, v in found.items() if k != "$defs" and not _is_title(k, v)}

    return cast("dict[str, Any]", walk(schema, ()))


def _is_title(key: str, value: object) -> bool:
    """Whether this is a schema's title; a field of that name has a schema, not a text."""
    return key == "title" and isinstance(value, str)

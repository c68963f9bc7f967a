"""The vendors of the tests: each takes the request of its documentation and no other."""

import copy
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.model.vendors.anthropic import ANTHROPIC
from tests.model.vendors.mistral import MISTRAL
from tests.model.vendors.ollama import OLLAMA
from tests.model.vendors.openai import OPENAI
from tests.model.vendors.vendor import KEY, Body, Vendor

ARGS = {"type": "object", "properties": {"no": {"type": "string"}}, "required": ["no"]}
TOOL = {"type": "function", "function": {"name": "get", "description": "Get", "parameters": ARGS}}
USER = {"role": "user", "content": "What is A?"}
OPENAI_CALL = {"type": "function", "function": {"name": "get", "arguments": '{"no": "A"}'}}
REQUESTS: Mapping[str, Body] = {
    "openai-compatible": {
        "model": "m",
        "messages": [
            {"role": "system", "content": "Help."},
            USER,
            {"role": "assistant", "content": None, "tool_calls": [{"id": "c0", **OPENAI_CALL}]},
            {"role": "tool", "tool_call_id": "c0", "content": "100"},
        ],
        "max_tokens": 50,
        "tools": [TOOL],
        "tool_choice": "required",
    },
    "anthropic": {
        "model": "m",
        "max_tokens": 50,
        "system": "Help.",
        "messages": [
            USER,
            {
                "role": "assistant",
                "content": [
                    {"type": "text", "text": "I look it up."},
                    {"type": "tool_use", "id": "toolu_0", "name": "get", "input": {"no": "A"}},
                ],
            },
            {
                "role": "user",
                "content": [{"type": "tool_result", "tool_use_id": "toolu_0", "content": "100"}],
            },
        ],
        "tools": [{"name": "get", "description": "Get", "input_schema": ARGS}],
        "tool_choice": {"type": "any"},
    },
    "mistral": {
        "model": "m",
        "messages": [
            {"role": "system", "content": "Help."},
            USER,
            {"role": "assistant", "tool_calls": [{"id": "abcDEF123", **OPENAI_CALL}]},
            {"role": "tool", "tool_call_id": "abcDEF123", "name": "get", "content": "100"},
        ],
        "max_tokens": 50,
        "temperature": 0,
        "tools": [TOOL],
        "tool_choice": "any",
    },
    "ollama": {
        "model": "m",
        "messages": [
            USER,
            {
                "role": "assistant",
                "content": "",
                "tool_calls": [{"function": {"name": "get", "arguments": {"no": "A"}}}],
            },
            {"role": "tool", "tool_name": "get", "content": "100"},
        ],
        "stream": False,
        "tools": [TOOL],
        "options": {"num_predict": 50, "temperature": 0},
    },
}
VENDORS = {v.provider: v for v in (OPENAI, ANTHROPIC, MISTRAL, OLLAMA)}


def asked(vendor: Vendor, body: Body, key: str = KEY, path: str = "") -> tuple[int, str] | None:
    """How the vendor refuses this request."""
    heads = {"authorization": f"Bearer {key}", **vendor.wants}
    return vendor.refuses(path or vendor.path, heads, body)


@pytest.mark.parametrize("provider", VENDORS)
def test_a_request_as_documented_is_taken(provider: str) -> None:
    """With the right key, at the right place; else 401 and 404."""
    vendor, body = VENDORS[provider], REQUESTS[provider]
    assert asked(vendor, body) is None
    assert (asked(vendor, body, key="other") or (0,))[0] == 401
    assert (asked(vendor, body, path="/v2") or (0,))[0] == 404


Mar = Callable[[Any], object]
MARS: tuple[tuple[str, Mar, str], ...] = (
    ("openai-compatible", lambda b: b["messages"].pop(), "results of"),
    ("openai-compatible", lambda b: b["messages"].pop(2), "no call"),
    ("openai-compatible", lambda b: b.update(n_ctx=1), "n_ctx"),
    ("openai-compatible", lambda b: b.update(tool_choice="any"), "any"),
    ("anthropic", lambda b: b.update(temperature=1), "temperature"),
    ("anthropic", lambda b: b.pop("max_tokens"), "max_tokens"),
    ("anthropic", lambda b: b.update(tool_choice="any"), "any"),
    ("anthropic", lambda b: b.pop("tools"), "with tools"),
    ("anthropic", lambda b: b["messages"].pop(0), "of the user"),
    ("anthropic", lambda b: b["messages"].pop(), "results of"),
    ("anthropic", lambda b: b["messages"].insert(2, USER), "results of"),
    ("anthropic", lambda b: b["messages"][2]["content"].insert(0, TEXT), "come first"),
    ("anthropic", lambda b: b["messages"][1]["content"].insert(0, {**TEXT, "text": ""}), ""),
    ("anthropic", lambda b: b["tools"][0]["input_schema"].update(anyOf=[{}]), "False"),
    ("anthropic", lambda b: b["tools"].append(b["tools"][0]), "unique"),
    ("anthropic", lambda b: b.update(output_config=held(ARGS)), "additionalProperties"),
    ("anthropic", lambda b: b.update(output_config=held({"maxLength": 1})), "maxLength"),
    ("mistral", lambda b: b.update(temperature=2), "maximum"),
    ("mistral", lambda b: b.update(top_p=0.5), "greedy"),
    ("mistral", lambda b: b["messages"][2]["tool_calls"][0].update(id="call_0"), ""),
    ("mistral", lambda b: b["messages"][3].update(tool_call_id="000000000"), "results of"),
    ("mistral", lambda b: b["messages"].append(USER), "after role 'tool'"),
    ("mistral", lambda b: b["messages"].pop(), "last role"),
    ("mistral", lambda b: b["messages"].insert(2, {"role": "assistant", "content": ""}), "either"),
    ("mistral", lambda b: b.update(max_completion_tokens=1), "max_completion_tokens"),
    ("ollama", lambda b: b["messages"].pop(), "as many results"),
    ("ollama", lambda b: b["messages"][1]["tool_calls"][0]["function"].update(arguments="{}"), ""),
    ("ollama", lambda b: b.update(tool_choice="any"), "tool_choice"),
    ("ollama", lambda b: b.update(options={"max_tokens": 5}), "max_tokens"),
)
TEXT = {"type": "text", "text": "And:"}


def held(schema: Body) -> Body:
    """Held to this schema."""
    return {"format": {"type": "json_schema", "schema": schema}}


@pytest.mark.parametrize(("provider", "mar", "why"), MARS)
def test_any_other_request_is_refused(provider: str, mar: Mar, why: str) -> None:
    """As the vendor would, and for that reason."""
    body = copy.deepcopy(REQUESTS[provider])
    mar(body)
    status, text = asked(VENDORS[provider], body) or (0, "")
    assert status == 400
    assert why in text

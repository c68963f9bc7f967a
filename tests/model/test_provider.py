"""Providers: what a model is made of, tried on loopback with the real clients."""

import asyncio
import json
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from leitstand.errors import ModelRefused, SecretMissing
from leitstand.model import (
    Chat,
    Counter,
    Library,
    Prompt,
    Question,
    Settings,
    Spoken,
    Unanswered,
)
from leitstand.values import Frozen
from tests.desk.endpoint import http, of, serving
from tests.guard.scene import find, get
from tests.model.vendors.anthropic import ANTHROPIC
from tests.model.vendors.mistral import MISTRAL
from tests.model.vendors.ollama import OLLAMA
from tests.model.vendors.openai import OPENAI
from tests.model.vendors.vendor import KEY, Body, Vendor

PROMPT = Prompt(
    name="say",
    version="1",
    owner="tests",
    purpose="says a word",
    released="draft",
    budget=1_000,
    inputs=("no",),
    text="Say it.",
    sha="0" * 64,
)
YES = '{"word": "yes"}'
each = pytest.mark.parametrize(
    "vendor", [OPENAI, ANTHROPIC, MISTRAL, OLLAMA], ids=lambda v: v.provider
)


class Word(Frozen):
    """An answer."""

    word: str


QUESTION = Question("say", {"no": 1}, Word)


def chat_of(vendor: Vendor, url: str, **more: object) -> Chat:
    """A chat with a vendor."""
    given: dict[str, Any] = {"provider": vendor.provider, "model": "m", "base_url": url}
    return Chat("one", Settings.model_validate({**given, **more}), Counter())


async def ask(chat: Chat, question: Question = QUESTION) -> Spoken:
    """What is said."""
    return await chat.prepare(PROMPT, question).send()


class Keeping(BaseHTTPRequestHandler):
    """An endpoint that keeps its connections open as long as the other side does."""

    protocol_version = "HTTP/1.1"
    seen: list[tuple[str, int]]
    said: bytes

    def do_POST(self) -> None:
        """Answer, and note where from it was asked."""
        self.rfile.read(int(self.headers["content-length"]))
        self.seen.append(self.client_address)
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(self.said)))
        self.end_headers()
        self.wfile.write(self.said)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Say nothing."""


@pytest.fixture
def endpoint(vendor: Vendor) -> Iterator[tuple[str, list[tuple[str, int]]]]:
    """Its address, and where it was asked from."""
    said = json.dumps(vendor.said(YES)).encode()
    handler = type("Handler", (Keeping,), {"seen": [], "said": said})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}{vendor.root}", handler.seen
        server.shutdown()
        thread.join()


@pytest.mark.slow
@each
def test_two_event_loops_share_no_connection(
    vendor: Vendor, endpoint: tuple[str, list[tuple[str, int]]]
) -> None:
    """A process that runs one loop after the other is answered in each, at the first attempt."""
    url, seen = endpoint
    one = chat_of(vendor, url)
    said = [asyncio.run(ask(chat)).message.text for chat in (one, one, chat_of(vendor, url))]
    assert said == [YES] * 3
    assert len(set(seen)) == 3


@each
def test_a_package_that_is_missing_is_named(
    vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the command that brings it, wherever the model is first needed."""
    extra = {"openai-compatible": "openai"}.get(vendor.provider, vendor.provider)
    package = {"mistral": "mistralai"}.get(extra, extra)
    monkeypatch.setitem(sys.modules, f"langchain_{package}", None)
    chat = chat_of(vendor, "http://127.0.0.1:1")
    with pytest.raises(ModelRefused) as raised:
        asyncio.run(ask(chat))
    ((severity, lacks),) = Library(chats={"one": chat}).lacking()
    assert severity == "error"
    for error in (raised.value, lacks):
        assert str(error) == (
            f"LS650 in models.one: `{vendor.provider}` needs the package `langchain-{package}`"
            f" (pip install 'leitstand[{extra}]')"
        )


@each
def test_a_key_that_is_missing_is_named(vendor: Vendor, monkeypatch: pytest.MonkeyPatch) -> None:
    """By its variable; no other that a library may look for is taken in its place."""
    for name in ("OPENAI", "ANTHROPIC", "MISTRAL", "OLLAMA"):
        monkeypatch.setenv(f"{name}_API_KEY", "of somebody else")
    chat = chat_of(vendor, "http://127.0.0.1:1", key_env="NOT_SET_ANYWHERE")
    with pytest.raises(SecretMissing, match="NOT_SET_ANYWHERE"):
        asyncio.run(ask(chat))
    ((severity, lacks),) = Library(chats={"one": chat}).lacking()
    assert (severity, lacks.where) == ("note", "models.one")


ELSEWHERE = (
    *("ANTHROPIC_API_URL", "ANTHROPIC_BASE_URL", "MISTRAL_BASE_URL", "OLLAMA_HOST"),
    *("OPENAI_API_BASE", "OPENAI_BASE_URL", "LANGSMITH_GATEWAY"),
)
HOMES = {
    "anthropic": ("anthropic_api_url", "https://api.anthropic.com"),
    "mistral": ("endpoint", "https://api.mistral.ai/v1"),
    "ollama": ("base_url", "http://127.0.0.1:11434"),
}


@each
async def test_the_settings_alone_say_where_and_with_which_key(
    vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever variables of the libraries say; without an address it is the vendor's own (R35)."""
    for name in ELSEWHERE:
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    for name in ("OPENAI", "ANTHROPIC", "MISTRAL", "OLLAMA", "LANGSMITH_GATEWAY"):
        monkeypatch.setenv(f"{name}_API_KEY", "of somebody else")
    monkeypatch.setenv("ANTHROPIC_AUTH_TOKEN", "of somebody else")
    monkeypatch.setenv("VENDOR_KEY", KEY)
    async with serving(of(vendor.said(YES)), vendor=vendor) as endpoint:
        assert (await ask(chat_of(vendor, endpoint.url, key_env="VENDOR_KEY"))).message.text == YES
    if vendor.provider in HOMES:
        field, home = HOMES[vendor.provider]
        assert getattr(chat_of(vendor, "").model, field) == home


MORE: dict[str, Body] = {
    "openai-compatible": {"stream": False},
    "anthropic": {"service_tier": "standard_only"},
    "mistral": {"random_seed": 7},
    "ollama": {"think": False, "keep_alive": "10m", "options": {"num_ctx": 8_192}},
}


@each
@pytest.mark.parametrize("tools", [(), (get, find)], ids=["ask", "agent"])
async def test_what_is_set_beside_goes_into_every_request(
    vendor: Vendor, tools: tuple[Any, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it is, beside what we send: limits stay."""
    monkeypatch.setenv("VENDOR_KEY", KEY)
    more, question = MORE[vendor.provider], replace(QUESTION, tools=tools)
    async with serving(of(vendor.said(YES)), vendor=vendor) as endpoint:
        settings = {"key_env": "VENDOR_KEY", "extra_body": more, "max_tokens": 50}
        await ask(chat_of(vendor, endpoint.url, **settings), question)
        (asked,) = endpoint.asked
    assert vendor.seen(asked).most == 50
    assert asked.get("stream", False) is False
    for name, value in more.items():
        given = asked[name]
        assert value == given or value.items() <= given.items()


@pytest.mark.parametrize(
    ("vendor", "key", "end"),
    [
        (OPENAI, "finish_reason", "content_filter"),
        (ANTHROPIC, "stop_reason", "refusal"),
        (ANTHROPIC, "stop_reason", "model_context_window_exceeded"),
        (MISTRAL, "finish_reason", "error"),
        (MISTRAL, "finish_reason", "model_length"),
        (OLLAMA, "done_reason", "length"),
    ],
)
async def test_an_answer_that_did_not_come_to_its_end_is_none(
    vendor: Vendor, key: str, end: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However whole it looks."""
    monkeypatch.setenv("VENDOR_KEY", KEY)
    said = vendor.said(YES)
    said.get("choices", [said])[0][key] = end
    async with serving(of(said), vendor=vendor) as endpoint:
        spoken = await ask(chat_of(vendor, endpoint.url, key_env="VENDOR_KEY"))
    assert spoken.message.fault


async def test_ollama_may_load_first_and_may_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    """That the model was loaded is no answer, nor are lines that nobody asked for."""
    monkeypatch.setenv("VENDOR_KEY", KEY)
    loaded = of({**OLLAMA.said("", end="load"), "eval_count": 0})
    lines = [{**OLLAMA.said('{"word": '), "done": False}, OLLAMA.said('"yes"}')]
    streamed = http("200 OK", "\n".join(map(json.dumps, lines)).encode())
    for answer in (loaded, streamed):
        async with serving(answer, vendor=OLLAMA) as endpoint:
            with pytest.raises(Unanswered) as raised:
                await ask(chat_of(OLLAMA, endpoint.url, key_env="VENDOR_KEY"))
        assert raised.value.again

"""Providers: what a model is made of, tried on loopback with the real client."""

import asyncio
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from leitstand.model import Chat, Counter, Prompt, Question, Settings, Spoken
from leitstand.values import Frozen

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


class Word(Frozen):
    """An answer."""

    word: str


class Keeping(BaseHTTPRequestHandler):
    """An endpoint that keeps its connections open as long as the other side does."""

    protocol_version = "HTTP/1.1"
    seen: list[tuple[str, int]]

    def do_POST(self) -> None:
        """Answer, and note where from it was asked."""
        self.rfile.read(int(self.headers["content-length"]))
        self.seen.append(self.client_address)
        message = {"role": "assistant", "content": '{"word": "yes"}'}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        body = {"id": "1", "object": "chat.completion", "created": 1, "model": "m"}
        whole = json.dumps({**body, "choices": [choice]}).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(whole)))
        self.end_headers()
        self.wfile.write(whole)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Say nothing."""


@pytest.fixture
def endpoint() -> Iterator[tuple[str, list[tuple[str, int]]]]:
    """Its address, and where it was asked from."""
    handler = type("Handler", (Keeping,), {"seen": []})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/v1", handler.seen
        server.shutdown()
        thread.join()


def test_two_event_loops_share_no_connection(
    endpoint: tuple[str, list[tuple[str, int]]],
) -> None:
    """A process that runs one loop after the other is answered in each, at the first attempt."""
    url, seen = endpoint
    given = {"provider": "openai-compatible", "model": "m", "base_url": url}

    async def ask() -> Spoken:
        chat = Chat("one", Settings.model_validate(given), Counter())
        return await chat.prepare(PROMPT, Question("say", {"no": 1}, Word)).send()

    said = [asyncio.run(ask()).message.text for _ in range(3)]
    assert said == ['{"word": "yes"}'] * 3
    assert len(set(seen)) == 3

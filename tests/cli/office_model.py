"""The parcel office's project with an endpoint on loopback that answers as a test says."""

import json
import re
import shutil
import sys
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Command, Office, passphrases_in

__all__ = [
    "LETTER",
    "Asked",
    "Say",
    "Talk",
    "answering",
    "calls",
    "inside",
    "lay",
    "record",
    "refunds",
    "sound",
    "text",
]

PARCELS = Path(__file__).parent / "parcels"
LETTER = "lost.json"
PARCEL, SENDER = re.compile(r"[A-Z]{2}-\d{6}"), re.compile(r"\bS-\d{4}\b")
USED = {"prompt_tokens": 40, "completion_tokens": 9, "total_tokens": 49}
"""What each exchange takes."""


@dataclass(frozen=True)
class Asked:
    """One request: which prompt, in which turn, what was told, with which model and text."""

    prompt: str
    turn: int
    body: Mapping[str, Any]

    @property
    def seen(self) -> str:
        """Everything that was sent."""
        return " ".join(str(m["content"]) for m in self.body["messages"])

    @property
    def letter(self) -> str:
        """The letter that it is about."""
        return json.loads(self.body["messages"][1]["content"])["letter"]

    @property
    def parcel(self) -> str:
        """The parcel that the letter is about."""
        [found] = PARCEL.findall(self.letter)
        return found


Say = Callable[[Asked], Mapping[str, Any] | int]
"""The message that is answered with, or an HTTP status."""


def text(said: object) -> Mapping[str, Any]:
    """A message that is one JSON object."""
    return {"role": "assistant", "content": json.dumps(said, ensure_ascii=False)}


def calls(*made: tuple[str, Mapping[str, Any]]) -> Mapping[str, Any]:
    """A message that calls tools."""
    found = [
        {
            "id": f"c{n}",
            "type": "function",
            "function": {"name": name.replace(".", "__"), "arguments": json.dumps(args)},
        }
        for n, (name, args) in enumerate(made)
    ]
    return {"role": "assistant", "content": None, "tool_calls": found}


def sound(asked: Asked) -> Mapping[str, Any]:
    """A model that does all of it right, whatever people and parcels are called."""
    if asked.prompt == "sort":
        wish = "praise" if "Dank" in asked.letter else "refund"
        return text({"wish": wish, "parcel": asked.parcel})
    if asked.turn == 0:
        return calls(("parcel.sender.find", {"name": " ".join(asked.letter.split()[-2:])}))
    if asked.turn == 1:
        return refunds(asked)
    return calls(("answer", {"said": f"{asked.parcel}: 30 Euro"}))


def refunds(asked: Asked, cents: int = 3000) -> Mapping[str, Any]:
    """The refund of a parcel to the sender who was found."""
    [sender] = SENDER.findall(asked.seen)[-1:]
    refund = {"sender_id": sender, "parcel": asked.parcel, "cents": cents}
    return calls(("parcel.refund.pay", refund))


@dataclass
class Talk:
    """The endpoint: what it says, and what it was asked."""

    say: Say
    url: str = ""
    asked: list[Asked] = field(default_factory=list[Asked])
    office: Office = field(init=False)

    def answer(self, body: Mapping[str, Any]) -> tuple[int, bytes]:
        """One exchange."""
        said = body["messages"]
        system = str(said[0]["content"])
        turn = sum(m["role"] == "assistant" for m in said)
        asked = Asked("sort" if "sort letters" in system else "serve", turn, body)
        self.asked.append(asked)
        message = self.say(asked)
        if isinstance(message, int):
            return message, b"{}"
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        head = {"id": "1", "object": "chat.completion", "created": 1, "model": body["model"]}
        return 200, json.dumps({**head, "choices": [choice], "usage": USED}).encode()


@contextmanager
def answering(say: Say = sound) -> Generator[Talk]:
    """An endpoint on a free port, in a thread of its own."""
    talk = Talk(say)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            size = int(self.headers["content-length"])
            status, body = talk.answer(json.loads(self.rfile.read(size)))
            self.send_response(status)
            self.send_header("content-type", "application/json")
            if status == 429:
                self.send_header("retry-after", "0")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's own name
            del format, args

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    talk.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield talk
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def lay(folder: Path, url: str) -> None:
    """Lay a copy of the project into a folder; it talks to this endpoint."""
    shutil.copytree(PARCELS, folder, ignore=shutil.ignore_patterns("__pycache__", "var"))
    table = folder / "leitstand.toml"
    table.write_text(table.read_text("utf-8").replace("http://127.0.0.1:9/v1", url), "utf-8")


def record(folder: Path, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work both letters with the model as it is, let Ben approve the refund, and record them."""
    demo = command("demo")
    assert demo.code == 0, demo.err
    at = Office(folder / "var" / "demo", command, passphrases_in(demo.err), monkeypatch)
    decided = at("approve", at.waiting(LETTER), person="ben.krueger")
    assert decided.code == 0, decided.err
    for title, name in ((LETTER, "lost"), ("praise.json", "praise")):
        done = at("eval", "record", title, "--as", name)
        assert done.code == 0, done.err


@contextmanager
def inside(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[None]:
    """Work in a copy of the project: its modules are loaded from there."""
    known = [p for p in sys.path if not (Path(p) / "serving.py").is_file()]
    monkeypatch.setattr(sys, "path", known)
    monkeypatch.chdir(folder)
    for name in ("parcels", "serving"):
        sys.modules.pop(name, None)
    try:
        yield
    finally:
        for name in ("parcels", "serving"):
            sys.modules.pop(name, None)

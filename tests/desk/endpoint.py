"""An endpoint on loopback that answers as a test says, and notes what it was asked.

What its vendor would not take it refuses, as that vendor does; `serving` then fails the test.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.model.vendors.openai import OPENAI
from tests.model.vendors.vendor import Body, Vendor

__all__ = ["Endpoint", "http", "of", "serving"]


def http(status: str, body: bytes, *headers: str, length: int | None = None) -> bytes:
    """A response; with another `length` than the body's it is cut off."""
    size = len(body) if length is None else length
    rows = [f"HTTP/1.1 {status}", "content-type: application/json", f"content-length: {size}"]
    return "\r\n".join([*rows, "connection: close", *headers, "", ""]).encode() + body


def of(body: Body, status: int = 200, *headers: str) -> bytes:
    """The response with this body."""
    return http(f"{status} Told", json.dumps(body).encode(), *headers)


@dataclass
class Endpoint:
    """Answers in turn, the last one for ever; None is no answer at all.

    `asked` are the bodies of requests, `refused` why the vendor would not have answered.
    """

    vendor: Vendor
    answers: Sequence[bytes | None]
    asked: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    refused: list[str] = field(default_factory=list[str])
    url: str = ""

    def begin(self, *answers: bytes | None) -> None:
        """Answer so from now on, and forget what was asked."""
        self.answers = answers
        self.asked.clear()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request."""
        try:
            first, *rows = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            pairs = (row.partition(": ") for row in rows if row)
            heads = {name.lower(): value for name, _, value in pairs}
            body = json.loads(await reader.readexactly(int(heads["content-length"])))
            answer = self._answer(first.split()[1], heads, body)
            if answer is None:
                await reader.read()  # Until the other side has gone.
            else:
                writer.write(answer)
                await writer.drain()
        finally:
            writer.close()

    def _answer(self, path: str, heads: Mapping[str, str], body: Body) -> bytes | None:
        self.asked.append(body)
        if refusal := self.vendor.refuses(path, heads, body):
            self.refused.append(refusal[1])
            return of(self.vendor.failed(*refusal), refusal[0])
        return self.answers[min(len(self.asked), len(self.answers)) - 1]


@asynccontextmanager
async def serving(*answers: bytes | None, vendor: Vendor = OPENAI) -> AsyncGenerator[Endpoint]:
    """An endpoint on a free port."""
    endpoint = Endpoint(vendor, answers)
    server = await asyncio.start_server(endpoint.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    endpoint.url = f"http://127.0.0.1:{port}{vendor.root}"
    try:
        yield endpoint
    finally:
        server.close()
    assert not endpoint.refused

"""An endpoint on loopback that answers as a test says, and notes what it was asked."""

import asyncio
import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Endpoint", "completion", "http", "serving"]


def http(status: str, body: bytes, *headers: str, length: int | None = None) -> bytes:
    """A response; with another `length` than the body's it is cut off."""
    size = len(body) if length is None else length
    rows = [f"HTTP/1.1 {status}", "content-type: application/json", f"content-length: {size}"]
    return "\r\n".join([*rows, "connection: close", *headers, "", ""]).encode() + body


def completion(text: str | None = None, *calls: tuple[str, str], end: str = "stop") -> bytes:
    """A chat completion: a text, or calls by name and arguments as JSON."""
    made = [
        {"id": f"c{i}", "type": "function", "function": {"name": name, "arguments": args}}
        for i, (name, args) in enumerate(calls)
    ]
    message: dict[str, Any] = {"role": "assistant", "content": text}
    message |= {"tool_calls": made} if made else {}
    body = {
        "id": "1",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [{"index": 0, "message": message, "finish_reason": end}],
        "usage": {"prompt_tokens": 40, "completion_tokens": 9, "total_tokens": 49},
    }
    return http("200 OK", json.dumps(body).encode())


@dataclass
class Endpoint:
    """Answers in turn, the last one for ever; None is no answer at all."""

    answers: Sequence[bytes | None]
    asked: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    url: str = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request."""
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            rows = head.decode().lower().split("\r\n")
            size = next(int(r[15:]) for r in rows if r.startswith("content-length:"))
            self.asked.append(json.loads(await reader.readexactly(size)))
            answer = self.answers[min(len(self.asked), len(self.answers)) - 1]
            if answer is None:
                await reader.read()  # Until the other side has gone.
            else:
                writer.write(answer)
                await writer.drain()
        finally:
            writer.close()


@asynccontextmanager
async def serving(*answers: bytes | None) -> AsyncGenerator[Endpoint]:
    """An endpoint on a free port."""
    endpoint = Endpoint(answers)
    server = await asyncio.start_server(endpoint.serve, "127.0.0.1", 0)
    endpoint.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    try:
        yield endpoint
    finally:
        server.close()

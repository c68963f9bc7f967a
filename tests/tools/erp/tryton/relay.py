"""A relay before Tryton that breaks the line at a request of the test's choice."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal

import httpx

from tests.tools.erp.tryton.server import Server

When = Literal["before", "after"]
"""The server dies before it has the request, or after it has answered: nobody hears of either."""


@dataclass
class Relay:
    """Passes requests on; the first that starts with `fatal` kills the server."""

    server: Server
    fatal: str
    when: When
    port: int = 0
    seen: list[str] = field(default_factory=list[str])

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass on what comes over one line, until it breaks."""
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                method, path, _ = head.split(b"\r\n")[0].decode().split(" ")
                headers = httpx.Headers(
                    [tuple(h.split(b": ", 1)) for h in head.split(b"\r\n")[1:] if h]  # pyright: ignore[reportArgumentType] - pairs
                )
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                answer = await self._passed(method, path, headers, body)
                if answer is None:
                    return
                writer.write(answer)
                await writer.drain()
        except asyncio.IncompleteReadError:
            return
        finally:
            writer.close()

    async def _passed(
        self, method: str, path: str, headers: httpx.Headers, body: bytes
    ) -> bytes | None:
        request = f"{method} {path.partition('?')[0]}"
        fatal = bool(self.fatal) and request.startswith(self.fatal)
        self.seen.append(request)
        if fatal and self.when == "before":
            return self._die()
        async with httpx.AsyncClient(trust_env=False, timeout=60) as http:
            found = await http.request(
                method, self.server.url + path, content=body, headers=headers
            )
        if fatal:
            return self._die()
        kind = found.headers.get("content-type", "text/plain")
        head = f"HTTP/1.1 {found.status_code} Told\r\ncontent-type: {kind}\r\n"
        return f"{head}content-length: {len(found.content)}\r\n\r\n".encode() + found.content

    def _die(self) -> None:
        self.fatal = ""
        self.server.kill()


@asynccontextmanager
async def relay(server: Server, fatal: str, when: When) -> AsyncGenerator[Relay]:
    """A relay on a free port; gone afterwards."""
    found = Relay(server, fatal, when)
    listening = await asyncio.start_server(found.serve, "127.0.0.1", 0)
    found.port = listening.sockets[0].getsockname()[1]
    async with listening:
        yield found

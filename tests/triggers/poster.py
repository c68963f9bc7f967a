"""Another system that posts, signing as the specification says, and a server to post to."""

import asyncio
import hashlib
import hmac
import time
from base64 import b64encode
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx

from leitstand.project import Project
from leitstand.triggers import open_triggers
from leitstand.web import listen, open_site, serve
from tests.triggers.house import entering, opened

KEY, OTHER = b"k" * 32, b"o" * 32
NAME = "SHOP_WEBHOOK"
JSON = "application/json"


def secret(key: bytes = KEY) -> str:
    """A key as the specification writes it."""
    return f"whsec_{b64encode(key).decode()}"


def signature(key: bytes, name: str, at: str, body: bytes) -> str:
    """By hand, and not by what is tested."""
    said = name.encode() + b"." + at.encode() + b"." + body
    return "v1," + b64encode(hmac.new(key, said, hashlib.sha256).digest()).decode()


def headers_for(
    body: bytes, name: str = "msg_1", keys: Sequence[bytes] = (KEY,), late: int = 0
) -> dict[str, str]:
    """The three headers; `late` are seconds by which the sender's clock is behind."""
    at = str(int(time.time()) - late)
    signed = " ".join(signature(key, name, at, body) for key in keys)
    return {"webhook-id": name, "webhook-timestamp": at, "webhook-signature": signed}


@dataclass
class Poster:
    """Posts to a server on loopback, `host` and `port` for those who speak HTTP by hand."""

    http: httpx.AsyncClient
    port: int

    async def post(
        self,
        body: bytes = b'{"order": 4711}',
        name: str = "msg_1",
        *,
        hook: str = "orders",
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """A request; `headers` go before those that are right."""
        right = {"content-type": JSON, **headers_for(body, name)}
        return await self.http.post(
            f"/webhooks/{hook}", content=body, headers={**right, **(headers or {})}
        )

    async def by_hand(self, *pieces: bytes) -> bytes:
        """What is answered to these bytes; the connection stays open as if more were to come."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            for piece in pieces:
                writer.write(piece)
                with suppress(ConnectionError):  # It was refused before all was sent.
                    await writer.drain()
            return await reader.readuntil(b"\r\n\r\n")
        finally:
            writer.close()


@asynccontextmanager
async def posting(
    project: Project,
    state: Path,
    hooks: Mapping[str, Any] | None = None,
    rules: Mapping[str, int] | None = None,
    **parts: Any,  # noqa: ANN401 - whatever a project has
) -> AsyncGenerator[Poster]:
    """The shop, served on loopback by what serves it always.

    `rules` are those of all webhooks, `parts` of the project that stand in the place of the shop's.
    """
    known = hooks or {"orders": {"secret": f"env:{NAME}", "role": "buying"}}
    shop = replace(entering(project, {"webhooks": known, "webhook": rules or {}}), **parts)
    async with opened(shop, state) as leitstand, open_site(leitstand) as site:
        at = listen("127.0.0.1", 0)
        port = at.getsockname()[1]
        serving = asyncio.create_task(serve(site, at, open_triggers(leitstand)))
        try:
            url = f"http://127.0.0.1:{port}"
            async with httpx.AsyncClient(base_url=url, trust_env=False) as http:
                yield Poster(http, port)
        finally:
            serving.cancel()
            with suppress(asyncio.CancelledError):
                await serving

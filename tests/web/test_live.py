"""Live updates: what an open page hears, how little it costs, and that it ends in time."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import httpx
import pytest
from starlette.types import Message

from leitstand.web.live import Live, Stream
from tests.web.conftest import HEAD, Client, Server, hidden

pytestmark = pytest.mark.slow

CHANGED = b"event: changed\r\ndata: 1\r\n\r\n"


class Tab:
    """A page in somebody's browser: keeps what it was sent, until it is closed."""

    def __init__(self, method: str = "GET") -> None:
        self.scope = {"type": "http", "method": method}
        self.sent: list[Message] = []
        self.reads, self._closed = asyncio.Event(), asyncio.Event()
        self._came = asyncio.Condition()
        self.reads.set()

    @property
    def bodies(self) -> list[bytes]:
        """What stood in the stream."""
        return [m["body"] for m in self.sent if m.get("body")]

    async def receive(self) -> Message:
        """The browser says nothing, until it is gone."""
        await self._closed.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        """Takes what comes, as long as it reads."""
        await self.reads.wait()
        async with self._came:
            self.sent.append(message)
            self._came.notify_all()

    async def until(self, count: int) -> None:
        """Wait for so many messages."""
        async with self._came:
            await self._came.wait_for(lambda: len(self.sent) >= count)

    def close(self) -> None:
        """Close the page."""
        self._closed.set()


@asynccontextmanager
async def listening(live: Live, tab: Tab) -> AsyncGenerator["asyncio.Task[None]"]:
    """A page with its stream open, closed in the end."""
    stream = asyncio.create_task(Stream(live)(tab.scope, tab.receive, tab.send))
    await tab.until(1)
    try:
        yield stream
    finally:
        tab.close()
        await stream


@pytest.mark.anyio
async def test_every_open_page_hears_of_a_change(head: Client) -> None:
    """Two pages hear of one change, once each; a page that is closed is forgotten."""
    live, one, two = head.site.live, Tab(), Tab()
    async with listening(live, one) as stream:
        async with listening(live, two):
            live.changed()
            await one.until(2)
            await two.until(2)
            assert one.bodies == two.bodies == [CHANGED]
        live.changed()
        await one.until(3)
        assert two.bodies == [CHANGED]
        assert not stream.done()
    assert not live.streams


@pytest.mark.anyio
async def test_what_changes_while_a_page_does_not_read_is_told_once(head: Client) -> None:
    """A browser that takes its time holds nobody up, and hears of the news that came meanwhile."""
    live, slow, quick = head.site.live, Tab(), Tab()
    async with listening(live, slow), listening(live, quick):
        slow.reads.clear()
        for told in range(3):
            live.changed()
            await quick.until(told + 2)
        slow.reads.set()
        await slow.until(3)
        assert quick.bodies == [CHANGED] * 3
        assert slow.bodies == [CHANGED] * 2


@pytest.mark.anyio
async def test_an_idle_stream_says_that_it_is_there(
    head: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nothing happens a comment goes out now and then, which no page takes for news."""
    monkeypatch.setattr("leitstand.web.live.PING", 0.001)
    tab = Tab()
    async with listening(head.site.live, tab):
        await tab.until(3)
    assert all(body.startswith(b":") and body.endswith(b"\r\n\r\n") for body in tab.bodies)
    assert len(tab.bodies) >= 2


@pytest.mark.anyio
async def test_a_stream_is_two_tasks(head: Client) -> None:
    """There are hundreds of open pages: beside its request's own task each has one."""
    before = len(asyncio.all_tasks())
    async with listening(head.site.live, Tab()):
        await asyncio.sleep(0)
        assert len(asyncio.all_tasks()) == before + 2


@pytest.mark.anyio
async def test_a_stream_that_is_only_asked_about(head: Client) -> None:
    """HEAD tells what would come, and ends."""
    tab = Tab("HEAD")
    await Stream(head.site.live)(tab.scope, tab.receive, tab.send)
    assert dict(tab.sent[0]["headers"])[b"content-type"].startswith(b"text/event-stream")
    assert not tab.bodies


@pytest.mark.anyio
async def test_a_server_that_stops_ends_its_streams(head: Client) -> None:
    """Those that are open, and whatever is still opened after that."""
    live, open_, late = head.site.live, Tab(), Tab()
    async with listening(live, open_) as stream:
        live.end()
        await stream
        assert open_.sent[-1]["more_body"] is False
        await Stream(live)(late.scope, late.receive, late.send)
        assert not late.bodies


def test_an_open_page_does_not_hold_up_the_end(server: Server) -> None:
    """Told to end, the server ends its streams itself, and reports none that it had to cut off."""
    assert server.process is not None
    assert server.process.stderr is not None
    with httpx.Client(base_url=server.url) as http:
        token = hidden(http.get("/login").text, "token")
        name = {"name": HEAD, "passphrase": server.house.passphrases[HEAD]}
        assert http.post("/login", data={"token": token} | name).status_code == 303
        with http.stream("GET", "/live") as stream:
            assert stream.headers["content-type"].startswith("text/event-stream")
            server.process.terminate()
            assert b"".join(stream.iter_raw()).count(b"event:") <= 1
            server.process.wait(20)
    assert "Cancel" not in server.process.stderr.read()

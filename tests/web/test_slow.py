"""A slow system: whoever decides does not wait for it, nothing is lost, and the result appears."""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from leitstand.project import load_project
from leitstand.runtime import open_leitstand
from leitstand.web import Site, open_site
from tests.web.conftest import HEAD, SIMPLE, Client, House, client_of, hidden
from tools.erp.embedded import EmbeddedErp

pytestmark = pytest.mark.slow

PATIENCE = 0.3
BOUND = PATIENCE + 1.0
"""Seconds; what two shared cores take for a page is in it."""


class Slow:
    """An ERP that posts when it is told to: `go`. It counts what it was asked to post."""

    def __init__(self) -> None:
        self.go, self.asked = asyncio.Event(), 0

    def around(self, post: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        """The real posting, in its own time."""

        async def waits(*given: Any) -> Any:  # noqa: ANN401 - as the port
            self.asked += 1
            await self.go.wait()
            return await post(*given)

        return waits


@asynccontextmanager
async def slow_house(
    house: House, root: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[tuple[Site, Slow]]:
    """The site over a state whose ERP is slow; pages wait for PATIENCE."""
    opened = await open_leitstand(load_project(root), state=house.state)
    leitstand = replace(opened, patience=PATIENCE)
    slow = Slow()
    with monkeypatch.context() as patch:
        patch.setattr(EmbeddedErp, "post_voucher", slow.around(EmbeddedErp.post_voucher))
        try:
            async with open_site(leitstand) as site:
                yield site, slow
        finally:
            slow.go.set()
            await leitstand.close()


def counted(house: House, what: str) -> int:
    """Rows of the journal."""
    with closing(sqlite3.connect(house.state / "journal.db")) as database:
        return int(database.execute(f"select count(*) from {what}").fetchone()[0])  # noqa: S608


async def decided(client: Client, path: str, seen: str) -> tuple[float, str]:
    """Approve; how long the answer took, and the page."""
    start = monotonic()
    answer = await client.post(f"{path}/decide", {"answer": "approve", "seen": seen})
    assert answer.status_code == 200
    return monotonic() - start, answer.text


async def test_a_decision_is_answered_once_it_is_stored(
    house: House, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Within the bound; the page says so and asks again by itself, or by a link; then it shows it.

    A second press does not send a second posting.
    """
    async with slow_house(house, root, monkeypatch) as (site, slow), client_of(site) as head:
        await head.login(HEAD, house.passphrases[HEAD])
        path, seen = await head.card(SIMPLE)
        before = counted(house, "signals")
        took, page = await decided(head, path, seen)
        assert took < BOUND
        assert counted(house, "signals") == before + 1
        assert "wird ausgeführt" in page
        assert f'hx-get="{path}/receipt"' in page
        assert f'href="{path}/receipt"' in page
        assert "2026-000001" not in page
        again = (await head.http.get(f"{path}/receipt")).text
        assert "wird ausgeführt" in again
        second = await head.post(f"{path}/decide", {"answer": "approve", "seen": seen})
        assert second.status_code == 409
        slow.go.set()
        await site.leitstand.runtime.run_until_idle()
        shown = (await head.http.get(f"{path}/receipt")).text
        assert "2026-000001" in shown
        assert "wird ausgeführt" not in shown
        assert slow.asked == 1


async def test_another_case_that_is_slow_keeps_nobody_waiting(
    house: House, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rejection that needs no slow system is answered with its result while another case runs."""
    async with slow_house(house, root, monkeypatch) as (site, slow), client_of(site) as head:
        await head.login(HEAD, house.passphrases[HEAD])
        path, seen = await head.card(SIMPLE)
        other, its = await head.card("AP-D33.xml")
        await decided(head, path, seen)
        assert slow.asked == 1
        start = monotonic()
        fields = {"answer": "reject", "seen": its, "reason": "liegt zweimal vor"}
        page = (await head.post(f"{other}/decide", fields)).text
        assert monotonic() - start < BOUND
        assert "liegt zweimal vor" in page
        assert "wird ausgeführt" not in page
        assert not slow.go.is_set()


async def test_what_is_under_way_at_the_end_is_not_lost(
    house: House, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process closes while the system works: what was sent comes home and is on record."""
    async with slow_house(house, root, monkeypatch) as (site, slow), client_of(site) as head:
        await head.login(HEAD, house.passphrases[HEAD])
        path, seen = await head.card(SIMPLE)
        await decided(head, path, seen)
        assert slow.asked == 1
    async with slow_house(house, root, monkeypatch) as (site, slow), client_of(site) as head:
        slow.go.set()
        await site.leitstand.runtime.run_until_idle()
        await head.login(HEAD, house.passphrases[HEAD])
        assert "2026-000001" in (await head.http.get(f"{path}/receipt")).text
        assert slow.asked == 0


async def test_several_cards_wait_once(
    house: House, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cards that are approved together share the wait."""
    async with slow_house(house, root, monkeypatch) as (site, slow), client_of(site) as head:
        await head.login(HEAD, house.passphrases[HEAD])
        found = [await head.card(title) for title in ("AP-D33.xml", "AP-D34.xml")]
        fields = {f"card.{path.rpartition('/')[2]}": seen for path, seen in found}
        start = monotonic()
        page = (await head.post("/batch", fields)).text
        assert monotonic() - start < BOUND
        assert page.count("wird ausgeführt") == 2
        slow.go.set()
        await site.leitstand.runtime.run_until_idle()
        assert slow.asked == 2
        for path, _ in found:
            assert "Gebucht als Beleg" in (await head.http.get(f"{path}/receipt")).text


async def test_a_receipt_is_of_ones_own_decision(head: Client) -> None:
    """Of a card that this person has not decided there is none."""
    path, _ = await head.card(SIMPLE)
    assert (await head.http.get(f"{path}/receipt")).status_code == 404
    assert hidden((await head.http.get(path)).text, "seen")

"""Deadlines: reminder, substitute, escalation over a holiday, restart; no timeout decides."""

import re
import sqlite3
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager, closing
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from leitstand.inbox import Notice
from leitstand.project import load_project
from leitstand.records import Absence
from leitstand.runtime import open_leitstand
from leitstand.web import Site, open_site
from tests.web.conftest import (
    CLERK,
    DIRECTOR,
    HEAD,
    OTHER_HEAD,
    SIMPLE,
    Hand,
    House,
    client_of,
    untouched,
)

pytestmark = pytest.mark.slow

RULES = {"remind_hours": 1, "escalate_hours": 2, "chain": ["managing_director"]}


def at(text: str) -> float:
    """A moment in Berlin."""
    zone = ZoneInfo("Europe/Berlin")
    return datetime.fromisoformat(text).replace(tzinfo=zone).timestamp()


OPENED = at("2026-06-03T15:30")
"""The Wednesday before Fronleichnam: half past three, with an hour and a half of work to come."""


class Told:
    """A channel that remembers what it was told."""

    def __init__(self) -> None:
        self.notices: list[Notice] = []

    async def tell(self, notice: Notice) -> None:
        """Remember."""
        self.notices.append(notice)

    def people(self, checkpoint: str, level: int) -> list[str]:
        """Who was told of a card."""
        return [n.person for n in self.notices if (n.checkpoint, n.level) == (checkpoint, level)]


@asynccontextmanager
async def watched(
    house: House,
    root: Path,
    clock: Hand,
    told: Told,
    *,
    own: bool = True,
    **rules: Any,  # noqa: ANN401
) -> AsyncGenerator[Site]:
    """A site with deadlines and a clock that the test moves; all cards were opened at OPENED.

    Without `own` the tenant's data set no deadlines: those of the project's table hold.
    """
    with closing(sqlite3.connect(house.state / "journal.db")) as database, database:
        database.execute("update checkpoints set opened = ?", (OPENED,))
    leitstand = await open_leitstand(load_project(root), state=house.state)
    data = {**leitstand.limits, **({"deadlines": {**RULES, **rules}} if own else {})}

    def limits(tenant: str) -> Mapping[str, Any]:
        return data

    leitstand.rules.limits = limits
    leitstand.rules.clock = clock
    try:
        async with open_site(leitstand, tell=told.tell) as site:
            yield site
    finally:
        await leitstand.close()


def card_of(house: House) -> str:
    """The card of the case that waits for one signature."""
    with closing(sqlite3.connect(house.state / "journal.db")) as database:
        query = (
            "select id from checkpoints join cases using (case_no)"
            " where title like ? and checkpoints.state = 'open'"
        )
        [(name,)] = database.execute(query, (f"%{SIMPLE}%",))
    return str(name)


async def test_a_reminder_and_one_alone(house: House, root: Path) -> None:
    """After an hour of work those who may decide are told, once, over a restart too."""
    clock, told, card = Hand(OPENED), Told(), card_of(house)
    async with watched(house, root, clock, told) as site:
        assert await site.reminders.look() == 0
        clock.now = at("2026-06-03T16:29")
        assert await site.reminders.look() == 0
        clock.now = at("2026-06-03T16:30")
        with untouched(house):
            assert await site.reminders.look() > 0
        assert sorted(told.people(card, 0)) == [HEAD, OTHER_HEAD]
        assert await site.reminders.look() == 0
    async with watched(house, root, clock, told) as site:
        assert await site.reminders.look() == 0
        assert len(told.people(card, 0)) == 2
        assert card in {n.checkpoint for n in await site.reminders.of(HEAD)}
        assert card not in {n.checkpoint for n in await site.reminders.of(CLERK)}


async def test_due_times_outlive_a_restart(house: House, root: Path) -> None:
    """What was set down stays, whatever the data say later; what came due meanwhile is told."""
    clock, told, card = Hand(OPENED), Told(), card_of(house)
    async with watched(house, root, clock, told) as site:
        await site.reminders.look()
    clock.now = at("2026-06-03T16:45")
    async with watched(house, root, clock, told, remind_hours=5) as site:
        await site.reminders.look()
    assert sorted(told.people(card, 0)) == [HEAD, OTHER_HEAD]


async def test_a_substitute_is_reminded_during_a_holiday(house: House, root: Path) -> None:
    """Whoever stands in then may decide, and hears of it."""
    clock, told, card = Hand(OPENED), Told(), card_of(house)
    async with watched(house, root, clock, told) as site:
        tenant = site.leitstand.tenant
        site.leitstand.directory.leave(
            Absence(
                tenant=tenant,
                person=HEAD,
                substitute="emil.voss",
                since=OPENED,
                until=OPENED + 86_400,
            )
        )
        await site.reminders.look()
        clock.now = OPENED + 3_600
        await site.reminders.look()
        assert sorted(told.people(card, 0)) == [HEAD, OTHER_HEAD, "emil.voss"]


@pytest.mark.parametrize(
    ("state", "before", "then"),
    [
        ("NW", "2026-06-05T08:29", "2026-06-05T08:30"),
        ("HH", "2026-06-04T08:29", "2026-06-04T08:30"),
    ],
)
async def test_escalation_over_a_holiday(
    house: House, root: Path, state: str, before: str, then: str
) -> None:
    """Fronleichnam is free in NW, not in HH; the next in the chain hears, and decides nothing."""
    clock, told, card = Hand(OPENED), Told(), card_of(house)
    async with watched(house, root, clock, told, state=state) as site:
        clock.now = at(before)
        await site.reminders.look()
        assert told.people(card, 1) == []
        assert await site.reminders.escalated(card) == ()
        clock.now = at(then)
        await site.reminders.look()
        assert told.people(card, 1) == [DIRECTOR]
        assert await site.reminders.escalated(card) == ("managing_director",)


async def test_no_timeout_decides(house: House, root: Path) -> None:
    """A year later all still waits; whoever was told has no more right than before (R18)."""
    clock, told, card = Hand(OPENED), Told(), card_of(house)
    async with watched(house, root, clock, told) as site, client_of(site) as director:
        await site.reminders.look()
        clock.now = OPENED + 365 * 86_400
        with untouched(house):
            assert await site.reminders.look() > 0
            assert await site.reminders.look() == 0
        await director.login(DIRECTOR, house.passphrases[DIRECTOR])
        inbox = (await director.http.get("/")).text
        assert f'href="/card/{card}">Weitergegeben: ' in inbox
        page = (await director.http.get(f"/card/{card}")).text
        assert "Die Frist ist überschritten; benachrichtigt: Geschäftsführung" in page
        assert "Mit der Frist wird weitergegeben, nicht entschieden." in page
        assert "Ben Krüger" in page
        assert 'name="answer"' not in page


async def test_what_is_decided_is_forgotten(house: House, root: Path) -> None:
    """No reminder of a card that was decided in time, and none that stays in a list."""
    clock, told, card = Hand(OPENED), Told(), card_of(house)
    async with watched(house, root, clock, told) as site:
        await site.reminders.look()
        clock.now = OPENED + 3_600
        await site.reminders.look()
        with closing(sqlite3.connect(house.state / "journal.db")) as database, database:
            database.execute("update checkpoints set state = 'used' where id = ?", (card,))
        assert card not in {n.checkpoint for n in await site.reminders.of(HEAD)}
        clock.now += 7 * 86_400
        await site.reminders.look()
        assert told.people(card, 1) == []
        with closing(sqlite3.connect(house.state / "web.db")) as database:
            for table in ("deadlines", "notices"):
                query = f"select count(*) from {table} where checkpoint = ?"  # noqa: S608
                assert database.execute(query, (card,)).fetchone() == (0,)


async def test_the_demo_has_deadlines(house: House, root: Path) -> None:
    """Those of the project's table: the card says when and who; a timeout tells, and never decides.

    Four hours of work from half past three are half past ten of the next day, which is none of rest
    in Bremen; eight are half past two.
    """
    clock, told, card = Hand(OPENED), Told(), card_of(house)
    async with watched(house, root, clock, told, own=False) as site, client_of(site) as head:
        await head.login(HEAD, house.passphrases[HEAD])
        page = (await head.http.get(f"/card/{card}")).text
        found = re.search(
            r"Erinnerung am [\d., :]+\. Weitergabe an Geschäftsführung am [\d., :]+", page
        )
        assert found, page
        assert "Mit der Frist wird weitergegeben, nicht entschieden." in page
        await site.reminders.look()
        clock.now = at("2026-06-04T10:29")
        with untouched(house):
            await site.reminders.look()
            assert told.notices == []
            clock.now = at("2026-06-04T10:30")
            await site.reminders.look()
            assert sorted(told.people(card, 0)) == [HEAD, OTHER_HEAD]
            assert told.people(card, 1) == []
            clock.now = at("2026-06-04T14:30")
            await site.reminders.look()
            assert told.people(card, 1) == [DIRECTOR]
        await head.login(HEAD, house.passphrases[HEAD])  # The session has ended by then.
        assert "benachrichtigt: Geschäftsführung" in (await head.http.get(f"/card/{card}")).text

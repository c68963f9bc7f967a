"""A system that was away: the case is tried again by itself, on record as that, till people act."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from leitstand.errors import ProjectRefused
from leitstand.inbox import handled_of, handling_line, open_dossier, since_of
from leitstand.project import load_project
from leitstand.runtime import open_leitstand
from leitstand.store import Limits
from leitstand.store.rebuild import rebuild
from leitstand.store.schema import cases
from tests.inbox.test_handling import DE, Depot, depot, folder

__all__ = ["depot", "folder"]


@dataclass
class Away:
    """A delivery that met an outage, and a clock that a test pushes."""

    depot: Depot
    ulid: str
    monkeypatch: pytest.MonkeyPatch
    now: float

    async def later(self, minutes: float) -> str:
        """So much later all that is due runs; the case's status then."""
        self.now += 60 * minutes
        self.hold()
        await self.depot.leitstand.runtime.run_until_idle()
        return await self.depot.status(self.ulid)

    def hold(self) -> None:
        """The store and the rules go by this clock, whoever opened them last."""
        leitstand = self.depot.leitstand
        for clock in (leitstand.store.clock, leitstand.rules.clock):
            self.monkeypatch.setattr(clock, "time", lambda: self.now)

    async def opened_anew(self, folder: Path) -> None:
        """The process ends, and another begins."""
        await self.depot.leitstand.close()
        self.depot.leitstand = await open_leitstand(load_project(folder), state=self.depot.state)
        self.hold()

    async def row(self) -> Any:  # noqa: ANN401 - a row
        """The case's row."""
        query = cases.select().where(cases.c.ulid == self.ulid)
        return await self.depot.leitstand.store.read(lambda c: c.execute(query).one())


@pytest.fixture
async def away(depot: Depot, monkeypatch: pytest.MonkeyPatch) -> Away:
    """The portal does not answer."""
    found = Away(depot, "", monkeypatch, depot.leitstand.store.clock.time())
    found.hold()
    depot.down("portal", away=True)
    found.ulid = await depot.begin()
    return found


@pytest.mark.slow
async def test_the_pauses_grow_and_then_it_stays_for_people(away: Away) -> None:
    """After 1, 5, 15 and 60 minutes, each shown with its number; a fifth never comes (R6)."""
    began = away.now
    for n, minutes in enumerate((1, 5, 15, 60), start=1):
        entry = await away.depot.entry()
        assert (entry.n, entry.of, entry.again) == (n, 4, away.now + 60 * minutes)
        assert (entry.since, entry.yours) == (began, True)
        early = await away.row()
        await away.later(minutes - 0.5)
        assert (await away.row()).seq == early.seq
        assert await away.later(0.5) == "exception"
        assert (await away.row()).seq > early.seq
    entry = await away.depot.entry()
    assert (entry.again, entry.since) == (0.0, began)
    assert await away.later(10_000) == "exception"
    dossier = await open_dossier(away.depot.leitstand, away.ulid)
    assert [one["again"]["n"] for one in handled_of(dossier)] == [1, 2, 3, 4]
    await away.depot.sound()


async def test_a_system_that_is_back_is_met_by_the_next_try(away: Away) -> None:
    """Done without anybody, each write once; the record names no person."""
    await away.later(1)
    away.depot.down("portal", away=False)
    assert await away.later(5) == "done"
    assert len(away.depot.done("booking")) == len(away.depot.done("note")) == 1
    dossier = await open_dossier(away.depot.leitstand, away.ulid)
    tries = [*handled_of(dossier)]
    assert [(one["kind"], one.get("person")) for one in tries] == [("again", None)] * 2
    assert handling_line(tries[1], DE).startswith("Von selbst noch einmal versucht am ")
    assert handling_line(tries[1], DE).endswith(", 2 von 4")
    await away.depot.sound()


@pytest.mark.slow
async def test_whatever_a_person_does_ends_it(away: Away) -> None:
    """Handed over it waits for them; retried by them it begins to count anew."""
    await away.later(1)
    await away.depot.retry(away.ulid)
    assert (await away.depot.entry()).n == 1
    await away.depot.assign(away.ulid, "head")
    entry, row = await away.depot.entry(), await away.row()
    assert (entry.again, row.due) == (0.0, None)
    away.depot.down("portal", away=False)
    assert await away.later(10_000) == "exception"
    assert (await away.depot.retry(away.ulid, "ben")).status == "done"
    await away.depot.sound()


async def test_it_outlives_the_process_and_its_death(away: Away, folder: Path) -> None:
    """Closed and opened; then died right behind the claim: tried then, with one effect."""
    depot = away.depot
    await away.opened_anew(folder)
    assert (await depot.entry()).again == away.now + 60
    away.now += 60
    version = depot.leitstand.project.roles["receiving"].version
    (claimed,) = await depot.leitstand.store.claim("dies", 60.0, 5, [("receiving", version)])
    assert claimed.case.ulid == away.ulid
    depot.down("portal", away=False)
    await away.opened_anew(folder)
    assert await away.later(0) == "done"
    assert len(depot.done("booking")) == len(depot.done("note")) == 1
    await depot.sound()


async def test_rows_made_anew_know_when(away: Away) -> None:
    """From the journal alone, lost rows too."""
    store, before = away.depot.leitstand.store, await away.row()
    await rebuild(store)
    assert (await away.row()).due == before.due == away.now + 60
    await store.writer.work(lambda c: c.execute(cases.delete()) and None)
    await rebuild(store)
    assert (await away.row()).due == before.due


async def test_another_cause_waits_for_people(depot: Depot) -> None:
    """What lacks data is tried no more by itself."""
    depot.says("erp", L1={"supplier_id": None, "cents": 1000})
    ulid = await depot.begin()
    entry = await depot.entry()
    assert (entry.cause, entry.again, entry.of) == ("data missing", 0.0, 0)
    dossier = await open_dossier(depot.leitstand, ulid)
    assert since_of(dossier) == dossier.changed


@pytest.mark.parametrize("again", ["[0]", '["x"]', "[-1, 5]"])
def test_pauses_that_are_none_are_refused(folder: Path, again: str) -> None:
    """By the project's table; an empty list means never."""
    table = folder / "leitstand.toml"
    table.write_text(table.read_text("utf-8") + f"case = {{ again = {again} }}\n", "utf-8")
    with pytest.raises(ProjectRefused, match="again"):
        _ = load_project(folder).case_limits
    assert Limits(again=[]).again == []


def test_the_project_says_the_pauses(folder: Path) -> None:
    """In minutes, whole or not; none means never."""
    table = folder / "leitstand.toml"
    given = table.read_text("utf-8")
    for again in ((2, 0.5), ()):
        table.write_text(f"{given}case = {{ again = {[*again]}, events = 900 }}\n", "utf-8")
        limits = load_project(folder).case_limits
        assert (tuple(limits.again), limits.events) == (again, 900)

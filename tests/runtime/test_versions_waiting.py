"""A case that waits for a word or a time is moved like one that waits for a signature."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from leitstand.desk import Desk
from leitstand.role import Exit, Goto, Role, done, goto
from leitstand.runtime.versions import Move, move
from leitstand.store import Journal, Limits
from tests.runtime.payables import Invoice, Works
from tests.store.hands import status_of

LATER = datetime(2126, 1, 1, tzinfo=UTC)


@pytest.fixture
def works(tmp_path: Path) -> Iterator[Works]:
    """An empty store."""
    works = Works(tmp_path)
    yield works
    works.store.close()


def waiting() -> Role[Invoice]:
    """Waits for a word, then says so."""
    role = Role("payables", Invoice)

    @role.step(then=["last"])
    async def hear(case: Invoice, desk: Desk) -> Goto:
        await desk.now()
        await desk.wait("go", until=LATER)
        return goto("last")

    @role.step()
    async def last(case: Invoice, desk: Desk) -> Exit:
        return done(end="heard")

    return role


def longer() -> Role[Invoice]:
    """Does something else after the same wait."""
    role = Role("payables", Invoice)

    @role.step(then=["last"])
    async def hear(case: Invoice, desk: Desk) -> Goto:
        await desk.now()
        await desk.wait("go", until=LATER)
        return goto("last")

    @role.step()
    async def last(case: Invoice, desk: Desk) -> Exit:
        return done(end="heard otherwise", at=(await desk.now()).isoformat())

    return role


def other_word() -> Role[Invoice]:
    """Waits for another word."""
    role = Role("payables", Invoice)

    @role.step()
    async def hear(case: Invoice, desk: Desk) -> Exit:
        await desk.now()
        await desk.wait("come", until=LATER)
        return done()

    return role


def other_time() -> Role[Invoice]:
    """Waits until another time."""
    role = Role("payables", Invoice)

    @role.step()
    async def hear(case: Invoice, desk: Desk) -> Exit:
        await desk.now()
        await desk.wait("go", until=LATER + timedelta(days=1))
        return done()

    return role


def hasty() -> Role[Invoice]:
    """Waits for nothing any more."""
    role = Role("payables", Invoice)

    @role.step(then=["last"])
    async def hear(case: Invoice, desk: Desk) -> Goto:
        await desk.now()
        return goto("last")

    @role.step()
    async def last(case: Invoice, desk: Desk) -> Exit:
        return done()

    return role


def broken() -> Role[Invoice]:
    """A defect where others ask for the time."""
    role = Role("payables", Invoice)

    @role.step()
    async def hear(case: Invoice, desk: Desk) -> Exit:
        raise ArithmeticError(case.no)

    return role


async def moved(works: Works, version: Role[Invoice]) -> Move:
    """What becomes of the one case there is."""
    (found,) = await move(works.store, works.rules, version.compile())
    return found


@pytest.mark.kernel(29)
async def test_it_hears_the_word_on_the_new_version(works: Works) -> None:
    """What follows the wait has changed, the wait has not: the new version hears what was said."""
    ulid = await works.begin(works.runtime(waiting()))
    assert (await moved(works, longer())).why == ""
    worker = works.runtime(longer())
    await worker.signal(ulid, "go", {"person": "eva"}, "1")
    await worker.run_until_idle()
    leave = Journal(await works.store.journal(ulid), works.store, Limits()).tape.exit
    assert leave is not None
    assert leave["result"]["end"] == "heard otherwise"


@pytest.mark.parametrize(
    ("version", "why"),
    [
        (other_word, "diverges: recorded"),
        (other_time, "diverges: recorded"),
        (hasty, "more calls, first at hear#1/:1"),
    ],
    ids=lambda v: getattr(v, "__name__", ""),
)
@pytest.mark.kernel(29)
async def test_another_wait_leaves_it_to_the_old_version(
    works: Works, version: Callable[[], Role[Invoice]], why: str
) -> None:
    """Who waits for something else, or for nothing, is another version: the case stays."""
    ulid = await works.begin(works.runtime(waiting()))
    before = (await works.store.journal(ulid)).events
    assert why in (await moved(works, version())).why
    assert (await works.store.journal(ulid)).events == before


@pytest.mark.kernel(20)
async def test_a_held_case_is_mended_by_a_version_that_asks_for_the_time(works: Works) -> None:
    """The first call behind the tape is one of the desk's own: it is tried, and nothing is kept."""
    ulid = await works.begin(works.runtime(broken()))
    before = len((await works.store.journal(ulid)).events)
    assert (await moved(works, waiting())).why == ""
    assert len((await works.store.journal(ulid)).events) == before + 1
    assert await status_of(works.store) == "held"

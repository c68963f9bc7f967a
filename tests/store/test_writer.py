"""The writer: groups share a commit, what fails alone fails alone, and no future is left open."""

import asyncio

import pytest
from sqlalchemy import Connection, text

from leitstand.errors import LostFence, Missing, StoreFailed
from leitstand.records import Event
from leitstand.store import Append, Journal
from tests.store.hands import Office, written


def append(journal: Journal, *events: Event) -> Append:
    """An append of these events to a case that is owned."""
    bodies = journal.key.encrypt(b"".join(e.body for e in events))
    no, tenant = journal.case.no, journal.case.tenant
    return Append(no, tenant, journal.fence, 1.0, events, bodies)


def seal(journal: Journal, n: int = 0) -> Event:
    """An event that changes no table."""
    return Event("seal", str(n), b"{}", journal.digest(b"{}"))


async def owned(office: Office, count: int) -> list[Journal]:
    """So many cases, owned."""
    await asyncio.gather(*(office.start() for _ in range(count)))
    return await office.claim()


async def test_many_cases_share_one_commit(office: Office) -> None:
    """What is asked for side by side is one group: one commit, not fifty."""
    journals = await owned(office, 50)
    before = office.store.writer.commits
    done = await asyncio.gather(*(office.store.append(append(j, seal(j))) for j in journals))
    assert done == [1] * 50
    assert office.store.writer.commits - before == 1


@pytest.mark.kernel(14)
async def test_one_that_cannot_be_written_fails_alone(office: Office) -> None:
    """A lost fence, an unknown event, a failing function: the others are committed."""
    fine, lost, odd = await owned(office, 3)
    broken = Event("checkpoint", "a", b'{"id": "c1"}', odd.digest(b'{"id": "c1"}'))
    futures = (
        office.store.append(append(fine, seal(fine))),
        office.store.append(append(lost, seal(lost))._replace(fence=lost.fence - 1)),
        office.store.append(append(odd, broken)),
        office.store.writer.work(fail),
        office.store.signal("nobody", "s1", "message", b"{}"),
    )
    done = await asyncio.gather(*futures, return_exceptions=True)
    kinds = [type(one) for one in done]
    assert kinds == [int, LostFence, KeyError, ArithmeticError, Missing]
    assert [len((await office.store.journal(j.case.ulid)).events) for j in (fine, odd)] == [2, 1]


def fail(conn: Connection) -> None:
    """Write something, then fail: it is rolled back."""
    conn.execute(text("insert into state values ('x', 'y')"))
    raise ArithmeticError


@pytest.mark.kernel(14)
async def test_a_row_that_is_taken_fails_alone(office: Office) -> None:
    """A constraint that no check foresaw costs one append, not the group."""
    first, second = await owned(office, 2)
    for journal in (first, second):
        journal.record("intent", "a", written("erp.post", "same key"))
    done = await asyncio.gather(first.commit(), second.commit(), return_exceptions=True)
    assert [type(one) for one in done] == [type(None), StoreFailed]
    assert office.store.writer.broken is None


@pytest.mark.kernel(14)
async def test_a_commit_that_cannot_be_made_ends_the_work(office: Office) -> None:
    """All of its group fail, and so does all that comes later: at once, none waits for ever."""
    journals = await owned(office, 3)
    await office.store.writer.work(lambda conn: conn.execute(text("drop table pages")).close())
    appends = [append(j, seal(j)) for j in journals]
    done = await asyncio.gather(*map(office.store.append, appends), return_exceptions=True)
    assert [type(one) for one in done] == [StoreFailed] * 3
    assert office.store.writer.broken is not None
    with pytest.raises(StoreFailed):
        await office.start()


async def test_a_closed_store_takes_no_more_work(office: Office) -> None:
    """What was asked for before is committed, what comes later is refused."""
    (journal,) = await owned(office, 1)
    before = office.store.append(append(journal, seal(journal)))
    office.store.close()
    assert await before == 1
    with pytest.raises(StoreFailed):
        await office.store.append(append(journal, seal(journal)))
    office.open()


@pytest.mark.kernel(16)
async def test_appends_of_one_case_keep_their_order(office: Office) -> None:
    """Several in one group are chained one after the other."""
    (journal,) = await owned(office, 1)
    done = await asyncio.gather(
        *(office.store.append(append(journal, seal(journal, n))) for n in range(5))
    )
    assert done == [1, 2, 3, 4, 5]
    events = (await office.store.journal(journal.case.ulid)).events
    assert [e.address for e in events[1:]] == ["0", "1", "2", "3", "4"]

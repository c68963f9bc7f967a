"""The store: who owns a case, what wakes it, and what another process may do."""

import asyncio

import pytest

from leitstand.errors import Missing, StoreLocked
from leitstand.store import Close, Store
from leitstand.store.database import READ_KIB
from leitstand.store.schema import cases, pages
from tests.store.hands import LEASE, MASTER, Office, status_of, written


async def park(office: Office, due: float | None = None) -> str:
    """A case that waits, until a time or for something."""
    ulid = await office.start()
    journal = await office.work(ulid)
    await journal.commit(close=Close("waiting", due=due))
    return ulid


async def status(office: Office) -> str:
    """Of the one case there is."""
    return await status_of(office.store)


@pytest.mark.kernel(30)
async def test_a_case_has_one_owner(office: Office) -> None:
    """Workers that claim side by side share the cases; each claim raises the fence."""
    for _ in range(10):
        await office.start()
    claims = (office.store.claim(name, LEASE, 4) for name in "abc")
    found = [claimed for part in await asyncio.gather(*claims) for claimed in part]
    assert len({c.case.ulid for c in found}) == len(found) == 10
    assert {c.fence for c in found} == {1}


async def test_a_worker_claims_only_what_it_can_run(office: Office) -> None:
    """A case of another version, or of a role that a worker lacks, is left alone."""
    ulid = await office.start(version="v2")
    for only in ([], [("acc", "v1")], [("other", "v2")]):
        assert await office.store.claim("me", LEASE, 10, only) == []
    (claimed,) = await office.store.claim("me", LEASE, 10, [("acc", "v1"), ("acc", "v2")])
    assert claimed.case.ulid == ulid


@pytest.mark.kernel(30)
async def test_a_lease_that_ran_out_is_taken_over(office: Office) -> None:
    """Not before its end, and not while it is renewed; who lost it is told so."""
    ulid = await office.start()
    (first,) = await office.store.claim("a", LEASE, 1)
    assert await office.store.claim("b", LEASE, 1) == []
    office.clock.now += LEASE - 1
    _, owned = await office.store.renew({first.case.no: first.fence}, LEASE)
    assert owned == {first.case.no}
    office.clock.now += LEASE - 1
    assert await office.store.claim("b", LEASE, 1) == []
    office.clock.now += 2
    (second,) = await office.store.claim("b", LEASE, 1)
    assert (second.case.ulid, second.fence) == (ulid, first.fence + 1)
    assert (await office.store.renew({first.case.no: first.fence}, LEASE))[1] == set()


@pytest.mark.kernel(15)
async def test_a_signal_is_told_once(office: Office) -> None:
    """The same id again is known; the same id to another case is another signal."""
    first, second = await park(office), await park(office)
    told = [await office.store.signal(u, "s1", "message", b"{}") for u in (first, first, second)]
    assert told == [True, False, True]
    assert [len(c.signals) for c in await office.store.claim("me", LEASE, 5)] == [1, 1]
    with pytest.raises(Missing):
        await office.store.signal("nobody", "s1", "message", b"{}")


@pytest.mark.parametrize("wait", [None, 1e9], ids=["for something", "for a time far away"])
async def test_a_signal_wakes_a_case_that_waits(office: Office, wait: float | None) -> None:
    """At once, also one that waits for a time: what came first decides."""
    ulid = await park(office, wait and office.clock.now + wait)
    assert await office.claim() == []
    await office.store.signal(ulid, "s1", "message", b"{}")
    assert len(await office.claim()) == 1


@pytest.mark.kernel(23)
async def test_a_timer_wakes_a_case_when_its_time_has_come(office: Office) -> None:
    """Not a moment before."""
    await park(office, office.clock.now + 100)
    assert await office.claim() == []
    office.clock.now += 100
    assert len(await office.claim()) == 1


@pytest.mark.kernel(20)
async def test_a_held_case_waits_for_its_release(office: Office) -> None:
    """Other signals are kept until then; the burst after it draws all, with bursts to spare."""
    journal = await office.work(await office.start())
    ulid = journal.case.ulid
    await journal.commit(close=Close("held", "defect"))
    await office.store.signal(ulid, "s1", "message", b"{}")
    assert await office.claim() == []
    await office.store.signal(ulid, "s2", "release", b"{}")
    (claimed,) = await office.store.claim("me", LEASE, 1)
    assert ([s.id for s in claimed.signals], claimed.bursts) == (["s1", "s2"], 1)


@pytest.mark.kernel(30)
async def test_what_ran_when_a_process_died_is_ready_again(filed: Office) -> None:
    """The next process takes it over at once; the dead one could append no more."""
    ulid = await filed.start()
    (lost,) = await filed.store.claim("a", 1e6, 1)
    filed.reopen()
    (again,) = await filed.store.claim("b", LEASE, 1)
    assert again.case.ulid == ulid
    assert again.fence > lost.fence


@pytest.mark.kernel(30)
async def test_one_process_writes(filed: Office) -> None:
    """A second one is refused; it may read beside the first."""
    ulid = await filed.parked()
    with pytest.raises(StoreLocked):
        Store(filed.url, MASTER, filed.clock)
    reader = Store(filed.url, MASTER, filed.clock, write=False)
    assert (await reader.journal(ulid)).case.ulid == ulid
    reader.close()


async def test_a_case_that_cannot_be_opened_keeps_no_other_from_running(office: Office) -> None:
    """It is put aside, held; the rest is claimed."""
    await office.start()
    fine = await office.start()
    spoil = pages.update().where(pages.c.page == 1 << 20).values(body=b"x" * 50)
    await office.store.writer.work(lambda conn: conn.execute(spoil).close())
    assert [j.case.ulid for j in await office.claim()] == [fine]
    held = await office.store.read(
        lambda c: c.execute(cases.select().order_by(cases.c.case_no)).mappings().first()
    )
    assert held is not None
    assert (held["status"], held["reason"]) == ("held", "defect")


async def test_an_effect_leads_to_its_case_and_its_parents(office: Office) -> None:
    """From the key of a write to all on whose behalf it is made."""
    parent = await office.start()
    journal = await office.work(await office.start(parent=parent))
    await journal.intend("a#1/:0", written("erp.post", "k1"))
    line = await office.store.line("k1")
    assert [c.ulid for c in line] == [journal.case.ulid, parent]
    with pytest.raises(Missing):
        await office.store.line("k2")


async def test_a_connection_that_only_reads_keeps_little_of_the_file(filed: Office) -> None:
    """Each has a cache of its own beside the system's; the writer's holds what a commit touches."""
    ask = "pragma cache_size"
    kept = await filed.store.read(lambda c: c.exec_driver_sql(ask).scalar())
    written = await filed.store.writer.work(lambda c: c.exec_driver_sql(ask).scalar())
    assert kept == -READ_KIB
    assert written is not None
    assert written < kept

"""A store that was restored knows it, keeps its chain of anchors, and owns up to what was lost."""

import math
import shutil

import pytest

from leitstand.errors import StoreFailed
from leitstand.store import Close, Store
from leitstand.store.anchors import anchors_at, signing_key
from leitstand.store.restore import mark_restored, notice_restore
from tests.store.hands import MASTER, Office
from tests.store.test_anchors import Keeper, named


@pytest.fixture
def keeper(filed: Office) -> Keeper:
    """Who anchors this office's cases."""
    return Keeper(filed)


async def notice(keeper: Keeper) -> bool:
    """What happens when a store is opened."""
    return await notice_restore(keeper.office.store, keeper.key, keeper.path)


def back_up(office: Office) -> None:
    """Copy the database, as it is between two cases."""
    office.store.close()
    shutil.copy(office.folder / "journal.db", office.folder / "backup.db")
    office.open()


def restore(office: Office) -> None:
    """Put the backup in the place of the database."""
    office.store.close()
    for name in ("journal.db-wal", "journal.db-shm"):
        (office.folder / name).unlink(missing_ok=True)
    shutil.copy(office.folder / "backup.db", office.folder / "journal.db")
    office.open()


async def test_a_restore_is_noticed_from_the_anchors_file(keeper: Keeper) -> None:
    """The file is ahead of the database: a new epoch, and all older cases are reconciled first."""
    office = keeper.office
    ulid = await office.parked()
    await keeper.anchor()
    assert not await notice(keeper)
    back_up(office)
    await office.done()
    await keeper.anchor()
    restore(office)
    assert await notice(keeper)
    assert not await notice(keeper)
    assert (await office.store.journal(ulid)).opened < office.store.restored
    fresh = await office.start()
    assert (await office.store.journal(fresh)).opened > office.store.restored
    office.reopen()
    assert office.store.restored > 0


async def test_a_restore_leaves_a_chain_that_owns_up_to_it(keeper: Keeper) -> None:
    """What was lost was anchored: the next anchor says so, the chain goes on, and verifies."""
    office = keeper.office
    grown = await office.parked()
    await keeper.anchor()
    back_up(office)
    await office.approve(grown, grown[-10:], "n1")
    journal = await office.work(grown)
    journal.seal(1, [[], []])
    journal.draw("n1")
    await journal.commit(close=Close("waiting"))
    lost = await office.done()
    await keeper.anchor()
    restore(office)
    report = await keeper.verify()
    assert {f.kind for f in report.faults} == {"truncated", "missing"}
    assert {f.where for f in report.faults} == {grown, lost, "tenant t"}
    await notice(keeper)
    assert {f.where for f in (await keeper.verify()).faults} == {grown, lost}
    await keeper.anchor()
    report = await keeper.verify()
    assert report.sound
    assert report.restores == (office.store.restored,)
    owned = anchors_at(keeper.path)[-1].content["behind"]
    assert [(ulid, count) for ulid, count, _ in owned] == [(grown, 4), (lost, 0)]
    await office.done()
    await keeper.anchor()
    assert (await keeper.verify()).sound


async def test_a_second_loss_is_found_after_a_restore(keeper: Keeper) -> None:
    """Owning up to a restore excuses nothing that is taken away later."""
    ulid = await keeper.office.parked()
    await keeper.anchor()
    await mark_restored(keeper.office.store)
    await keeper.anchor()
    keeper.sql("delete from pages where page > 1 << 20")
    keeper.sql("update cases set seq = 1")
    assert ("truncated", ulid, 1) in named(await keeper.verify())


async def test_no_open_case_counts_as_younger_than_the_restore(office: Office) -> None:
    """Even if this machine's clock is behind the one on which the backup was made."""
    ulid = await office.start()
    opened = (await office.store.journal(ulid)).opened
    office.clock.now -= 1_000_000
    assert await mark_restored(office.store) == math.nextafter(opened, math.inf)
    assert office.store.restored > opened


async def test_what_no_restore_explains_is_refused(keeper: Keeper) -> None:
    """Foreign anchors in the file, or others than the database has: nothing is taken over."""
    office = keeper.office
    await office.done()
    await keeper.anchor()
    back_up(office)
    await office.done()
    await keeper.anchor()
    restore(office)
    whole = keeper.path.read_bytes()
    for old, new in ((b'"n":2', b'"n":3'), (b'"n":1', b'"n":4')):
        keeper.path.write_bytes(whole.replace(old, new))
        with pytest.raises(StoreFailed):
            await notice(keeper)
    other = Store(f"sqlite:///{office.folder / 'other.db'}", MASTER, office.clock)
    with pytest.raises(StoreFailed):
        await notice_restore(other, signing_key(office.folder / "other.key"), keeper.path)
    other.close()

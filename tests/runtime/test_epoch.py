"""A restored store is a new epoch: the journals went back, the business systems did not."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from leitstand.desk import Desk
from leitstand.role import Exit, Role, done
from leitstand.store import Tape
from leitstand.store.restore import mark_restored
from tests.runtime.payables import Invoice, Ledger, Post, Posted, Works, post


async def _find(key: str, erp: Ledger) -> Posted | None:
    erp.reads += 1
    return Posted(no=erp.rows[key]) if key in erp.rows else None


LOOKED_UP = replace(post, reconcile=_find, idempotent=False)


def booking() -> Role[Invoice]:
    """One step: post what a person has signed."""
    role = Role("payables", Invoice, tools=[LOOKED_UP])

    @role.step()
    async def book(case: Invoice, desk: Desk) -> Exit:
        del case
        return done(no=(await desk.call(LOOKED_UP, Post(gross=4200))).no)

    return role


@pytest.mark.kernel(31)
@pytest.mark.parametrize("happened", [True, False])
@pytest.mark.kernel(6)
async def test_after_a_restore_every_write_asks_the_system_first(
    tmp_path: Path, *, happened: bool
) -> None:
    """What was posted before the backup came back is found by its key, and not posted twice."""
    works = Works(tmp_path)
    runtime = works.runtime(booking())
    ulid = await works.begin(runtime)
    works.store.close()
    shutil.copy(tmp_path / "journal.db", tmp_path / "backup.db")
    works = _again(tmp_path, works)
    if happened:
        await works.approve(ulid)
        await works.runtime(booking()).run_until_idle()
    posted = dict(works.erp.rows)
    works.store.close()
    _restore(tmp_path)
    works = _again(tmp_path, works)
    await mark_restored(works.store)
    before = works.erp.reads
    await works.approve(ulid)
    await works.runtime(booking()).run_until_idle()
    tape = Tape((await works.store.journal(ulid)).events)
    works.store.close()
    assert tape.exit is not None
    assert works.erp.reads == before + 1
    assert len(works.erp.rows) == 1
    assert not happened or works.erp.rows == posted


def _restore(folder: Path) -> None:
    for name in ("journal.db", "journal.db-wal", "journal.db-shm"):
        (folder / name).unlink(missing_ok=True)
    shutil.copy(folder / "backup.db", folder / "journal.db")


def _again(folder: Path, before: Works) -> Works:
    """The same people and systems over the file as it lies there now."""
    works = Works(folder)
    works.erp, works.house, works.rules = before.erp, before.house, before.rules
    return works

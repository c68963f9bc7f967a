"""A case moves to another version only where nothing decided would change (KERNEL no. 29)."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from leitstand.role import Role
from leitstand.runtime.versions import Move, move
from leitstand.store.rebuild import rebuild
from leitstand.store.verify import verify
from tests.runtime.payables import (
    Invoice,
    Priced,
    Works,
    beside,
    broken,
    checking,
    compatible,
    dearer,
    first,
    forgetful,
    get,
    groundless,
    priced,
    renamed,
    shorter,
)
from tests.store.hands import effects_of, status_of

Version = Callable[[], Role[Invoice]]


@pytest.fixture
def works(tmp_path: Path) -> Iterator[Works]:
    """An empty store, an ERP, and Ben who may sign."""
    works = Works(tmp_path)
    yield works
    works.store.close()


async def moved(works: Works, version: Version, *, check: bool = False) -> Move:
    """What becomes of the one case there is."""
    (found,) = await move(works.store, works.rules, version().compile(), check=check)
    return found


@pytest.mark.kernel(29)
async def test_a_compatible_change_takes_the_case_over(works: Works) -> None:
    """The signature given to the old version carries the action on the new one, which does more."""
    ulid = await works.begin(works.runtime(first()))
    found = await moved(works, compatible)
    assert found.fits
    await works.approve(ulid)
    await works.runtime(first()).run_until_idle()
    assert await status_of(works.store) == "waiting"
    await works.runtime(compatible()).run_until_idle()
    assert await status_of(works.store) == "done"
    assert await effects_of(works.store, ulid) == ["done"]
    assert works.erp.reads == 2


async def test_a_move_is_on_record(works: Works) -> None:
    """The journal names both versions; it verifies, and `rebuild` knows the version from it."""
    ulid = await works.begin(works.runtime(first()))
    await moved(works, compatible)
    journal = await works.store.journal(ulid)
    new = compatible().compile().version
    assert [e.kind for e in journal.events][-1] == "moved"
    assert journal.case.version == new
    assert (await verify(works.store)).sound
    await rebuild(works.store)
    assert (await works.store.journal(ulid)).case.version == new


@pytest.mark.parametrize(
    ("version", "why"),
    [
        (renamed, "does not come to"),
        (checking, "proposes something else"),
        (beside, "does more before it waits"),
        (dearer, "proposes something else"),
        (groundless, "rests on other readings"),
        (shorter, "diverges"),
        (forgetful, "diverges: another update"),
        (broken, "ArithmeticError"),
    ],
    ids=lambda v: getattr(v, "__name__", ""),
)
@pytest.mark.kernel(29)
async def test_an_incompatible_change_leaves_it_to_the_old_version(
    works: Works, version: Version, why: str
) -> None:
    """No worker of the new version touches the case, one of the old ends it (R28)."""
    ulid = await works.begin(works.runtime(first()))
    before = (await works.store.journal(ulid)).events
    found = await moved(works, version)
    assert why in found.why
    assert (await works.store.journal(ulid)).events == before
    await works.approve(ulid)
    await works.runtime(version()).run_until_idle()
    assert (await works.store.journal(ulid)).events == before
    await works.runtime(first()).run_until_idle()
    assert await status_of(works.store) == "done"
    assert len(works.erp.rows) == 1


async def test_a_check_changes_nothing(works: Works) -> None:
    """`deploy --check` reports and leaves every case where it was; nothing is called (R28)."""
    ulid = await works.begin(works.runtime(first()))
    before = await works.store.journal(ulid)
    assert (await moved(works, compatible, check=True)).fits
    assert await works.store.journal(ulid) == before
    assert works.erp.reads == 1


async def test_a_case_that_went_on_is_not_moved(
    works: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was rehearsed must be what is moved: a burst in between is noticed."""
    ulid = await works.begin(works.runtime(first()))
    journal = works.store.journal

    async def busy(name: str) -> object:
        found = await journal(name)
        monkeypatch.undo()
        await works.approve(ulid)
        await works.runtime(first()).run_until_idle()
        return found

    monkeypatch.setattr(works.store, "journal", busy)
    assert "in the meantime" in (await moved(works, compatible)).why


@pytest.mark.kernel(20)
async def test_a_held_case_goes_on_with_a_version_that_is_mended(works: Works) -> None:
    """A defect holds the case; the mended version takes it over and does what is left."""
    ulid = await works.begin(works.runtime(broken()))
    stopped = (await works.store.journal(ulid)).events[-1]
    assert (stopped.kind, b"ArithmeticError" in stopped.body) == ("held", True)
    assert (await moved(works, first)).fits
    mended = works.runtime(first())
    await mended.run_until_idle()
    assert await status_of(works.store) == "held"
    await mended.release(ulid, "eva", "mended")
    await mended.run_until_idle()
    assert await status_of(works.store) == "waiting"


async def test_evidence_that_reads_otherwise_is_other_evidence(works: Works) -> None:
    """A tool whose result gained a field shows something else than was signed: the case stays."""
    await works.begin(works.runtime(first()))
    works.rules.tools["erp.get"] = replace(get, result=Priced)
    (found,) = await move(works.store, works.rules, priced().compile())
    assert "as something else" in found.why


async def test_cases_that_have_ended_stay(works: Works) -> None:
    """Nothing is asked of a case that is done."""
    await works.begin(works.runtime(shorter()))
    assert await move(works.store, works.rules, first().compile()) == []

"""A batch: what must be true at the commit is true, or nothing of the append is there."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import select

from leitstand.errors import Contradiction, LostFence
from leitstand.records import Kind
from leitstand.store import Budget, Close, Journal
from leitstand.store.schema import business_keys, reservations, signals
from leitstand.store.verify import verify
from tests.store.hands import Office, effects_of, leave, status_of, written
from tests.store.test_rebuild import table


async def owned(office: Office, count: int) -> list[Journal]:
    """So many cases, owned."""
    for _ in range(count):
        await office.start()
    return await office.claim()


async def intend(journal: Journal, key: str, budget: int = 0, name: str = "") -> None:
    """An intent with a business key, or that takes from the day's budget of 100."""
    body: dict[str, Any] = written("erp.post", key)
    budgets = [Budget("day", "2026-01-01", budget, 100)] if budget else []
    body["budgets"] = [[b.name, b.window, b.amount, b.cap] for b in budgets]
    body |= {"business": ["erp", name]} if name else {}
    await journal.intend("book#1/:0", body, budgets)


async def settle(journal: Journal, key: str, given: dict[str, object]) -> None:
    """What became of an intent; with nothing given it was tried, and nobody knows."""
    kind: Kind = "outcome" if given else "attempt"
    journal.record(kind, "book#1/:0", {**written("erp.post", key), **given})
    await journal.commit()


async def test_a_business_key_is_given_once(office: Office) -> None:
    """Of cases that want it side by side one gets it; the others have no intent, and go on."""
    journals = await owned(office, 5)
    wanted = (intend(j, f"k{n}", name="b") for n, j in enumerate(journals))
    done = await asyncio.gather(*wanted, return_exceptions=True)
    assert [type(one) for one in done].count(Contradiction) == 4
    assert len(await table(office, business_keys)) == 1
    for journal in journals:
        journal.record("exit", "", leave("done"))
        await journal.commit(close=Close("done"))
    effects = [await effects_of(office.store, j.case.ulid) for j in journals]
    assert sorted(map(len, effects)) == [0, 0, 0, 0, 1]
    assert (await verify(office.store)).sound


async def test_a_budget_is_never_overdrawn(office: Office) -> None:
    """However many want it at once: the sum stays within the cap."""
    journals = await owned(office, 5)
    wanted = (intend(j, f"k{n}", budget=40) for n, j in enumerate(journals))
    done = await asyncio.gather(*wanted, return_exceptions=True)
    assert [type(one) for one in done].count(Contradiction) == 3
    assert sum(r["amount"] for r in await table(office, reservations)) == 80


@pytest.mark.parametrize(
    ("given", "free"), [({"failure": {}}, True), ({"value": {}}, False), ({}, False)]
)
@pytest.mark.kernel(12)
async def test_only_what_did_not_happen_gives_back(
    office: Office, given: dict[str, object], *, free: bool
) -> None:
    """A failed write frees key and budget; one that happened, or that nobody knows of, does not."""
    first, second, third = await owned(office, 3)
    await intend(first, "k1", budget=80, name="b")
    with pytest.raises(Contradiction):
        await intend(second, "k2", name="b")
    await settle(first, "k1", given)
    wanted = intend(second, "k2", name="b"), intend(third, "k3", budget=80)
    done = await asyncio.gather(*wanted, return_exceptions=True)
    assert [one is None for one in done] == [free, free]


@pytest.mark.kernel(15)
async def test_who_gave_a_case_back_appends_no_more(office: Office) -> None:
    """The fence rises with the close, and with every claim."""
    (journal,) = await owned(office, 1)
    journal.seal(0, [[], []])
    await journal.commit(close=Close("waiting", due=office.clock.time()))
    journal.seal(1, [[], []])
    with pytest.raises(LostFence):
        await journal.commit()
    (again,) = await office.claim()
    assert again.fence > journal.fence + 1
    assert len(again.tape.seals) == 1


@pytest.mark.kernel(15)
async def test_a_signal_during_a_burst_makes_the_case_due_again(office: Office) -> None:
    """A case that would park although something has come is ready at once."""
    (journal,) = await owned(office, 1)
    await office.store.signal(journal.case.ulid, "s1", "message", b"{}")
    await journal.commit(close=Close("waiting"))
    (claimed,) = await office.store.claim("me", 60.0, 10)
    assert [s.id for s in claimed.signals] == ["s1"]


@pytest.mark.kernel(15)
async def test_a_drawn_signal_is_drawn_once(office: Office) -> None:
    """With the commit that draws it the case waits again, and it says nothing any more."""
    (journal,) = await owned(office, 1)
    await office.store.signal(journal.case.ulid, "s1", "message", b"{}")
    journal.draw("s1")
    await journal.commit(close=Close("waiting"))
    assert await office.claim() == []
    assert await status_of(office.store) == "waiting"
    left = await office.store.read(lambda c: c.execute(select(signals.c.id, signals.c.body)).all())
    assert left == [("s1", b"")]


async def test_the_end_of_a_child_is_told_to_its_parent(office: Office) -> None:
    """In the commit that ends it: the parent is due, once."""
    parent = await office.start()
    (journal,) = await office.claim()
    await journal.commit(close=Close("waiting"))
    child = await office.work(await office.start(parent=parent))
    await child.commit(close=Close("done"), told=(parent, "child:C", b'{"child": "C"}'))
    (claimed,) = await office.store.claim("me", 60.0, 10)
    assert claimed.case.ulid == parent
    assert [(s.kind, s.id) for s in claimed.signals] == [("child", "child:C")]


async def test_one_large_answer_twice_is_one_blob(office: Office) -> None:
    """Blobs are named by what they hold, within a case."""
    (journal,) = await owned(office, 1)
    names = [journal.value(b'"' + b"x" * 5000 + b'"')["blob"] for _ in range(2)]
    journal.record("answer", "a#1/:0", {"tool": "t", "proposed": "p", "blob": names[0]})
    await journal.commit()
    assert names[0] == names[1]
    assert await journal.load(names[0]) == b'"' + b"x" * 5000 + b'"'
    assert (await verify(office.store)).sound

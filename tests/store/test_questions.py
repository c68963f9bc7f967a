"""What people ask: complete lists in their order, part by part, and only what is their tenant's."""

import pytest

from leitstand.store import Close
from leitstand.store.questions import (
    Filter,
    cases_of,
    counts,
    effects_of,
    exceptions,
    held,
    waiting,
    waiting_in,
)
from leitstand.store.schema import keys
from tests.store.hands import Office, asked, leave, written


async def ended(office: Office, kind: str, cause: str = "") -> str:
    """A case that has ended so."""
    journal = await office.work(await office.start())
    journal.record("exit", "", leave(kind, {"no": 1}, cause))
    await journal.commit(close=Close(kind))
    return journal.case.ulid


async def test_open_checkpoints_come_oldest_first_and_in_parts(office: Office) -> None:
    """Every part goes on where the last one ended, also among checkpoints of one moment."""
    ulids = [await office.parked(opened=float(n // 3)) for n in range(7)]
    found: list[str] = []
    after = None
    while part := await waiting(office.store, "t", after=after, limit=2):
        found += [one.case for one in part]
        after = part[-1].place
    assert sorted(found, key=ulids.index) == ulids
    assert [ulids.index(u) // 3 for u in found] == [0, 0, 0, 1, 1, 1, 2]
    assert await waiting(office.store, "u") == []


async def test_a_person_is_shown_what_their_roles_may_decide(office: Office) -> None:
    """One role in common is enough; a role whose name is part of another's is not."""
    clerk = await office.parked(roles=["clerk"])
    both = await office.parked(roles=["clerk", "head"])
    await office.parked(roles=["clerk_2"])
    nobody = await office.parked(roles=[])
    for roles, wanted in (
        (["clerk"], [clerk, both]),
        (["head", "boss"], [both]),
        (["boss"], []),
        ([], []),
    ):
        found = await waiting(office.store, "t", roles=roles)
        assert [one.case for one in found] == wanted
        again = await waiting(
            office.store, "t", roles=roles, after=found[0].place if found else None
        )
        assert [one.case for one in again] == wanted[1:]
    assert len(await waiting(office.store, "t")) == 4
    assert (await waiting_in(office.store, nobody))[0].roles == ()


async def test_a_checkpoint_is_listed_with_its_case(office: Office) -> None:
    """What, for whom, by how many, and how many have answered; gone once it is closed."""
    ulid = await office.parked(approvers=2)
    await office.approve(ulid, ulid[-10:], "n1")
    journal = await office.work(ulid)
    approval = {"checkpoint": ulid[-10:], "person": "ben", "answer": "approve", "at": 1.0}
    for nonce in ("n1", "n2"):
        journal.record("approval", "book#1/:0", {**approval, "nonce": nonce})
    await journal.commit()
    (one,) = await waiting(office.store, "t")
    assert (one.id, one.tool, one.roles) == (ulid[-10:], "erp.post", ("clerk", "head"))
    assert (one.approvers, one.signed, one.requester, one.role) == (2, 1, "anna", "acc")
    journal.record("checkpoint", "book#2/:0", asked("c2", 1e12))
    await journal.commit()
    assert [w.id for w in await waiting_in(office.store, ulid)] == [ulid[-10:], "c2"]
    journal.record("void", "", {"id": "c2", "state": "void"})
    await journal.commit(close=Close("waiting"))
    assert await waiting_in(office.store, ulid) == [one]


async def test_cases_come_with_the_latest_change_first(office: Office) -> None:
    """Over all statuses, in parts, and by what is asked for."""
    done = await ended(office, "done")
    waits = await office.parked()
    left = await ended(office, "exception", "data missing")
    ready = await office.start(tenant="t")
    await office.start(tenant="u")
    found = await cases_of(office.store, "t")
    assert [e.case.ulid for e in found] == [ready, left, waits, done]
    assert [e.status for e in found] == ["ready", "exception", "waiting", "done"]
    assert [e.events for e in found] == [1, 2, 4, 2]
    parts = [(await cases_of(office.store, "t", limit=1))[0]]
    while part := await cases_of(office.store, "t", after=parts[-1].place, limit=1):
        parts += part
    assert parts == found
    for which, wanted in (
        (Filter(statuses=("done", "waiting")), [waits, done]),
        (Filter(reason="data missing"), [left]),
        (Filter(text=found[2].case.title.upper()), [waits]),
        (Filter(text="%"), []),
        (Filter(role="acc"), [ready, left, waits, done]),
        (Filter(role="other"), []),
        (Filter(parent="P"), []),
    ):
        assert [e.case.ulid for e in await cases_of(office.store, "t", which)] == wanted


async def test_children_are_found_by_their_parent(office: Office) -> None:
    """Whatever has become of them."""
    child = await office.start(parent="P")
    await office.start()
    found = await cases_of(office.store, "t", Filter(parent="P"))
    assert [e.case.ulid for e in found] == [child]


async def test_cases_are_counted_by_status(office: Office) -> None:
    """Each status has a number, also one that no case is in."""
    await office.parked()
    await office.parked()
    await ended(office, "rejected")
    found = await counts(office.store, "t")
    assert found == {
        "ready": 0,
        "running": 0,
        "waiting": 2,
        "done": 0,
        "rejected": 1,
        "exception": 0,
        "held": 0,
    }


async def test_effects_come_in_the_order_of_their_intents(office: Office) -> None:
    """With how far each got."""
    journal = await office.work(await office.start())
    for n, place in enumerate("cab"):
        await journal.intend(f"{place}#1/:0", written("erp.post", f"k{n}", at=float(n)))
    journal.record("outcome", "c#1/:0", {**written("erp.post", "k0"), "value": {}})
    journal.record("outcome", "a#1/:0", {**written("erp.post", "k1"), "failure": {}})
    journal.record("attempt", "b#1/:0", {"key": "k2", "text": "late"})
    await journal.commit()
    found = await effects_of(office.store, journal.case.ulid)
    assert [(w.key, w.state) for w in found] == [
        ("k0", "done"),
        ("k1", "failed"),
        ("k2", "unknown"),
    ]
    assert await effects_of(office.store, "nobody") == []


async def test_the_exception_queue_says_why_and_for_whom(office: Office) -> None:
    """From the journal of each case listed; an erased one is listed without."""
    causes = ("data missing", "system unreachable", "data missing")
    ulids = [await ended(office, "exception", cause) for cause in causes]
    await ended(office, "done")
    found = await exceptions(office.store, "t")
    assert [left.entry.case.ulid for left in found] == ulids[::-1]
    assert [left.exit and left.exit.roles for left in found] == [("clerk",)] * 3
    some = await exceptions(office.store, "t", cause="data missing")
    assert [left.entry.reason for left in some] == ["data missing"] * 2
    erase = keys.update().values(wrapped=b"")
    await office.store.writer.work(lambda conn: conn.execute(erase).close())
    assert [left.exit for left in await exceptions(office.store, "t")] == [None] * 3


async def test_held_cases_say_what_was_recorded(office: Office) -> None:
    """The last hold counts, whatever was recorded after it."""
    journal = await office.work(await office.start())
    for text in ("first", "second"):
        journal.record("held", "", {"reason": "defect", "text": text})
    await journal.commit()
    journal.record("moved", "", {"from": "v1", "to": "v2"})
    await journal.commit(close=Close("held", "defect"))
    (found,) = await held(office.store, "t")
    assert (found.entry.reason, found.text) == ("defect", "second")


PLANS = {
    "checkpoints_open": """explain query plan select id from checkpoints
        where tenant = 't' and state = 'open' and opened >= 1 order by opened limit 50""",
    "checkpoints_roles": """explain query plan select id from checkpoints
        where tenant = 't' and state = 'open' and roles = 'r' order by opened limit 50""",
}


@pytest.mark.parametrize(("index", "query"), PLANS.items(), ids=PLANS)
async def test_lists_are_answered_by_an_index(office: Office, index: str, query: str) -> None:
    """What waits is never searched for among everything that ever waited."""
    plan = await office.store.read(lambda c: [str(row) for row in c.exec_driver_sql(query)])
    assert f"USING INDEX {index}" in plan[0]
    assert not any("TEMP B-TREE" in row for row in plan)

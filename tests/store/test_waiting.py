"""What waits: a complete list in its order, part by part, and only what is one tenant's."""

import pytest

from leitstand.store import Close
from leitstand.store.waiting import waiting
from tests.store.hands import Office, asked


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
    await office.parked(roles=[])
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


async def test_a_checkpoint_is_listed_with_its_case(office: Office) -> None:
    """Of whom, and how far its case is; gone once it is closed."""
    ulid = await office.parked(approvers=2)
    await office.approve(ulid, ulid[-10:], "n1")
    (one,) = await waiting(office.store, "t")
    assert (one.id, one.case, one.requester, one.pending) == (ulid[-10:], ulid, "anna", 1)
    journal = await office.work(ulid)
    journal.record("checkpoint", "book#2/:0", asked("c2", 1e12))
    await journal.commit()
    assert [w.id for w in await waiting(office.store, "t")] == [ulid[-10:], "c2"]
    journal.record("void", "", {"id": "c2", "state": "void"})
    await journal.commit(close=Close("waiting"))
    (again,) = await waiting(office.store, "t")
    assert (again.seq, again.pending) > (one.seq, one.pending)
    assert again._replace(seq=one.seq, pending=one.pending) == one


PLANS = {
    "checkpoints_roles": """explain query plan select id from checkpoints
        where tenant = 't' and state = 'open' and roles = 'r' order by opened limit 50""",
    "cases_status": """explain query plan select ulid from cases
        where tenant = 't' and status = 'held' order by changed limit 50""",
    "cases_due": """explain query plan select ulid from cases
        where due > 0.0 and due <= 1.0 and (status = 'ready' or status = 'running')
        order by due limit 50""",
    "cases_parent": """explain query plan select ulid from cases
        where parent <> '' and parent in ('a', 'b')""",
}


@pytest.mark.parametrize(("index", "query"), PLANS.items(), ids=PLANS)
async def test_lists_are_answered_by_an_index(filed: Office, index: str, query: str) -> None:
    """What waits, is due, or was handed over is not searched for among all that ever was."""
    plan = await filed.store.read(lambda c: [str(row) for row in c.exec_driver_sql(query)])
    assert f"USING INDEX {index}" in plan[0]
    assert not any("TEMP B-TREE" in row for row in plan)

"""A journal under way: what is recorded is kept in order, committed whole, within its limits."""

import asyncio
from hashlib import blake2b

import orjson
import pytest

from leitstand.digest import canonical
from leitstand.errors import Contradiction, Erased, LimitReached, StoreFailed
from leitstand.records import Case, Exit
from leitstand.store import BLOB, Budget, Close, Journal, Limits, Tape, new_case
from leitstand.store.schema import blobs, keys
from tests.store.hands import LEASE, Office, answer, asked, leave, written


async def owned(office: Office, limits: Limits | None = None) -> Journal:
    """A case, owned, under these limits."""
    await office.start()
    (claimed,) = await office.store.claim("me", LEASE, 1)
    return Journal(claimed, office.store, limits or Limits())


async def kinds(office: Office, journal: Journal) -> list[str]:
    """Kinds of the events that are durable."""
    return [e.kind for e in (await office.store.journal(journal.case.ulid)).events]


async def test_nothing_is_durable_before_its_commit(office: Office) -> None:
    """Recorded is on the tape at once, and in the store after the commit."""
    journal = await owned(office)
    journal.record("answer", "a#1/:0", answer("erp.get", {"value": 1}))
    assert journal.tape.answer("a#1/:0") is not None
    assert await kinds(office, journal) == ["started"]
    await journal.commit()
    await journal.commit()
    assert await kinds(office, journal) == ["started", "answer"]


@pytest.mark.kernel(16)
async def test_parallel_commits_lose_no_row(office: Office) -> None:
    """Branches that record and commit side by side leave every event, numbered without a gap."""
    journal = await owned(office)

    async def branch(name: int) -> None:
        for n in range(5):
            journal.record("answer", f"a#1/{name}:{n}", answer("erp.get", {"value": n}))
            await asyncio.sleep(0)
            await journal.commit()

    await asyncio.gather(*map(branch, range(8)))
    events = (await office.store.journal(journal.case.ulid)).events
    assert [e.seq for e in events] == list(range(41))
    assert len({e.address for e in events}) == 41


@pytest.mark.kernel(21)
async def test_what_was_read_is_durable_before_an_intent(office: Office) -> None:
    """An intent takes everything before it along."""
    journal = await owned(office)
    journal.record("answer", "a#1/:0", answer("erp.get", {"value": 1}))
    await journal.intend("b#1/:0", written("erp.post", "k1"))
    assert await kinds(office, journal) == ["started", "answer", "intent"]
    assert journal.tape.unsettled() == ["b#1/:0"]


@pytest.mark.kernel(21)
async def test_what_is_to_be_durable_soon_waits_for_no_other_commit(office: Office) -> None:
    """It goes along with the next commit, or by itself; whoever has lost the case leaves."""
    journal = await owned(office)
    journal.record("answer", "a#1/:0", answer("erp.get", {"value": 1}))
    journal.commit_soon()
    while await kinds(office, journal) != ["started", "answer"]:
        pass
    before = office.store.writer.commits
    journal.record("answer", "a#1/:1", answer("erp.get", {"value": 1}))
    journal.commit_soon()
    await journal.commit(close=Close("waiting"))
    assert await kinds(office, journal) == ["started", "answer", "answer"]
    assert office.store.writer.commits == before + 1
    journal.record("answer", "a#1/:2", answer("erp.get", {"value": 1}))
    journal.commit_soon()
    await journal.leave()
    assert await kinds(office, journal) == ["started", "answer", "answer"]


async def test_a_burst_that_goes_on_takes_along_what_is_to_be_durable_soon(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long a turn of the loop takes: woken within two of them, it makes one commit."""
    monkeypatch.setattr("leitstand.store.journal.SOON", 0.0)
    journal = await owned(office)
    before = office.store.writer.commits
    journal.record("answer", "a#1/:0", answer("erp.get", {"value": 1}))
    journal.commit_soon()
    for _ in range(2):
        await asyncio.sleep(0)
    journal.record("answer", "a#1/:1", answer("erp.get", {"value": 1}))
    await journal.commit()
    assert await kinds(office, journal) == ["started", "answer", "answer"]
    assert office.store.writer.commits == before + 1


async def test_what_was_recorded_is_read_as_it_will_be_from_the_store(office: Office) -> None:
    """A body that is decoded once for all who ask is what the next burst decodes."""
    journal = await owned(office)
    made = [
        journal.record("checkpoint", "a#1/:0", asked("c1", 1.5)),
        journal.record("exit", "", {**leave("done", {"n": 1}), "again": {"n": 1, "of": 2}}),
    ]
    await journal.commit()
    events = (await office.store.journal(journal.case.ulid)).events
    assert [e.said() for e in made] == [e.said() for e in events[1:]]
    assert all(event.read is None for event in events)


async def test_supersteps_without_events_between_them_share_a_seal(office: Office) -> None:
    """One event for as many as follow each other, found again one by one."""
    journal = await owned(office)
    steps = [[[f"s{at}#1"], [str(at)]] for at in range(4)]
    for at in range(3):
        journal.seal(at, steps[at])
    journal.record("answer", "s3#1/:0", answer("erp.get", {"value": 1}))
    journal.seal(3, steps[3])
    await journal.commit()
    assert await kinds(office, journal) == ["started", "seal", "answer", "seal"]
    again = Tape((await office.store.journal(journal.case.ulid)).events)
    assert again.seals == dict(enumerate(steps))
    assert (again.size, again.inline) == (journal.tape.size, journal.tape.inline)


async def test_a_refused_intent_takes_nothing_with_it(office: Office) -> None:
    """Key or budget taken: the intent alone is not there, and the tape does not know it."""
    journal = await owned(office)
    journal.record("answer", "a#1/:0", answer("erp.get", {"value": 1}))
    with pytest.raises(Contradiction):
        await journal.intend("b#1/:0", written("erp.post", "k1"), [Budget("day", "d", 2, 1)])
    assert journal.tape.unsettled() == []
    assert await kinds(office, journal) == ["started", "answer"]


@pytest.mark.kernel(27)
async def test_large_answers_lie_beside_the_journal(office: Office) -> None:
    """Small ones stand in the event; large ones are loaded, before and after their commit."""
    journal = await owned(office)
    small, large = b'"x"', orjson.dumps("x" * BLOB)
    assert journal.value(small) == {"value": "x"}
    name = journal.value(large)["blob"]
    assert await journal.load(name) == large
    journal.record("answer", "a#1/:0", answer("erp.get", {"blob": name}))
    await journal.commit(close=Close("waiting", due=0.0))
    (again,) = await office.claim()
    assert await again.load(name) == large
    await office.store.writer.work(lambda conn: conn.execute(blobs.delete()).close())
    assert await again.load(name) == large, "read once in a burst"
    await again.commit(close=Close("waiting", due=0.0))
    (last,) = await office.claim()
    with pytest.raises(StoreFailed):
        await last.load(name)


@pytest.mark.parametrize("limits", [Limits(events=3), Limits(inline=400)], ids=["events", "bytes"])
@pytest.mark.kernel(27)
async def test_a_case_stays_within_its_limits(office: Office, limits: Limits) -> None:
    """No new call is begun beyond them; what has happened, and the end, always fit."""
    journal = await owned(office, limits)
    await journal.intend("a#1/:0", written("erp.post", "k1"))
    journal.record("answer", "a#1/:1", answer("erp.get", {"value": 1}))
    with pytest.raises(LimitReached):
        journal.record("answer", "a#1/:2", answer("erp.get", {"value": "x" * 300}))
    with pytest.raises(LimitReached):
        await journal.intend("a#1/:3", written("erp.post", "k2", args={"text": "x" * 300}))
    journal.record("outcome", "a#1/:0", {**written("erp.post", "k1"), "value": {}})
    journal.record("held", "", {"reason": "limit", "text": ""})
    journal.record("exit", "", leave("done"))
    await journal.commit(close=Close("held", "limit"))
    assert (await kinds(office, journal))[-3:] == ["outcome", "held", "exit"]


async def test_a_destroyed_key_erases_what_was_said(office: Office) -> None:
    """Without its key no journal is given out, and no burst begins."""
    ulid = await office.start()
    erase = keys.update().values(wrapped=b"")
    await office.store.writer.work(lambda conn: conn.execute(erase).close())
    with pytest.raises(Erased):
        await office.store.journal(ulid)
    assert await office.claim() == []


async def test_a_case_says_itself_what_it_is(office: Office) -> None:
    """Its first event names it and holds what its row is made of; only a child tells a parent."""
    one = Case(0, "U", "t", "acc", "v1", "anna", "x" * 300, parent="P", depth=1)
    case = new_case(office.store, one, {"given": {"no": 1}})
    (started,) = case.events
    body = orjson.loads(started.body)
    assert (started.address, body["given"]) == ("U", {"no": 1})
    assert body["case"]["requester"] == case.case.requester == "anna"
    assert body["case"]["title"] == case.case.title == "x" * 200
    assert body["case"]["at"] == case.at
    journal = await owned(office)
    assert journal.told(Exit(kind="done")) is None
    child = await office.work(await office.start(parent="P"))
    told = child.told(Exit(kind="done"))
    assert told is not None
    assert told[:2] == ("P", f"child:{child.case.ulid}")


@pytest.mark.kernel(32)
async def test_what_a_case_holds_lies_encrypted(filed: Office) -> None:
    """Input, answers, large ones too, arguments, what is asked: not in the store's files (R34)."""
    secret = "Geheimnis Meier"
    ulid = await filed.start({"name": secret})
    journal = await filed.work(ulid)
    large = journal.blob(secret.encode() * 300)
    journal.record("answer", "read#1/:0", answer("erp.get", {"value": secret, "blob": large}))
    await journal.intend("book#1/:0", written("erp.post", f"{ulid}1") | {"args": {"to": secret}})
    journal.record("checkpoint", "pay#1/:0", asked(ulid[-10:], 0.0) | {"reason": secret})
    await journal.commit(close=Close("waiting"))
    kept = [f.read_bytes() for f in filed.folder.glob("journal.db*")]
    assert ulid.encode() in b"".join(kept)
    assert not [data for data in kept if secret.encode() in data]
    assert secret.encode() in b"".join(e.body for e in (await filed.store.journal(ulid)).events)


@pytest.mark.kernel(32)
async def test_one_value_has_another_digest_in_every_case(office: Office) -> None:
    """Whoever guesses a small secret cannot hold it against a digest, nor find it elsewhere."""
    body = answer("hr.pay", {"value": {"salary_cents": 420_000}})
    one, other = [await office.work(await office.start()) for _ in range(2)]
    digests = {journal.record("answer", "a#1/:0", body).digest for journal in (one, other)}
    guessed = blake2b(canonical(body), digest_size=16).hexdigest()
    assert len(digests | {guessed}) == 3

"""Halts: a role that people have stopped does nothing, and loses nothing."""

from pathlib import Path

import pytest

from leitstand.errors import StoreFailed
from leitstand.store import Journal, Tape
from leitstand.store.halts import Halt, Halts
from tests.runtime.payables import Invoice, Works, first

STOP = Halt("payables", "dora", "wrong supplier", 1.0)


@pytest.fixture
def works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Works:
    """Works whose rules know of a file of halts, and look there each time."""
    monkeypatch.setattr("leitstand.store.halts.GLANCE", 0.0)
    made = Works(tmp_path)
    made.rules.halts = Halts(tmp_path / "halts.jsonl")
    return made


def beside(tmp_path: Path) -> Halts:
    """The halts as another process sees and says them."""
    return Halts(tmp_path / "halts.jsonl")


async def tape_of(works: Works, ulid: str) -> Tape:
    """What the case has on record."""
    return Tape((await works.store.journal(ulid)).events)


@pytest.mark.parametrize("role", ["payables", ""])
async def test_nothing_begins_and_what_comes_in_is_stored(
    works: Works, tmp_path: Path, role: str
) -> None:
    """Halted by its name or with all roles; another process lets it go on."""
    runtime = works.runtime(first())
    works.rules.halts.say(STOP._replace(role=role), on=False)
    ulid = await works.begin(runtime)
    assert (works.erp.reads, (await tape_of(works, ulid)).unread) == (0, {})
    beside(tmp_path).say(STOP._replace(role=role), on=True)
    await runtime.run_until_idle()
    assert works.erp.reads == 1
    works.store.close()


async def test_another_role_s_halt_stops_nothing(works: Works) -> None:
    """Only what is named."""
    works.rules.halts.say(STOP._replace(role="hr"), on=False)
    await works.begin(works.runtime(first()))
    assert works.erp.reads == 1
    works.store.close()


async def test_a_signature_given_meanwhile_is_carried_out_afterwards(
    works: Works, tmp_path: Path
) -> None:
    """People may sign; a restart finds the role halted still; then the effect comes, once."""
    runtime = works.runtime(first())
    ulid = await works.begin(runtime)
    beside(tmp_path).say(STOP, on=False)
    await works.approve(ulid)
    works.rules.halts = beside(tmp_path)
    again = works.runtime(first())
    await again.run_until_idle()
    assert not works.erp.rows
    works.rules.halts.say(STOP, on=True)
    await again.run_until_idle()
    assert len(works.erp.rows) == 1
    assert (await tape_of(works, ulid)).exit is not None
    works.store.close()


async def test_a_burst_under_way_makes_no_further_call(
    works: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Halted while it reads: the answer is kept, the next call waits until the role goes on."""
    read = works.erp.get

    async def halting(no: str) -> int:
        works.rules.halts.say(STOP, on=False)
        return await read(no)

    monkeypatch.setattr(works.erp, "get", halting)
    runtime = works.runtime(first())
    ulid = await works.begin(runtime)
    tape = await tape_of(works, ulid)
    assert (len(tape.answers), tape.checkpoints) == (1, {})
    works.rules.halts.say(STOP, on=True)
    await runtime.run_until_idle()
    assert works.erp.reads == 1
    assert (await tape_of(works, ulid)).checkpoints
    works.store.close()


async def test_between_intent_and_send_nothing_is_sent_and_nothing_lost(
    works: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The intent stands, the system hears nothing; after the halt the write happens once."""
    runtime = works.runtime(first())
    ulid = await works.begin(runtime)
    await works.approve(ulid)
    intend = Journal.intend

    async def halting(self: Journal, *given: object) -> None:
        await intend(self, *given)  # pyright: ignore[reportArgumentType] handed through as given
        works.rules.halts.say(STOP, on=False)

    monkeypatch.setattr(Journal, "intend", halting)
    await runtime.run_until_idle()
    monkeypatch.undo()
    tape = await tape_of(works, ulid)
    assert (len(tape.intents), len(tape.unsettled()), works.erp.rows) == (1, 1, {})
    await runtime.run_until_idle()
    assert not works.erp.rows
    works.rules.halts.say(STOP, on=True)
    await runtime.run_until_idle()
    tape = await tape_of(works, ulid)
    assert (len(works.erp.rows), tape.unsettled(), tape.exit is None) == (1, [], False)
    works.store.close()


def test_each_halt_is_lifted_by_its_own_name(tmp_path: Path) -> None:
    """Letting all go on leaves what somebody halted by name; who said what stays in the file."""
    halts = beside(tmp_path)
    halts.say(STOP, on=False)
    halts.say(STOP._replace(role="", person="emil"), on=False)
    halts.say(STOP._replace(role=""), on=True)
    assert beside(tmp_path).now() == (STOP,)
    assert (halts.of("payables"), halts.of("hr")) == (STOP, None)
    assert len((tmp_path / "halts.jsonl").read_bytes().splitlines()) == 3


@pytest.mark.parametrize("harm", [b"{", b"[]\n", b'{"role": 1}\n'])
async def test_a_damaged_file_stops_everything(works: Works, tmp_path: Path, harm: bytes) -> None:
    """Whether something is halted is not known then: nothing runs, and the file is named."""
    (tmp_path / "halts.jsonl").write_bytes(harm)
    runtime = works.runtime(first())
    given = {"tenant": "t", "requester": "anna"}
    await runtime.start("payables", Invoice(no="R1"), **given)
    with pytest.raises(StoreFailed, match=r"halts\.jsonl"):
        await runtime.run_until_idle()
    assert works.erp.reads == 0
    works.store.close()


def test_a_look_counts_for_a_moment_and_ends_with_a_word_of_one_s_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What others say is seen when the moment is over, what one says oneself at once."""
    mine = Halts(tmp_path / "halts.jsonl")
    monkeypatch.setattr("leitstand.store.halts.GLANCE", 3600.0)
    assert mine.now() == ()
    beside(tmp_path).say(STOP, on=False)
    assert mine.now() == ()
    mine.say(STOP._replace(role="hr"), on=False)
    assert [halt.role for halt in mine.now()] == ["payables", "hr"]
    monkeypatch.setattr("leitstand.store.halts.GLANCE", 0.0)
    mine.say(STOP, on=True)
    mine.now()
    beside(tmp_path).say(STOP._replace(role="hr"), on=True)
    assert mine.now() == ()

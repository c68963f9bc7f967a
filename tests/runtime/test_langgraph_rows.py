"""What breaks plain LangGraph in production does not break here, one test for each way it breaks.

The numbers are those of the list we design around: approvals answered twice (1), unknown
or stale checkpoints (2), steps run again on resume (3), code that changes while a case is paused
(4), a rejected action proposed again (12), a message to a case that waits for an approval (13);
crashes (5), two workers on one case (7) and cancellation (9) are in `test_langgraph_rows_crash`.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import orjson
import pytest

from leitstand.approval import Statement, sign, write
from leitstand.desk import Desk
from leitstand.errors import Missing, Rejected
from leitstand.role import Role
from tests.guard.scene import (
    ASK,
    GRANT,
    Find,
    Paid,
    Pay,
    Scene,
    book,
    bundle_of,
    get,
    pay,
    wire,
)
from tests.runtime.crashes import SMALL
from tests.runtime.payables import Invoice, Works, checking, first, renamed, shorter

LARGE = Pay(no="R1", cents=20_000)
KINDS = pytest.mark.parametrize("tool", [pay, book, wire], ids=lambda t: t.name)
SETTLED = 30.0
"""Seconds after which everything that was sent has arrived."""


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """A bank, its rules and its people."""
    found = Scene(tmp_path)
    yield found
    found.store.close()


@pytest.fixture
def works(tmp_path: Path) -> Iterator[Works]:
    """A role in several versions."""
    found = Works(tmp_path)
    yield found
    found.store.close()


async def paying(desk: Desk) -> Paid:
    """A payment that a person must sign."""
    return await desk.call(pay, LARGE)


# ---- 1: answered twice ----


async def test_row_01_answered_twice_by_two_people(scene: Scene) -> None:
    """Both sign, and one again later, and three workers wake for it: one effect."""
    ulid = await scene.begin(paying)
    shown, _ = await scene.shown(ulid)
    await scene.decide(ulid, "ben")
    await scene.decide(ulid, "cara")
    await asyncio.gather(*(scene.runtime().run_until_idle() for _ in range(3)))
    late = write(
        shown,
        scene.house.people["t", "cara"],
        "head",
        Statement(answer="approve"),
        scene.clock,
        9.0,
    )
    await scene.tell(ulid, "cara", late)
    await scene.go_on()
    assert sum(scene.bank.effects.values()) == 1
    assert len(await scene.events(ulid, "intent")) == 1
    assert await scene.status(ulid) == ("done", "")


async def test_row_01_answered_twice_by_the_same_signature(scene: Scene) -> None:
    """The same signed decision sent again, even under another name, carries nothing more."""
    ulid = await scene.begin(paying)
    await scene.decide(ulid)
    (signal,) = (await scene.store.journal(ulid)).signals
    assert not await scene.store.signal(ulid, signal.id, "approval", signal.body)
    assert await scene.store.signal(ulid, "another", "approval", signal.body)
    await scene.go_on()
    assert sum(scene.bank.effects.values()) == 1
    (refused,) = await scene.bodies(ulid, "signal")
    assert "has been given already" in refused["refused"]


async def test_row_01_a_yes_and_a_no_at_once(scene: Scene) -> None:
    """A valid no stops the action, whichever of the two came first."""
    for first_no in (True, False):
        ulid = await scene.begin(paying)
        no = Statement(answer="reject", reason="nein")
        await scene.decide(ulid, "ben", said=no if first_no else None)
        await scene.decide(ulid, "cara", said=None if first_no else no)
        await scene.go_on()
        assert (await scene.status(ulid))[0] == "exception"
    assert scene.bank.calls == []


# ---- 2: unknown and stale checkpoints ----


@pytest.mark.parametrize("change", ["checkpoint", "case", "address"])
async def test_row_02_an_unknown_checkpoint_is_refused(scene: Scene, change: str) -> None:
    """A signature for something that this case has not asked: refused, nothing runs."""
    ulid = await scene.begin(paying)
    shown, _ = await scene.shown(ulid)
    ben = scene.house.people["t", "ben"]
    draft = write(shown, ben, "head", Statement(answer="approve"), scene.clock, 900.0)
    asked = draft.model_copy(update={change: "0" * 16})
    body = {"approval": sign(asked, scene.house.keys["ben"]).model_dump(mode="json")}
    told = orjson.dumps({"address": asked.address, "corrections": (), **body})
    await scene.store.signal(ulid, asked.nonce, "approval", told)
    await scene.go_on()
    assert scene.bank.calls == []
    assert len((await scene.tape(ulid)).open_checkpoints()) == 1
    if change == "checkpoint":
        (refused,) = await scene.bodies(ulid, "signal")
        assert "KeyError" in refused["refused"]
        assert orjson.loads(refused["body"]) == orjson.loads(told)
    await scene.decide(ulid)
    await scene.go_on()
    assert sum(scene.bank.effects.values()) == 1


async def test_row_02_a_stale_checkpoint_is_refused(scene: Scene) -> None:
    """A signature on a card that has been replaced does nothing; the new card still waits."""
    ulid = await scene.begin(paying)
    old, _ = await scene.shown(ulid)
    await scene.decide(ulid)
    scene.rules.bundle = bundle_of(GRANT + ASK.replace('@id("ask-one")', '@id("ask-again")'))
    await scene.go_on()
    ben = scene.house.people["t", "ben"]
    stale = write(old, ben, "head", Statement(answer="approve"), scene.clock, 900.0)
    await scene.tell(ulid, "ben", stale)
    await scene.go_on()
    assert scene.bank.calls == []
    shown, _ = await scene.shown(ulid)
    assert shown.id != old.id


async def test_row_02_an_unknown_case_is_a_clear_error(scene: Scene) -> None:
    """A decision for a case that is not there is refused at the door."""
    with pytest.raises(Missing, match="01NOSUCHCASE"):
        await scene.store.signal("01NOSUCHCASE", "n", "approval", b"{}")


# ---- 3: steps run again ----


async def test_row_03_a_step_that_runs_again_makes_no_call_twice(scene: Scene) -> None:
    """Code before the checkpoint runs on each resume; its reads and writes do not."""
    runs: list[int] = []

    async def step(desk: Desk) -> object:
        runs.append(1)
        found = await desk.call(get, Find(no="A"))
        await desk.call(book, SMALL.model_copy(update={"no": "B1"}))
        one, two = await desk.gather(
            desk.call(pay, LARGE), desk.call(pay, LARGE.model_copy(update={"no": "R2"}))
        )
        return found.value, one.no, two.no

    ulid = await scene.begin(step)
    assert [c[0] for c in scene.bank.calls] == ["get", "bank.book"]
    for _ in range(2):  # A desk that waits makes no further call, so they are asked in turn.
        await scene.decide(ulid)
        await scene.go_on()
    assert len(runs) == 3
    assert [c[0] for c in scene.bank.calls] == ["get", "bank.book", "bank.pay", "bank.pay"]
    assert set(scene.bank.effects.values()) == {1}
    assert (await scene.status(ulid))[0] == "done"


@pytest.mark.kernel(3)
async def test_row_03_a_loop_over_checkpoints_asks_each_once(scene: Scene) -> None:
    """Three signatures for three turns of a loop; the same action again is a new question."""
    turns = [LARGE.model_copy(update={"no": f"R{n}"}) for n in range(3)]

    async def step(desk: Desk) -> object:
        return [(await desk.call(pay, args)).no for args in turns]

    ulid = await scene.begin(step)
    for done in range(3):
        assert len(scene.bank.writes) == done
        await scene.decide(ulid)
        await scene.go_on()
    assert [args["no"] for _, args, _ in scene.bank.writes] == ["R0", "R1", "R2"]
    assert (await scene.status(ulid))[0] == "done"


# ---- 4: another version of the code ----


@pytest.mark.parametrize("version", [renamed, checking, shorter], ids=lambda v: v.__name__)
async def test_row_04_another_version_never_takes_a_paused_case(
    works: Works, version: Callable[[], Role[Invoice]]
) -> None:
    """Renamed step, inserted check, removed checkpoint: its worker leaves the case as it is."""
    ulid = await works.begin(works.runtime(first()))
    await works.approve(ulid)
    before = (await works.store.journal(ulid)).events
    await works.runtime(version()).run_until_idle()
    assert (await works.store.journal(ulid)).events == before
    assert works.erp.rows == {}
    await works.runtime(first()).run_until_idle()
    assert len(works.erp.rows) == 1


@pytest.mark.parametrize("version", [renamed, checking, shorter], ids=lambda v: v.__name__)
@pytest.mark.kernel(2)
async def test_row_04_a_version_forced_on_a_case_is_held(
    works: Works, version: Callable[[], Role[Invoice]]
) -> None:
    """Even where the version is lied about, no replay ends silently: it is held."""
    ulid = await works.begin(works.runtime(first()))
    await works.approve(ulid)
    liar = works.runtime(version())
    old = first().compile().version
    compiled = liar.roles["payables"]
    object.__setattr__(compiled, "version", old)
    await liar.run_until_idle()
    assert works.erp.rows == {}
    if version is renamed:  # It asks anew under its own name; the old one diverges.
        own = works.runtime(first())
        await own.signal(ulid, "news", {}, "n1")
        await own.run_until_idle()
    events = (await works.store.journal(ulid)).events
    (held,) = [e for e in events if e.kind == "held"]
    assert orjson.loads(held.body)["reason"] == "diverged"


# ---- 12: the reject loop ----


@pytest.mark.kernel(24)
async def test_row_12_a_rejected_action_proposed_again_ends_with_people(scene: Scene) -> None:
    """A step that will not take no for an answer: after the second no the case is in the queue."""

    async def step(desk: Desk) -> object:
        at = 20_000
        while True:
            try:
                return await desk.call(pay, LARGE.model_copy(update={"cents": at}))
            except Rejected:
                at += 1  # Dodges a ban on the same digest by one cent.

    ulid = await scene.begin(step)
    for _ in range(2):
        await scene.decide(ulid, said=Statement(answer="reject", reason="nein"))
        await scene.go_on()
    status, reason = await scene.status(ulid)
    assert status == "exception"
    assert "2 rejections" in reason
    assert scene.bank.calls == []
    assert (await scene.tape(ulid)).open_checkpoints() == []


@pytest.mark.kernel(24)
async def test_row_12_many_rejections_of_different_things_end_it_too(scene: Scene) -> None:
    """Three rejections in one case, each of another document: people take over."""

    async def step(desk: Desk) -> object:
        for number in range(100):
            with suppress(Rejected):
                await desk.call(pay, LARGE.model_copy(update={"no": f"R{number}"}))
        return None

    ulid = await scene.begin(step)
    for _ in range(3):
        await scene.decide(ulid, said=Statement(answer="reject", reason="nein"))
        await scene.go_on()
    assert (await scene.status(ulid))[0] == "exception"


# ---- 13: plain input ----


async def test_row_13_a_message_to_a_case_that_waits_for_an_approval(scene: Scene) -> None:
    """It is on record, the approval is still open and the very same; later the step gets it."""

    async def step(desk: Desk) -> object:
        paid = await desk.call(pay, LARGE)
        told = await desk.wait("mail")
        return paid.no, told

    ulid = await scene.begin(step)
    before, _ = await scene.shown(ulid)
    await scene.runtime().signal(ulid, "mail", {"text": "hallo"}, "m1")
    await scene.go_on()
    (message,) = await scene.bodies(ulid, "signal")
    assert message["body"] == {"text": "hallo"}
    after, _ = await scene.shown(ulid)
    assert (after, scene.bank.calls) == (before, [])
    await scene.decide(ulid)
    await scene.go_on()
    assert len(scene.bank.writes) == 1
    (leave,) = await scene.bodies(ulid, "exit")
    assert "hallo" in leave["result"]["said"]


async def test_row_13_no_message_is_an_approval(scene: Scene) -> None:
    """A message that says yes, and one in the form of an approval, are messages."""
    ulid = await scene.begin(paying)
    for name in ("approval", "yes"):
        await scene.runtime().signal(ulid, name, {"answer": "approve"}, name)
    await scene.store.signal(ulid, "m9", "approval", b'{"answer": "approve"}')
    await scene.store.signal(ulid, "m10", "message", b"no json")
    await scene.go_on()
    assert scene.bank.calls == []
    assert len((await scene.tape(ulid)).open_checkpoints()) == 1
    assert len(await scene.events(ulid, "signal")) == 4

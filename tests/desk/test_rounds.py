"""A case that left the automation goes on in a new round: reads are made anew, writes are not."""

from collections.abc import Awaitable, Callable
from itertools import count

import pytest
from sqlalchemy import update

from leitstand.approval import Statement, write
from leitstand.desk import Desk
from leitstand.errors import CallFailed, Erased, Unreachable
from leitstand.records import Exit, Supplied
from leitstand.role import Role, done, exception
from leitstand.runtime.rehearsal import Rehearsal
from leitstand.store import Journal, Limits, course
from leitstand.store.handling import Handled, assign, close, resume
from leitstand.store.rebuild import rebuild
from leitstand.store.schema import keys
from leitstand.store.verify import verify
from leitstand.values import Frozen, Identifier
from tests.guard.scene import TOOLS, Find, Pay, Scene, find, get, letter, pay, wire, work_of
from tests.store.hands import effects_of, statuses

A = Find(no="A")


async def journal_of(scene: Scene, ulid: str) -> Journal:
    """A case as whoever handles it has read it."""
    return Journal(await scene.store.journal(ulid), scene.store, Limits())


def eve(scene: Scene) -> Handled:
    """Eve, a clerk, with a reason."""
    return Handled("eve", "clerk", "the cause is gone", scene.clock.time())


async def go_on(scene: Scene, ulid: str, *supplied: Supplied) -> bool:
    """Eve lets a case go on, and it runs as far as it can."""
    journal = await journal_of(scene, ulid)
    version = scene.roles[journal.case.role].version
    won = await resume(scene.store, journal, eve(scene), version, supplied)
    await scene.go_on()
    return won


def failing(scene: Scene, times: int, error: Exception) -> Callable[[], Awaitable[None]]:
    """A hook at the bank's door: it fails so often from now on, reads are repeated twice."""
    left = count(times, -1)

    async def hook() -> None:
        if next(left) > 0:
            scene.bank.before.append(hook)
            raise error

    return hook


async def sound(scene: Scene) -> None:
    """Chain, rows and journal agree, and rows made anew are the same."""
    assert (await verify(scene.store)).faults == []
    before = await statuses(scene.store)
    await rebuild(scene.store)
    assert await statuses(scene.store) == before
    assert (await verify(scene.store)).faults == []


@pytest.mark.kernel(20)
async def test_a_system_that_answers_again_lets_the_case_finish(scene: Scene) -> None:
    """Unreachable for a while: the case leaves, a clerk lets it go on, and it is done."""

    async def step(desk: Desk) -> object:
        return (await desk.call(get, A)).value

    scene.bank.before.append(failing(scene, 3, Unreachable("the bank is closed")))
    ulid = await scene.begin(step)
    assert await scene.status(ulid) == (
        "exception",
        "LS203: the bank is closed (check the connection; the case goes on when it is released)",
    )
    assert await go_on(scene, ulid)
    assert await scene.status(ulid) == ("done", "")
    assert [b["person"] for b in await scene.bodies(ulid, "resumed")] == ["eve"]
    await sound(scene)


@pytest.mark.kernel(3, 6)
async def test_what_was_done_is_not_done_again(scene: Scene) -> None:
    """One write of three went out before the exit: in the next round it is taken over, once."""

    async def step(desk: Desk) -> object:
        first = await desk.call(pay, Pay(no="1", cents=5))
        await desk.call(get, A)
        same = await desk.call(wire, Pay(no="1", cents=5))
        again = await desk.call(wire, Pay(no="1", cents=5))
        return first.no, same.no, again.no

    async def shut() -> None:
        scene.bank.before.append(failing(scene, 3, Unreachable("closed")))

    scene.bank.after.append(shut)
    ulid = await scene.begin(step)
    assert (await scene.status(ulid))[0] == "exception"
    assert await go_on(scene, ulid)
    assert await scene.status(ulid) == ("done", "")
    assert (await scene.bodies(ulid, "exit"))[-1]["result"] == {"said": "('V1', 'V2', 'V3')"}
    assert [call[0] for call in scene.bank.writes] == ["bank.pay", "bank.wire", "bank.wire"]
    assert await effects_of(scene.store, ulid) == ["done", "done", "done"]
    await sound(scene)


async def test_a_third_round_takes_over_from_all_before(scene: Scene) -> None:
    """What the first round did and the second took over is not done by the third either."""

    async def step(desk: Desk) -> object:
        paid = await desk.call(pay, Pay(no="1", cents=5))
        await desk.call(get, A)
        return paid.no

    async def shut() -> None:
        scene.bank.before.append(failing(scene, 6, Unreachable("closed")))

    scene.bank.after.append(shut)
    ulid = await scene.begin(step)
    await go_on(scene, ulid)
    assert (await scene.status(ulid))[0] == "exception"
    await go_on(scene, ulid)
    assert (await scene.bodies(ulid, "exit"))[-1]["result"] == {"said": "'V1'"}
    assert len(scene.bank.writes) == 1
    await sound(scene)


@pytest.mark.kernel(24)
async def test_a_persons_no_stands_in_the_next_round(scene: Scene) -> None:
    """The same action is not put before people again; another one is."""
    cents = [20_000]

    async def step(desk: Desk) -> object:
        try:
            return (await desk.call(pay, Pay(no="1", cents=cents[0]))).no
        except CallFailed as error:
            return await leaving(desk, error)

    async def leaving(desk: Desk, error: CallFailed) -> object:
        scene.bank.before.append(failing(scene, 3, Unreachable("closed")))
        await desk.call(get, A)
        return error.code

    ulid = await scene.begin(step)
    shown, _ = await scene.shown(ulid)
    ben = scene.house.people["t", "ben"]
    no = Statement(answer="reject", reason="too much")
    await scene.tell(ulid, "ben", write(shown, ben, "head", no, scene.clock, 900.0))
    await scene.go_on()
    assert (await scene.status(ulid))[0] == "exception"
    await go_on(scene, ulid)
    assert (await scene.status(ulid))[0] == "exception"
    assert len(await scene.bodies(ulid, "checkpoint")) == 1
    cents[0] = 19_999
    await go_on(scene, ulid)
    assert (await scene.status(ulid))[0] == "waiting"
    await scene.decide(ulid)
    await scene.go_on()
    assert await scene.status(ulid) == ("done", "")
    assert [args["cents"] for _, args, _ in scene.bank.writes] == [19_999]
    await sound(scene)


async def test_of_two_who_let_it_go_on_one_comes_first(scene: Scene) -> None:
    """Both have read the same exit: one resumption is recorded, the other is told so."""

    async def step(desk: Desk) -> object:
        return (await desk.call(get, A)).value

    scene.bank.before.append(failing(scene, 3, Unreachable("closed")))
    ulid = await scene.begin(step)
    journal, version = await journal_of(scene, ulid), scene.roles["clerk"].version
    assert await resume(scene.store, journal, eve(scene), version)
    assert not await resume(scene.store, journal, eve(scene), version)
    assert not await close(scene.store, journal, eve(scene))
    assert not await assign(scene.store, journal, eve(scene), 0.0, role="head")
    await scene.go_on()
    assert len(await scene.bodies(ulid, "resumed")) == 1


async def test_a_process_that_dies_between_loses_nothing(scene: Scene) -> None:
    """Resumed, then gone before a burst ran: the next process walks the case."""

    async def step(desk: Desk) -> object:
        return (await desk.call(get, A)).value

    scene.bank.before.append(failing(scene, 3, Unreachable("closed")))
    ulid = await scene.begin(step)
    await resume(
        scene.store, await journal_of(scene, ulid), eve(scene), scene.roles["clerk"].version
    )
    scene.reopen()
    await sound(scene)
    await scene.go_on()
    assert await scene.status(ulid) == ("done", "")


async def test_a_handed_over_case_stays_in_the_queue(scene: Scene) -> None:
    """It keeps status and cause, nothing runs, and the next round begins without the hand-over."""

    async def step(desk: Desk) -> object:
        return (await desk.call(get, A)).value

    scene.bank.before.append(failing(scene, 3, Unreachable("closed")))
    ulid = await scene.begin(step)
    assert await assign(scene.store, await journal_of(scene, ulid), eve(scene), 7.0, person="ben")
    await scene.go_on()
    tape = await scene.tape(ulid)
    assert (tape.assigned["to_person"], tape.assigned["since"]) == ("ben", 7.0)
    assert (await scene.status(ulid))[0] == "exception"
    await sound(scene)
    await go_on(scene, ulid)
    assert (await scene.tape(ulid)).assigned == {}
    assert await scene.status(ulid) == ("done", "")


@pytest.mark.kernel(28)
async def test_the_last_word_of_a_child_reaches_its_parent(scene: Scene) -> None:
    """Child and parent both leave; worked from the queue, there is one child and its new answer."""

    async def child(desk: Desk) -> object:
        return (await desk.call(get, A)).value

    async def step(desk: Desk) -> object:
        told = await desk.hand_over("checker", {"no": "C1"}, "check")
        if told is None or told.kind == "exception":
            raise Unreachable("the check has left the automation")
        return told.kind, told.result

    scene.roles["checker"] = work_of(child, "checker")
    scene.bank.before.append(failing(scene, 3, Unreachable("closed")))
    ulid = await scene.begin(step)
    (handed,) = await scene.bodies(ulid, "outcome")
    born = handed["value"]["ulid"]
    # The step's own failure was no call: a defect would be held, so the parent waits for nobody.
    assert (await statuses(scene.store))[born] == "exception"
    assert (await statuses(scene.store))[ulid] == "exception"
    await go_on(scene, ulid)  # Too early: the same word again.
    assert (await statuses(scene.store))[ulid] == "exception"
    await go_on(scene, born)
    await go_on(scene, ulid)
    assert (await scene.bodies(ulid, "exit"))[-1]["result"] == {"said": "('done', {'said': '100'})"}
    assert len(await statuses(scene.store)) == 2
    await sound(scene)


@pytest.mark.kernel(28)
async def test_a_parent_that_waits_is_told_when_its_child_is_closed(scene: Scene) -> None:
    """Closing is an answer: rejected, with the person's reason."""

    async def child(desk: Desk) -> object:
        return (await desk.call(get, A)).value

    async def step(desk: Desk) -> object:
        told = await desk.hand_over("checker", {"no": "C1"}, "check")
        while told is not None and told.kind == "exception":
            (born,) = await scene.bodies(names[0], "outcome")
            said = await desk.wait(f"child:{born['value']['ulid']}")
            told = None if said is None else Exit.model_validate(said["exit"], strict=False)
        return told and (told.kind, told.reason)

    names: list[str] = []
    scene.roles["checker"] = work_of(child, "checker")
    scene.roles["clerk"] = work_of(step)
    scene.bank.before.append(failing(scene, 3, Unreachable("closed")))
    names.append(await scene.start())
    await scene.go_on()
    (handed,) = await scene.bodies(names[0], "outcome")
    born = handed["value"]["ulid"]
    assert (await statuses(scene.store))[names[0]] == "waiting"
    assert await close(scene.store, await journal_of(scene, born), eve(scene))
    await scene.go_on()
    assert (await statuses(scene.store))[born] == "rejected"
    assert (await scene.bodies(names[0], "exit"))[-1]["result"] == {
        "said": "('rejected', 'the cause is gone')"
    }
    await sound(scene)


class Order(Frozen):
    """A state with a field that a person may fill in."""

    no: Identifier = "W1"
    note: Identifier | None = None


async def begin_order(scene: Scene, *, evidence: bool = True) -> str:
    """A case that lacks its note, and pays with it once it is there."""
    role = Role("orders", Order, tools=TOOLS)

    @role.step()
    async def work(case: Order, desk: Desk) -> Exit:
        if case.note is None:
            return exception("data missing", "no note")
        known = await desk.call(find, Find(no="P1"))
        args = Pay(no="1", cents=20_000, note=case.note)
        rests_on = desk.supplied("note") if evidence else ()
        paid = await desk.call(pay, args, evidence=(known.id, *rests_on))
        return done(paid=paid.no)

    scene.roles["orders"] = role.compile()
    ulid = await scene.start("orders")
    await scene.go_on()
    return ulid


def note_of(person: str) -> Supplied:
    """What a person says the note is."""
    return Supplied(field="note", value="N7", person=person, source=person.title())


@pytest.mark.kernel(37)
async def test_a_supplied_value_stands_in_the_state_on_a_persons_word(scene: Scene) -> None:
    """It is a reading of the case, grounds the argument of its name, and its person signs not."""
    ulid = await begin_order(scene)
    await go_on(scene, ulid, note_of("ben"))
    (frozen,) = await scene.bodies(ulid, "checkpoint")
    assert frozen["args"]["note"] == "N7"
    assert (await scene.tape(ulid)).given["note"] == "N7"
    await scene.decide(ulid, "ben")
    await scene.go_on()
    assert scene.bank.writes == []
    await scene.decide(ulid, "cara")
    await scene.go_on()
    assert await scene.status(ulid) == ("done", "")
    assert scene.bank.writes[0][1]["note"] == "N7"
    await sound(scene)


async def test_an_erased_case_is_not_let_go_on(scene: Scene) -> None:
    """Its key is gone: nobody can say what it had done."""
    ulid = await begin_order(scene)
    gone = update(keys).values(wrapped=b"")
    await scene.store.writer.work(lambda conn: conn.execute(gone) and None)
    with pytest.raises(Erased):
        await journal_of(scene, ulid)


@pytest.mark.kernel(17)
async def test_the_course_of_all_rounds_is_one(scene: Scene) -> None:
    """The tape of the last round answers the whole walk: nothing diverges, no system is asked."""

    async def step(desk: Desk) -> object:
        first, second = await desk.gather(desk.call(get, A), desk.call(letter, A))
        await desk.call(pay, Pay(no="1", cents=first.value))
        return second.value

    scene.bank.before.append(failing(scene, 6, Unreachable("closed")))
    ulid = await scene.begin(step)
    await go_on(scene, ulid)
    claimed = await scene.store.journal(ulid)
    assert (await scene.status(ulid))[0] == "done"
    journal = await journal_of(scene, ulid)
    walked = Rehearsal(scene.rules, scene.roles["clerk"], journal)
    assert (await walked.run(), walked.more) == ("", [])
    assert course(claimed.events, claimed.key) == course(reversed(claimed.events), claimed.key)
    tasks = {e.address.partition("/")[0] for e in claimed.events if e.kind == "answer"}
    assert tasks == {"work#1", "work#2"}


@pytest.mark.kernel(28)
@pytest.mark.parametrize("evidence", [True, False])
async def test_who_supplied_a_value_signs_in_no_child_either(
    scene: Scene, *, evidence: bool
) -> None:
    """Named as evidence or not: two levels down what rests on their word takes other eyes."""
    role = Role("orders", Order, tools=TOOLS)

    @role.step()
    async def work(case: Order, desk: Desk) -> Exit:
        if case.note is None:
            return exception("data missing", "no note")
        rests_on = desk.supplied("note") if evidence else ()
        await desk.hand_over("middle", {"no": case.note}, "middle", evidence=rests_on)
        return done()

    async def between(desk: Desk) -> object:
        return await desk.hand_over("payer", {"no": "C1"}, "pay")

    async def paying(desk: Desk) -> object:
        return (await desk.call(pay, Pay(no="1", cents=20_000))).no

    scene.roles["orders"] = role.compile()
    scene.roles |= {"middle": work_of(between, "middle"), "payer": work_of(paying, "payer")}
    ulid = await scene.start("orders")
    await scene.go_on()
    await go_on(scene, ulid, note_of("ben"))
    [asks] = [one for one in await statuses(scene.store) if await scene.bodies(one, "checkpoint")]
    await scene.decide(asks, "ben")
    await scene.go_on()
    assert scene.bank.writes == []
    await scene.decide(asks, "cara")
    await scene.go_on()
    assert [call[0] for call in scene.bank.writes] == ["bank.pay"]
    assert await scene.status(ulid) == ("done", "")
    await sound(scene)

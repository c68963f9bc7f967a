"""Rules of the kernel that only a whole case shows: store, guard, desk and walk as they run.

Each test fails when its rule is taken out of the source; it names what goes wrong then.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import pytest

from leitstand.approval import Statement, write
from leitstand.desk import Desk, HandOver, hand_over
from leitstand.errors import CallFailed, Contradiction, ToolFailed, Unreachable
from leitstand.guard import checkpoint_of
from leitstand.role import Compiled, Exit, Goto, Role, Update, done, goto
from leitstand.store import Frozen as Waiting
from leitstand.store import Journal, Limits
from leitstand.store.restore import mark_restored
from leitstand.values import Frozen, Identifier, Reading
from tests.guard.scene import (
    ASK,
    GRANT,
    STOP,
    TOOLS,
    Find,
    Pay,
    Scene,
    Work,
    book,
    bundle_of,
    get,
    pay,
    wire,
    work_of,
)

SMALL = Pay(no="R1", cents=100)
LARGE = Pay(no="R1", cents=20_000)


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """A bank, its rules and its people."""
    found = Scene(tmp_path)
    yield found
    found.store.close()


class Said(Frozen):
    """What a model says."""

    no: Identifier


def dialled(dial: Mapping[str, Any]) -> Compiled:
    """Two steps; what the first asks, writes and calls follows a dial that no journal knows."""
    role = Role("clerk", Work, tools=TOOLS)

    @role.step(then=["after"])
    async def before(case: Work, desk: Desk) -> Goto:
        del case
        await desk.call(get, Find(no=dial.get("asked", "A")))
        if dial.get("more"):
            await desk.call(get, Find(no="B"))
        return goto("after", no=dial.get("written", "W2"))

    @role.step()
    async def after(case: Work, desk: Desk) -> Exit:
        return done(paid=(await desk.call(pay, LARGE)).no, no=case.no)

    return role.compile()


@pytest.mark.parametrize("turned", [{"asked": "C"}, {"written": "W3"}, {"more": True}])
@pytest.mark.kernel(1)
@pytest.mark.kernel(2)
async def test_what_is_sealed_is_answered_by_the_tape_alone(
    scene: Scene, turned: dict[str, Any]
) -> None:
    """Other arguments, another update, one more call: diverged, and nothing is sent."""
    dial: dict[str, Any] = {}
    scene.roles["clerk"] = dialled(dial)
    ulid = await scene.start()
    await scene.go_on()
    reads = len(scene.bank.calls)
    dial.update(turned)
    await scene.decide(ulid)
    await scene.go_on()
    assert await scene.status(ulid) == ("held", "diverged")
    (held,) = await scene.bodies(ulid, "held")
    assert held["text"].startswith("LS401 in ")
    assert len(scene.bank.calls) == reads


@pytest.mark.kernel(3)
@pytest.mark.kernel(6)
async def test_one_signature_lets_one_call_run(scene: Scene) -> None:
    """The very same action in a loop is asked anew each time, under a key of its own."""

    async def step(desk: Desk) -> object:
        return [(await desk.call(book, LARGE)).no for _ in range(3)]

    ulid = await scene.begin(step)
    for count in range(3):
        assert len(scene.bank.writes) == count
        await scene.decide(ulid)
        await scene.go_on()
    assert list(scene.bank.effects.values()) == [1, 1, 1]


@pytest.mark.kernel(6)
async def test_a_key_is_a_case_s_own(scene: Scene) -> None:
    """The same step with the same arguments in two cases: two keys, two effects."""

    async def step(desk: Desk) -> object:
        return (await desk.call(book, SMALL)).no

    for _ in range(2):
        ulid = await scene.begin(step)
        assert (await scene.status(ulid))[0] == "done"
    assert len(scene.bank.effects) == 2


@pytest.mark.kernel(5)
async def test_a_lease_shorter_than_the_call_sends_nothing(scene: Scene) -> None:
    """A burst that has taken 59 of its 60 seconds leaves the write to the next one."""
    runs, sent = list[float](), list[int]()

    async def note() -> None:
        sent.append(len(runs))

    async def step(desk: Desk) -> object:
        runs.append(scene.clock.now)
        scene.clock.now += 59.0 if len(runs) == 1 else 0.0
        return (await desk.call(pay, SMALL)).no

    scene.bank.before.append(note)
    ulid = await scene.begin(step)
    assert (sent, list(scene.bank.effects.values())) == ([2], [1])
    assert (await scene.status(ulid))[0] == "done"


@pytest.mark.kernel(5)
async def test_a_write_is_sent_promptly_or_never(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that froze after its intent: others count "absent" from there, so it sends not."""
    intend = Journal.intend

    async def frozen(journal: Journal, *given: Any) -> None:  # noqa: ANN401 as it is called
        await intend(journal, *given)
        scene.clock.now += 11

    monkeypatch.setattr(Journal, "intend", frozen)

    async def step(desk: Desk) -> object:
        return (await desk.call(book, SMALL)).no

    ulid = await scene.begin(step)
    first = len(scene.bank.writes)
    await scene.go_on(later=30)
    assert (first, list(scene.bank.effects.values())) == (0, [1])
    assert (await scene.status(ulid))[0] == "done"


@pytest.mark.kernel(10)
@pytest.mark.kernel(11)
async def test_what_ran_is_on_record_whatever_the_rules_say_now(scene: Scene) -> None:
    """An edited payment is replayed by its proposal, also where it would be denied by now."""

    async def step(desk: Desk) -> object:
        paid = await desk.call(pay, LARGE)
        return paid.no, await desk.wait("mail")

    ulid = await scene.begin(step)
    await scene.decide(ulid, said=await scene.edit(ulid, cents=15_000))
    await scene.go_on()
    scene.rules.bundle = bundle_of(GRANT + ASK + STOP.replace("50000", "500"))
    await scene.runtime().signal(ulid, "mail", {}, "m1")
    await scene.go_on()
    assert await scene.status(ulid) == ("done", "")
    assert len(scene.bank.writes) == 1


@pytest.mark.kernel(11)
@pytest.mark.kernel(13)
async def test_a_signature_expires_by_the_guard_s_clock(scene: Scene) -> None:
    """The case reads its own recorded time; that keeps no signature alive."""

    async def step(desk: Desk) -> object:
        await desk.now()
        return await desk.call(pay, LARGE)

    ulid = await scene.begin(step)
    await scene.decide(ulid)
    await scene.go_on(later=901)
    assert scene.bank.calls == []
    assert (await scene.status(ulid))[0] == "waiting"


@pytest.mark.kernel(19)
async def test_a_failed_call_is_an_answer_of_the_tape(scene: Scene) -> None:
    """It failed with an error of its own and plan B was taken: the replay takes it again."""

    async def broken() -> None:
        raise RuntimeError("boom")

    async def step(desk: Desk) -> object:
        try:
            await desk.call(get, Find(no="A"))
        except ToolFailed as error:
            return (await desk.call(pay, LARGE)).no, error.text

    scene.bank.before.append(broken)
    ulid = await scene.begin(step)
    await scene.decide(ulid)
    await scene.go_on()
    assert await scene.status(ulid) == ("done", "")
    assert [name for name, _, _ in scene.bank.calls] == ["get", "bank.pay"]


@pytest.mark.kernel(19)
async def test_a_refusal_is_recorded_before_the_step_sees_it(scene: Scene) -> None:
    """Refused at first; rules that would allow it later do not change what happened."""

    async def step(desk: Desk) -> object:
        try:
            await desk.call(pay, Pay(no="R2", cents=60_000))
        except CallFailed as error:
            return error.code, await desk.wait("mail")

    ulid = await scene.begin(step)
    scene.rules.bundle = bundle_of(GRANT)
    await scene.runtime().signal(ulid, "mail", {}, "m1")
    await scene.go_on()
    assert await scene.status(ulid) == ("done", "")
    assert scene.bank.calls == []


@pytest.mark.kernel(21)
@pytest.mark.kernel(26)
async def test_a_model_s_answer_is_durable_before_its_use(scene: Scene) -> None:
    """It has cost money: it is committed when the step gets it; other inputs are another call."""
    dial, seen = {"no": "A"}, list[int]()

    async def ask(prompt: str, inputs: Mapping[str, Any], answer: type[Any]) -> object:
        del prompt, answer
        return Reading[Said](value=Said(no=inputs["no"]), source="model")

    async def step(desk: Desk) -> object:
        said = await desk.ask("choose", dial, Said)
        seen.append(len(await scene.events(ulid, "answer")))
        return said.value.no, await desk.wait("mail")

    scene.ask = ask
    scene.roles["clerk"] = work_of(step)
    ulid = await scene.start()
    await scene.go_on()
    assert seen == [1]
    dial["no"] = "B"
    await scene.runtime().signal(ulid, "mail", {}, "m1")
    await scene.go_on()
    assert await scene.status(ulid) == ("held", "diverged")


@pytest.mark.kernel(22)
async def test_a_write_that_may_have_happened_is_not_repeated_at_once(scene: Scene) -> None:
    """Only reads are: a write waits until what was sent has arrived, whatever its key is worth."""

    async def lost() -> None:
        raise Unreachable("connection lost")

    async def step(desk: Desk) -> object:
        return await desk.call(book, SMALL)

    scene.bank.after.append(lost)
    ulid = await scene.begin(step)
    assert len(scene.bank.writes) == 1
    assert (await scene.status(ulid))[0] == "waiting"


@pytest.mark.kernel(23)
async def test_a_message_after_its_time_comes_too_late(scene: Scene) -> None:
    """Nobody looked in between: what came first in time decides, not what is seen first."""
    until = datetime.fromtimestamp(scene.clock.now, UTC) + timedelta(seconds=60)

    async def step(desk: Desk) -> object:
        return await desk.wait("mail", until)

    ulid = await scene.begin(step)
    scene.clock.now += 100
    await scene.runtime().signal(ulid, "mail", {}, "m1")
    await scene.go_on()
    assert (await scene.bodies(ulid, "exit"))[0]["result"] == {"said": "None"}


def paired() -> Compiled:
    """Two steps side by side, each with a payment that a person signs."""
    role = Role("clerk", Work, tools=TOOLS)

    @role.step(then=["left", "right"])
    async def begin(case: Work, desk: Desk) -> Goto:
        del case, desk
        return goto("left", "right")

    @role.step()
    async def left(case: Work, desk: Desk) -> Update:
        await desk.call(pay, LARGE.model_copy(update={"no": case.no}))
        return {}

    @role.step()
    async def right(case: Work, desk: Desk) -> Update:
        del case
        await desk.call(book, LARGE)
        return {}

    @role.step()
    async def after(case: Work, desk: Desk) -> Exit:
        del case, desk
        return done()

    role.join(["left", "right"], "after")
    return role.compile()


@pytest.mark.kernel(24)
@pytest.mark.kernel(25)
async def test_siblings_of_a_checkpoint_run_and_end_with_the_case(scene: Scene) -> None:
    """A signed call waits for no sibling's signature; when a no ends the case, open ones go too."""
    scene.roles["clerk"] = paired()
    scene.cases = Limits(rejections=1)
    ulid = await scene.start()
    await scene.go_on()
    (first, second) = (await scene.tape(ulid)).open_checkpoints()
    await answered(scene, ulid, first, "approve")
    await scene.go_on()
    assert len(scene.bank.writes) == 1
    other = await scene.start()
    await scene.go_on()
    (first, second) = (await scene.tape(other)).open_checkpoints()
    await answered(scene, other, second, "reject")
    await scene.go_on()
    tape = await scene.tape(other)
    assert (await scene.status(other))[0] == "exception"
    assert {c.state for c in tape.checkpoints.values()} == {"withdrawn", "rejected"}


async def answered(
    scene: Scene, ulid: str, frozen: Waiting, answer: Literal["approve", "reject"]
) -> None:
    """Ben's answer to one of several checkpoints."""
    journal = Journal(await scene.store.journal(ulid), scene.store, Limits())
    said = Statement(answer=answer, reason="nein" if answer == "reject" else "")
    ben = scene.house.people["t", "ben"]
    draft = write(checkpoint_of(journal, frozen), ben, "head", said, scene.clock, 900.0)
    await scene.tell(ulid, "ben", draft)


@pytest.mark.kernel(27)
async def test_a_case_is_woken_so_often_and_no_more(scene: Scene) -> None:
    """A case that messages keep waking is held before it eats the house."""

    async def step(desk: Desk) -> object:
        return await desk.call(pay, LARGE)

    scene.cases = Limits(bursts=3)
    ulid = await scene.begin(step)
    for n in range(3):
        await scene.runtime().signal(ulid, "news", {}, f"m{n}")
        await scene.go_on()
    assert await scene.status(ulid) == ("held", "limit")


@pytest.mark.kernel(28)
async def test_a_child_is_handed_over_in_its_parent_s_own_name(scene: Scene) -> None:
    """A step that names another case as the parent is refused; no child is born."""

    async def step(desk: Desk) -> object:
        order = HandOver(role="clerk2", parent="01ANOTHER", title="x", given="{}")
        try:
            return await desk.call(hand_over, order)
        except Contradiction as error:
            return error.code

    scene.roles["clerk2"] = work_of(step, "clerk2")
    ulid = await scene.begin(step)
    (leave,) = await scene.bodies(ulid, "exit")
    assert leave["result"]["said"] == f"'{Contradiction.code}'"


@pytest.mark.kernel(28)
@pytest.mark.parametrize(
    ("role", "given", "why"),
    [
        ("nobody", {}, "no such role"),
        ("clerk", {}, "it is in the line already"),
        ("taker", {"strange": 1}, "its input is not valid: `strange`: "),
    ],
)
async def test_a_hand_over_that_cannot_be_says_why(
    scene: Scene, role: str, given: dict[str, int], why: str
) -> None:
    """Another role or another input is what its engineer has to think of: no child is born."""

    async def step(desk: Desk) -> object:
        try:
            return await desk.hand_over(role, given, "child")
        except Contradiction as error:
            return error.text

    scene.roles["taker"] = work_of(step, "taker")
    ulid = await scene.begin(step)
    (leave,) = await scene.bodies(ulid, "exit")
    assert f"`clerk` cannot hand a case to `{role}`: {why}" in leave["result"]["said"]


@pytest.mark.kernel(28)
async def test_hand_overs_go_four_levels_deep(scene: Scene) -> None:
    """Six roles in a line: the fifth may not give on."""
    told: list[int] = []

    def giving(level: int) -> Any:  # noqa: ANN401 a step
        async def step(desk: Desk) -> object:
            try:
                return await desk.hand_over(f"r{level + 1}", {}, "child", wait=False)
            except Contradiction:
                told.append(level)
            return None

        return step

    for level in range(6):
        scene.roles[f"r{level}"] = work_of(giving(level), f"r{level}")
    await scene.start("r0")
    await scene.go_on()
    assert told == [4]


@pytest.mark.kernel(31)
async def test_after_a_restore_what_cannot_be_asked_goes_to_a_person(scene: Scene) -> None:
    """A system that honours no key and has no look-up gets nothing from a restored case."""

    async def step(desk: Desk) -> object:
        return await desk.call(wire, SMALL)

    scene.roles["clerk"] = work_of(step)
    ulid = await scene.start()
    await mark_restored(scene.store)
    await scene.go_on()
    assert await scene.status(ulid) == ("held", "unknown_effect")
    assert scene.bank.calls == []

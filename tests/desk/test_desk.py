"""The desk: addresses, branches, one task only, dead after a signal, recorded time and messages."""

import asyncio
from contextlib import suppress
from datetime import timedelta

import pytest

from leitstand.desk import Desk
from leitstand.errors import CallFailed, ForeignCall
from leitstand.values import Frozen, Money, Reading
from tests.guard.scene import Find, Pay, Scene, get, pay, work_of

A, SMALL, LARGE = Find(no="A"), Pay(no="R1", cents=5), Pay(no="R1", cents=20_000)


class Amount(Frozen):
    """A model's answer."""

    cents: Money


async def addresses(scene: Scene, ulid: str) -> list[str]:
    """Where answers stand."""
    return sorted(e.address for e in await scene.events(ulid, "answer", "outcome"))


async def test_calls_stand_in_their_order(scene: Scene) -> None:
    """Step, visit, and a number that counts every kind of call."""

    async def step(desk: Desk) -> object:
        await desk.call(get, A)
        await desk.now()
        return await desk.call(pay, SMALL)

    ulid = await scene.begin(step)
    assert await addresses(scene, ulid) == ["work#1/:0", "work#1/:1", "work#1/:2"]


@pytest.mark.kernel(7)
async def test_branches_have_addresses_of_their_own(scene: Scene) -> None:
    """However they finish: the first branch's calls are the first branch's, nested ones too."""

    async def slow() -> None:
        await asyncio.sleep(0.01)

    async def step(desk: Desk) -> object:
        async def pair() -> object:
            return await desk.gather(desk.call(get, A), desk.call(get, Find(no="B")))

        scene.bank.before.append(slow)
        await desk.gather(desk.call(get, Find(no="C")), pair())
        return await desk.call(get, A)

    ulid = await scene.begin(step)
    assert await addresses(scene, ulid) == [
        "work#1/0.0:0",
        "work#1/0.1.0.0:0",
        "work#1/0.1.0.1:0",
        "work#1/:1",
    ]


async def test_a_gather_gives_results_in_order(scene: Scene) -> None:
    """Not in the order in which they came."""
    scene.bank.numbers |= {"A": 1, "B": 2, "C": 3}

    async def slow() -> None:
        await asyncio.sleep(0.02)

    async def step(desk: Desk) -> object:
        scene.bank.before.append(slow)
        found = await desk.gather(*(desk.call(get, Find(no=n)) for n in "ABC"))
        return [f.value for f in found]

    ulid = await scene.begin(step)
    assert (await scene.bodies(ulid, "exit"))[0]["result"] == {"said": "[1, 2, 3]"}


async def test_a_gather_raises_the_first_failure_when_all_are_home(scene: Scene) -> None:
    """Of two refusals the first in order; the third call is made and recorded."""

    async def step(desk: Desk) -> object:
        big = [Pay(no=f"R{n}", cents=60_000 + n) for n in range(2)]
        try:
            await desk.gather(*(desk.call(pay, one) for one in (*big, SMALL)))
        except CallFailed as error:
            return error.code
        return None

    ulid = await scene.begin(step)
    assert (await scene.bodies(ulid, "exit"))[0]["result"] == {"said": "'LS201'"}
    assert len(scene.bank.writes) == 1


@pytest.mark.parametrize("way", ["task", "gather", "group", "wait_for"])
@pytest.mark.kernel(7)
async def test_a_foreign_task_is_refused(scene: Scene, way: str) -> None:
    """Whatever makes a task of its own is not answered; nothing is called; the case is held."""
    said: list[str] = []

    async def step(desk: Desk) -> object:
        async def call() -> object:
            try:
                return await desk.call(pay, SMALL)
            except ForeignCall as error:
                said.append(str(error))
                raise

        match way:
            case "task":
                return await asyncio.create_task(call())
            case "gather":
                return await asyncio.gather(call())
            case "group":
                async with asyncio.TaskGroup() as group:
                    group.create_task(call())
                return None
            case _:
                return await asyncio.wait_for(call(), 1)

    ulid = await scene.begin(step)
    assert scene.bank.calls == []
    assert (await scene.status(ulid)) == ("held", "defect")
    assert "desk.gather" in said[0]


async def test_a_desk_that_was_left_answers_nobody(scene: Scene) -> None:
    """A step keeps its desk and calls later: refused."""
    kept: list[Desk] = []

    async def step(desk: Desk) -> object:
        kept.append(desk)
        return None

    await scene.begin(step)
    with pytest.raises(ForeignCall):
        await kept[0].call(pay, SMALL)
    assert scene.bank.calls == []


@pytest.mark.kernel(8)
async def test_a_dead_desk_makes_no_further_call(scene: Scene) -> None:
    """`except BaseException` and `finally` around a checkpoint: nothing is sent behind it."""

    async def step(desk: Desk) -> object:
        try:
            return await desk.call(pay, LARGE)
        finally:
            await desk.call(get, A)
            await desk.call(pay, SMALL)

    ulid = await scene.begin(step)
    assert scene.bank.calls == []
    assert (await scene.status(ulid))[0] == "waiting"


@pytest.mark.kernel(8)
async def test_a_step_that_swallows_a_checkpoint_is_a_defect(scene: Scene) -> None:
    """It went on as if it had been signed: held, nothing was sent."""

    async def step(desk: Desk) -> object:
        with suppress(BaseException):
            await desk.call(pay, LARGE)
        return "paid"

    ulid = await scene.begin(step)
    assert (await scene.status(ulid)) == ("held", "defect")
    assert scene.bank.calls == []


@pytest.mark.kernel(13)
async def test_now_is_recorded(scene: Scene) -> None:
    """Two days later, on replay, it is still then."""
    seen: list[object] = []

    async def step(desk: Desk) -> object:
        seen.append(await desk.now())
        return await desk.call(pay, LARGE)

    ulid = await scene.begin(step)
    scene.clock.now += 172_800
    await scene.decide(ulid)
    await scene.go_on()
    assert len(seen) == 2
    assert seen[0] == seen[1]


@pytest.mark.kernel(23)
async def test_a_message_goes_to_one_wait(scene: Scene) -> None:
    """In the order in which they came; what came early is kept, a name that differs is another."""

    async def step(desk: Desk) -> object:
        first = await desk.wait("mail")
        second = await desk.wait("mail")
        return [first, second]

    ulid = await scene.begin(step)
    for number, name in enumerate(("other", "mail", "mail")):
        await scene.runtime().signal(ulid, name, {"n": number}, f"m{number}")
    assert not await scene.runtime().signal(ulid, "mail", {"n": 9}, "m1")
    await scene.go_on()
    assert (await scene.bodies(ulid, "exit"))[0]["result"] == {"said": "[{'n': 1}, {'n': 2}]"}


@pytest.mark.kernel(23)
async def test_a_time_that_comes_first_is_the_answer(scene: Scene) -> None:
    """None, decided once: a message that comes after it changes nothing."""

    async def step(desk: Desk) -> object:
        until = await desk.now() + timedelta(seconds=60)
        told = await desk.wait("mail", until)
        await desk.call(pay, LARGE)
        return told

    ulid = await scene.begin(step)
    assert (await scene.status(ulid))[0] == "waiting"
    await scene.go_on(later=61)
    await scene.runtime().signal(ulid, "mail", {}, "m1")
    await scene.decide(ulid)
    await scene.go_on()
    assert (await scene.bodies(ulid, "exit"))[0]["result"] == {"said": "None"}


@pytest.mark.kernel(26)
async def test_a_model_s_answer_is_asked_for_once(scene: Scene) -> None:
    """Recorded before its use; on replay nobody is asked; its id is where it stands."""
    asked: list[str] = []

    async def model(prompt: str, inputs: object, answer: object) -> object:
        asked.append(prompt)
        return Reading[Amount](value=Amount(cents=20_000), source=prompt, confidence=40)

    scene.ask = model

    async def step(desk: Desk) -> object:
        amount = await desk.ask("how-much", {}, Amount)
        return await desk.call(pay, Pay(no=amount.id, cents=amount.value.cents))

    ulid = await scene.begin(step)
    await scene.decide(ulid)
    await scene.go_on()
    assert asked == ["how-much"]
    assert scene.bank.writes[0][1]["no"] == "work#1/:0"


@pytest.mark.kernel(28)
async def test_a_hand_over_waits_for_the_child(scene: Scene) -> None:
    """The child is a case of its own, of the same requester; its exit is the answer."""

    async def child(desk: Desk) -> object:
        return (await desk.call(get, A)).value

    async def step(desk: Desk) -> object:
        told = await desk.hand_over("checker", {"no": "C1"}, "check")
        return told.result if told else None

    scene.roles["checker"] = work_of(child, "checker")
    ulid = await scene.begin(step)
    assert (await scene.bodies(ulid, "exit"))[0]["result"] == {"said": "{'said': '100'}"}
    (outcome,) = await scene.bodies(ulid, "outcome")
    claimed = await scene.store.journal(outcome["value"]["ulid"])
    assert (claimed.case.parent, claimed.case.requester, claimed.case.depth) == (ulid, "anna", 1)


@pytest.mark.parametrize("role", ["clerk", "nobody"])
@pytest.mark.kernel(28)
async def test_a_hand_over_to_itself_or_nobody_is_refused(scene: Scene, role: str) -> None:
    """A cycle, and a role that there is not: a typed failure, no child."""

    async def step(desk: Desk) -> object:
        try:
            return await desk.hand_over(role, {"no": "C1"}, "again")
        except CallFailed as error:
            return error.code

    ulid = await scene.begin(step)
    assert (await scene.bodies(ulid, "exit"))[0]["result"] == {"said": "'LS205'"}

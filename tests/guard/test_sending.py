"""A write that was not answered: what the system can tell decides whether it may be sent again."""

from functools import cache
from typing import Any

import pytest

from leitstand.desk import Desk
from leitstand.errors import Contradiction, Unreachable
from leitstand.guard.sending import ATTEMPTS
from leitstand.tool import Tool
from tests.guard.scene import GRANT, Pay, Scene, Step, book, bundle_of, get, pay, wire
from tests.guard.scene import Find as FindNumber

SMALL = Pay(no="R1", cents=5)


def writing(tool: Tool[Any, Any]) -> Step:
    """One write."""

    async def step(desk: Desk) -> object:
        return (await desk.call(tool, SMALL)).no

    return step


async def lost() -> None:
    """The connection breaks."""
    raise Unreachable("connection lost")


async def names(scene: Scene) -> list[str]:
    """What the bank was asked, in order."""
    return [name for name, _, _ in scene.bank.calls]


@pytest.mark.parametrize("door", ["before", "after"])
@pytest.mark.kernel(6)
async def test_an_idempotent_write_is_sent_again_under_its_key(scene: Scene, door: str) -> None:
    """Whether it had arrived or not: the same key, one effect, one outcome."""
    getattr(scene.bank, door).append(lost)
    ulid = await scene.begin(writing(pay))
    await scene.go_on(later=30)
    assert await names(scene) == ["bank.pay", "bank.pay"]
    assert len({key for _, _, key in scene.bank.calls}) == 1
    assert list(scene.bank.effects.values()) == [1]
    assert (await scene.status(ulid))[0] == "done"


async def test_a_look_up_that_finds_it_is_the_outcome(scene: Scene) -> None:
    """It had arrived: asked for, found, never sent again."""
    scene.bank.after.append(lost)
    ulid = await scene.begin(writing(book))
    await scene.go_on(later=30)
    assert await names(scene) == ["bank.book", "found"]
    assert (await scene.bodies(ulid, "exit"))[0]["result"] == {"said": "'V1'"}


@pytest.mark.kernel(5)
async def test_a_look_up_that_finds_nothing_lets_it_be_sent_once_settled(scene: Scene) -> None:
    """It had not arrived: absent counts only when everything that was sent has."""
    scene.settle = 10.0
    scene.bank.before.append(lost)
    ulid = await scene.begin(writing(book))
    await scene.go_on(later=5)
    assert await names(scene) == ["bank.book"]
    await scene.go_on(later=10)
    await scene.go_on(later=30)
    found = await names(scene)
    assert (found[0], found[-2:]) == ("bank.book", ["found", "bank.book"])
    assert found.count("bank.book") == 2
    assert list(scene.bank.effects.values()) == [1]
    assert (await scene.status(ulid))[0] == "done"


@pytest.mark.kernel(5)
@pytest.mark.parametrize(
    ("who", "sent", "status"), [("the same", 2, "done"), ("another", 1, "held")]
)
async def test_where_a_store_is_shared_only_who_sent_it_sends_it_again(
    scene: Scene, who: str, sent: int, status: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process may be frozen in the middle of sending: a person settles what it was to do.

    Each runtime of a scene is a process.
    """
    scene.store.shared = True
    if who == "the same":
        monkeypatch.setattr(scene, "runtime", cache(scene.runtime))
    scene.bank.before.append(lost)
    ulid = await scene.begin(writing(book))
    await scene.go_on(later=30)
    await scene.go_on(later=60)
    assert (await names(scene)).count("bank.book") == sent
    assert (await scene.status(ulid))[0] == status


@pytest.mark.kernel(5)
async def test_neither_goes_to_a_person(scene: Scene) -> None:
    """A system that cannot tell is not asked again and gets nothing again."""
    scene.bank.after.append(lost)
    ulid = await scene.begin(writing(wire))
    for _ in range(3):
        await scene.go_on(later=60)
    assert await names(scene) == ["bank.wire"]
    assert await scene.status(ulid) == ("held", "unknown_effect")


async def test_a_system_that_never_answers_goes_to_a_person(scene: Scene) -> None:
    """Asked so many times, each on record, then held; released by what a person found."""

    async def down() -> None:
        scene.bank.before.append(down)
        raise Unreachable("down")

    scene.bank.before.append(down)
    ulid = await scene.begin(writing(pay))
    for _ in range(ATTEMPTS + 3):
        await scene.go_on(later=60)
    assert await scene.status(ulid) == ("held", "unknown_effect")
    assert len(await scene.events(ulid, "attempt")) >= ATTEMPTS
    (address,) = (await scene.tape(ulid)).unsettled()
    key = (await scene.tape(ulid)).intents[address]["key"]
    await scene.runtime().release(ulid, "eva", "looked", {key: "never arrived"})
    await scene.go_on()
    assert (await scene.status(ulid))[0] == "exception"
    assert not scene.bank.effects


async def test_a_declared_no_is_an_outcome(scene: Scene) -> None:
    """The system says that it did not take it: recorded, raised, not repeated."""

    async def no() -> None:
        raise Contradiction("period closed")

    scene.bank.before.append(no)
    ulid = await scene.begin(writing(pay))
    assert await names(scene) == ["bank.pay"]
    (outcome,) = await scene.bodies(ulid, "outcome")
    assert outcome["failure"]["text"] == "period closed"
    assert (await scene.status(ulid))[0] == "exception"


@pytest.mark.kernel(11)
async def test_a_repeat_is_decided_under_the_rules_of_now(scene: Scene) -> None:
    """It had not arrived, and meanwhile a rule forbids it: not sent again, refused once settled."""
    scene.bank.before.append(lost)
    ulid = await scene.begin(writing(book))
    no_writes = GRANT.replace("bank.book", "bank.wipe")
    scene.rules.bundle = bundle_of(no_writes)
    for _ in range(3):
        await scene.go_on(later=60)
    assert await names(scene) == ["bank.book", "found"]
    (outcome,) = await scene.bodies(ulid, "outcome")
    assert outcome["failure"]["code"] == "LS201"
    assert (await scene.status(ulid))[0] == "exception"


async def test_a_forbidden_repeat_of_what_may_have_happened_goes_to_a_person(scene: Scene) -> None:
    """No look-up can say whether it happened: neither sent again nor called undone."""
    scene.bank.after.append(lost)
    ulid = await scene.begin(writing(pay))
    scene.rules.bundle = bundle_of(GRANT.replace("bank.pay", "bank.wipe"))
    await scene.go_on(later=60)
    assert await names(scene) == ["bank.pay"]
    assert await scene.status(ulid) == ("held", "unknown_effect")


@pytest.mark.kernel(22)
async def test_a_read_is_repeated_at_once(scene: Scene) -> None:
    """Twice, at the same address, each on record; then it is a failure that the step handles."""

    async def step(desk: Desk) -> object:
        return (await desk.call(get, FindNumber(no="A"))).value

    scene.bank.before.append(lost)
    ulid = await scene.begin(step)
    assert await names(scene) == ["get", "get"]
    assert len(await scene.events(ulid, "attempt")) == 1
    assert len(await scene.events(ulid, "answer")) == 1


async def test_a_read_that_stays_out_of_reach_ends_the_case_with_its_cause(scene: Scene) -> None:
    """Three tries, then the exception queue: system unreachable (R6)."""

    async def down() -> None:
        scene.bank.before.append(down)
        raise Unreachable("down")

    async def step(desk: Desk) -> object:
        return (await desk.call(get, FindNumber(no="A"))).value

    scene.bank.before.append(down)
    ulid = await scene.begin(step)
    assert await names(scene) == ["get"] * 3
    assert (await scene.bodies(ulid, "exit"))[0]["cause"] == "system unreachable"

"""A case that a person closes takes what it handed over with it; no write is left half done."""

from collections.abc import Awaitable, Callable

import pytest

from leitstand.desk import Desk
from leitstand.errors import Unreachable
from leitstand.store.handling import close, resume
from leitstand.store.rebuild import rebuild
from leitstand.store.verify import verify
from tests.desk.test_rounds import eve, failing, journal_of, sound
from tests.guard.scene import Crash, Find, Pay, Scene, book, get, pay, work_of
from tests.store.hands import effects_of, statuses

Step = Callable[[Desk], Awaitable[object]]
DEAR = Pay(no="1", cents=20_000)


async def parent(desk: Desk) -> object:
    """Hand over, wait for nobody, and leave for the queue."""
    await desk.hand_over("checker", {"no": "C1"}, "check", wait=False)
    raise Unreachable("the rest is for people")


async def begun(scene: Scene, child: Step) -> tuple[str, str]:
    """A parent in the exception queue, and its child as far as it comes."""
    scene.roles["checker"] = work_of(child, "checker")
    ulid = await scene.begin(parent)
    return ulid, await born(scene, ulid)


async def born(scene: Scene, ulid: str) -> str:
    """The one case that this one handed over."""
    (handed,) = await scene.bodies(ulid, "outcome")
    return str(handed["value"]["ulid"])


async def ended(scene: Scene, ulid: str) -> list[dict[str, object]]:
    """How a case was closed, as its journal has it; it is rejected."""
    assert (await statuses(scene.store))[ulid] == "rejected"
    return await scene.bodies(ulid, "closed")


@pytest.mark.kernel(28)
async def test_what_waits_for_a_signature_is_withdrawn(scene: Scene) -> None:
    """The child's checkpoint is void, its end says who closed what, and nothing was written."""

    async def child(desk: Desk) -> object:
        return (await desk.call(pay, DEAR)).no

    ulid, given = await begun(scene, child)
    assert (await scene.shown(given))[0].tool == "bank.pay"
    assert await close(scene.store, await journal_of(scene, ulid), eve(scene))
    await scene.go_on()
    (told,) = await ended(scene, given)
    assert (told["person"], told["reason"], told["parent"]) == ("eve", "the cause is gone", ulid)
    assert (await scene.bodies(given, "void"))[-1]["state"] == "withdrawn"
    assert (await scene.bodies(given, "exit"))[-1]["kind"] == "rejected"
    assert scene.bank.writes == []
    await sound(scene)


@pytest.mark.kernel(28)
async def test_a_signature_that_comes_too_late_pays_nothing(scene: Scene) -> None:
    """Closed and signed before any burst has heard of either: the closing counts."""

    async def child(desk: Desk) -> object:
        return (await desk.call(pay, DEAR)).no

    ulid, given = await begun(scene, child)
    assert await close(scene.store, await journal_of(scene, ulid), eve(scene))
    await scene.decide(given)
    await scene.go_on()
    assert len(await ended(scene, given)) == 1
    assert scene.bank.writes == []


@pytest.mark.kernel(28)
async def test_children_of_children_end_too_and_what_has_ended_stays(scene: Scene) -> None:
    """Three levels: the one in the middle is done already, the one below it waits and is ended."""

    async def child(desk: Desk) -> object:
        await desk.hand_over("auditor", {"no": "G1"}, "audit", wait=False)
        return "given on"

    async def grandchild(desk: Desk) -> object:
        return await desk.wait("a word")

    scene.roles["auditor"] = work_of(grandchild, "auditor")
    ulid, given = await begun(scene, child)
    below = await born(scene, given)
    assert (await statuses(scene.store))[below] == "waiting"
    assert await close(scene.store, await journal_of(scene, ulid), eve(scene))
    await scene.go_on()
    assert (await statuses(scene.store))[given] == "done"
    assert await scene.events(given, "closed") == []
    (told,) = await ended(scene, below)
    assert told["parent"] == ulid
    await sound(scene)


@pytest.mark.kernel(28)
@pytest.mark.parametrize("anew", [False, True], ids=["as-it-is", "rows-made-anew"])
async def test_a_child_in_the_queue_is_closed_and_not_opened_again(
    scene: Scene, *, anew: bool
) -> None:
    """What its role made of it stays its exit; rows made anew before it runs lose nothing."""

    async def child(desk: Desk) -> object:
        return (await desk.call(get, Find(no="A"))).value

    scene.bank.before.append(failing(scene, 3, Unreachable("closed")))
    ulid, given = await begun(scene, child)
    assert (await statuses(scene.store))[given] == "exception"
    early = await journal_of(scene, given)
    assert await close(scene.store, await journal_of(scene, ulid), eve(scene))
    if anew:
        await rebuild(scene.store)
    assert not await resume(scene.store, early, eve(scene), early.case.version)
    await scene.go_on()
    assert len(await ended(scene, given)) == 1
    assert [b["kind"] for b in await scene.bodies(given, "exit")] == ["exception"]
    await sound(scene)


@pytest.mark.kernel(28)
async def test_a_write_on_its_way_is_finished(scene: Scene) -> None:
    """The parent is closed while the bank books for the child: booked once, recorded, ended."""

    async def child(desk: Desk) -> object:
        await desk.call(book, Pay(no="1", cents=5))
        await desk.wait("a word")
        return await desk.call(book, Pay(no="2", cents=5))

    names: list[str] = []

    async def closing() -> None:
        while not await close(scene.store, await journal_of(scene, names[0]), eve(scene)):
            pass

    scene.roles = {"clerk": work_of(parent), "checker": work_of(child, "checker")}
    names.append(await scene.start())
    scene.bank.before.append(closing)
    await scene.go_on()
    given = await born(scene, names[0])
    assert len(await ended(scene, given)) == 1
    assert await effects_of(scene.store, given) == ["done"]
    assert list(scene.bank.effects.values()) == [1]
    await sound(scene)


@pytest.mark.kernel(4, 28)
async def test_a_write_nobody_has_heard_of_is_asked_for_first(scene: Scene) -> None:
    """The process dies after the bank has booked, the parent is closed: the outcome is found."""

    async def child(desk: Desk) -> object:
        await desk.call(book, Pay(no="1", cents=5))
        await desk.wait("a word")
        return None

    names: list[str] = []

    async def dying() -> None:
        while (await statuses(scene.store))[names[0]] != "exception":
            pass
        raise Crash

    scene.roles = {"clerk": work_of(parent), "checker": work_of(child, "checker")}
    names.append(await scene.start())
    scene.bank.after.append(dying)
    with pytest.raises(Crash):
        await scene.go_on()
    scene.reopen()
    assert await close(scene.store, await journal_of(scene, names[0]), eve(scene))
    await scene.go_on(later=100)
    given = await born(scene, names[0])
    assert len(await ended(scene, given)) == 1
    assert await effects_of(scene.store, given) == ["done"]
    assert list(scene.bank.effects.values()) == [1]
    assert (await verify(scene.store)).faults == []


@pytest.mark.kernel(28)
async def test_a_held_child_hears_it_when_it_is_released(scene: Scene) -> None:
    """Held is for an engineer: nothing wakes it, and released it ends instead of going on."""

    async def child(desk: Desk) -> object:
        await desk.call(get, Find(no="A"))
        raise ArithmeticError("a defect")

    ulid, given = await begun(scene, child)
    assert await close(scene.store, await journal_of(scene, ulid), eve(scene))
    await scene.go_on()
    assert (await statuses(scene.store))[given] == "held"
    await scene.runtime().release(given, "ben", "seen")
    await scene.go_on()
    assert len(await ended(scene, given)) == 1
    await sound(scene)

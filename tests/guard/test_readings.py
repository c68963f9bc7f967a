"""Evidence is what the journal holds: ids are resolved there, and what must hold is read again."""

import pytest

from leitstand.desk import Desk
from leitstand.errors import Unreachable
from leitstand.values import Reading
from tests.guard.scene import (
    ASK,
    GRANT,
    Find,
    Number,
    Pay,
    Scene,
    bundle_of,
    find,
    get,
    letter,
    pay,
    rate,
)

TAINT = """
@id("tainted") @decision("approve") @level("approve") @roles("head") @approvers("1")
forbid(principal, action == Action::"bank.pay", resource)
when { context.call.tainted.contains("to") } unless { context.call.approval.count >= 1 };
"""
SMALL, LARGE = Pay(no="R1", cents=5), Pay(no="R1", cents=20_000)


async def test_a_reading_carries_its_address(scene: Scene) -> None:
    """The id is stamped by the guard, whatever the tool says, and is the same on replay."""
    seen: list[str] = []

    async def step(desk: Desk) -> object:
        seen.append((await desk.call(get, Find(no="A"))).id)
        return await desk.call(pay, LARGE)

    ulid = await scene.begin(step)
    await scene.decide(ulid)
    await scene.go_on()
    assert seen == ["work#1/:0", "work#1/:0"]


async def test_evidence_resolves_in_the_case_s_own_journal(scene: Scene) -> None:
    """The payee that this case read grounds its payment: nobody is asked."""
    scene.rules.bundle = bundle_of(GRANT + TAINT)

    async def step(desk: Desk) -> object:
        found = await desk.call(find, Find(no="P1"))
        return await desk.call(pay, SMALL, evidence=(found.id,))

    await scene.begin(step)
    assert len(scene.bank.writes) == 1


async def test_what_a_step_makes_of_a_reading_is_no_evidence(scene: Scene) -> None:
    """A payee that was changed by force, in the step's own hands, still asks a person."""
    scene.rules.bundle = bundle_of(GRANT + TAINT)

    async def step(desk: Desk) -> object:
        found = await desk.call(find, Find(no="P1"))
        vars(found.value)["id"] = "P9"
        forged = SMALL.model_copy(update={"to": "P9"})
        return await desk.call(pay, forged, evidence=(found.id,))

    ulid = await scene.begin(step)
    assert scene.bank.writes == []
    assert (await scene.shown(ulid))[1].state == "open"


@pytest.mark.parametrize("name", ["", "work#1/:9", "work#1/:0 ", "other#1/:0", "01M/work#1/:0"])
async def test_an_id_that_resolves_to_nothing_grounds_nothing(scene: Scene, name: str) -> None:
    """A made-up id, one of another step, one of another case: a person is asked."""
    scene.rules.bundle = bundle_of(GRANT + TAINT)

    async def step(desk: Desk) -> object:
        await desk.call(find, Find(no="P1"))
        return await desk.call(pay, SMALL, evidence=(name,))

    ulid = await scene.begin(step)
    assert scene.bank.writes == []
    assert (await scene.shown(ulid))[1].body["readings"] == [name]


async def test_a_reading_cannot_be_forged(scene: Scene) -> None:
    """A step makes a reading of its own, with the id of a letter: what counts is the journal's."""
    scene.rules.bundle = bundle_of(GRANT + TAINT)

    async def step(desk: Desk) -> object:
        said = await desk.call(letter, Find(no="P1"))
        forged = Reading[str](value="P1", source="bank.find", confidence=100, id=said.id)
        return await desk.call(pay, SMALL, evidence=(forged.id,))

    await scene.begin(step)
    assert scene.bank.writes == []


async def test_a_failed_call_is_no_evidence(scene: Scene) -> None:
    """The address of a refusal grounds nothing."""
    scene.rules.bundle = bundle_of(GRANT + TAINT)

    async def step(desk: Desk) -> object:
        await desk.gather()  # An address that holds no answer.
        return await desk.call(pay, SMALL, evidence=("work#1/:0",))

    await scene.begin(step)
    assert scene.bank.writes == []


async def test_a_large_answer_is_evidence_too(scene: Scene) -> None:
    """Kept as a blob beside the journal, found again on replay."""
    scene.bank.numbers["A"] = 7

    async def step(desk: Desk) -> object:
        long = await desk.call(letter, Find(no="A" * 120))
        await desk.call(pay, LARGE, evidence=(long.id,))
        return len(long.value)

    ulid = await scene.begin(step)
    await scene.decide(ulid)
    await scene.go_on()
    assert (await scene.bodies(ulid, "exit"))[0]["result"] == {"said": "120"}


async def rated(desk: Desk) -> object:
    """A payment that rests on a rate which must still hold, and on a number that need not."""
    now = await desk.call(rate, Find(no="rate"))
    other = await desk.call(get, Find(no="other"))
    return await desk.call(pay, LARGE, evidence=(now.id, other.id))


async def test_watched_evidence_is_read_again_and_still_holds(scene: Scene) -> None:
    """Read once when it was proposed, once when it is acted on; the signature carries it."""
    ulid = await scene.begin(rated)
    await scene.decide(ulid)
    await scene.go_on()
    assert [c[1] for c in scene.bank.calls if c[0] == "get"] == ["rate", "other", "rate"]
    assert len(scene.bank.writes) == 1


async def test_watched_evidence_that_changed_voids_the_approval(scene: Scene) -> None:
    """Signed on another rate: asked anew with the difference; a new signature carries it."""
    ulid = await scene.begin(rated)
    await scene.decide(ulid)
    scene.bank.numbers["rate"] = 101
    await scene.go_on()
    assert scene.bank.writes == []
    shown, frozen = await scene.shown(ulid)
    assert (frozen.body["difference"], frozen.generation) == (["evidence"], 1)
    assert shown.evidence != (await scene.bodies(ulid, "checkpoint"))[0]["evidence"]
    await scene.decide(ulid)
    await scene.go_on()
    assert len(scene.bank.writes) == 1


async def test_other_evidence_may_change(scene: Scene) -> None:
    """A read that is not watched is shown as it was read."""
    ulid = await scene.begin(rated)
    await scene.decide(ulid)
    scene.bank.numbers["other"] = 101
    await scene.go_on()
    assert len(scene.bank.writes) == 1


async def test_no_signature_is_lost_while_the_evidence_cannot_be_read(scene: Scene) -> None:
    """The system is down when the signature comes: it is tried again later, asked of nobody."""
    ulid = await scene.begin(rated)
    await scene.decide(ulid)

    async def down() -> None:
        scene.bank.before.append(down)
        raise Unreachable("down")

    scene.bank.before.append(down)
    await scene.go_on()
    assert (scene.bank.writes, (await scene.status(ulid))[0]) == ([], "waiting")
    scene.bank.before.clear()
    await scene.go_on(later=60)
    assert len(scene.bank.writes) == 1


def test_a_reading_s_type_is_its_tool_s() -> None:
    """What steps get is the declared model."""
    assert get.result is Number


async def test_the_rules_see_one_taint_at_a_time(scene: Scene) -> None:
    """`ask` and `tainted` may ask together: one signature is for both."""
    scene.rules.bundle = bundle_of(GRANT + TAINT + ASK)

    async def step(desk: Desk) -> object:
        return await desk.call(pay, LARGE)

    ulid = await scene.begin(step)
    await scene.decide(ulid)
    await scene.go_on()
    assert len(scene.bank.writes) == 1

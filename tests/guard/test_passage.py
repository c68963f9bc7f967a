"""The way of an action: allow, redact, ask, escalate, deny; and the same again on a replay."""

import pytest

from leitstand.approval import Statement
from leitstand.desk import Desk
from leitstand.errors import CallFailed, Refused, Rejected
from leitstand.records import Decision
from tests.guard.scene import (
    ASK,
    GRANT,
    STOP,
    Find,
    Paid,
    Pay,
    Scene,
    bundle_of,
    get,
    pay,
    wipe,
    work_of,
)

REDACT = """
@id("secret") @decision("redact") @level("note") @fields("note")
forbid(principal, action == Action::"bank.pay", resource)
when { context.args has note && context.args.note like "*geheim*" };
"""
ESCALATE = """
@id("up") @decision("escalate") @level("escalate") @roles("head") @approvers("1")
forbid(principal, action == Action::"bank.pay", resource)
unless { context.call.approval.count >= 1 };
"""
NO_READ = """
@id("no-read") @decision("approve") @level("approve") @roles("head") @approvers("1")
forbid(principal, action == Action::"bank.get", resource)
unless { context.call.approval.count >= 1 };
"""
SMALL, LARGE, HUGE = (Pay(no="R1", cents=c) for c in (100, 20_000, 60_000))


async def paying(desk: Desk) -> Paid:
    """A payment that a person must sign."""
    return await desk.call(pay, LARGE)


@pytest.mark.kernel(21)
async def test_an_allowed_write_has_its_intent_before_it_is_sent(scene: Scene) -> None:
    """The bank finds the intent on record when a call arrives: same arguments, same key (R7)."""
    seen: list[object] = []

    async def look() -> None:
        (intent,) = await scene.bodies(ulid, "intent")
        seen.append((intent["args"], intent["key"], intent["verdict"]["decision"]))

    async def step(desk: Desk) -> object:
        scene.bank.before.append(look)
        return (await desk.call(pay, SMALL)).no

    scene.roles["clerk"] = work_of(step)
    ulid = await scene.start()
    await scene.go_on()
    ((_, args, key),) = scene.bank.writes
    assert seen == [(args, key, Decision.ALLOW)]
    assert args == SMALL.model_dump(mode="json")
    kinds = [e.kind for e in await scene.events(ulid)]
    assert kinds == ["started", "intent", "outcome", "seal", "exit"]
    assert (await scene.status(ulid))[0] == "done"


async def test_a_denied_call_reaches_nothing(scene: Scene) -> None:
    """A rule that denies, and a tool that nothing grants: a typed refusal with the verdict."""
    told: list[Refused] = []

    async def step(desk: Desk) -> object:
        for tool, args in ((pay, HUGE), (wipe, SMALL)):
            try:
                await desk.call(tool, args)
            except Refused as error:
                told.append(error)
        return len(told)

    await scene.begin(step)
    assert scene.bank.calls == []
    stopped, ungranted = told
    assert stopped.detail["level"] == "hold"
    assert "stop" in str(stopped)
    assert stopped.detail["cause"] == "contradictory results"
    assert "nothing grants `bank.wipe`" in str(ungranted.detail["error"])


@pytest.mark.kernel(35)
async def test_a_redaction_runs_what_was_left(scene: Scene) -> None:
    """The note goes out blank; the intent holds what is sent, and both digests (R27)."""
    scene.rules.bundle = bundle_of(GRANT + REDACT)

    async def step(desk: Desk) -> object:
        return (await desk.call(pay, Pay(no="R1", cents=1, note="geheim: 4711"))).no

    ulid = await scene.begin(step)
    ((_, args, _),) = scene.bank.writes
    assert args["note"] == "[entfernt]"
    (intent,) = await scene.bodies(ulid, "intent")
    assert intent["args"] == args
    assert intent["proposed"] != intent["acted"]
    (outcome,) = await scene.bodies(ulid, "outcome")
    assert outcome["acted"] == intent["acted"]


async def test_a_redaction_that_does_not_help_denies(scene: Scene) -> None:
    """What would be redacted again after the redaction is refused."""
    endless = REDACT.replace("*geheim*", "*")
    scene.rules.bundle = bundle_of(GRANT + endless)
    failed: list[str] = []

    async def step(desk: Desk) -> object:
        try:
            await desk.call(pay, Pay(no="R1", cents=1, note="x"))
        except Refused as error:
            failed.append(error.text)
        return None

    await scene.begin(step)
    assert scene.bank.calls == []
    assert failed == ["`bank.pay` is refused by secret"]


async def test_a_write_that_needs_a_person_freezes(scene: Scene) -> None:
    """It waits without running, names who may sign, and runs once when they have (R18)."""
    ulid = await scene.begin(paying)
    shown, _ = await scene.shown(ulid)
    assert (scene.bank.calls, shown.roles, shown.approvers) == ([], ("head",), 1)
    await scene.go_on()
    assert scene.bank.calls == []
    await scene.decide(ulid)
    await scene.go_on()
    assert len(scene.bank.writes) == 1
    (intent,) = await scene.bodies(ulid, "intent")
    assert intent["persons"] == ["ben"]
    assert (await scene.status(ulid))[0] == "done"


async def test_an_escalation_waits_as_well(scene: Scene) -> None:
    """`escalate` freezes like `approve`: another level, the same checkpoint."""
    scene.rules.bundle = bundle_of(GRANT + ESCALATE)
    ulid = await scene.begin(paying)
    (frozen,) = await scene.bodies(ulid, "checkpoint")
    assert frozen["verdict"]["level"] == "escalate"
    await scene.decide(ulid)
    await scene.go_on()
    assert len(scene.bank.writes) == 1


async def test_a_call_that_may_not_wait_is_refused_for_good(scene: Scene) -> None:
    """`may_wait=False`: a refusal with the verdict; the step's other way runs, on replay too."""
    levels: list[object] = []

    async def step(desk: Desk) -> object:
        try:
            await desk.call(pay, LARGE, may_wait=False)
        except Refused as error:
            levels.append((error.detail["level"], error.detail["roles"]))
        return (await desk.call(pay, LARGE.model_copy(update={"no": "R2"}))).no

    ulid = await scene.begin(step)
    scene.rules.bundle = bundle_of(GRANT)  # Now nobody is asked: what is recorded stays.
    await scene.go_on()
    await scene.decide(ulid)
    await scene.go_on()
    assert len(levels) > 1
    assert set(map(repr, levels)) == {"('approve', ['head'])"}
    assert [args["no"] for _, args, _ in scene.bank.writes] == ["R2"]


async def test_a_read_never_waits_for_a_person(scene: Scene) -> None:
    """Where a rule would ask, a read is refused."""
    scene.rules.bundle = bundle_of(GRANT + NO_READ)
    failed: list[str] = []

    async def step(desk: Desk) -> object:
        try:
            await desk.call(get, Find(no="A"))
        except CallFailed as error:
            failed.append(error.code)
        return None

    ulid = await scene.begin(step)
    assert (failed, scene.bank.calls) == (["LS201"], [])
    assert await scene.events(ulid, "checkpoint") == []


async def test_a_rejection_is_the_answer(scene: Scene) -> None:
    """The step gets a typed refusal with who and why; nothing runs; the card is closed."""
    told: list[Rejected] = []

    async def step(desk: Desk) -> object:
        try:
            return await desk.call(pay, LARGE)
        except Rejected as error:
            told.append(error)
        return (await desk.call(get, Find(no="A"))).value

    ulid = await scene.begin(step)
    await scene.decide(ulid, said=Statement(answer="reject", reason="doppelt"))
    await scene.go_on()
    assert scene.bank.writes == []
    assert (told[0].text, told[0].detail["person"]) == ("doppelt", "ben")
    assert (await scene.tape(ulid)).open_checkpoints() == []
    assert (await scene.status(ulid))[0] == "done"


@pytest.mark.kernel(10)
async def test_an_edit_runs_as_edited(scene: Scene) -> None:
    """Ben lowers the amount: what runs is his, by name, and what was proposed stays on record."""
    ulid = await scene.begin(paying)
    await scene.decide(ulid, said=await scene.edit(ulid, cents=15_000))
    await scene.go_on()
    ((_, args, _),) = scene.bank.writes
    assert args["cents"] == 15_000
    (intent,) = await scene.bodies(ulid, "intent")
    assert (intent["editor"], intent["persons"]) == ("ben", ["ben"])
    assert intent["proposed"] != intent["acted"]


@pytest.mark.kernel(10)
async def test_an_edit_passes_the_rules_again(scene: Scene) -> None:
    """A person may not edit an action beyond what the rules allow anybody."""
    ulid = await scene.begin(paying)
    await scene.decide(ulid, said=await scene.edit(ulid, cents=60_000))
    await scene.go_on()
    assert scene.bank.calls == []
    assert (await scene.status(ulid))[0] == "exception"


ABOVE = ASK.replace("ask-one", "ask-clerk").replace("head", "clerk").replace("10000", "30000")
CLERK_TOO = ABOVE.replace("count >= 1", 'roles.contains("clerk")')


@pytest.mark.kernel(10)
async def test_an_edit_that_needs_other_people_is_asked_of_them(scene: Scene) -> None:
    """Ben raises the amount to where a clerk signs, too: his yes is void, both are asked anew."""
    scene.rules.bundle = bundle_of(GRANT + ASK + CLERK_TOO)
    ulid = await scene.begin(paying)
    await scene.decide(ulid, said=await scene.edit(ulid, cents=40_000))
    await scene.go_on()
    assert scene.bank.writes == []
    shown, frozen = await scene.shown(ulid)
    assert ({*shown.roles}, shown.args["cents"]) == ({"head", "clerk"}, 40_000)
    assert frozen.body["difference"] == ["people"]
    for person in ("ben", "eve"):
        assert scene.bank.writes == []
        await scene.decide(ulid, person)
        await scene.go_on()
    ((_, args, _),) = scene.bank.writes
    assert args["cents"] == 40_000


EDITED = CLERK_TOO.replace("context.args.cents > 30000", "context.call.edited")


@pytest.mark.kernel(10)
async def test_what_was_edited_stays_so_when_it_is_asked_anew(scene: Scene) -> None:
    """A rule on edited actions holds on the new card, too, though nothing is edited there."""
    scene.rules.bundle = bundle_of(GRANT + ASK + EDITED)
    ulid = await scene.begin(paying)
    await scene.decide(ulid, said=await scene.edit(ulid, cents=15_000))
    await scene.go_on()
    await scene.decide(ulid)
    await scene.go_on()
    assert scene.bank.writes == []
    await scene.decide(ulid, "eve")
    await scene.go_on()
    assert len(scene.bank.writes) == 1
    (intent,) = await scene.bodies(ulid, "intent")
    assert (intent["editor"], intent["persons"]) == ("ben", ["ben", "eve"])


@pytest.mark.kernel(11)
async def test_the_rules_in_force_when_it_runs_decide(scene: Scene) -> None:
    """Signed under one bundle, forbidden by the next before it ran: it does not run."""
    ulid = await scene.begin(paying)
    await scene.decide(ulid)
    scene.rules.bundle = bundle_of(GRANT + ASK + STOP.replace("50000", "500"))
    await scene.go_on()
    assert scene.bank.calls == []
    assert (await scene.status(ulid))[0] == "exception"


@pytest.mark.kernel(11)
async def test_other_rules_make_another_question(scene: Scene) -> None:
    """The slice changed while it waited: the signature is void, it is asked anew and says why."""
    ulid = await scene.begin(paying)
    await scene.decide(ulid)
    scene.rules.bundle = bundle_of(GRANT + ASK.replace('@id("ask-one")', '@id("ask-again")'))
    await scene.go_on()
    assert scene.bank.calls == []
    shown, frozen = await scene.shown(ulid)
    assert frozen.body["difference"] == ["rules"]
    assert frozen.generation == 1
    await scene.decide(ulid)
    await scene.go_on()
    assert len(scene.bank.writes) == 1
    assert shown.id != (await scene.bodies(ulid, "checkpoint"))[0]["id"]


async def test_rules_that_ask_nobody_any_more_let_it_run(scene: Scene) -> None:
    """A question that the new rules would not ask is not kept waiting once the case wakes."""
    ulid = await scene.begin(paying)
    scene.rules.bundle = bundle_of(GRANT)
    await scene.runtime().signal(ulid, "news", {}, "n1")
    await scene.go_on()
    assert len(scene.bank.writes) == 1
    assert (await scene.status(ulid))[0] == "done"

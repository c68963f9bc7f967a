"""Budgets: the commit decides, people may let one action through, what is set is checked."""

import re
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leitstand.approval import Statement
from leitstand.desk import Desk
from leitstand.errors import ProjectRefused
from leitstand.guard import caps_of
from leitstand.guard.budget import Cap, beyond
from leitstand.records import Decision, Verdict
from tests.guard.scene import ASK, GRANT, TOOLS, Crash, Pay, Scene, bundle_of, pay, work_of

DAY: dict[str, Any] = {
    "name": "day",
    "tool": "bank.pay",
    "field": "cents",
    "cap_cents": 1_000,
    "per": "day",
}
ASKING = {**DAY, "roles": ["head"]}


async def step(desk: Desk) -> str:
    """A payment of four euros whose number no other case uses."""
    at = await desk.now()
    return (await desk.call(pay, Pay(no=f"R{at.timestamp():.6f}", cents=400))).no


async def large(desk: Desk) -> str:
    """A payment that a head must sign anyway."""
    return (await desk.call(pay, Pay(no="R1", cents=20_000))).no


async def paid(scene: Scene, ulid: str) -> list[list[Any]]:
    """What a case took from budgets."""
    return [row for body in await scene.bodies(ulid, "intent") for row in body.get("budgets", ())]


async def test_a_spent_budget_is_told_in_both_languages(scene: Scene) -> None:
    """Without people the case ends as by a rule: its name, window, amount, cap, what is taken."""
    scene.limits = {"budgets": [DAY]}
    for _ in range(2):
        await scene.begin(step)
    ulid = await scene.begin(step)
    assert (await scene.status(ulid))[0] == "exception"
    (body,) = [b for b in await scene.bodies(ulid, "answer") if b["tool"] == "bank.pay"]
    verdict = Verdict.model_validate(body["verdict"], strict=False)
    assert (verdict.decision, verdict.rules) == (Decision.DENY, ("budget:day",))
    assert (verdict.level, verdict.cause) == ("hold", "contradictory results")
    day = scene.rules.today("t")
    (hit,) = [h for h in verdict.hits if h.rule == "budget:day"]
    assert hit.reason_de == f"Budget „day“ ({day}): 4,00 € zu 8,00 € sind mehr als 10,00 €."
    assert hit.reason_en == f"Budget day ({day}): 4,00 € on top of 8,00 € exceed 10,00 €."
    assert body["failure"]["code"] == "LS201"
    assert "budget:day" in (await scene.status(ulid))[1]


@pytest.mark.kernel(12)
async def test_at_the_edge_one_of_two_passes_and_the_other_asks(scene: Scene) -> None:
    """Two at once, room for one: the commit decides; a signature lets the other through."""
    scene.limits = {"budgets": [{**ASKING, "cap_cents": 500}]}
    scene.roles["clerk"] = work_of(step)
    ulids = [await scene.start() for _ in range(2)]
    await scene.go_on()
    ends = {(await scene.status(u))[0]: u for u in ulids}
    assert ends.keys() == {"done", "waiting"}
    assert sum(scene.bank.effects.values()) == 1
    shown, frozen = await scene.shown(ends["waiting"])
    assert (shown.roles, shown.approvers) == (("head",), 1)
    assert [h["rule"] for h in frozen.body["verdict"]["hits"]] == ["budget:day"]
    await scene.decide(ends["waiting"])
    await scene.go_on()
    assert (await scene.status(ends["waiting"]))[0] == "done"
    assert [row[4:] for u in ulids for row in sorted(await paid(scene, u))].count([True]) == 1
    # What it took is taken: four euros more do not even fit a cap of ten.
    scene.limits = {"budgets": [DAY]}
    assert (await scene.status(await scene.begin(step)))[0] == "exception"


@pytest.mark.kernel(12, 4)
async def test_a_crash_between_signature_and_outcome_pays_and_counts_once(scene: Scene) -> None:
    """Killed while it waits, and again while the bank answers: the rest is replay."""
    scene.limits = {"budgets": [{**ASKING, "cap_cents": 100}]}
    ulid = await scene.begin(step)
    scene.reopen()
    await scene.go_on()
    await scene.decide(ulid)

    async def die() -> None:
        raise Crash

    scene.bank.after.append(die)
    with pytest.raises(Crash):
        await scene.go_on()
    scene.reopen()
    await scene.go_on(later=600)
    assert (await scene.status(ulid))[0] == "done"
    assert list(scene.bank.effects.values()) == [1]
    assert await paid(scene, ulid) == [["day", str(scene.rules.today("t")), 400, 100, True]]
    assert [e.kind for e in await scene.events(ulid)].count("checkpoint") == 1


@pytest.mark.parametrize(
    ("zone", "day"),
    [("Europe/Berlin", "2027-01-01"), ("America/New_York", "2026-12-31"), ("", "2027-01-01")],
)
async def test_the_day_is_the_one_that_it_is_where_the_tenant_is(
    scene: Scene, zone: str, day: str
) -> None:
    """To the budget and to the step alike, half an hour after midnight in Berlin."""
    found = list[datetime]()

    async def late(desk: Desk) -> str:
        found.append(await desk.now())
        return await step(desk)

    scene.clock.now = datetime.fromisoformat("2026-12-31T23:30:00+00:00").timestamp()
    scene.limits = {"budgets": [DAY]} | ({"timezone": zone} if zone else {})
    ulid = await scene.begin(late)
    assert await paid(scene, ulid) == [["day", day, 400, 1_000]]
    assert {str(moment.date()) for moment in found} == {day}
    assert scene.clock.now - 1 < found[0].timestamp() <= scene.clock.now


@pytest.mark.kernel(3)
async def test_a_signature_lets_through_only_what_it_was_told_of(scene: Scene) -> None:
    """The head has signed the amount, not the budget: they are asked again, and told of both."""
    scene.limits = {"budgets": [ASKING]}
    scene.rules.bundle = bundle_of(GRANT + ASK)
    ulid = await scene.begin(large)
    assert (await scene.shown(ulid))[1].body["verdict"]["hits"][0]["rule"] == "ask-one"
    await scene.decide(ulid)
    await scene.go_on()
    assert not scene.bank.effects
    rules = [h["rule"] for h in (await scene.shown(ulid))[1].body["verdict"]["hits"]]
    assert rules == ["budget:day", "ask-one"]
    await scene.decide(ulid)
    await scene.go_on()
    assert (await scene.status(ulid))[0] == "done"


async def test_people_of_rule_and_budget_sign_both(scene: Scene) -> None:
    """One signature of the rule's people is not one of the budget's: it waits for the second."""
    scene.limits = {"budgets": [{**DAY, "roles": ["clerk"]}]}
    scene.rules.bundle = bundle_of(GRANT + ASK)
    ulid = await scene.begin(large)
    await scene.decide(ulid)
    await scene.go_on()
    shown, frozen = await scene.shown(ulid)
    assert (shown.roles, shown.approvers) == (("clerk", "head"), 2)
    await scene.decide(ulid)
    await scene.go_on()
    assert (await scene.shown(ulid))[1].id == frozen.id
    await scene.decide(ulid, "eve")
    await scene.go_on()
    assert (await scene.status(ulid))[0] == "done"


async def test_every_budget_that_is_overdrawn_is_told_at_once(scene: Scene) -> None:
    """Day and month: one checkpoint, one signature."""
    month = {**ASKING, "name": "month", "per": "month", "cap_cents": 300}
    scene.limits = {"budgets": [{**ASKING, "cap_cents": 200}, month]}
    ulid = await scene.begin(step)
    shown, frozen = await scene.shown(ulid)
    rules = [h["rule"] for h in frozen.body["verdict"]["hits"]]
    assert (rules, shown.approvers) == (["budget:day", "budget:month"], 1)
    await scene.decide(ulid)
    await scene.go_on()
    assert [row[4] for row in await paid(scene, ulid)] == [True, True]


async def test_a_no_ends_it_and_room_lets_it_pass(scene: Scene) -> None:
    """A rejection is the answer; whoever edits the amount down lets that action through."""
    scene.limits = {"budgets": [{**ASKING, "cap_cents": 100}]}
    first = await scene.begin(step)
    await scene.decide(first, said=Statement(answer="reject", reason="nein"))
    second = await scene.begin(step)
    await scene.decide(second, said=await scene.edit(second, cents=50))
    await scene.go_on()
    assert [(await scene.status(u))[0] for u in (first, second)] == ["exception", "done"]
    assert [row[2] for row in await paid(scene, second)] == [50]


async def test_a_role_that_is_asked_no_more_lets_nothing_through(scene: Scene) -> None:
    """Budgets are decided as they stand: another role is asked anew, none at all refuses."""
    scene.limits = {"budgets": [{**ASKING, "cap_cents": 100}]}
    ulid = await scene.begin(step)
    await scene.decide(ulid)
    scene.limits = {"budgets": [{**DAY, "cap_cents": 100, "roles": ["clerk"]}]}
    await scene.go_on()
    assert (await scene.shown(ulid))[0].roles == ("clerk",)
    await scene.decide(ulid, "eve")
    scene.limits = {"budgets": [{**DAY, "cap_cents": 100}]}
    await scene.go_on()
    assert (await scene.status(ulid))[0] == "exception"


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ([{**DAY, "tool": "bank.pya"}], "budgets[0]: no tool `bank.pya` writes"),
        ([{**DAY, "tool": "bank.get", "field": "no"}], "budgets[0]: no tool `bank.get` writes"),
        ([{**DAY, "field": "cent"}], "budgets[0]: `bank.pay` has no argument `cent`"),
        (
            [{**DAY, "field": "note"}],
            "budgets[0]: `bank.pay` has no argument `note` that is an amount",
        ),
        ([{**DAY, "per": "week"}], "budgets[0]: `per` "),
        ([{**DAY, "cap_cents": 0}], "budgets[0]: `cap_cents` "),
        ([{**DAY, "cap_cents": 10.5}], "budgets[0]: `cap_cents` "),
        ([{**DAY, "cap_cents": True}], "budgets[0]: `cap_cents` "),
        ([{**DAY, "rolls": ["head"]}], "budgets[0]: `rolls` "),
        ([{**DAY, "reason_de": "{betrag}"}], "budgets[0]: `reason_de` "),
        ([DAY, {**DAY, "per": "month"}], "budgets[1]: `day` is there twice"),
        (["day"], "budgets[0]: "),
        ({"day": DAY}, "`budgets` is no list"),
        ([{**DAY, "tool": "x"}, {**DAY, "field": "y"}], "budgets[1]: "),
    ],
)
def test_a_budget_that_cannot_be_meant_is_refused(entries: object, said: str) -> None:
    """Each fault with file, entry and what it is, before a case begins."""
    with pytest.raises(ProjectRefused, match=re.escape(said)) as refused:
        caps_of({"budgets": entries}, TOOLS, "policy.json")
    assert refused.value.where == "policy.json"


def test_a_budget_that_fits_is_taken() -> None:
    """As it is written in JSON."""
    assert [c.roles for c in caps_of({"budgets": [ASKING]}, TOOLS, "policy.json")] == [("head",)]
    assert caps_of({}, TOOLS, "policy.json") == []


@given(
    st.sampled_from([Decision.ALLOW, Decision.APPROVE, Decision.ESCALATE, Decision.DENY]),
    st.sets(st.sampled_from("abc")),
    st.lists(st.sets(st.sampled_from("abcd")), min_size=1, max_size=3),
)
def test_a_budget_only_makes_a_verdict_stricter(
    decision: Decision, roles: set[str], asked: list[set[str]]
) -> None:
    """Nobody that a rule asks is lost, and people apart from them are one more signature."""
    before = Verdict(decision=decision, roles=tuple(sorted(roles)), approvers=len(roles))
    many = enumerate(tuple(sorted(r)) for r in asked)
    caps = [Cap.model_validate({**DAY, "name": f"b{n}", "roles": r}) for n, r in many]
    hits = [c.hit(c.row({"cents": 5}, "2026-11-02"), 1_000) for c in caps]
    after = beyond(before, hits)
    assert after.decision >= before.decision
    assert (after.decision is Decision.DENY) == (decision is Decision.DENY or set() in asked)
    assert set(after.roles) == roles.union(*asked)
    assert after.approvers >= before.approvers
    assert {h.rule for h in after.hits} == {c.rule for c in caps}

"""The rules in force: budgets and business keys hold over all cases; what was done is a fact."""

import asyncio

import pytest

from leitstand.desk import Desk
from leitstand.errors import CallFailed
from tests.guard.scene import GRANT, Pay, Scene, bundle_of, pay, work_of

BUDGET = {"budgets": [{"name": "day", "tool": "bank.pay", "field": "cents", "per": "day"}]}
ONCE = """
@id("once") @decision("deny") @level("hold")
forbid(principal, action == Action::"bank.pay", resource)
when { context.call.done.contains("bank.pay") };
"""


def capped(cents: int) -> dict[str, object]:
    """A budget of a day."""
    return {"budgets": [{**BUDGET["budgets"][0], "cap_cents": cents}]}


async def step(desk: Desk) -> str:
    """A payment whose number no other case uses."""
    at = await desk.now()
    return (await desk.call(pay, Pay(no=f"R{at.timestamp():.6f}", cents=400))).no


@pytest.mark.kernel(12)
async def test_a_budget_holds_over_all_cases(scene: Scene) -> None:
    """Ten cases at once, room for three: three pay, seven are told why not."""
    scene.limits = capped(1_200)
    scene.roles["clerk"] = work_of(step)
    ulids = [await scene.start() for _ in range(10)]
    await scene.go_on()
    ends = [await scene.status(u) for u in ulids]
    assert sum(status == "done" for status, _ in ends) == 3
    assert sum(scene.bank.effects.values()) == 3
    assert all("budget" in reason for status, reason in ends if status == "exception")


async def test_a_budget_is_a_day_s(scene: Scene) -> None:
    """The next day there is room again."""
    scene.limits = capped(400)
    first = await scene.begin(step)
    second = await scene.begin(step)
    scene.clock.now += 86_400
    third = await scene.begin(step)
    assert [(await scene.status(u))[0] for u in (first, second, third)] == [
        "done",
        "exception",
        "done",
    ]


@pytest.mark.kernel(12)
async def test_a_refused_write_frees_what_it_had_reserved(scene: Scene) -> None:
    """The bank says no: the next case finds the room."""
    scene.limits = capped(400)

    async def no() -> None:
        from leitstand.errors import Contradiction

        raise Contradiction("closed")

    scene.bank.before.append(no)
    first = await scene.begin(step)
    second = await scene.begin(step)
    assert [(await scene.status(u))[0] for u in (first, second)] == ["exception", "done"]


@pytest.mark.kernel(12)
async def test_two_cases_race_for_one_business_key(scene: Scene) -> None:
    """The same document in ten cases at once: one pays, the others contradict."""

    async def same(desk: Desk) -> str:
        return (await desk.call(pay, Pay(no="R1", cents=1))).no

    scene.roles["clerk"] = work_of(same)
    ulids = [await scene.start() for _ in range(10)]
    await asyncio.gather(*(scene.runtime().run_until_idle() for _ in range(2)))
    ends = [await scene.status(u) for u in ulids]
    assert sorted(status for status, _ in ends) == ["done"] + ["exception"] * 9
    assert sum(scene.bank.effects.values()) == 1


@pytest.mark.kernel(16)
async def test_a_taken_key_loses_no_row_of_a_sibling(scene: Scene) -> None:
    """Two branches, one takes a taken key: the other's write and both answers are on record."""

    async def first(desk: Desk) -> str:
        return (await desk.call(pay, Pay(no="R1", cents=1))).no

    async def both(desk: Desk) -> object:
        async def one(no: str) -> str:
            try:
                return (await desk.call(pay, Pay(no=no, cents=1))).no
            except CallFailed as error:
                return error.code

        return await desk.gather(one("R1"), one("R2"), one("R1"))

    await scene.begin(first)
    ulid = await scene.begin(both)
    (leave,) = await scene.bodies(ulid, "exit")
    assert leave["result"]["said"] == "('LS205', 'V2', 'LS205')"
    assert len(await scene.events(ulid, "intent")) == 1


async def test_what_was_done_is_a_fact(scene: Scene) -> None:
    """A rule may forbid a second payment in one case; what happened counts."""
    scene.rules.bundle = bundle_of(GRANT + ONCE)

    async def twice(desk: Desk) -> object:
        codes: list[str] = []
        for no in ("R1", "R2"):
            try:
                codes.append((await desk.call(pay, Pay(no=no, cents=1))).no)
            except CallFailed as error:
                codes.append(error.code)
        return codes

    ulid = await scene.begin(twice)
    assert (await scene.bodies(ulid, "exit"))[0]["result"]["said"] == "['V1', 'LS201']"


@pytest.mark.parametrize(
    ("tenant", "writes", "values"),
    [("u", "payment", b"[1]"), ("t", "x", b"[1]"), ("t", "payment", b"[2]")],
)
@pytest.mark.kernel(6)
def test_a_business_key_tells_things_apart(
    scene: Scene, tenant: str, writes: str, values: bytes
) -> None:
    """By tenant, by what is written and by values; it shows none of them."""
    key = scene.rules.business_key("t", "payment", b"[1]")
    assert key == scene.rules.business_key("t", "payment", b"[1]")
    assert key != scene.rules.business_key(tenant, writes, values)

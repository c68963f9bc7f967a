"""Thousands of seeds through the simulator, and the proof that it is not blind."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import bindparam, func

from leitstand.desk import Desk, gravity
from leitstand.desk.scope import Scope
from leitstand.guard import Unsettled
from leitstand.guard.judging import Judge
from leitstand.guard.sending import Sending, Standing
from leitstand.records import Decision, Verdict
from leitstand.store import Journal, arrival, tape
from leitstand.store.schema import cases
from tests.kernel.simulator import Simulation, run

SEEDS = 2_000
PART = 50
AT_ONCE = 3
HAPPENS = (
    *("crash", "freeze", "clock", "slow", "outage", "policy", "rate", "deploy", "again"),
    *("approve", "edit", "reject", "message"),
)
"""What each part has to meet: everything that may go wrong, every answer of people, their words."""
"""Parts that run each time; the others are for CI."""
PARTS = [
    pytest.param(part, marks=[pytest.mark.slow] if part >= AT_ONCE else [])
    for part in range(SEEDS // PART)
]


def shots(folder: Path, seeds: range) -> Counter[str]:
    """Run seeds; how often each thing happened."""
    total: Counter[str] = Counter()
    for seed in seeds:
        total.update(run(seed, folder).told)
    return total


@pytest.mark.slow
@pytest.mark.parametrize("part", PARTS)
def test_every_case_comes_to_its_end(part: int, tmp_path: Path) -> None:
    """At most one effect an intent, none without a verdict, the course stable, no endless wait."""
    total = shots(tmp_path, range(part * PART, (part + 1) * PART))
    assert total["done"] > PART // 4
    assert total["writes"] > PART
    assert min(total[what] for what in HAPPENS) > 0


def test_a_seed_is_the_same_whenever_it_runs(tmp_path: Path) -> None:
    """A seed that fails can be looked at: nothing in it depends on anything else."""
    runs = [Simulation(seed, tmp_path) for seed in (7, 17)]
    first = [(s.run().told, s.loop.steps, s.loop.now) for s in runs]
    again = [Simulation(seed, tmp_path) for seed in (17, 7)]
    second = [(s.run().told, s.loop.steps, s.loop.now) for s in again]
    assert first == second[::-1]


def absent_at_once(patch: pytest.MonkeyPatch) -> None:
    """A look-up that finds nothing is believed at once."""

    def at_once(*_: object) -> float:
        return 0.0

    patch.setattr(Sending, "_settled", at_once)


def not_woken(patch: pytest.MonkeyPatch) -> None:
    """A signal does not wake a case that waits for a time."""
    wake = cases.update().where(cases.c.case_no == bindparam("no"))
    due = func.coalesce(cases.c.due, bindparam("at"))
    patch.setattr(arrival, "_WAKE", wake.values(pending=cases.c.pending + 1, due=due))


def one_scope(patch: pytest.MonkeyPatch) -> None:
    """Branches share one count of calls."""

    def same(scope: Scope, *_: object) -> Scope:
        return scope

    patch.setattr(Scope, "branch", same)


def failures_first(patch: pytest.MonkeyPatch) -> None:
    """A failure ends the case beside a write whose outcome is unknown."""
    order = [kinds for kinds in gravity._ORDER if kinds != (Unsettled,)]  # pyright: ignore[reportPrivateUsage]
    patch.setattr(gravity, "_ORDER", (*order, (Unsettled,)))

    def none(_: tape.Tape) -> list[str]:
        return []

    patch.setattr(tape.Tape, "unsettled", none)


def desks_live_on(patch: pytest.MonkeyPatch) -> None:
    """A step that catches a signal goes on calling."""

    def alive(self: Desk) -> None:
        del self

    patch.setattr(Desk, "_alive", alive)


def sent_before_it_is_on_record(patch: pytest.MonkeyPatch) -> None:
    """The intent is noted, and sent before it is durable."""

    async def intend(self: Journal, address: str, body: dict[str, object], *_: object) -> None:
        self.record("intent", address, body)

    patch.setattr(Journal, "intend", intend)


def rules_of_before(patch: pytest.MonkeyPatch) -> None:
    """What was allowed once is sent under whatever rules are in force now."""

    def old(self: Judge, *_: object) -> Standing:
        sha = self._rules.bundle.sha  # pyright: ignore[reportPrivateUsage] - what a sender asks again
        return lambda: (Verdict(decision=Decision.ALLOW, bundle=sha), ())

    patch.setattr(Judge, "standing", old)


HOLES = (
    absent_at_once,
    not_woken,
    one_scope,
    failures_first,
    desks_live_on,
    sent_before_it_is_on_record,
    rules_of_before,
)


@pytest.mark.slow
@pytest.mark.parametrize("hole", HOLES, ids=lambda hole: hole.__name__)
def test_a_planted_hole_is_found(
    hole: Callable[[pytest.MonkeyPatch], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of the holes that were closed is found again when it is opened."""
    hole(monkeypatch)
    with pytest.raises(AssertionError, match="seed"):
        shots(tmp_path, range(120))

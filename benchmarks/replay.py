"""Replay: ten steps with four reads and one approved write through the guard, nothing twice.

Amounts, suppliers and ids of all cases are distinct. One JSON line: cases a second on all cores,
the guard deciding, cold (no verdict was asked for before) and warm (the same cases again, with the
share of verdicts that were remembered), and with the verdicts taken from the recording.

    python benchmarks/replay.py [--cases 4000]
"""

import argparse
import asyncio
import os
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Annotated, Any, Protocol

import orjson
import uvloop
from pace import pace
from pydantic import Field

from leitstand.desk import Desk
from leitstand.evals.case import Expected, ExpectedEffect, RecordedCase, Said
from leitstand.evals.grading import grade
from leitstand.evals.replay import Bench, replay
from leitstand.evals.supervisor import supervisor_of
from leitstand.evals.tape import Line, Recording, tape_bytes, tape_hash
from leitstand.policy import Bundle
from leitstand.role import Exit, Goto, Role, done, goto
from leitstand.runtime import settle_memory
from leitstand.tool import Port, Recorded, tool
from leitstand.values import Frozen, Identifier, Money, Reading

STEPS, READS, WRITES_AT = 10, 4, 6
POLICY = """
@id("grant") @grant
permit(principal, action, resource);

@id("post-needs-head") @decision("approve") @level("approve") @roles("head") @approvers("1")
@owner("finance") @version("1") @reason_de("Buchung") @reason_en("posting")
forbid(principal, action == Action::"erp.post", resource)
when { context.args.amount > 1000 } unless { context.call.approval.roles.contains("head") };
"""


class Erp(Port, Protocol):
    """Never reached."""


class Get(Frozen):
    """Which record."""

    no: Identifier


class Row(Frozen):
    """A record."""

    id: Identifier
    amount: Money


class Found(Reading[Row]):
    """A record as it was read."""


class Post(Frozen):
    """The one write."""

    supplier_id: Annotated[Identifier, Recorded("erp.get", "value.id")]
    amount: Money


class Posted(Frozen):
    """Its result."""

    no: Identifier


@tool("erp.get")
async def get(args: Get, erp: Erp) -> Found:
    """Read a record."""
    raise NotImplementedError


@tool("erp.post", writes="erp.voucher", key=("supplier_id",), idempotent=True)
async def post(args: Post, erp: Erp, key: str) -> Posted:
    """Post."""
    raise NotImplementedError


class Work(Frozen):
    """A case: where it is, what it has read."""

    no: Identifier
    at: Annotated[int, Field(ge=0)] = 0
    amount: Money = 0
    seen: tuple[str, ...] = ()


def ten() -> Role[Work]:
    """Ten steps in a row."""
    role = Role("ten", Work, tools=[get, post])

    def step(at: int) -> None:
        after = f"s{at + 1}"

        async def run(case: Work, desk: Desk) -> Goto:
            if at == WRITES_AT:
                args = Post(supplier_id=f"{case.no}-0", amount=case.amount)
                await desk.call(post, args, evidence=case.seen)
            if at >= READS:
                return goto(after, at=at)
            found = await desk.call(get, Get(no=f"{case.no}-{at}"))
            amount = case.amount + found.value.amount
            return goto(after, at=at, amount=amount, seen=(*case.seen, found.id))

        run.__name__ = f"s{at}"
        role.step(then=[after])(run)

    for at in range(STEPS - 1):
        step(at)

    async def last(case: Work, desk: Desk) -> Exit:
        del desk
        return done(amount=case.amount)

    last.__name__ = f"s{STEPS - 1}"
    role.step()(last)
    return role


def case_of(number: int) -> tuple[RecordedCase, list[Line]]:
    """A case of its own, with its tape."""
    no = f"N{number}"
    lines: list[Line] = []
    total = 0
    for at in range(READS):
        amount = 1_000 + number * READS + at
        total += amount
        row = {"id": f"{no}-{at}", "amount": amount}
        value = {"id": "", "value": row, "source": "erp", "confidence": 100}
        address, args = f"s{at}#1/:0", {"no": f"{no}-{at}"}
        lines.append(Line(address=address, kind="call", name="erp.get", args=args, value=value))
    args = {"supplier_id": f"{no}-0", "amount": total}
    where = f"s{WRITES_AT}#1/:0"
    told = {"no": f"V{number}"}
    lines.append(
        Line(address=where, kind="call", name="erp.post", args=args, value=told, writes=True)
    )
    said = Said(tool="erp.post", address=where, person="ben", role="head", answer="approve")
    effects = (ExpectedEffect(tool="erp.post", args=args),)
    case = RecordedCase(
        name=no,
        role="ten",
        tenant="t",
        requester="anna",
        at=1.8e9,
        given={"no": no},
        said=(said,),
        expected=Expected(effects=effects, exit={"kind": "done", "cause": None}),
        tape=tape_hash(tape_bytes(lines)),
    )
    return case, lines


def part(span: tuple[int, int]) -> tuple[float, float, float]:
    """Seconds of this process for its share: cold, once more, and with recorded verdicts."""
    cases = [case_of(n) for n in range(*span)]
    tools = (get, post)
    compiled = ten().compile()
    bench = Bench({"ten": compiled}, tools, Bundle.of({"ten.cedar": POLICY}, tools, ()), {})
    settle_memory()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_all(bench, cases[:20]))
        cold = runner.run(_all(bench, cases))
        warm = runner.run(_all(bench, cases))
        taken = runner.run(_taken(bench, cases))
    return cold, warm, taken


async def _all(bench: Bench, cases: Sequence[tuple[RecordedCase, list[Line]]]) -> float:
    begun = time.perf_counter()
    for case, lines in cases:
        found = await replay(bench, case, Recording(lines), supervisor_of("recorded", case))
        result = grade(found)
        if not result.passed or result.certainty != "exact" or result.asks != 1:
            raise SystemExit(f"{case.name}: {result.problems}")
    return time.perf_counter() - begun


async def _taken(bench: Bench, cases: Sequence[tuple[RecordedCase, list[Line]]]) -> float:
    """The same with verdicts as recorded: whether the graph still takes the recorded way."""
    begun = time.perf_counter()
    for case, lines in cases:
        nobody = supervisor_of("recorded", case)
        found = await replay(bench, case, Recording(lines), nobody, judged=False)
        if found.systems.divergence or len(found.systems.made) != 1 or found.exit is None:
            raise SystemExit(f"{case.name}: {found.systems.divergence}")
    return time.perf_counter() - begun


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=4_000)
    cases: int = parser.parse_args().cases
    cores = os.cpu_count() or 1
    share = cases // cores
    spans = [(n * share, (n + 1) * share) for n in range(cores)]
    with ProcessPoolExecutor(cores, mp_context=get_context("spawn")) as pool:
        found = list(pool.map(part, spans))
    line: dict[str, Any] = {
        "benchmark": "replay",
        "pace_ms": pace(),
        "cores": cores,
        "cases": share * cores,
        "cold_cases_s": share * cores / max(f[0] for f in found),
        "warm_cases_s": share * cores / max(f[1] for f in found),
        "recorded_cases_s": share * cores / max(f[2] for f in found),
    }
    sys.stdout.write(orjson.dumps(line).decode() + "\n")


if __name__ == "__main__":
    main()

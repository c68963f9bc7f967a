"""The differential test: LangGraph's own engine is the reference for what a graph means.

Random graphs (`graphs.py`) go through both. They must end in the same state with the same fields in
the same order, or fail with the same type of error, after the same calls with the same states.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple

import pytest
from langgraph.errors import GraphRecursionError

from leitstand.errors import LimitReached
from leitstand.role import compile_graph
from leitstand.walk import walk
from tests.walk.graphs import LIMIT, Plan, random_graph
from tests.walk.hosts import Host

CHUNKS, CHUNK = 10, 102


class Outcome(NamedTuple):
    """What became of a graph: its last state or the type of its error, and the calls it made."""

    end: Mapping[str, Any] | type[Exception]
    calls: Counter[tuple[str, str]]


async def by_langgraph(plan: Plan) -> Outcome:
    """The reference. Its limit counts one tick more: the one that finds nothing left to do."""
    end: Mapping[str, Any] | type[Exception]
    plan.calls.clear()
    try:
        end = await plan.graph.compile().ainvoke(plan.given, {"recursion_limit": LIMIT + 1})
    except Exception as error:  # noqa: BLE001 any error is an outcome to compare
        end = type(error)
    return Outcome(end, Counter(plan.calls))


async def by_walk(plan: Plan, limit: int = LIMIT) -> tuple[Outcome, Host]:
    """The walk, with steps finishing in an order that the seed decides."""
    end: Mapping[str, Any] | type[Exception]
    compiled = compile_graph("random", plan.graph)
    host = Host(compiled, plan.seed)
    plan.calls.clear()
    try:
        end = (await walk(compiled, plan.given, host, limit=limit)).state
    except Exception as error:  # noqa: BLE001 any error is an outcome to compare
        end = type(error)
    return Outcome(end, Counter(plan.calls)), host


async def difference(plan: Plan) -> str:
    """Empty if both engines agree on `plan`."""
    reference = await by_langgraph(plan)
    walked, _ = await by_walk(plan)
    if walked.end is LimitReached:
        # LangGraph runs one superstep more before it finds out, and that one may fail.
        walked, _ = await by_walk(plan, LIMIT + 1)
        failed = isinstance(walked.end, type) and walked.end is not LimitReached
        walked = walked if failed else Outcome(GraphRecursionError, walked.calls)
    if reference.end != walked.end:
        return f"{reference.end} instead of {walked.end}"
    if isinstance(walked.end, type) and walked.end is not GraphRecursionError:
        return ""  # LangGraph cancels the siblings of a step that fails: calls may differ
    if _fields(reference) != _fields(walked):
        return f"fields in another order: {_fields(walked)}"
    if reference.calls != walked.calls:
        return f"calls: {reference.calls - walked.calls} / {walked.calls - reference.calls}"
    return ""


def _fields(outcome: Outcome) -> list[str]:
    return [] if isinstance(outcome.end, type) else list(outcome.end)


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_random_graphs_end_as_with_langgraph(chunk: int) -> None:
    """1,020 random graphs: the same state or the same error as LangGraph's engine."""

    async def compare() -> list[str]:
        plans = [random_graph(seed) for seed in range(chunk * CHUNK, (chunk + 1) * CHUNK)]
        found = [(plan.seed, sorted(plan.parts), await difference(plan)) for plan in plans]
        return [f"{seed} {parts}: {text}" for seed, parts, text in found if text]

    assert asyncio.run(compare()) == []


def test_the_random_graphs_hold_every_part() -> None:
    """The material is what it says: each part and each kind of end occurs often enough."""

    async def census() -> tuple[Counter[str], Counter[str]]:
        parts: Counter[str] = Counter()
        ends: Counter[str] = Counter()
        for seed in range(400):
            plan = random_graph(seed)
            walked, host = await by_walk(plan)
            ends[walked.end.__name__ if isinstance(walked.end, type) else "ended"] += 1
            parts.update(plan.parts)
            steps = [[step for step, _ in tasks] for _, tasks, _ in host.seals]
            parts["sent"] += any(len({*one}) < len(one) for one in steps)
            parts["parallel"] += any(len(tasks) > 1 for _, tasks, _ in host.seals)
            parts["again"] += any(task.visit > 1 for task in host.performed)
        return parts, ends

    parts, ends = asyncio.run(census())
    assert min(parts[k] for k in ("branch", "join", "cyclic", "sent", "parallel", "again")) > 60
    assert min(parts[state] for state in ("Dict", "Model", "Frozen", "Data")) > 40
    assert ends["ended"] > 150
    assert ends["LimitReached"] > 5
    assert ends["InvalidUpdateError"] > 20
    assert ends["ValidationError"] > 5

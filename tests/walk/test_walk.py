"""What a host and a journal rely on: numbering, the order of sealing, limits, and no leaks."""

import asyncio
import operator
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, TypedDict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langgraph.constants import END, START
from langgraph.errors import InvalidUpdateError
from langgraph.graph import StateGraph
from langgraph.types import Command, Send
from pydantic import BaseModel, ValidationError

from leitstand.errors import LimitReached
from leitstand.role import Compiled, compile_graph
from leitstand.walk import LIMIT, Task, Updates, walk
from tests.walk.graphs import random_graph
from tests.walk.hosts import Host


class Slip(TypedDict, total=False):
    """A small dict state."""

    n: Annotated[int, operator.add]
    name: str
    items: list[str]


class Pause(BaseException):
    """Ends a burst from within a step."""


def graph_of(steps: Mapping[str, Any], *edges: tuple[str, str]) -> Compiled:
    """A graph over `Slip`."""
    graph: Any = StateGraph(Slip)
    for name, step in steps.items():
        graph.add_node(name, step)
    for start, end in edges:
        graph.add_edge(start, end)
    return compile_graph("test", graph)


async def count(state: Slip) -> dict[str, object]:
    """Writes one more."""
    return {"n": 1}


async def test_a_line_is_walked_step_by_step() -> None:
    """One task a superstep, first visits, writes sealed as they were made."""
    compiled = graph_of({"a": count, "b": count}, (START, "a"), ("a", "b"), ("b", END))
    host = Host(compiled)
    walked = await walk(compiled, {"n": 5}, host)
    assert walked.state == {"n": 7}
    assert walked.supersteps == 2
    assert walked.exit is None
    assert host.seals == [(0, [("a", 1)], [{"n": 1}]), (1, [("b", 1)], [{"n": 1}])]


@pytest.mark.kernel(1)
async def test_visits_count_in_canonical_order() -> None:
    """Steps by name, then what was sent in the order of sending; visits go on over supersteps."""

    async def spread(state: Slip) -> Command[str]:
        sends = [Send("work", {"n": 10}), Send("work", {"n": 20})]
        return Command(goto=["work", "aside", *sends])

    async def again(state: Slip) -> Command[str]:
        return Command(update={"n": 1}, goto=["work"] if state.get("n", 0) == 0 else [])

    steps = {"spread": spread, "work": again, "aside": count}
    host = Host(compiled := graph_of(steps, (START, "spread")), seed=3)
    await walk(compiled, {}, host)
    planned = [tasks for _, tasks, _ in host.seals]
    assert planned[1] == [("aside", 1), ("work", 1), ("work", 2), ("work", 3)]
    assert planned[2] == [("work", 4)]
    assert [task.arg for task in host.performed[1:5]] == [{"n": 0}, {"n": 0}, {"n": 10}, {"n": 20}]


@settings(max_examples=40)
@given(seed=st.integers(10_000, 10**6), order=st.integers(0, 10**6))
@pytest.mark.kernel(1)
def test_finishing_order_never_matters(seed: int, order: int) -> None:
    """Addresses and seals of a walk are the same however its steps finish (KERNEL no. 1)."""

    async def seals(order: int) -> object:
        plan = random_graph(seed)
        host = Host(compile_graph("random", plan.graph), order)
        try:
            end: object = (await walk(host.compiled, plan.given, host, limit=12)).state
        except Exception as error:  # noqa: BLE001 errors are compared too
            end = type(error)
        return host.seals, end

    assert asyncio.run(seals(0)) == asyncio.run(seals(order))


async def test_a_pause_comes_out_unchanged_and_nothing_is_sealed() -> None:
    """A signal raised in a step ends the walk; its siblings have come home by then."""
    home: list[str] = []

    async def asks(state: Slip) -> None:
        raise Pause

    async def slow(state: Slip) -> None:
        await asyncio.sleep(0)
        home.append("slow")

    compiled = graph_of({"asks": asks, "slow": slow}, (START, "asks"), (START, "slow"))
    host = Host(compiled)
    with pytest.raises(Pause):
        await walk(compiled, {"n": 0}, host)
    assert home == ["slow"]
    assert host.seals == []


@pytest.mark.kernel(21)
async def test_a_superstep_is_sealed_before_the_next_is_performed() -> None:
    """The seal stands between a superstep's calls and those of the next (KERNEL nos. 2, 21)."""
    order: list[str] = []

    class Noting(Host):
        async def perform(self, superstep: int, tasks: Sequence[Task]) -> Sequence[object]:
            order.append(f"perform {superstep}")
            return await super().perform(superstep, tasks)

        def seal(self, superstep: int, updates: Updates) -> None:
            order.append(f"seal {superstep}")

    compiled = graph_of({"a": count, "b": count}, (START, "a"), ("a", "b"))
    await walk(compiled, {"n": 0}, Noting(compiled))
    assert order == ["perform 0", "seal 0", "perform 1", "seal 1"]


async def test_a_superstep_that_fails_is_not_sealed() -> None:
    """A defect leaves its superstep open, so that a mended version can walk it anew."""

    class Typed(BaseModel):
        name: str = ""

    async def wrong(state: Typed) -> dict[str, object]:
        return {"name": 5}

    async def last(state: Typed) -> None:
        return None

    graph: Any = StateGraph(Typed)
    graph.add_node("wrong", wrong)
    graph.add_node("last", last)
    graph.add_edge(START, "wrong")
    graph.add_edge("wrong", "last")
    compiled = compile_graph("test", graph)
    host = Host(compiled)
    with pytest.raises(ValidationError):
        await walk(compiled, {"name": "x"}, host)
    assert host.seals == []


async def test_two_writes_to_a_plain_field_are_refused() -> None:
    """The error is LangGraph's own, and nothing of the superstep is sealed."""

    async def name(state: Slip) -> dict[str, object]:
        return {"name": "x"}

    compiled = graph_of({"a": name, "b": name}, (START, "a"), (START, "b"))
    host = Host(compiled)
    with pytest.raises(InvalidUpdateError, match="name"):
        await walk(compiled, {"n": 0}, host)
    assert host.seals == []


@pytest.mark.kernel(27)
async def test_the_limit_ends_a_case_that_never_ends() -> None:
    """By default after 1,000 supersteps, else after as many as the role's data say."""
    compiled = graph_of({"a": count, "b": count}, (START, "a"), ("a", "b"), ("b", "a"))
    for limit in (1, 7, LIMIT):
        host = Host(compiled)
        with pytest.raises(LimitReached, match=f"{limit} supersteps") as caught:
            await walk(compiled, {"n": 0}, host, limit=limit)
        assert len(host.seals) == limit
        assert caught.value.code == "LS402"


async def test_a_limit_that_is_just_enough() -> None:
    """A case that ends with its last superstep has not reached the limit."""
    compiled = graph_of({"a": count, "b": count}, (START, "a"), ("a", "b"))
    assert (await walk(compiled, {"n": 0}, Host(compiled), limit=2)).state == {"n": 2}


async def test_siblings_have_dicts_of_their_own() -> None:
    """A step that sets a key of its dict changes neither its sibling's nor the state."""
    seen: list[object] = []

    async def careless(state: Slip) -> None:
        state["name"] = "mine"
        seen.append(state.get("n"))

    async def sibling(state: Slip) -> None:
        await asyncio.sleep(0)
        seen.append(state.get("name"))

    compiled = graph_of({"a": careless, "b": sibling}, (START, "a"), (START, "b"))
    for seed in range(6):
        walked = await walk(compiled, {"n": 0, "name": "ours"}, Host(compiled, seed))
        assert walked.state["name"] == "ours"
    assert set(seen) == {0, "ours"}


async def test_a_walk_leaves_nothing_behind_for_the_next() -> None:
    """Reducers start afresh, even one that changes its value in place."""

    def into(held: list[str], more: list[str]) -> list[str]:
        held.extend(more)
        return held

    class Listed(TypedDict):
        items: Annotated[list[str], into]

    async def add(state: Listed) -> dict[str, object]:
        return {"items": ["x"]}

    graph: Any = StateGraph(Listed)
    graph.add_node("add", add)
    graph.add_edge(START, "add")
    compiled = compile_graph("test", graph)
    for _ in range(2):
        walked = await walk(compiled, {"items": []}, Host(compiled))
        assert walked.state == {"items": ["x"]}


async def test_the_final_state_cannot_be_changed() -> None:
    """What a walk returns is read only."""
    compiled = graph_of({"a": count}, (START, "a"))
    state: Any = (await walk(compiled, {"n": 0}, Host(compiled))).state
    with pytest.raises(TypeError):
        state["n"] = 9


async def test_input_that_writes_nothing_still_starts_the_case() -> None:
    """Keys that are no fields are left out, as LangGraph does."""
    compiled = graph_of({"a": count}, (START, "a"))
    assert (await walk(compiled, {"unknown": 1}, Host(compiled))).state == {"n": 1}

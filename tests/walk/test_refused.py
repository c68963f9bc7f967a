"""What a step says at run time that LangGraph would drop or do otherwise: the walk refuses it."""

from datetime import timedelta
from typing import Any, TypedDict

import pytest
from langchain_core.runnables import RunnableLambda
from langgraph.constants import END, START
from langgraph.errors import InvalidUpdateError
from langgraph.graph import StateGraph
from langgraph.types import Command, Send

from leitstand.errors import RoleRefused
from leitstand.role import compile_graph
from leitstand.walk import walk
from tests.walk.hosts import Host


class Slip(TypedDict):
    """A small state."""

    name: str


def later(state: object) -> dict[str, object]:
    """The body of a runnable."""
    return {}


ANSWERS: dict[str, tuple[object, type[Exception], str]] = {
    "goto-unknown": (Command(goto="nowhere"), RoleRefused, "'nowhere'"),
    "goto-unknown-in-a-list": (Command(goto=["last", "nowhere"]), RoleRefused, "'nowhere'"),
    "goto-start": (Command(goto=START), RoleRefused, "__start__"),
    "goto-no-name": (Command(goto=[5]), RoleRefused, "5"),
    "send-unknown": (Command(goto=Send("nowhere", {})), RoleRefused, "'nowhere'"),
    "send-to-the-end": (Command(goto=Send(END, {})), RoleRefused, "__end__"),
    "send-with-timeout": (
        Command(goto=Send("last", {}, timeout=timedelta(seconds=1))),
        RoleRefused,
        "timeout",
    ),
    "parent-graph": (Command(graph=Command.PARENT, goto="last"), RoleRefused, "another graph"),
    "resume": (Command(resume="yes"), RoleRefused, "interrupt"),
    "update-without-fields": (Command(update="text"), InvalidUpdateError, "Expected dict"),
    "runnable": (RunnableLambda(later), InvalidUpdateError, "Expected dict"),
    "send-alone": (Send("last", {}), InvalidUpdateError, "Expected dict"),
    "list-of-commands": ([Command(update={"name": "x"})], InvalidUpdateError, "Expected dict"),
    "text": ("text", InvalidUpdateError, "Expected dict"),
    "list-of-dicts": ([{"name": "x"}], InvalidUpdateError, "Expected dict"),
}


@pytest.mark.parametrize("case", ANSWERS)
async def test_answers_of_steps(case: str) -> None:
    """Each is a typed error before anything of the superstep is sealed."""
    answer, error, text = ANSWERS[case]

    async def first(state: Slip) -> Any:  # noqa: ANN401 whatever the case says
        return answer

    async def last(state: Slip) -> None:
        return None

    graph: Any = StateGraph(Slip)
    graph.add_node("first", first)
    graph.add_node("last", last)
    graph.add_edge(START, "first")
    compiled = compile_graph("test", graph)
    host = Host(compiled)
    with pytest.raises(error, match=text):
        await walk(compiled, {"name": "x"}, host)
    assert host.seals == []


BRANCHES: dict[str, tuple[object, type[Exception], str]] = {
    "unknown": ("nowhere", RoleRefused, "'nowhere'"),
    "none": (None, ValueError, "valid destination"),
    "start": (START, ValueError, "valid destination"),
    "send-to-the-end": (Send(END, {}), InvalidUpdateError, "END"),
    "runnable": (RunnableLambda(later), RoleRefused, "runnable"),
}


@pytest.mark.parametrize("case", BRANCHES)
async def test_answers_of_branches(case: str) -> None:
    """A branch that leads nowhere is an error, not an early end."""
    answer, error, text = BRANCHES[case]

    async def first(state: Slip) -> None:
        return None

    def pick(state: Slip) -> Any:  # noqa: ANN401 whatever the case says
        return answer

    graph: Any = StateGraph(Slip)
    graph.add_node("first", first)
    graph.add_edge(START, "first")
    graph.add_conditional_edges("first", pick)
    compiled = compile_graph("test", graph)
    host = Host(compiled)
    with pytest.raises(error, match=text):
        await walk(compiled, {"name": "x"}, host)
    assert host.seals == []

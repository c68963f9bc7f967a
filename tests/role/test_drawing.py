"""Drawings and checks: mermaid with checkpoints, tools that a step names, exits by cause."""

from typing import Any, TypedDict

from langgraph.constants import START
from langgraph.graph import StateGraph

from leitstand.role import compile_graph, mermaid
from tests.role.roles import accounting

EXPECTED = """\
flowchart TD
  start([start])
  s0["read"]
  s1["check"]
  s2{{"book<br/>books.voucher.draft"}}
  s3["clarify"]
  start --> s0
  s1 --> s2
  s0 --> s1
  s0 --> s3
  exit([exit])
  s2 --> exit
  s3 --> exit
  classDef checkpoint stroke-width:3px
  class s2 checkpoint
"""


def test_a_role_as_mermaid() -> None:
    """Steps, ways, exits; the step that writes is a checkpoint."""
    assert mermaid(accounting().compile()) == EXPECTED


def test_a_join_is_drawn_thick_and_names_are_escaped() -> None:
    """Any StateGraph can be drawn; a quote in a name does not break the drawing."""

    class Slip(TypedDict):
        n: int

    async def idle(state: Slip) -> None:
        return None

    graph: Any = StateGraph(Slip)
    for name in ('a "one"', "b", "c"):
        graph.add_node(name, idle)
        graph.add_edge(START, name) if name != "c" else None
    graph.add_edge(['a "one"', "b"], "c")
    text = mermaid(compile_graph("plain", graph))
    assert 's0["a #quot;one#quot;"]' in text
    assert "s0 ==> s2" in text
    assert "s1 ==> s2" in text
    assert "exit" not in text


def test_tools_are_found_where_a_helper_names_them() -> None:
    """`book` names its tool in a function of the same project; `check` names none."""
    steps = accounting().compile().steps
    assert steps["book"].tools == ("books.voucher.draft",)
    assert steps["check"].tools == ()
    assert steps["read"].tools == ("books.voucher.find",)

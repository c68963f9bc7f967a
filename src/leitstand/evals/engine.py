"""The reference: a replayed case run once more by LangGraph's own engine, and compared."""

import asyncio
from collections import Counter
from contextvars import ContextVar
from functools import cache
from typing import Any, Literal, NamedTuple, cast

from langgraph.config import get_config

from leitstand.desk import STATION, Desk, Room
from leitstand.evals.replay import Bench, Replayed
from leitstand.guard import Guard
from leitstand.model import Library
from leitstand.records import Exit
from leitstand.role import EXIT, Graph


class Compared(NamedTuple):
    """Whether both engines end the same way, and if not, why: a failure or the first difference."""

    engine: Literal["", "same", "different"]
    why: str = ""


async def by_langgraph(bench: Bench, done: Replayed) -> Compared:
    """Whether LangGraph's engine, answered by the same journal, ends in the same state and exit.

    Empty where there is nothing to compare: no step has ended the case, or the graph is not there.
    """
    graph, compiled = bench.graphs.get(done.case.role), bench.roles[done.case.role]
    if graph is None or done.state is None:
        return Compared("")
    journal, given = done.journal.again(done.beside), compiled.take(done.case.given)
    room = Room(journal, Guard(done.rules, ()).open(journal), done.rules.clock, Library())
    token = STATION.set(cast("Desk", _Desks(room)))
    try:
        limit = journal.limits.supersteps
        found: dict[str, Any] = await _engine(graph).ainvoke(given, {"recursion_limit": limit})
    except Exception as error:  # noqa: BLE001 - the walk has come to its end: it is a difference
        return Compared("different", f"{type(error).__name__}: {error}"[:500])
    finally:
        STATION.reset(token)
    found[EXIT] = found.get(EXIT) or Exit(kind="done")
    walked = {**done.state, EXIT: done.exit}
    for name in sorted(walked.keys() | found.keys()):
        there, here = (repr(v[name])[:200] if name in v else "absent" for v in (found, walked))
        if name not in found or name not in walked or found[name] != walked[name]:
            return Compared("different", f"`{name}` is {there}, in the walk {here}")
    return Compared("same")


@cache
def _engine(graph: Graph) -> Any:  # noqa: ANN401 - LangGraph's own type
    """Compiling takes longer than a run."""
    return graph.compile()  # pyright: ignore[reportUnknownMemberType]


class _Desks:
    """Stands at the station for every step: each run of a step gets a desk of its own."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._visits: Counter[str] = Counter()
        # LangGraph runs a step in a context of its own, and what the step starts inherits it.
        self._mine: ContextVar[Desk | None] = ContextVar("leitstand.evals.desk", default=None)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever a desk can do
        desk = self._mine.get()
        if desk is None:
            step = str(get_config().get("metadata", {})["langgraph_node"])
            self._visits[step] += 1
            run = f"{step}#{self._visits[step]}"
            desk = Desk(self._room, run, asyncio.current_task(), sealed=False)
            self._mine.set(desk)
        return getattr(desk, name)

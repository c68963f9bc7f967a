"""The walk: LangGraph defines the graph, this runs it, superstep by superstep.

Semantics are those of LangGraph's own engine (1.2.22), held to it by a differential test. What
that engine drops with no more than a line in a log (a goto to an unknown step) is refused. The walk
keeps no journal: its host does.
"""

from leitstand.errors import LimitReached
from leitstand.role import Compiled
from leitstand.walk.course import Course
from leitstand.walk.task import Host, Walked

LIMIT = 1_000
"""Supersteps that a case may take unless its role's limits say otherwise."""


async def walk(compiled: Compiled, given: object, host: Host, *, limit: int = LIMIT) -> Walked:
    """Walk `compiled` from `given` (a dict or an object of its state) to its end.

    Raises LimitReached before the superstep after number `limit`; RoleRefused, ExitRefused,
    InvalidUpdateError and what the state's validation raises, all defects of the role; whatever the
    host raises. A superstep that raises is never sealed.
    """
    course = Course(compiled)
    course.enter(given)
    superstep = 0
    while tasks := course.due:
        if superstep == limit:
            text = f"the case has taken {limit} supersteps and wants to go on"
            raise LimitReached(text, where=f"{compiled.name}.{tasks[0].step}")
        answers = await host.perform(superstep, tasks)
        updates = course.alone(answers)
        if updates is None:
            updates = course.together(answers)
        host.seal(superstep, updates)
        superstep += 1
    return Walked(course.state(), course.exit, superstep)

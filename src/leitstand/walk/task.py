"""A task: one run of one step; and the host that performs and seals tasks."""

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from leitstand.records import Exit

Updates = Sequence[Mapping[str, object]]
"""What each task of a superstep wrote, in task order."""


class Task(NamedTuple):
    """One run of one step, numbered before its superstep starts (KERNEL no. 1).

    `visit` counts from 1 how often the step has been scheduled, in canonical order: steps by name,
    then what was sent in the order of sending. `arg` is what the step is given: the state, or, if
    it was sent, a state of its own. A tuple because one is made for every step walked.
    """

    step: str
    visit: int
    arg: object


class Host(Protocol):
    """Whoever owns the journal: performs the tasks of a superstep and seals it."""

    def perform(self, superstep: int, tasks: Sequence[Task]) -> Awaitable[Sequence[object]]:
        """Run `compiled.steps[task.step].run(task.arg)` for each task; raw answers in task order.

        What it raises, a pause included, ends the walk and comes out of it unchanged.
        """
        ...

    def seal(self, superstep: int, updates: Updates) -> None:
        """Record the superstep performed; called when nothing of it can fail any more.

        `updates` are the writes by task.
        """
        ...


@dataclass(frozen=True, slots=True)
class Walked:
    """A walk that came to its end: the final state, the exit of a role, and how far it was."""

    state: Mapping[str, object]
    exit: Exit | None
    supersteps: int

"""A course: one walk under way. Its board, who is due next, and each step's visits."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, cast

from langchain_core.runnables import Runnable
from langgraph.constants import END, START
from langgraph.errors import InvalidUpdateError
from langgraph.types import Command, Send
from pydantic import BaseModel

from leitstand.errors import ExitRefused, RoleRefused
from leitstand.records import Exit
from leitstand.role import EXIT, Branch, Compiled, Update, Ways
from leitstand.walk.board import Board
from leitstand.walk.task import Task, Updates
from leitstand.walk.writes import Writes, is_command, writes_of

Move = tuple[str, Ways, Writes]
_LISTS = frozenset({list, tuple})


class Course:
    """What a walk knows between two supersteps: the tasks that are `due`, and the `exit` if any."""

    __slots__ = ("_arrived", "_board", "_compiled", "_visits", "due", "exit")

    def __init__(self, compiled: Compiled) -> None:
        self._compiled = compiled
        self._board = Board(compiled)
        self._arrived: list[set[str]] = [set() for _ in compiled.joins]
        self._visits: dict[str, int] = {}
        self.due: Sequence[Task] = ()
        self.exit: Exit | None = None

    def enter(self, given: object) -> None:
        """Make the first tasks due; `given` counts as the writes of a step before the first."""
        update = _written(given, self._compiled.given)
        self._settle([(START, self._compiled.start, Writes(update))])

    def alone(self, answers: Sequence[object]) -> Updates | None:
        """The short way for the common superstep: one task, a plain answer, one step after it.

        None, and nothing done, if this superstep is another.
        """
        due = self.due
        update: Any = answers[0]  # Not cast below: that is a call, once a step.
        if len(due) != 1:
            return None
        steps = self._compiled.steps
        ways = steps[due[0].step].ways
        names: Sequence[str] = ways.after
        if ways.branches or ways.joins:
            return None
        if not names and is_command(update):
            names, update = _plain(update)
        if update.__class__ is not dict or len(names) != 1 or names[0] not in steps:
            return None
        if not self._board.write(update):
            return None
        self.due = (self._task(names[0]),)
        return (update,)

    def together(self, answers: Sequence[object]) -> Updates:
        """Apply the answers of any superstep and find who is due next; the writes by task."""
        steps, channels = self._compiled.steps, self._compiled.channels
        moves: list[Move] = [
            (task.step, steps[task.step].ways, writes_of(self._where(task.step), answer, channels))
            for task, answer in zip(self.due, answers, strict=True)
        ]
        self._settle(moves)
        return [writes.update for _, _, writes in moves]

    def state(self) -> Mapping[str, object]:
        """The state as it is now; the exit is not part of it."""
        values = dict(self._board.values)
        if self._compiled.ends:
            values.pop(EXIT, None)
        return MappingProxyType(values)

    def _settle(self, moves: Sequence[Move]) -> None:
        names: set[str] = set()
        sends: list[Send] = []
        for name, ways, writes in moves:
            targets = [*ways.after, *writes.gotos]
            for branch in ways.branches:
                targets += self._pick(name, branch, writes.update)
            for target in targets:
                self._head(name, target, names, sends)
            for number in ways.joins:
                self._arrived[number].add(name)
        if self._compiled.ends:
            self._leave(moves)
        self._board.write_all(writes.update for _, _, writes in moves)
        for join, arrived in zip(self._compiled.joins, self._arrived, strict=True):
            if join.many <= arrived:
                names.add(join.one)
                arrived.clear()
        self.due = () if self.exit is not None else self._tasks(sorted(names), sends)

    def _tasks(self, names: Sequence[str], sends: Sequence[Send]) -> Sequence[Task]:
        tasks = [*map(self._task, names), *(self._task(send.node, send) for send in sends)]
        if not tasks and self._compiled.ends:
            text = "no step is due, and none has ended the case"
            raise RoleRefused(text, where=self._compiled.name)
        return tasks

    def _task(self, name: str, sent: Send | None = None) -> Task:
        self._visits[name] = visit = self._visits.get(name, 0) + 1
        return Task(name, visit, self._board.read() if sent is None else sent.arg)

    def _pick(self, name: str, branch: Branch, update: Update) -> Sequence[str | Send]:
        """What a branch chooses on the state with its own step's writes."""
        picked = branch.path(self._board.fresh(update))
        if isinstance(picked, Runnable):
            raise RoleRefused("a branch that answers with a runnable", where=self._where(name))
        targets = cast("Sequence[Any]", picked if isinstance(picked, list | tuple) else [picked])
        if branch.ends:
            targets = [t if isinstance(t, Send) else branch.ends[t] for t in targets]
        if any(target is None or target == START for target in targets):
            raise ValueError("Branch did not return a valid destination")
        if any(isinstance(target, Send) and target.node == END for target in targets):
            raise InvalidUpdateError("Cannot send a packet to the END node")
        return targets

    def _head(self, name: str, target: str | Send, names: set[str], sends: list[Send]) -> None:
        step = target.node if isinstance(target, Send) else target
        if step not in self._compiled.steps:
            if target == END:
                return
            raise RoleRefused(f"it goes to {step!r}, which is no step", where=self._where(name))
        if not isinstance(target, Send):
            names.add(step)
        elif target.timeout is None:
            sends.append(target)
        else:
            raise RoleRefused(f"a `Send` to {step!r} with a timeout", where=self._where(name))

    def _leave(self, moves: Sequence[Move]) -> None:
        """Note the exit of this superstep, if one of its steps ended the case."""
        found = [(name, w.update[EXIT]) for name, _, w in moves if EXIT in w.update]
        if len(found) > 1:
            steps = ", ".join(f"`{name}`" for name, _ in found)
            raise ExitRefused(f"{steps} each ended the case", where=self._compiled.name)
        if found:
            self.exit = cast("Exit", found[0][1])

    def _where(self, step: str) -> str:
        return f"{self._compiled.name}.{step}"


def _written(given: object, keys: Sequence[str]) -> Update:
    """Those fields `keys` of a case's input that count as written.

    As in LangGraph: a None that is a pydantic field's default, and was not set, is no write.
    """
    if isinstance(given, dict):
        return {k: v for k, v in cast("dict[str, object]", given).items() if k in keys}
    unset = set[str]()
    if isinstance(given, BaseModel):
        fields = type(given).model_fields
        unset = {k for k in fields.keys() - given.model_fields_set if fields[k].default is None}
    found = {key: getattr(given, key) for key in keys if hasattr(given, key)}
    return {k: v for k, v in found.items() if v is not None or k not in unset}


def _plain(command: Command[str]) -> tuple[Sequence[str], object]:
    """The one target and the update of a command as roles give it; nothing of any other."""
    goto = command.goto
    if command.graph is not None or command.resume is not None or type(goto) not in _LISTS:
        return (), None
    names = cast("Sequence[str]", goto)
    return (names, command.update) if len(names) == 1 and type(names[0]) is str else ((), None)

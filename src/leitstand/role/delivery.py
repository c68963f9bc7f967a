"""Delivery: what a step returned, checked and said in LangGraph's own words (`Command`, `Send`)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from langgraph.types import Command, Send
from pydantic import BaseModel

from leitstand.desk.station import STATION
from leitstand.errors import Cause, RoleRefused
from leitstand.records import Exit
from leitstand.role.compiled import Run
from leitstand.role.ends import EXIT
from leitstand.role.paths import Declared
from leitstand.role.takeover import Takeover, to_queue
from leitstand.role.ways import Goto, Sent, Update


@dataclass(frozen=True, slots=True)
class Delivery:
    """Runs one step at its desk and delivers what it returns; the same for the walk and LangGraph.

    Raises RoleRefused, always a defect of the step: an unknown field, a target that `then` does not
    name, an answer that is neither `Goto`, `Exit` nor an update.
    """

    where: str
    step: Declared
    state: type[BaseModel]
    queue: Mapping[Cause, Takeover]
    fields: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "fields", frozenset(self.state.model_fields))

    def node(self) -> Run:
        """The async function of the state that a LangGraph node is."""
        function, deliver = self.step.function, self.deliver

        async def node(case: Any) -> object:  # noqa: ANN401 LangGraph would take a narrower hint for the input schema
            return deliver(case, await function(case, STATION.get()))

        return node

    def deliver(self, case: BaseModel, answer: object) -> Command[str]:
        """`answer` as a command; `case` is the state the step saw."""
        if isinstance(answer, Goto):
            goto = [self._target(case, target) for target in answer.targets]
            if not goto:
                raise RoleRefused("`goto()` names no step", where=self.where)
            return Command(update=self._update(answer.update), goto=goto)
        if isinstance(answer, Exit):
            return Command(update={EXIT: to_queue(answer, self.queue)})
        if isinstance(answer, Mapping):
            update = self._update(cast("Update", answer))
            if len(self.step.then) > 1:
                raise RoleRefused(f"which of {self.step.then}? use `goto`", where=self.where)
            return Command(update=update, goto=self.step.then)
        mend = "return `goto(…)`, an update, or an exit: `done`, `rejected`, `exception`"
        raise RoleRefused(f"it returned a `{type(answer).__name__}`", where=self.where, mend=mend)

    def _update(self, update: Update) -> dict[str, object]:
        if not self.fields.issuperset(update):
            unknown = update.keys() - self.fields
            names = "`, `".join(sorted(unknown))
            text = f"it writes `{names}`, which `{self.state.__name__}` does not have"
            mend = f"its fields are: {', '.join(sorted(self.fields))}"
            raise RoleRefused(text, where=self.where, mend=mend)
        return dict(update)

    def _target(self, case: BaseModel, target: str | Sent) -> str | Send:
        name = target.step if isinstance(target, Sent) else target
        if name not in self.step.then:
            mend = f"`then` names: {', '.join(self.step.then) or 'nothing'}"
            text = f"it goes to `{name}`, which `then` does not name"
            raise RoleRefused(text, where=self.where, mend=mend)
        if isinstance(target, Sent):
            fields = {**case.__dict__, **self._update(target.update)}
            return Send(name, self.state.model_validate(fields))
        return target

"""The stand-in: the tape in the place of the systems, and what writes would have done to them.

Nothing leaves: a read is answered by the tape, a write is collected as an effect. Where the tape
ends, an embedded twin may answer a read of records; what nobody can answer ends the replay as
unknown.
"""

from collections.abc import Sequence
from contextvars import ContextVar
from typing import Any, Literal, get_args

from pydantic import BaseModel, ValidationError

from leitstand.digest import canonical
from leitstand.errors import CallFailed
from leitstand.evals.result import Certainty, Divergence, Made
from leitstand.evals.tape import Line, Recording
from leitstand.guard import Call, Pause, Wires, raised
from leitstand.tool import Connection, Tool

AT: ContextVar[str] = ContextVar("leitstand.evals.at", default="")
"""The address of the call that is under way in this task."""


class OffTape(Pause):
    """The recording says nothing of this call, and nothing may stand in for it."""


class StandIn:
    """The systems of one replayed case. `twin` answers for embedded systems, if there are any."""

    def __init__(self, recording: Recording, twin: Wires | None = None) -> None:
        self.sent: dict[str, float] = {}
        self.made: list[Made] = []
        self.certainty: Certainty = "exact"
        self.why = ""
        """What makes it unknown."""
        self.divergence: Divergence | None = None
        self._recording = recording
        self._twin = twin

    def connection(self, tool: Tool[Any, Any]) -> Connection:
        """A connection that leads nowhere, under a name of its own."""
        return Connection(tool.port.__name__, tool.port, None)

    async def read(self, tool: Tool[Any, Any], args: BaseModel, timeout: float) -> BaseModel:
        """The recorded answer, or the twin's. Raises CallFailed as recorded, OffTape."""
        if tool.authority == "tenant" and self._twin is not None:
            return await self._twin.read(tool, args, timeout)
        line = self._recording.answer(AT.get(), tool.name, canonical(args))
        if line is not None:
            return _answered(tool, line)
        self._left(tool, args)
        if self._twin is None or tool.authority == "document":
            raise self.unknown(f"`{tool.name}` was not asked this")
        self.certainty = "simulated"
        return await self._twin.read(tool, args, timeout)

    async def write(
        self, tool: Tool[Any, Any], args: BaseModel, key: str, timeout: float
    ) -> BaseModel:
        """Collect the effect; its result is the recorded one, or one of the same form.

        Raises CallFailed if the system refused just this when it was recorded.
        """
        del timeout
        line = self._recording.answer(AT.get(), tool.name, canonical(args))
        if line is not None and line.failure is not None:
            raise raised(line.failure)
        self.made.append(Made(tool=tool.name, args=args.model_dump(mode="json"), key=key))
        if line is not None:
            return _answered(tool, line)
        self._left(tool, args)
        return self._formed(tool)

    async def find(self, tool: Tool[Any, Any], key: str, timeout: float) -> BaseModel | None:
        """Nothing is in doubt in a replay: no write is without its outcome."""
        del tool, key, timeout

    async def perform(self, call: Call) -> BaseModel:
        """A call answered as recorded, verdict and all, in the guard's place.

        Raises CallFailed as recorded, OffTape: another call was recorded here, or none.
        """
        line = self._recording.at.get(call.address)
        if line is None or line.asked != (call.tool.name, canonical(call.args)):
            AT.set(call.address)
            self._left(call.tool, call.args)
            raise self.unknown(f"`{call.tool.name}` was not asked this here")
        if line.writes and line.failure is None:
            self.made.append(Made(tool=line.name, args=line.args))
        return _answered(call.tool, line)

    def go(self) -> None:
        """Nobody halts a recording."""

    def unknown(self, why: str) -> OffTape:
        """From here on nobody can tell what would have happened."""
        self.certainty, self.why = "unknown", self.why or why
        return OffTape(why)

    def another(self, line: Line, release: str) -> OffTape:
        """The model would be asked with another prompt, or another model would be asked."""
        if self.divergence is None:
            before = line.release or "a release that nobody noted"
            self.divergence = Divergence(step=line.address, recorded=before, now=release)
        return self.unknown(f"prompt `{line.name}` or its model is another one than recorded")

    def _left(self, tool: Tool[Any, Any], args: BaseModel) -> None:
        if self.divergence is None:
            here = self._recording.at.get(AT.get())
            before = f"{here.name} {canonical(here.args).decode()}" if here else "nothing"
            now = f"{tool.name} {canonical(args).decode()}"
            self.divergence = Divergence(step=AT.get(), recorded=before[:500], now=now[:500])

    def _formed(self, tool: Tool[Any, Any]) -> BaseModel:
        """A result like the recorded ones of this tool: names in it are bound to new ones."""
        self.certainty = "simulated"
        known = self._recording.outcome(tool.name)
        if known is not None:
            return _answered(tool, known)
        number = f"REPLAY-{len(self.made)}"
        values = {
            name: number if field.annotation is str else _plain(field.annotation)
            for name, field in tool.result.model_fields.items()
            if field.is_required()
        }
        try:
            return tool.result.model_validate(values)
        except ValidationError:
            raise self.unknown(f"no result of `{tool.name}` was recorded") from None


def _answered(tool: Tool[Any, Any], line: Line) -> BaseModel:
    if line.failure is not None:
        raise raised(line.failure)
    try:
        return tool.result.model_validate_json(canonical(line.value))
    except ValidationError as error:
        text = f"the recorded answer is no {tool.result.__name__} any more: {error}"[:500]
        raise CallFailed(text, where=tool.name) from error


def _plain(annotation: object) -> object:
    """A value of a closed type: the first word of a vocabulary, nothing where that is allowed."""
    options: Sequence[object] = get_args(annotation)
    if type(None) in options:
        return None
    return options[0] if options and annotation is not Literal else None

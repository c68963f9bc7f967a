"""A trace: what one burst really does, noted while it runs and written when it is given back.

Noted are places and times alone; all else is read from the journal at the end. So a replayed call
leaves nothing, and what a killed burst did is told once: by the one that found out.
"""

import logging
from collections.abc import Awaitable, Callable, ValuesView
from dataclasses import dataclass
from typing import Protocol, TypeVar

from leitstand.clock import SystemClock
from leitstand.errors import CallFailed
from leitstand.model import Prepared, Spoken, Unanswered
from leitstand.records import Address
from leitstand.store import Claimed, Close, Frozen, Journal

R = TypeVar("R")

_LOG = logging.getLogger("leitstand.trace")
_CLOCK = SystemClock()
Standing = tuple[str, tuple[int, float] | None]
"""How a call stands on the tape: its checkpoint, and attempts and last sending of its intent."""


class Tracer(Protocol):
    """What a process's bursts are traced with."""

    def begin(self, claimed: Claimed, journal: Journal, rules: str) -> "Trace | None":
        """The trace of a burst under a bundle of rules; None: nobody wants it."""
        ...

    async def close(self) -> None:
        """Send what is left, within moments."""
        ...


@dataclass(frozen=True, slots=True)
class Called:
    """A call that the tape had no answer to; times in nanoseconds since the epoch."""

    address: Address
    before: Standing
    began: int
    ended: int


@dataclass(frozen=True, slots=True)
class Asked:
    """A request to a model; what it said, or the kind of what went wrong."""

    address: Address
    prepared: Prepared
    spoken: Spoken | None
    fault: str
    began: int
    ended: int


class Trace:
    """What one burst does. `write` makes spans of it; whatever it raises is no matter of a case."""

    def __init__(
        self,
        claimed: Claimed,
        journal: Journal,
        rules: str,
        write: "Callable[[Trace, Close], None]",
    ) -> None:
        self.case, self.journal, self.rules = claimed.case, journal, rules
        self.began = moment()
        self.called: list[Called] = []
        self.asked: list[Asked] = []
        self.signed = frozenset(a["nonce"] for f in self.frozen for a in f.approvals)
        """Signatures that earlier bursts have drawn."""
        self._write = write

    @property
    def frozen(self) -> ValuesView[Frozen]:
        """Checkpoints of the case, as far as the tape goes."""
        return self.journal.tape.by_id.values()

    async def call(self, address: Address, performed: Awaitable[R]) -> R:
        """What a call at an address comes to, noted unless the tape has its answer."""
        if address in self.journal.tape.answers:
            return await performed
        before, began = self.standing(address), moment()
        try:
            return await performed
        finally:
            self.called.append(Called(address, before, began, moment()))

    async def ask(self, address: Address, prepared: Prepared) -> Spoken:
        """Send a question to its model, and note it. Raises as `prepared.send`."""
        began, spoken, fault = moment(), None, "cancelled"
        try:
            spoken = await prepared.send()
        except (CallFailed, Unanswered) as error:
            fault = type(error).__name__
            raise
        else:
            return spoken
        finally:
            self.asked.append(Asked(address, prepared, spoken, fault, began, moment()))

    def standing(self, address: Address) -> Standing:
        """How what is called at an address stands on the tape now."""
        tape = self.journal.tape
        frozen, intent = tape.checkpoints.get(address), tape.intents.get(address)
        name = frozen.id if frozen else ""
        if intent is None:
            return name, None
        key = intent["key"]
        return name, (tape.attempts.get(key, 0), tape.sent.get(key, 0.0))

    def end(self, close: Close) -> None:
        """Write the trace of a burst that has been given back."""
        try:
            self._write(self, close)
        except Exception as error:  # noqa: BLE001 - a case is done whether anybody hears of it or not
            unwritten(error)


def unwritten(error: Exception) -> None:
    """Tell that something is missing in a trace; by its kind alone, its text may be a case's."""
    _LOG.warning("a trace was not written: %s", type(error).__name__)


def moment() -> int:
    """The machine's time in nanoseconds since the epoch, whatever day a world has."""
    return int(_CLOCK.time() * 1e9)

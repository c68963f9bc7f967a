"""The scratch store: a case's journal kept in memory for as long as a replay of it lasts."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

from leitstand.clock import SystemClock
from leitstand.digest import canonical, plain
from leitstand.errors import Contradiction
from leitstand.evals.case import RecordedCase
from leitstand.records import Address, Case, Event, Kind
from leitstand.store import Budget, Claimed, Close, Journal, Limits, Store
from leitstand.store.page import CaseKey


@dataclass
class ReplayClock(SystemClock):
    """A clock that stands still until something that was recorded moves it on.

    Tokens and names follow from `seed`: two replays of a case are equal to the bit.
    """

    now: float
    seed: bytes

    def __post_init__(self) -> None:
        self._drawn = 0

    def time(self) -> float:
        """The moment of what was delivered last, seconds since the epoch."""
        return self.now

    def monotonic(self) -> float:
        """Nothing takes time in a replay."""
        return 0.0

    def ulid(self) -> str:
        """A name that looks like any other."""
        return "R" + self.token(13).hex()[:25].upper()

    def token(self, size: int) -> bytes:
        """Bytes that follow from the seed and the count of draws."""
        self._drawn += 1
        drawn = hashlib.shake_256(self.seed + self._drawn.to_bytes(8, "big"))
        return drawn.digest(size)

    def reach(self, moment: float) -> None:
        """Move on to a moment; never back."""
        self.now = max(self.now, moment)


def clock_of(case: RecordedCase) -> ReplayClock:
    """The clock of a replayed case: it stands at its opening, and follows from its name."""
    return ReplayClock(case.at, plain(case.name.encode()).encode())


def key_of(case: RecordedCase) -> CaseKey:
    """The key of a replayed case: it follows from the case, so that digests of replays compare."""
    return CaseKey(hashlib.sha256(f"{case.name}|{case.tape}".encode()).digest())


def _unkeyed() -> CaseKey:
    def nothing(_: bytes) -> str:
        return ""

    key = CaseKey(bytes(32))
    object.__setattr__(key, "digest", nothing)
    return key


UNKEYED = _unkeyed()
"""A key without digests: for a replay that itself compares what was asked."""


class Scratch(Journal):
    """A journal that is durable at once and gone with the replay.

    What only a store can know across cases (budgets, business keys of other cases) is on the tape:
    here a business key is refused if this very case has taken it.
    """

    def __init__(self, case: Case, key: CaseKey, limits: Limits, events: Sequence[Event]) -> None:
        claimed = Claimed(case, key, tuple(events), (), 0, 1, float("inf"))
        super().__init__(claimed, cast("Store", None), limits)
        self.events: list[Event] = list(events)
        self._large: dict[str, bytes] = {}
        self._taken: set[tuple[str, str]] = set()

    def again(self, beside: Iterable[Event]) -> "Scratch":
        """The same journal for the next burst; `beside` are answers that stand ready for it."""
        fresh = Scratch(self.case, self.key, self.limits, self.events)
        fresh._large, fresh._taken = self._large, self._taken
        for event in beside:
            if not fresh.tape.known(event.address):
                fresh.tape.add(event)
        return fresh

    def _event(self, kind: Kind, address: Address, raw: bytes) -> Event:
        """Keep an event at once."""
        event = super()._event(kind, address, raw)
        self._buffer.clear()
        self.events.append(event)
        return event

    def blob(self, data: bytes) -> str:
        """Keep a large answer under its digest."""
        name = self.key.digest(data)
        self._large[name] = data
        return name

    async def load(self, name: str) -> bytes:
        """A large answer."""
        return self._large[name]

    def large(self, name: str) -> bytes:
        """A large answer, at once."""
        return self._large[name]

    def bodies(self, *kinds: Kind) -> Iterator[tuple[Event, dict[str, Any]]]:
        """Events of these kinds with what they say, in their order."""
        return ((e, e.said()) for e in self.events if e.kind in kinds)

    def draw(self, signal: str) -> None:
        """Signals are delivered one by one: there is nothing to mark."""

    async def commit(
        self,
        *,
        close: Close | None = None,
        told: tuple[str, str, bytes] | None = None,
        cancels: bytes | None = None,
    ) -> None:
        """What is recorded is durable already, seals excepted."""
        del close, told, cancels
        self._flush_seals()

    def commit_soon(self) -> None:
        """What is recorded is durable already."""

    async def intend(
        self, address: Address, body: dict[str, Any], budgets: Sequence[Budget] = ()
    ) -> None:
        """Record an intent. Raises Contradiction: this case has taken its business key before."""
        del budgets  # Across cases: what came of them is on the tape.
        business = body.get("business")
        if business is not None:
            taken = (str(business[0]), str(business[1]))
            if taken in self._taken:
                raise Contradiction("the business key is taken", where=body["tool"])
            self._taken.add(taken)
        raw = canonical(body)
        self._check_limits("intent", len(raw))
        self.tape.add(self._event("intent", address, raw))

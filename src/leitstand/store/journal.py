"""The journal of one case while a burst owns it: what was, and what is being added.

Events are buffered and committed at the orderings of KERNEL no. 21; the buffer is swapped before
any await, so parallel branches never lose a row. Only the holder of the fence appends.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import orjson

from leitstand.digest import canonical
from leitstand.errors import LimitReached, LostFence, Missing, StoreFailed
from leitstand.records import Address, Case, Event, Exit, Kind
from leitstand.store.arrival import NewCase
from leitstand.store.batch import Append, Budget, Close
from leitstand.store.page import CaseKey, wrap
from leitstand.store.store import Claimed, Store
from leitstand.store.tape import Frozen, Seal, Tape
from leitstand.store.words import words_in

BLOB = 2_048
"""Bytes above which an answer is kept as a blob beside the journal (KERNEL no. 27)."""
SOON = 0.01
"""Seconds within which an outcome is durable where nothing else is committed before."""
TURNS = 2
"""Turns of the event loop beside: so that a burst that is about to go on, in a loop in which a turn
takes long, commits with what it does next."""
_READ = frozenset({"checkpoint", "approval", "intent", "exit"})
"""Kinds whose bodies the tape, the words of the case and the tables all ask for."""
_BEGINS = frozenset({"answer", "checkpoint", "intent", "scope", "seal", "timer"})


@dataclass(frozen=True, slots=True)
class Limits:
    """What one case may use: supersteps, events, bytes in events, bursts, rejections by people.

    `tokens`: what models may take for it, both ways; beyond them nothing more is asked. `again`:
    the minutes after which a case that left because a system was unreachable is tried again by
    itself, one after another; then it stays for people.
    """

    supersteps: int = 1_000
    events: int = 2_000
    inline: int = 4_000_000
    bursts: int = 50
    rejections: int = 3
    tokens: int = 200_000
    again: Sequence[float] = (1, 5, 15, 60)

    def __post_init__(self) -> None:
        if any(type(pause) not in (int, float) or pause <= 0 for pause in self.again):
            raise TypeError("`again` are minutes, each more than 0")


class Journal:
    """One case's journal, open for appending until `close`."""

    def __init__(self, claimed: Claimed, store: Store, limits: Limits) -> None:
        self.case: Case = claimed.case
        self.key = claimed.key
        self.digest = claimed.key.digest
        self.fence = claimed.fence
        self.lease_end = claimed.lease_end
        self.limits = limits
        self.bursts = claimed.bursts
        self.tape = Tape(claimed.events)
        self.unsealed = max(self.tape.seals, default=-1) + 1
        self._store = store
        self._buffer: list[Event] = []
        self._blobs: list[tuple[str, bytes]] = []
        self._open: dict[str, bytes] = {}  # Made or read in this burst; perhaps not committed yet.
        self._drawn: list[str] = []
        self._seals: list[Seal] = []
        self.sealed = 0  # Supersteps recorded in this burst.
        self._sealed_from = 0
        self._timer: asyncio.Handle | None = None
        self._under_way: list[asyncio.Future[int]] = []

    def record(self, kind: Kind, address: Address, body: dict[str, Any]) -> Event:
        """Buffer an event; it is durable once a later `commit` returns.

        Raises LimitReached when the case has used up its events or bytes; what has happened already
        (an outcome, a signature, a signal, the end of a case) always fits.
        """
        raw = canonical(body)
        self._check_limits(kind, len(raw))
        event = self._event(kind, address, raw)
        self.tape.add(event)
        return event

    def seal(self, superstep: int, seal: Seal) -> None:
        """Record a superstep that follows the last one sealed, with the next event or commit.

        Supersteps that nothing else was recorded between share one event. LimitReached as `record`.
        """
        self._check_limits("seal", 0)
        if not self._seals:
            self._sealed_from = superstep
        self._seals.append(seal)

    def blob(self, data: bytes) -> str:
        """Keep a large body beside the journal; its name is returned."""
        name = self.key.digest(data)
        if name not in self._open:
            self._open[name] = data
            self._blobs.append((name, self.key.encrypt(data)))
        return name

    def value(self, raw: bytes) -> dict[str, Any]:
        """An answer's canonical JSON as it stands in an event: inline, or as a blob if large."""
        if len(raw) > BLOB:
            return {"blob": self.blob(raw)}
        return {"value": orjson.loads(raw)}

    async def load(self, name: str) -> bytes:
        """A body that was kept as a blob. Raises StoreFailed: it is gone, or another."""
        if name not in self._open:
            try:
                self._open[name] = await self._store.blob(self.case.no, name, self.key)
            except Missing as error:
                raise StoreFailed(error.text, where=self.case.ulid) from error
        return self._open[name]

    def one_too_many(self) -> Frozen | None:
        """The rejection with which the case belongs to people, if it has come (KERNEL no. 24).

        The second of one business key, or one more than the case may have; in the journal's order,
        so that it is the same one on every replay.
        """
        before: list[object] = []
        for frozen in self.tape.rejected:
            body = frozen.body
            before.append([body["tool"], [body["args"][name] for name in body["key"]]])
            again = body["key"] and before.count(before[-1]) > 1
            if again or len(before) >= self.limits.rejections:
                return frozen
        return None

    def draw(self, signal: str) -> None:
        """Mark a signal as drawn with the next commit."""
        self._drawn.append(signal)

    async def commit(
        self,
        *,
        close: Close | None = None,
        told: tuple[str, str, bytes] | None = None,
        cancels: bytes | None = None,
    ) -> None:
        """Make everything recorded so far durable, in one append. Raises LostFence, StoreFailed.

        `cancels`: the open children of the case end with it; they are told this body.
        """
        await self._settled()
        written = self._written(close=close, told=told, cancels=cancels)
        if written is not None:
            await written

    def commit_soon(self) -> None:
        """The same with whatever is committed next, in `SOON` seconds if nothing is.

        What fails then fails the next commit.
        """
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(SOON, self._soon, TURNS)

    async def leave(self) -> None:
        """Make durable what was to be so soon, whoever has taken the case over by now."""
        if self._timer is not None:
            self._soon(0)
        if self._under_way:
            with suppress(LostFence, StoreFailed):
                await self._settled()

    async def intend(
        self, address: Address, body: dict[str, Any], budgets: Sequence[Budget] = ()
    ) -> None:
        """Record an intent and make it durable, with everything read before it.

        Raises Contradiction when its business key or a budget is taken: then the intent alone is
        not recorded, so that no row of a parallel branch goes back with it. LimitReached as
        `record`.
        """
        raw = canonical(body)
        self._check_limits("intent", len(raw))
        await self._settled()
        before = self._written() if budgets or body.get("business") else None
        event = self._event("intent", address, raw)
        written = self._written(budgets=budgets)
        try:
            if written is not None:
                await written
        finally:
            if before is not None and before.done():
                before.exception()  # Written first: what failed it has failed the intent too.
        self.tape.add(event)

    def _soon(self, turns: int) -> None:
        if turns:
            self._timer = asyncio.get_running_loop().call_soon(self._soon, turns - 1)
        elif (written := self._written()) is not None:
            self._under_way.append(written)

    async def _settled(self) -> None:
        """Wait for what a timer has committed."""
        while self._under_way:
            await self._under_way.pop()

    def _written(
        self,
        *,
        budgets: Sequence[Budget] = (),
        close: Close | None = None,
        told: tuple[str, str, bytes] | None = None,
        cancels: bytes | None = None,
    ) -> "asyncio.Future[int] | None":
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._flush_seals()
        events, self._buffer = self._buffer, []
        blobs, self._blobs = self._blobs, []
        drawn, self._drawn = self._drawn, []
        if not (events or close or drawn):
            return None
        bodies = self.key.encrypt(b"".join([e.body for e in events])) if events else b""
        case, at = self.case, self._store.clock.time()
        made = (tuple(events), bodies, tuple(blobs), tuple(drawn), tuple(budgets), close, told)
        children = None if cancels is None else (case.ulid, cancels)
        words = words_in(self._store.words, events)
        append = Append(case.no, case.tenant, self.fence, at, *made, children, words)
        return self._store.append(append)

    def _event(self, kind: Kind, address: Address, raw: bytes) -> Event:
        self._flush_seals()
        read = orjson.loads(raw) if kind in _READ else None
        event = Event(kind, address, raw, self.key.digest(raw), -1, read)
        self._buffer.append(event)
        return event

    def _flush_seals(self) -> None:
        if not self._seals:
            return
        seals, self._seals = self._seals, []
        self.sealed += len(seals)
        raw = canonical({"steps": seals})
        self.tape.count(self._event("seal", str(self._sealed_from), raw))

    def told(self, leave: Exit, again: str = "") -> tuple[str, str, bytes] | None:
        """What the parent is told when this case ends, if it has one.

        A later word of the same child (`again`, else of a later round) is another signal.
        """
        if not self.case.parent:
            return None
        body = {"child": self.case.ulid, "exit": leave.model_dump(mode="json")}
        later = again or (str(self.tape.round) if self.tape.round else "")
        name = f"child:{self.case.ulid}" + (f":{later}" if later else "")
        return (self.case.parent, name, orjson.dumps(body))

    def _check_limits(self, kind: Kind, size: int) -> None:
        tape, limits = self.tape, self.limits
        if kind not in _BEGINS:
            return
        if tape.size >= limits.events:
            raise LimitReached(f"the case has {tape.size} events", where=self.case.ulid)
        if tape.inline + size > limits.inline:
            raise LimitReached(f"the case's events hold {tape.inline} bytes", where=self.case.ulid)


def new_case(store: Store, case: Case, body: Mapping[str, Any]) -> NewCase:
    """A case with its first event, under a key of its own.

    That event holds its input (`body`), and what the case is: its row is made from it, not the
    other way round. The case's name is in the clear part, so that no page passes for another
    case's.
    """
    key, at = CaseKey(store.clock.token(32)), store.clock.time()
    case = case._replace(title=case.title[:200])
    said = {**case._asdict(), "at": at}
    del said["no"], said["ulid"]
    raw = canonical({**body, "case": said})
    started = Event("started", case.ulid, raw, key.digest(raw))
    wrapped = wrap(store.master, key, case.ulid)
    return NewCase(case, wrapped, (started,), key.encrypt(raw), at)

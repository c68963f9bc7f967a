"""A burst: one case from a wake-up to its next pause or its end."""

from collections.abc import Mapping
from typing import Any

from leitstand.clock import zone_of
from leitstand.desk import Models, Room, TooManyRejections
from leitstand.digest import canonical
from leitstand.errors import CallFailed, Diverged, LimitReached, LostFence, StoreFailed, place_of
from leitstand.guard import Guard, Pause, UnknownEffect
from leitstand.records import Exit, Held
from leitstand.role import CONTRADICTORY, SYSTEM_UNREACHABLE, Compiled
from leitstand.runtime.drawing import PARENT_CLOSED, draw
from leitstand.runtime.stage import Stage
from leitstand.store import Claimed, Close, Journal, Limits, Store
from leitstand.trace import Tracer
from leitstand.values import defect_of
from leitstand.walk import walk

_HELD: tuple[tuple[type[BaseException], Held], ...] = (
    (UnknownEffect, "unknown_effect"),
    (Diverged, "diverged"),
    (LimitReached, "limit"),
)


class Burst:
    """Runs one claimed case as far as it goes. Nothing it raises but StoreFailed leaves it."""

    def __init__(
        self, store: Store, guard: Guard, limits: Limits, models: Models, tracer: Tracer | None
    ) -> None:
        self._store, self._guard, self._limits = store, guard, limits
        self._models, self._tracer = models, tracer

    async def run(self, claimed: Claimed, compiled: Compiled, journal: Journal) -> str:
        """Walk the case and give it back; its new status is returned ("lost" if it was taken over).

        Raises StoreFailed: the store takes no more work at all.
        """
        restored = self._store.restored > claimed.opened
        passage = self._guard.open(journal, restored=restored, shared=self._store.shared)
        rules, tracer = self._guard.rules, self._tracer
        trace = tracer.begin(claimed, journal, rules.bundle.sha) if tracer else None
        zone = zone_of(rules.limits(journal.case.tenant))
        room = Room(journal, passage, rules.clock, self._models, trace, zone)
        try:
            close, leave = await self._walked(claimed, compiled, room)
            await passage.home()
            close = await self._give_back(journal, close, leave)
            if trace is not None:
                trace.end(close)
            return close.status
        except LostFence:
            return "lost"
        finally:
            await passage.home()  # However it ended: nothing is left under way behind it.
            await journal.leave()

    async def _give_back(self, journal: Journal, close: Close, leave: Exit | None) -> Close:
        told = journal.told(leave) if leave is not None else None
        closed = _closed(journal) if close.status == "rejected" and leave is None else None
        try:
            await journal.commit(
                close=close, told=told, cancels=None if closed is None else canonical(closed)
            )
        except StoreFailed as error:
            close = self._damaged(journal, error)
            await journal.commit(close=close)
        return close

    async def _walked(
        self, claimed: Claimed, compiled: Compiled, room: Room
    ) -> tuple[Close, Exit | None]:
        journal = room.journal
        try:
            for signal in claimed.signals:
                draw(signal, journal)
            if (closed := _closed(journal)) is not None:
                return self._cancel(journal, closed), None
            self._begin_again(journal, compiled.version)
            leave = await self._left(claimed, compiled, room)
        except Pause as pause:
            # Its frames hold the desk that died of it: a circle that keeps the whole case in memory
            # until the garbage collector finds it.
            pause.__traceback__ = None
            if (closed := _closed(journal)) is not None:
                return self._cancel(journal, closed), None
            return Close("waiting", due=pause.due), None
        except LostFence:
            raise
        except (UnknownEffect, Exception) as error:  # noqa: BLE001 - see `_stopped`
            return self._stopped(journal, error), None
        if unsettled := journal.tape.unsettled():
            text = f"the case would end without the outcome of {', '.join(unsettled)}"
            return self._hold(journal, "unknown_effect", text), None
        return Close(leave.kind, due=self._leave(journal, leave)), leave

    async def _left(self, claimed: Claimed, compiled: Compiled, room: Room) -> Exit:
        """How the case ends. Raises Pause: it does not end yet."""
        try:
            return await self._walk(claimed, compiled, room)
        except TooManyRejections as error:
            return compiled.leave(CONTRADICTORY, str(error))
        except CallFailed as error:
            return compiled.leave(error, str(error))
        except Pause:
            if ended := TooManyRejections.of(room.journal):
                return compiled.leave(CONTRADICTORY, str(ended))
            raise

    async def _walk(self, claimed: Claimed, compiled: Compiled, room: Room) -> Exit:
        if claimed.bursts > self._limits.bursts:
            msg = f"the case was woken {claimed.bursts} times"
            raise LimitReached(msg, where=claimed.case.ulid)
        stage = Stage(compiled, room)
        given = compiled.take(room.journal.tape.given)
        walked = await walk(compiled, given, stage, limit=self._limits.supersteps)
        stage.ended(walked)
        return walked.exit or Exit(kind="done")

    def _leave(self, journal: Journal, leave: Exit) -> float | None:
        """Record the end; when the case is tried again by itself is returned, if it is."""
        for frozen in journal.tape.open_checkpoints():
            journal.record("void", "", {"id": frozen.id, "state": "withdrawn"})
        again = self._next_try(journal, leave)
        journal.record("exit", "", {**leave.model_dump(mode="json"), **again})
        return journal.tape.again.get("at")

    def _next_try(self, journal: Journal, leave: Exit) -> dict[str, Any]:
        """Growing pauses while a system is away, then the case stays for people."""
        pauses, before, now = self._limits.again, journal.tape.again, self._store.clock.time()
        n, since = int(before.get("n", 0)), float(before.get("since", now))
        if leave.cause != SYSTEM_UNREACHABLE:
            return {}
        if n >= len(pauses) or journal.one_too_many():
            return {"again": {"n": n, "of": n, "since": since}}
        again = {"n": n + 1, "of": len(pauses), "at": now + 60 * pauses[n], "since": since}
        return {"again": again}

    def _begin_again(self, journal: Journal, version: str) -> None:
        """A case that is tried again by itself: a new round, which no person began."""
        if journal.tape.exit is None or "at" not in journal.tape.again:
            return
        again = {name: journal.tape.again[name] for name in ("n", "of", "since")}
        moved: dict[str, Any] = {"from": journal.case.version, "to": version, "supplied": []}
        journal.record("resumed", "", {**moved, "again": again, "at": self._store.clock.time()})
        journal.unsealed = 0

    def _cancel(self, journal: Journal, closed: Mapping[str, Any]) -> Close:
        """End with the case that handed this one over: what waits is withdrawn, and why recorded.

        What its role made of it before stays its exit.
        """
        if journal.tape.exit is None:
            self._leave(journal, Exit(kind="rejected", reason=str(closed["reason"])))
        journal.record("closed", "", dict(closed))
        return Close("rejected")

    def _stopped(self, journal: Journal, error: BaseException) -> Close:
        """Hold the case; whatever a step raises that nobody planned is a defect of the step."""
        if isinstance(error, StoreFailed):
            return self._damaged(journal, error)
        for kind, why in _HELD:
            if isinstance(error, kind):
                return self._hold(journal, why, str(error))
        said, place = defect_of(error), place_of(error)
        return self._hold(journal, "defect", f"{said} ({place})" if place else said)

    def _hold(self, journal: Journal, why: Held, text: str) -> Close:
        journal.record("held", "", {"reason": why, "text": text[:2000]})
        return Close("held", reason=why)

    def _damaged(self, journal: Journal, error: StoreFailed) -> Close:
        """Hold the one case whose rows or blobs are at fault. Raises StoreFailed: the store is."""
        if self._store.writer.broken is not None:
            raise error
        return self._hold(journal, "defect", str(error))


def _closed(journal: Journal) -> Mapping[str, Any] | None:
    """Who closed the case that handed this one over; None as long as a write is on its way."""
    tape = journal.tape
    for _, signal in tape.signals:
        if signal["name"] == PARENT_CLOSED:
            return None if tape.unsettled() else signal["body"]
    return None

"""A burst: one case from a wake-up to its next pause or its end."""

from collections.abc import Mapping
from typing import Any

import orjson

from leitstand.clock import Clock
from leitstand.desk import Room, TooManyRejections
from leitstand.desk.desk import Ask
from leitstand.errors import CallFailed, Diverged, LimitReached, LostFence, StoreFailed
from leitstand.guard import Guard, Pause, UnknownEffect
from leitstand.records import Exit, Held
from leitstand.role import CONTRADICTORY, Compiled
from leitstand.runtime.stage import Stage
from leitstand.store import Claimed, Close, Journal, Limits, Store
from leitstand.walk import walk

__all__ = ["Burst"]


class Burst:
    """Runs one claimed case as far as it goes. Nothing it raises but StoreFailed leaves it."""

    def __init__(
        self,
        store: Store,
        guard: Guard,
        clock: Clock,
        limits: Limits,
        ask: Ask | None = None,
    ) -> None:
        self._store = store
        self._guard = guard
        self._clock = clock
        self._limits = limits
        self._ask = ask

    async def run(self, claimed: Claimed, compiled: Compiled, journal: Journal) -> str:
        """Walk the case and give it back; its new status is returned ("lost" if it was taken over)."""
        try:
            close, leave = await self._walked(claimed, compiled, journal)
            await self._guard.home()
            told = journal.told(leave) if leave is not None else None
            await journal.commit(close=close, told=told)
        except LostFence:
            return "lost"
        return close.status

    async def _walked(
        self, claimed: Claimed, compiled: Compiled, journal: Journal
    ) -> tuple[Close, Exit | None]:
        try:
            self._draw(claimed, journal)
            leave = await self._walk(claimed, compiled, journal)
        except Pause as pause:
            return Close("waiting", due=pause.due), None
        except (LostFence, StoreFailed):
            raise
        except UnknownEffect as error:
            return self._hold(journal, "unknown_effect", str(error)), None
        except Diverged as error:
            return self._hold(journal, "diverged", str(error)), None
        except LimitReached as error:
            return self._hold(journal, "limit", str(error)), None
        except TooManyRejections as error:
            leave = compiled.leave(CONTRADICTORY, str(error))
        except CallFailed as error:
            leave = compiled.leave(error.cause, str(error))
        except Exception as error:  # noqa: BLE001 - whatever a step raises is a defect of the step
            return self._hold(journal, "defect", f"{type(error).__name__}: {error}"), None
        self._leave(journal, leave)
        return Close(leave.kind), leave

    async def _walk(self, claimed: Claimed, compiled: Compiled, journal: Journal) -> Exit:
        if claimed.bursts > self._limits.bursts:
            msg = f"the case was woken {claimed.bursts} times"
            raise LimitReached(msg, where=claimed.case.ulid)
        restored = self._store.restored > claimed.opened
        passage = self._guard.open(journal, restored=restored)
        room = Room(journal, passage, self._clock, self._ask)
        stage = Stage(compiled, room)
        given = _given(compiled, journal.tape.started["given"])
        walked = await walk(compiled, given, stage, limit=self._limits.supersteps)
        stage.ended(walked)
        return walked.exit or Exit(kind="done")

    def _draw(self, claimed: Claimed, journal: Journal) -> None:
        """Signals become events, in their order; only the holder of the fence does this (KERNEL no. 15)."""
        for signal in claimed.signals:
            body: dict[str, Any] = orjson.loads(signal.body)
            if signal.kind == "approval":
                journal.record("approval", body["address"], body["approval"])
                for correction in body["corrections"]:
                    journal.record("correction", body["address"], correction)
            elif signal.kind == "release":
                journal.record("released", "", body)
            elif signal.kind == "child":
                name = f"child:{body['child']}"
                journal.record("signal", "", {"name": name, "body": body, "id": signal.id})
            else:
                journal.record("signal", "", {**body, "id": signal.id})
            journal.draw(signal.id)

    def _leave(self, journal: Journal, leave: Exit) -> None:
        for frozen in journal.tape.open_checkpoints():
            journal.record("void", "", {"id": frozen.id, "state": "withdrawn"})
        journal.record("exit", "", leave.model_dump(mode="json"))

    def _hold(self, journal: Journal, why: Held, text: str) -> Close:
        journal.record("held", "", {"reason": why, "text": text[:2000]})
        return Close("held", reason=why)


def _given(compiled: Compiled, given: Mapping[str, Any]) -> object:
    """The case's input as its role's state takes it, JSON types made those of the state."""
    validate = getattr(compiled.state, "model_validate_json", None)
    return validate(orjson.dumps(given)) if validate else dict(given)

"""Handling: what a person does with a case that left the automation, on record.

No burst owns such a case, so that it is recorded here, as a move to another version is: if the case
is still as it was found, in one commit with what follows from it. Of two people one comes first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from leitstand.digest import canonical
from leitstand.records import SUPPLY, Event, Exit, Kind, Supplied
from leitstand.store.batch import Append, Batch, Close
from leitstand.store.journal import Journal
from leitstand.store.schema import AT_ONCE, cases
from leitstand.store.store import Store
from leitstand.store.tape import SUPPLIED


@dataclass(frozen=True, slots=True)
class Handled:
    """Who handled a case, in which role of theirs, and why. `at` in seconds since the epoch."""

    person: str
    role: str
    reason: str
    at: float

    def body(self, **more: object) -> dict[str, object]:
        """As it stands in an event."""
        named = {"person": self.person, "role": self.role, "reason": self.reason, "at": self.at}
        return {**named, **more}


async def resume(
    store: Store, journal: Journal, by: Handled, version: str, supplied: Sequence[Supplied] = ()
) -> bool:
    """Let the case go on in a new round, walked by `version`; False if it moved on meanwhile.

    The round begins where the case began, with what was supplied; what earlier rounds did counts as
    done. The values are readings of the case.
    """
    case = journal.case
    fields = sorted(one.field for one in supplied)
    body = by.body(**{"from": case.version, "to": version, "supplied": fields})
    events = [event_of(journal, "resumed", "", body)]
    task = f"{SUPPLIED}#{journal.tape.round + 1}"
    for n, one in enumerate(supplied):
        known = {"tool": SUPPLY, "proposed": journal.digest(canonical([SUPPLY, one.field]))}
        said = {**known, "value": one.model_dump(mode="json")}
        events.append(event_of(journal, "answer", f"{task}/:{n}", said))
    row = {"bursts": 0}
    return await record(store, journal, events, row=row, close=Close("ready", due=AT_ONCE))


async def assign(
    store: Store, journal: Journal, by: Handled, since: float, *, role: str = "", person: str = ""
) -> bool:
    """Hand an exception over to a role or a person; False if the case moved on meanwhile.

    `since` is when the case left: its deadline stays (seconds since the epoch).
    """
    leave = journal.tape.exit or {}
    body = by.body(to_role=role, to_person=person, since=since)
    event = event_of(journal, "assigned", "", body)
    return await record(store, journal, [event], close=Close("exception", leave.get("cause") or ""))


async def close(store: Store, journal: Journal, by: Handled) -> bool:
    """End the case for good: people have dealt with it; False if it moved on meanwhile.

    What the role made of it stays its exit. Whoever waits for the case is told that it is rejected.
    What it handed over and is still open ends with it (KERNEL no. 28), in the same commit.
    """
    event = event_of(journal, "closed", "", by.body())
    told = journal.told(Exit(kind="rejected", reason=by.reason), "closed")
    ulid = journal.case.ulid
    cancels = (ulid, canonical(by.body(parent=ulid)))
    closed = Close("rejected")
    return await record(store, journal, [event], close=closed, signal=told, cancels=cancels)


def event_of(journal: Journal, kind: Kind, address: str, body: Mapping[str, object]) -> Event:
    """An event under the key of its case."""
    raw = canonical(body)
    return Event(kind, address, raw, journal.digest(raw))


async def record(
    store: Store,
    journal: Journal,
    events: Sequence[Event],
    *,
    status: str = "exception",
    row: Mapping[str, Any] | None = None,
    **more: Any,  # noqa: ANN401 - fields of the append
) -> bool:
    """Record events of a case that no burst owns; False if it is not as it was read any more.

    Without `close` it is left as it stands. An older holder of it can append no more.
    """
    case, at = journal.case, store.clock.time()
    bodies = journal.key.encrypt(b"".join(event.body for event in events))
    mine = cases.c.case_no == case.no

    def write(conn: Connection) -> bool:
        found = conn.execute(select(cases).where(mine)).one()
        if (found.status, found.seq) != (status, journal.tape.size):
            return False
        batch, fence = Batch(conn), found.fence
        fields: dict[str, Any] = {"close": Close(status, found.reason, found.due), **more}
        batch.add(Append(case.no, case.tenant, fence, at, tuple(events), bodies, **fields))
        batch.flush()
        if row:
            conn.execute(cases.update().where(mine).values(**row))
        return True

    return await store.writer.work(write)

"""Arrivals: what comes from outside of bursts, new cases and signals, written in bulk."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, case, func, select

from leitstand.errors import Missing
from leitstand.records import Case, Event
from leitstand.store.page import seal_page
from leitstand.store.prepared import INSERT, MINE, Found, Prepared
from leitstand.store.schema import AT_ONCE, HANDED_OVER, PAGE_SHIFT, cases, signals

CLOSED = ("done", "rejected", "erased")
"""Statuses of cases that nothing wakes any more: an exception still waits for people."""


class NewCase(NamedTuple):
    """A case to be born with its first events, due at once; its key is wrapped.

    Its number is given with its row: until then it is that of no case.
    """

    case: Case
    wrapped: bytes
    events: tuple[Event, ...]
    bodies: bytes
    at: float


class Tell(NamedTuple):
    """A signal for a case: known by its id, told once. The case becomes due unless it has ended.

    One id may be told to several cases: each of them gets it.
    """

    ulid: str
    id: str
    kind: str
    body: bytes
    at: float


def give_birth(conn: Connection, born: Sequence[NewCase]) -> list[int]:
    """Insert new cases with their keys and first pages; their numbers are returned."""
    ((last,),) = _LAST_CASE.ask(conn, {})
    first = last + 1
    numbers = list(range(first, first + len(born)))
    rows = [_birth(no, one) for no, one in zip(numbers, born, strict=True)]
    _BEAR.run(conn, [row for row, _ in rows])
    wrapped = zip(numbers, born, strict=True)
    INSERT["keys"].run(conn, [{"case_no": no, "wrapped": one.wrapped} for no, one in wrapped])
    INSERT["pages"].run(conn, [page for _, page in rows])
    return numbers


def tell(conn: Connection, told: Sequence[Tell]) -> list[bool | Missing]:
    """Insert signals and make their cases due; False for a known signal, Missing without case.

    A held case is woken by a `release` alone; what came in the meantime is drawn then.
    """
    ulids = list({t.ulid for t in told})
    numbers: dict[str, int] = dict(_NUMBERS.among(conn, ulids))
    known = {(no, name) for no, name in _KNOWN.among(conn, numbers.values())}
    answers: list[bool | Missing] = []
    fresh: list[tuple[int, Tell]] = []
    for one in told:
        no = numbers.get(one.ulid)
        if no is None:
            answers.append(Missing(f"no case `{one.ulid}`"))
            continue
        answers.append((no, one.id) not in known)
        if (no, one.id) not in known:
            known.add((no, one.id))
            fresh.append((no, one))
    if fresh:
        rows = [
            {"id": t.id, "case_no": no, "kind": t.kind, "body": t.body, "at": t.at, "drawn": 0}
            for no, t in fresh
        ]
        INSERT["signals"].run(conn, rows)
        _WAKE.run(conn, [{"no": no} for no, _ in fresh])
        _RELEASE.run(conn, [{"no": no} for no, t in fresh if t.kind == "release"])
    return answers


def cancel_children(conn: Connection, parent: str, body: bytes, at: float) -> None:
    """Tell every open case that `parent` handed over, and whatever these did, to end.

    One that lies in the exception queue is woken for it; a held one hears it when it is released.
    """
    left = [row for row in family(conn, parent)[1:] if row.status not in CLOSED]
    tell(conn, [Tell(row.ulid, f"cancel:{parent}", "cancel", body, at) for row in left])
    _REOPEN.run(conn, [{"no": row.case_no} for row in left])


def family(conn: Connection, ulid: str) -> list[Found]:
    """The row of a case, then those of all that it handed over, and these. Raises Missing."""
    found = wave = [*conn.execute(select(cases).where(cases.c.ulid == ulid))]
    if not found:
        raise Missing(f"no case `{ulid}`")
    while wave:
        mothers = [row.ulid for row in wave]
        wave = [*conn.execute(select(cases).where(HANDED_OVER, cases.c.parent.in_(mothers)))]
        found = [*found, *wave]
    return found


def _birth(no: int, born: NewCase) -> tuple[dict[str, Any], dict[str, Any]]:
    page, head = seal_page(b"", 0, born.events, born.bodies)
    there = {"seq": len(born.events), "head": head, "opened": born.at, "changed": born.at}
    row = {**born.case._asdict(), "case_no": no, **there}
    del row["no"]
    return row, {"page": no << PAGE_SHIFT, "headers": page.headers, "body": page.body}


_BORN = {
    "status": "ready",
    "reason": "",
    "bursts": 0,
    "fence": 0,
    "owner": None,
    "due": AT_ONCE,
    "pending": 0,
    "anchored": 0,
}
_BEAR = Prepared(
    cases.insert().values({c.name: bindparam(c.name, type_=c.type) for c in cases.c} | _BORN)
)
_LAST_CASE = Prepared(select(func.coalesce(func.max(cases.c.case_no), 0)))
_NUMBERS = Prepared(select(cases.c.ulid, cases.c.case_no).where(cases.c.ulid.in_(MINE)))
_KNOWN = Prepared(select(signals.c.case_no, signals.c.id).where(signals.c.case_no.in_(MINE)))
# One that waits for a time is due at once, whatever clock is set; of one that runs, `due` is the
# end of its lease.
_WAKE = Prepared(
    cases.update()
    .where(cases.c.case_no == bindparam("no"))
    .values(
        pending=cases.c.pending + 1,
        due=case((cases.c.status == "waiting", AT_ONCE), else_=cases.c.due),
    )
)
_REOPEN = Prepared(
    cases.update()
    .where(cases.c.case_no == bindparam("no"), cases.c.status == "exception")
    .values(status="ready", reason="", due=AT_ONCE)
)
_RELEASE = Prepared(
    cases.update()
    .where(cases.c.case_no == bindparam("no"), cases.c.status == "held")
    .values(status="ready", reason="", due=AT_ONCE, bursts=0)
)

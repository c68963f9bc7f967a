"""`leitstand rebuild`: every projection made anew from pages, keys, signals and anchors.

What no journal holds is kept from a case's row if there is one (fence, bursts, time of the last
change). What only a burst can know (when a system may be asked again) becomes due at once. Rows of
erased cases cannot be made anew and stay as they are.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, case, delete, func, select

from leitstand.digest import Keyed
from leitstand.errors import Erased, StoreFailed
from leitstand.records import Event
from leitstand.store.anchors import anchors_in
from leitstand.store.page import Page, headers_of, open_page, unwrap
from leitstand.store.projection import mark, project
from leitstand.store.schema import (
    AT_ONCE,
    PAGE_SHIFT,
    approvals,
    business_keys,
    cases,
    checkpoints,
    effects,
    keys,
    marks,
    pages,
    reservations,
    signals,
)
from leitstand.store.shelf import MASK
from leitstand.store.standing import Standing, standing
from leitstand.store.store import Store
from leitstand.store.words import words_in

PART = 5_000
"""Pages read at a time."""
_TABLES = (checkpoints, approvals, effects, business_keys, reservations, marks)


async def rebuild(store: Store) -> dict[str, int]:
    """Make every projection anew in one transaction; rows by table, and erased cases passed over.

    No burst may run. Raises StoreFailed: a journal does not open (run `journal verify`); nothing
    was changed.
    """
    work = _Work(store.master)
    return await store.writer.work(work.run)


@dataclass(slots=True)
class _Work:
    master: bytes
    anchored: dict[str, int] = field(default_factory=dict[str, int])
    written: Counter[str] = field(default_factory=Counter[str])

    def run(self, conn: Connection) -> dict[str, int]:
        """Do all of it; a second time when the first was rolled back with its group."""
        self.written.clear()
        for one in anchors_in(conn):
            listed = (*one.content.get("cases", ()), *one.content.get("behind", ()))
            self.anchored |= {ulid: count for ulid, count, _ in listed}
        _drop(conn)
        low = 0
        while found := _pages(conn, low):
            self._part(conn, found)
            low = (max(found) + 1) << PAGE_SHIFT
        return dict(self.written)

    def _part(self, conn: Connection, found: dict[int, list[Page]]) -> None:
        span = {"low": min(found), "high": max(found)}
        wrapped = dict(conn.execute(_KEYS, span).all())
        beside = _beside(conn, span)
        ledger = Ledger()
        rows: list[dict[str, Any]] = []
        for no, held in found.items():
            events = self._events(held, wrapped.get(no))
            if events is None:
                self.written["erased"] += 1
                continue
            now = standing(events)
            rows.append({"no": no, **self._row(now, beside.setdefault(no, Beside()))})
            ledger.take(no, now.case["tenant"], events)
            words = words_in(Keyed(self.master), events)
            if words and now.reason != "restricted":
                ledger.rows("marks").append(mark(no, "words", words).values)
        self._write(conn, rows, {no for no, one in beside.items() if one.known})
        for table in _TABLES:
            made = ledger.rows(table.name)
            if made:
                conn.execute(table.insert(), made)
            self.written[table.name] += len(made)

    def _write(
        self, conn: Connection, rows: Sequence[dict[str, Any]], known: Collection[int]
    ) -> None:
        lost = [
            {"case_no": row["no"], "changed": row["opened"], **row}
            for row in rows
            if row["no"] not in known
        ]
        if lost:
            conn.execute(cases.insert(), [{k: v for k, v in r.items() if k != "no"} for r in lost])
        kept = [{f"to_{k}": v for k, v in row.items()} for row in rows if row["no"] in known]
        if kept:
            conn.execute(_UPDATE, kept)
        self.written["cases"] += len(rows)

    def _events(self, held: Sequence[Page], wrapped: bytes | None) -> list[Event] | None:
        """The events of a case; None if it was erased."""
        ulid = next(headers_of(held[0], b""))[0].address
        if wrapped is None:
            raise StoreFailed("its key is gone", where=ulid, mend="run `leitstand journal verify`")
        try:
            key = unwrap(self.master, wrapped, ulid)
        except Erased:
            return None
        return [event for page in held for event in open_page(page, key)]

    def _row(self, now: Standing, beside: "Beside") -> dict[str, Any]:
        status, reason, due = beside.settle(now)
        return {
            **now.case,
            "status": status,
            "reason": reason,
            "seq": now.seq,
            "head": now.head,
            "due": due,
            "pending": 0 if status in ("done", "rejected", "exception") else beside.pending,
            "anchored": self.anchored.get(now.case["ulid"], 0),
            "owner": None,
        }


@dataclass(slots=True)
class Beside:
    """What stands beside a journal: its row, if there is one, and signals that were not drawn."""

    known: bool = False
    status: str = ""
    due: float | None = AT_ONCE
    pending: int = 0
    released: bool = False
    cancelled: bool = False

    def settle(self, now: Standing) -> tuple[str, str, float | None]:
        """Status, reason and when a burst is due: at the latest when the row said so.

        A burst too many only parks the case again; one too few would leave half a superstep undone.
        So a case whose row was lost is due at once. A release frees what was held, if it came after
        the hold.
        """
        if now.status == "exception" and self.cancelled:
            return "ready", "", AT_ONCE
        if now.ended or (now.status == "held" and (self.status == "held" or not self.released)):
            return now.status, now.reason, now.due
        if now.status == "held":
            return "ready", "", AT_ONCE
        dues = (
            [AT_ONCE] if self.pending else [due for due in (self.due, now.due) if due is not None]
        )
        return now.status, now.reason, min(dues, default=None)


@dataclass(slots=True)
class Ledger:
    """Rows of projections, folded in memory: what one event inserts, a later one may change."""

    held: dict[str, list[dict[str, Any]]] = field(default_factory=dict[str, list[dict[str, Any]]])

    def take(self, no: int, tenant: str, events: Iterable[Event]) -> None:
        """Fold the events of one case; its changes touch no other case's rows."""
        own: dict[str, list[dict[str, Any]]] = {}
        for change in project(no, tenant, events):
            rows = own.setdefault(change.table, [])
            if change.key is None:
                rows.append(dict(change.values))
                continue
            column, value = change.key
            for row in [r for r in rows if r[column] == value]:
                row.update(change.values) if change.values else rows.remove(row)
        for name, rows in own.items():
            self.held.setdefault(name, []).extend(rows)

    def rows(self, table: str) -> list[dict[str, Any]]:
        """What is left for a table."""
        return self.held.setdefault(table, [])


def _pages(conn: Connection, low: int) -> dict[int, list[Page]]:
    """Whole cases from page `low` on, about PART pages of them."""
    found: dict[int, list[Page]] = {}
    rows = list(conn.execute(_PAGES, {"low": low, "many": PART}))
    if len(rows) == PART:
        last: int = rows[-1][0]
        rows += conn.execute(_REST, {"low": last + 1, "high": last | MASK})
    for at, headers, body in rows:
        found.setdefault(at >> PAGE_SHIFT, []).append(Page(at & MASK, headers, body))
    return found


def _beside(conn: Connection, span: dict[str, int]) -> dict[int, Beside]:
    found = {
        no: Beside(known=True, status=status, due=due)
        for no, status, due in conn.execute(_KNOWN, span)
    }
    for no, count, released, cancelled in conn.execute(_PENDING, span):
        one = found.setdefault(no, Beside())
        one.pending, one.released, one.cancelled = count, bool(released), bool(cancelled)
    return found


def _drop(conn: Connection) -> None:
    """Delete the projections of all cases that are not erased."""
    erased = select(keys.c.case_no).where(func.length(keys.c.wrapped) == 0)
    of_erased = select(effects.c.key).where(effects.c.case_no.in_(erased))
    shown = select(checkpoints.c.id).where(checkpoints.c.case_no.in_(erased))
    conn.execute(delete(business_keys).where(business_keys.c.effect.not_in(of_erased)))
    conn.execute(delete(reservations).where(reservations.c.effect.not_in(of_erased)))
    conn.execute(delete(approvals).where(approvals.c.checkpoint.not_in(shown)))
    conn.execute(delete(effects).where(effects.c.case_no.not_in(erased)))
    conn.execute(delete(checkpoints).where(checkpoints.c.case_no.not_in(erased)))
    conn.execute(delete(marks).where(marks.c.case_no.not_in(erased)))


def _within(column: ColumnElement[Any]) -> ColumnElement[bool]:
    return column.between(bindparam("low"), bindparam("high"))


_PAGES = (
    select(pages.c.page, pages.c.headers, pages.c.body)
    .where(pages.c.page >= bindparam("low"))
    .order_by(pages.c.page)
    .limit(bindparam("many"))
)
_REST = (
    select(pages.c.page, pages.c.headers, pages.c.body)
    .where(_within(pages.c.page))
    .order_by(pages.c.page)
)
_KEYS = select(keys.c.case_no, keys.c.wrapped).where(_within(keys.c.case_no))
_KNOWN = select(cases.c.case_no, cases.c.status, cases.c.due).where(_within(cases.c.case_no))
_PENDING = (
    select(
        signals.c.case_no,
        func.count(),
        func.max(case((signals.c.kind == "release", 1), else_=0)),
        func.max(case((signals.c.kind == "cancel", 1), else_=0)),
    )
    .where(_within(signals.c.case_no), signals.c.drawn == 0)
    .group_by(signals.c.case_no)
)
_BESIDE_IT = ("case_no", "bursts", "fence", "changed")
"""What no journal holds: it is kept from the row."""
_COLUMNS = [column.name for column in cases.c if column.name not in _BESIDE_IT]
_UPDATE = (
    cases.update()
    .where(cases.c.case_no == bindparam("to_no"))
    .values({name: bindparam(f"to_{name}") for name in _COLUMNS})
)

"""A batch: the rows of one group of appends, written with few statements.

Appends are checked against the case's row inside the transaction (fence, seq, head are read and set
there). One whose fence is old fails alone and leaves nothing behind.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, Connection, and_, bindparam, case, exists, func, select

from leitstand.errors import Contradiction, LostFence
from leitstand.records import Event
from leitstand.store.arrival import Tell, cancel_children, tell
from leitstand.store.page import seal_page
from leitstand.store.prepared import INSERT, MINE, Prepared
from leitstand.store.projection import Change, mark, project
from leitstand.store.schema import (
    AT_ONCE,
    PAGE_SHIFT,
    blobs,
    business_keys,
    cases,
    metadata,
    reservations,
    signals,
)


@dataclass(frozen=True, slots=True)
class Close:
    """How a burst gives its case back: status, reason of a hold, and when it is due again."""

    status: str
    reason: str = ""
    due: float | None = None


@dataclass(frozen=True, slots=True)
class Budget:
    """A reservation, checked in the transaction: the window's sum with `amount` stays in `cap`.

    One that is `signed` people let through: it is counted, whatever the sum.
    """

    name: str
    window: str
    amount: int
    cap: int
    signed: bool = False


class Append(NamedTuple):
    """Events that one case commits together, with all that must be true at the same moment.

    A tuple because several are made for every burst.
    """

    case_no: int
    tenant: str
    fence: int
    at: float
    events: tuple[Event, ...] = ()
    bodies: bytes = b""
    blobs: tuple[tuple[str, bytes], ...] = ()
    drawn: tuple[str, ...] = ()
    budgets: tuple[Budget, ...] = ()
    close: Close | None = None
    signal: tuple[str, str, bytes] | None = None
    """For the last commit of a child: (parent's ULID, signal id, body)."""
    cancels: tuple[str, bytes] | None = None
    """For the last commit of a case whose open children end with it: (its ULID, body)."""
    words: str = ""
    """What the case can be found by from now on."""

    def alone(self, changes: Sequence[Change]) -> bool:
        """Whether a constraint over several cases is touched: written by itself."""
        several = self.budgets or self.signal or self.cancels
        return bool(several) or not _CONSTRAINED.isdisjoint([c.table for c in changes])


@dataclass(slots=True)
class _Row:
    fence: int
    seq: int
    head: bytes


@dataclass(slots=True)
class Batch:
    """Rows gathered from appends until `flush` writes them."""

    conn: Connection
    rows: dict[int, _Row] = field(default_factory=dict[int, _Row])
    pages: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    moved: dict[int, dict[str, Any]] = field(default_factory=dict[int, dict[str, Any]])
    blobs: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    drawn: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    changes: list[Change] = field(default_factory=list[Change])

    def load(self, numbers: Sequence[int]) -> None:
        """Read the rows of these cases, once a transaction."""
        if wanted := [n for n in numbers if n not in self.rows]:
            for no, fence, seq, head in _LOAD.among(self.conn, wanted):
                self.rows[no] = _Row(fence, seq, head)

    def add(self, append: Append) -> int:
        """Take an append in; the last seq is returned.

        Raises LostFence, or Contradiction when a key or budget is taken; then nothing was added.
        """
        if append.case_no not in self.rows:
            self.load([append.case_no])
        row = self.rows.get(append.case_no)
        if row is None or row.fence != append.fence:
            raise LostFence("another worker owns the case by now", where=str(append.case_no))
        changes = project(append.case_no, append.tenant, append.events)
        if append.words:
            changes.append(mark(append.case_no, "words", append.words))
        if not append.alone(changes):
            return self._take(append, row, changes)
        # What is checked here must see all that came before it, and be seen by what comes after.
        self.flush()
        _check_keys(self.conn, changes)
        _check_budgets(self.conn, append)
        last = self._take(append, row, changes)
        self.flush()
        if append.signal is not None:
            parent, name, body = append.signal
            tell(self.conn, [Tell(parent, name, "child", body, append.at)])
        if append.cancels is not None:
            cancel_children(self.conn, *append.cancels, append.at)
        return last

    def flush(self) -> None:
        """Write what was gathered."""
        INSERT["pages"].run(self.conn, self.pages)
        _BLOB.run(self.conn, self.blobs)
        _MOVE.run(self.conn, [row for row in self.moved.values() if "to_status" not in row])
        _CLOSE.run(self.conn, [row for row in self.moved.values() if "to_status" in row])
        _DRAW.run(self.conn, self.drawn)
        apply(self.conn, self.changes)
        for held in (self.pages, self.blobs, self.drawn, self.changes, self.moved):
            held.clear()

    def _take(self, append: Append, row: _Row, changes: list[Change]) -> int:
        no = append.case_no
        if append.events:
            page, row.head = seal_page(row.head, row.seq, append.events, append.bodies)
            self.pages.append(
                {"page": no << PAGE_SHIFT | page.seq, "headers": page.headers, "body": page.body}
            )
            row.seq += len(append.events)
        self.changes += changes
        self.blobs += [{"case_no": no, "name": n, "body": b} for n, b in append.blobs]
        # What a signal said is in the journal from here on, under the case's key, and nowhere else.
        self.drawn += [{"no": no, "seq": row.seq, "signal": s, "left": b""} for s in append.drawn]
        gone = self.moved[no]["gone"] if no in self.moved else 0
        self.moved[no] = moved = {
            "no": no,
            "to_seq": row.seq,
            "to_head": row.head,
            "gone": gone + len(append.drawn),
            "at": append.at,
        }
        if append.close is not None:
            row.fence += 1  # A burst that gave its case back appends no more.
            moved["to_status"], moved["to_reason"] = append.close.status, append.close.reason
            moved["to_due"], moved["to_fence"] = append.close.due, row.fence
        return row.seq - 1


def apply(conn: Connection, changes: Sequence[Change]) -> None:
    """Write projections: inserts first, then updates, then deletions, few statements each."""
    inserts: dict[str, list[dict[str, Any]]] = {}
    updates: dict[tuple[str, str, tuple[str, ...]], list[dict[str, Any]]] = {}
    deletes: list[Change] = []
    for change in changes:
        if change.key is None:
            inserts.setdefault(change.table, []).append(change.values)
        elif change.values:
            name, value = change.key
            row = {f"to_{k}": v for k, v in change.values.items()} | {"the_key": value}
            updates.setdefault((change.table, name, tuple(change.values)), []).append(row)
        else:
            deletes.append(change)
    for table, rows in inserts.items():
        INSERT[table].run(conn, rows)
    for (name, column, columns), rows in updates.items():
        _update(name, column, columns).run(conn, rows)
    for change in deletes:
        if change.key is not None:
            table = metadata.tables[change.table]
            conn.execute(table.delete().where(table.c[change.key[0]] == change.key[1]))


def _check_keys(conn: Connection, changes: Sequence[Change]) -> None:
    for change in changes:
        if change.table != "business_keys" or change.key is not None:
            continue
        found = conn.execute(_TAKEN, change.values).scalar()
        if found is not None:
            msg = "the business key is taken: this or another case has done it already"
            raise Contradiction(msg, detail={"effect": found})


def _check_budgets(conn: Connection, append: Append) -> None:
    over: dict[str, int] = {}
    for budget in append.budgets:
        window = {"tenant": append.tenant, "budget": budget.name, "window": budget.window}
        used = int(conn.execute(_USED, window).scalar_one())
        if used + budget.amount > budget.cap:
            over[budget.name] = used
    if any(b.name in over and not b.signed for b in append.budgets):
        raise Contradiction(f"budgets are used up: {', '.join(over)}", detail={"budgets": over})


@cache
def _update(name: str, column: str, columns: tuple[str, ...]) -> Prepared:
    table = metadata.tables[name]
    update = table.update().where(table.c[column] == bindparam("the_key"))
    return Prepared(update.values({c: bindparam(f"to_{c}") for c in columns}))


_CONSTRAINED = frozenset({"business_keys", "reservations"})
# The same answer twice in a case is one blob: it is named by its content.
_BLOB = Prepared(
    blobs.insert().from_select(
        ["case_no", "name", "body"],
        select(
            bindparam("case_no", type_=blobs.c.case_no.type),
            bindparam("name", type_=blobs.c.name.type),
            bindparam("body", type_=blobs.c.body.type),
        ).where(
            ~exists().where(
                blobs.c.case_no == bindparam("case_no"), blobs.c.name == bindparam("name")
            )
        ),
    )
)
_TAKEN = select(business_keys.c.effect).where(
    *(business_keys.c[name] == bindparam(name) for name in ("tenant", "connection", "name"))
)
_USED = select(func.coalesce(func.sum(reservations.c.amount), 0)).where(
    *(reservations.c[name] == bindparam(name) for name in ("tenant", "budget", "window"))
)
_LOAD = Prepared(
    select(cases.c.case_no, cases.c.fence, cases.c.seq, cases.c.head).where(
        cases.c.case_no.in_(MINE)
    )
)
_GONE: BindParameter[int] = bindparam("gone", type_=cases.c.pending.type)
_MOVED = (
    cases.update()
    .where(cases.c.case_no == bindparam("no"))
    .values(
        seq=bindparam("to_seq"),
        head=bindparam("to_head"),
        pending=cases.c.pending - _GONE,
        changed=bindparam("at"),
    )
)
_MOVE = Prepared(_MOVED)
# A signal that came during the burst, perhaps in this very group: the case is due again.
_STATUS: BindParameter[str] = bindparam("to_status", type_=cases.c.status.type)
_DUE: BindParameter[float] = bindparam("to_due", type_=cases.c.due.type)
_AGAIN = and_(_STATUS == "waiting", cases.c.pending > _GONE)
_CLOSE = Prepared(
    _MOVED.values(
        status=case((_AGAIN, "ready"), else_=_STATUS),
        reason=bindparam("to_reason"),
        due=case((_AGAIN, AT_ONCE), else_=_DUE),
        fence=bindparam("to_fence"),
        owner=None,
    )
)
_DRAW = Prepared(
    signals.update()
    .where(signals.c.case_no == bindparam("no"), signals.c.id == bindparam("signal"))
    .values(drawn=bindparam("seq"), body=bindparam("left"))
)

"""The store: cases, journals, signals and the questions that runtime and inbox ask.

Everything that writes goes through one writer; reads use a connection and a thread of their own, so
that no question waits for a commit and none blocks the event loop.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import NamedTuple, TypeVar

from sqlalchemy import Connection, and_, bindparam, false, literal_column, or_, select

from leitstand.clock import Clock
from leitstand.digest import Keyed
from leitstand.errors import Erased, LeitstandError, Missing, StoreFailed
from leitstand.records import Case, Event, Held
from leitstand.store.arrival import NewCase, Tell
from leitstand.store.batch import Append
from leitstand.store.database import Database, open_database
from leitstand.store.page import CaseKey, Page, open_page, unwrap
from leitstand.store.prepared import MINE, Found, Prepared
from leitstand.store.schema import AT_ONCE, blobs, cases, effects, metadata, signals, state
from leitstand.store.shelf import check_reader, keys_of, pages_of
from leitstand.store.writer import Writer

T = TypeVar("T")
_OPEN = ("ready", "waiting", "running", "exception")
_FIELDS = len(Case._fields)
_ASKED = (*list(cases.c)[:_FIELDS], *(cases.c[n] for n in ("bursts", "fence", "opened", "pending")))
"""What is read of a case's row: its record, and what a burst needs to know beside it."""


class Signal(NamedTuple):
    """Something from outside a burst that waits to be drawn into the journal."""

    id: str
    kind: str
    body: bytes
    at: float


class Claimed(NamedTuple):
    """A case that this worker owns until `lease_end` (monotonic seconds), with a burst's needs."""

    case: Case
    key: CaseKey
    events: tuple[Event, ...]
    signals: tuple[Signal, ...]
    fence: int
    bursts: int
    lease_end: float
    opened: float = 0.0


class Store:
    """One database of cases. Open with `Store.open`, close when done."""

    def __init__(self, url: str, master: bytes, clock: Clock, *, write: bool = True) -> None:
        self._database: Database = open_database(url, write=write)
        self.master = master
        self.folder = self._database.folder
        """Where an SQLite file lies, with what is kept beside it; None on a server."""
        self.clock = clock
        self.words = Keyed(master)
        if write:
            with self._database.engine.begin() as conn:
                metadata.create_all(conn)
                _adopt(conn)
        self.restored = _restored(self._database) if write else 0.0
        self.shared = self._database.shared
        """Whether other processes write to the same database."""
        self._reads: Database = open_database(url, write=False)
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="journal-reader")
        self._reading: Connection | None = None
        self.anchoring = asyncio.Lock()
        self.writer: Writer = Writer(self._database.engine)

    async def read(self, question: Callable[[Connection], T]) -> T:
        """Ask the read connection, in its own thread."""
        return await asyncio.get_running_loop().run_in_executor(self._reader, self._ask, question)

    def append(self, append: Append) -> "asyncio.Future[int]":
        """Commit an append; its last seq. Raises LostFence, Contradiction, StoreFailed."""
        return self.writer.commit(append)

    async def start(self, case: NewCase) -> int:
        """Insert a case, due at once; its number is returned."""
        return await self.writer.commit(case)

    async def signal(self, ulid: str, name: str, kind: str, body: bytes) -> bool:
        """Tell a case something; False if this signal id is known. Raises Missing: no such case."""
        return await self.writer.commit(Tell(ulid, name, kind, body, self.clock.time()))

    async def claim(
        self, owner: str, lease: float, limit: int, only: Sequence[tuple[str, str]] | None = None
    ) -> list[Claimed]:
        """Own up to `limit` due cases for `lease` seconds, `only` of (role, version) pairs."""
        now, until = self.clock.time(), self.clock.monotonic() + lease

        def take(conn: Connection) -> list[Claimed]:
            rows = _due_rows(conn, now, limit, None if only is None else tuple(only))
            if not rows:
                return []
            _CLAIM.run(conn, [{"no": row[0], "to": owner, "end": now + lease} for row in rows])
            found = self._claimed(conn, rows, 1, until)
            # One case that cannot be opened is put aside; it keeps no other from running.
            shut = [(no, error) for no, error in found if not isinstance(error, Claimed)]
            _SHUT.run(conn, [{"no": no, "why": _why(error)} for no, error in shut])
            return [c for _, c in found if isinstance(c, Claimed)]

        return await self.writer.work(take)

    async def renew(self, owned: Mapping[int, int], lease: float) -> tuple[float, set[int]]:
        """Push the lease of owned cases (fence by number).

        The new end in monotonic seconds, and the cases that are still owned: only theirs is it.
        """
        until, end = self.clock.time() + lease, self.clock.monotonic() + lease
        rows = [{"no": no, "its": fence, "end": until} for no, fence in owned.items()]

        def push(conn: Connection) -> set[int]:
            _RENEW.run(conn, rows)
            fences = _FENCES.among(conn, owned)
            return {no for no, fence in fences if owned[no] == fence}

        return end, await self.writer.work(push) if rows else set()

    async def known(self, ulid: str) -> bool:
        """Whether a case of this name exists."""
        query = select(cases.c.case_no).where(cases.c.ulid == ulid)
        return await self.read(lambda conn: conn.execute(query).first()) is not None

    async def line(self, key: str) -> list[Case]:
        """The case that made the effect of this key, its parent, and so on. Raises Missing."""

        def climb(conn: Connection) -> list[Case]:
            row = conn.execute(_MAKER, {"key": key}).first()
            found: list[Case] = []
            while row is not None:
                found.append(case_of(row))
                row = next(iter(_CALLED.among(conn, [found[-1].parent])), None)
            return found

        found = await self.read(climb)
        if not found:
            raise Missing(f"no effect `{key}`")
        return found

    async def blob(self, no: int, name: str, key: CaseKey) -> bytes:
        """A large body of case `no`. Raises Missing."""
        asked = {"no": no, "name": name}
        body = await self.read(lambda conn: conn.execute(_BLOB, asked).scalar())
        if body is None:
            raise Missing(f"no blob `{name}`")
        plain = key.decrypt(body)
        if key.digest(plain) != name:
            raise StoreFailed(f"blob `{name}` holds something else", mend="run `journal verify`")
        return plain

    async def journal(self, ulid: str, roles: Collection[str] = ()) -> Claimed:
        """A case with its journal, for reading only (fence -1). Raises as `journals`."""
        return (await self.journals([ulid], roles))[ulid]

    async def journals(
        self, ulids: Sequence[str], roles: Collection[str] = ()
    ) -> dict[str, Claimed]:
        """Cases with their journals by name, for reading only, by somebody in these roles.

        Raises Missing, Erased, Restricted.
        """

        def load(conn: Connection) -> dict[str, Claimed]:
            rows = _CALLED.among(conn, ulids)
            known = {row[1] for row in rows}
            if lost := [ulid for ulid in ulids if ulid not in known]:
                raise Missing(f"no case `{lost[0]}`")
            read: dict[str, Claimed] = {}
            for _, one in self._claimed(conn, rows, None, 0.0):
                if not isinstance(one, Claimed):
                    raise one
                check_reader(one.case.ulid, one.events[-1], roles)
                read[one.case.ulid] = one
            return read

        return await self.read(load)

    def close(self) -> None:
        """End the threads and give the database back; queued appends are committed first."""
        self.writer.close()
        self._reader.submit(self._close_reading).result()
        self._reader.shutdown()
        self._reads.close()
        self._database.close()

    def _ask(self, question: Callable[[Connection], T]) -> T:
        if self._reading is None:
            self._reading = self._reads.engine.connect()
        with self._reading.begin():
            return question(self._reading)

    def _close_reading(self) -> None:
        if self._reading is not None:
            self._reading.close()

    def _claimed(
        self, conn: Connection, rows: Sequence[Found], raised: int | None, lease_end: float
    ) -> list[tuple[int, Claimed | LeitstandError]]:
        """Cases by number with keys, events and waiting signals, or why they cannot be opened.

        `raised` is how much later than in `rows` fence and burst are by now; None: only read.
        """
        mine = [row[0] for row in rows]
        wrapped, found = keys_of(conn, mine), pages_of(conn, mine)
        waiting: dict[int, list[Signal]] = {}
        if any(row[-1] for row in rows):
            for no, *signal in _SIGNALS.among(conn, mine):
                waiting.setdefault(no, []).append(Signal(*signal))
        made: list[tuple[int, Claimed | LeitstandError]] = []
        for row in rows:  # By place: a name is looked for in the row's class first.
            case, (bursts, fence, born, _) = case_of(row), row[_FIELDS:]
            opened = self._opened(case.ulid, wrapped.get(case.no, b""), found.get(case.no, ()))
            if not isinstance(opened, LeitstandError):
                now = (-1, bursts) if raised is None else (fence + raised, bursts + raised)
                signals = tuple(waiting.get(case.no, ()))
                opened = Claimed(case, *opened, signals, *now, lease_end, born)
            made.append((case.no, opened))
        return made

    def _opened(
        self, ulid: str, wrapped: bytes, found: Sequence[Page]
    ) -> tuple[CaseKey, tuple[Event, ...]] | LeitstandError:
        try:
            key = unwrap(self.master, wrapped, ulid)
            return key, tuple([event for page in found for event in open_page(page, key)])
        except LeitstandError as error:
            return error
        except (TypeError, ValueError) as error:
            return StoreFailed(f"the journal cannot be read: {error}", where=ulid)


def _restored(database: Database) -> float:
    """When the store was last restored from a backup, seconds since the epoch; 0 if never."""
    query = select(state.c.value).where(state.c.name == "restored")
    with database.engine.begin() as conn:
        return float(conn.execute(query).scalar() or 0)


def _adopt(conn: Connection) -> None:
    """Take over what a process that died left running: the lock proves that it is gone."""
    if conn.dialect.name == "sqlite":
        orphans = cases.update().where(cases.c.status == "running")
        conn.execute(
            orphans.values(status="ready", due=AT_ONCE, owner=None, fence=cases.c.fence + 1)
        )


def case_of(row: Found) -> Case:
    """The record of a row of `cases`, whose first columns are its fields."""
    return Case(*row[:_FIELDS])


def _why(error: object) -> Held:
    return "erased" if isinstance(error, Erased) else "defect"


def _due_rows(
    conn: Connection, now: float, limit: int, only: tuple[tuple[str, str], ...] | None
) -> list[Found]:
    """Cases whose time has come, then those that are due at once: neither starves the other."""
    query, rows = _due(only), list[Found]()
    for after, until in ((AT_ONCE, now), (-1.0, AT_ONCE)):
        span = {"after": after, "until": until, "limit": limit - len(rows)}
        rows += query.ask(conn, span)
    return rows


@lru_cache(maxsize=64)
def _due(only: tuple[tuple[str, str], ...] | None) -> Prepared:
    query = select(*_ASKED).where(
        cases.c.due > bindparam("after"),
        cases.c.due <= bindparam("until"),
        or_(*(cases.c.status == status for status in _OPEN)),
    )
    if only is not None:
        # What is tried again begins anew: by the version of now, whichever it was.
        anew = cases.c.status == "exception"
        runs = (
            and_(cases.c.role == role, or_(cases.c.version == version, anew))
            for role, version in only
        )
        query = query.where(or_(false(), *runs))
    return Prepared(query.order_by(cases.c.due).limit(bindparam("limit")))


_CLAIM = Prepared(
    cases.update()
    .where(cases.c.case_no == bindparam("no"))
    .values(
        status="running",
        owner=bindparam("to"),
        fence=cases.c.fence + 1,
        bursts=cases.c.bursts + 1,
        due=bindparam("end"),
    )
)
_RENEW = Prepared(
    cases.update()
    .where(cases.c.case_no == bindparam("no"), cases.c.fence == bindparam("its"))
    .values(due=bindparam("end"))
)
_BLOB = select(blobs.c.body).where(
    blobs.c.case_no == bindparam("no"), blobs.c.name == bindparam("name")
)
_CALLED = Prepared(select(*_ASKED).where(cases.c.ulid.in_(MINE)))
_MAKER = (
    select(cases)
    .join(effects, effects.c.case_no == cases.c.case_no)
    .where(effects.c.key == bindparam("key"))
)
_FENCES = Prepared(select(cases.c.case_no, cases.c.fence).where(cases.c.case_no.in_(MINE)))
_SHUT = Prepared(
    cases.update()
    .where(cases.c.case_no == bindparam("no"))
    .values(status="held", reason=bindparam("why"), due=None, owner=None)
)
_SIGNALS = Prepared(
    select(signals.c.case_no, signals.c.id, signals.c.kind, signals.c.body, signals.c.at)
    .where(signals.c.case_no.in_(MINE), signals.c.drawn == literal_column("0"))
    .order_by(signals.c.at, signals.c.id)
)

"""Hands for stores: a clock that a test moves, and the work of bursts without roles or systems."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import select

from leitstand.clock import SystemClock
from leitstand.records import Case
from leitstand.store import Close, Journal, Limits, Store, new_case
from leitstand.store.schema import cases, effects

MASTER = b"m" * 32
LEASE = 60.0


@dataclass
class Ticking:
    """A clock that goes on by a millisecond whenever it is asked; a test may push it."""

    now: float = 1_800_000_000.0
    _system: SystemClock = field(default_factory=SystemClock)

    def time(self) -> float:
        """A millisecond later than the last time."""
        self.now += 0.001
        return self.now

    def monotonic(self) -> float:
        """The same clock: leases move with it."""
        return self.time()

    def ulid(self) -> str:
        """A new ULID."""
        return self._system.ulid()

    def token(self, size: int) -> bytes:
        """Random bytes."""
        return self._system.token(size)


@dataclass
class Office:
    """A store in a folder or a database, and what a worker does with it by hand."""

    folder: Path
    database: str = ""
    clock: Ticking = field(default_factory=Ticking)
    store: Store = field(init=False)

    def __post_init__(self) -> None:
        self.open()

    @property
    def url(self) -> str:
        """Where the store is."""
        return self.database or f"sqlite:///{self.folder / 'journal.db'}"

    def open(self) -> None:
        """Open the store, as a process does when it starts."""
        self.store = Store(self.url, MASTER, self.clock)

    def reopen(self) -> None:
        """Close and open: what ran is taken over."""
        self.store.close()
        self.open()

    async def start(
        self, given: object = None, *, tenant: str = "t", version: str = "v1", parent: str = ""
    ) -> str:
        """A new case; its ULID."""
        ulid = self.clock.ulid()
        one = Case(0, ulid, tenant, "acc", version, "anna", f"case {ulid[-4:]}", parent)
        await self.store.start(new_case(self.store, one, {"given": given}))
        return ulid

    async def claim(self) -> list[Journal]:
        """Own every case that is due."""
        found = await self.store.claim("me", LEASE, 100)
        return [Journal(claimed, self.store, Limits()) for claimed in found]

    async def work(self, ulid: str) -> Journal:
        """Own one case, which is due; others that are due are owned as well."""
        return next(j for j in await self.claim() if j.case.ulid == ulid)

    async def done(self, **result: object) -> str:
        """A case that read something, wrote something and is done."""
        ulid = await self.start()
        journal = await self.work(ulid)
        journal.record("answer", "read#1/:0", answer("erp.get", {"value": 42}))
        intent = written("erp.post", f"{ulid}1")
        await journal.intend("book#1/:0", intent)
        journal.record("outcome", "book#1/:0", {**intent, "value": {"no": "V1"}})
        journal.record("exit", "", leave("done", result))
        await journal.commit(close=Close("done"))
        return ulid

    async def parked(self, **checkpoint: object) -> str:
        """A case that waits for a signature."""
        ulid = await self.start()
        journal = await self.work(ulid)
        journal.record("answer", "read#1/:0", answer("erp.get", {"value": 42}))
        journal.seal(0, [["read#1"], ["0"]])
        body = {**asked(ulid[-10:], self.clock.time()), **checkpoint}
        journal.record("checkpoint", "book#1/:0", body)
        await journal.commit(close=Close("waiting"))
        return ulid

    async def approve(self, ulid: str, checkpoint: str, nonce: str) -> bool:
        """Tell a case that somebody signed."""
        body = {"checkpoint": checkpoint, "nonce": nonce, "person": "ben", "answer": "approve"}
        approval = {**body, "at": self.clock.time()}
        told = {"address": "book#1/:0", "approval": approval, "corrections": ()}
        return await self.store.signal(ulid, nonce, "approval", orjson.dumps(told))


def answer(tool: str, given: Mapping[str, object], proposed: str = "p") -> dict[str, Any]:
    """The body of an answer: `given` holds value, blob or failure."""
    return {"tool": tool, "proposed": proposed, **given}


def asked(name: str, at: float) -> dict[str, Any]:
    """The body of a checkpoint."""
    return {
        "id": name,
        "tool": "erp.post",
        "args": {"gross_cents": 4200},
        "proposed": "p",
        "acted": "p",
        "evidence": "e",
        "slice": "s",
        "readings": ["read#1/:0"],
        "roles": ["clerk", "head"],
        "approvers": 1,
        "opened": at,
        "expires": 0.0,
    }


def written(tool: str, key: str, **more: object) -> dict[str, Any]:
    """The body of an intent."""
    names = {"tool": tool, "proposed": "p", "acted": "p", "key": key}
    return {**names, "args": {}, "at": 1.0, "evidence": (), **more}


def leave(kind: str, result: Mapping[str, object] | None = None, cause: str = "") -> dict[str, Any]:
    """The body of an exit."""
    body = {"kind": kind, "cause": cause or None, "reason": "", "roles": ["clerk"]}
    return {**body, "result": dict(result or {})}


async def statuses(store: Store) -> dict[str, str]:
    """The status of every case, by name."""
    query = select(cases.c.ulid, cases.c.status)
    return await store.read(lambda conn: dict(conn.execute(query).all()))


async def status_of(store: Store) -> str:
    """Of the one case there is."""
    (status,) = (await statuses(store)).values()
    return status


async def effects_of(store: Store, ulid: str) -> list[str]:
    """How far what a case wrote has got, in the order of its intents."""
    query = select(effects.c.state).join(cases, cases.c.case_no == effects.c.case_no)
    ours = query.where(cases.c.ulid == ulid).order_by(effects.c.at, effects.c.address)
    return await store.read(lambda conn: list(conn.execute(ours).scalars()))

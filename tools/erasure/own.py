"""The store as a system: what is on record of an erasure is taken from who asked and signed."""

import sqlite3
from datetime import date, datetime
from typing import Any

import orjson
from sqlalchemy import Connection as Rows
from sqlalchemy import select

from leitstand.clock import zone_of
from leitstand.errors import StoreFailed, Unreachable
from leitstand.store import Store
from leitstand.store.arrival import CLOSED, family
from leitstand.store.erasure import erase, erasure_of, restrict
from leitstand.store.schema import cases, effects
from leitstand.tool import Connection
from tools.erasure.port import (
    EraseCase,
    Erasing,
    FindStanding,
    FoundStanding,
    Part,
    RestrictCase,
    Settled,
    Wrote,
)
from tools.erasure.traces import sweep


async def connect(store: Store) -> Connection:
    """The connection to the store in which cases lie; what an erasure left is removed first."""
    await sweep(store)
    return Connection("erasure", Erasing, OwnErasing(store))


class OwnErasing:
    """`tools.erasure.Erasing` on the store itself."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def standing(self, args: FindStanding) -> FoundStanding:
        """A case with its children, and its parents as far as they are open. Raises Missing."""
        found = await self._store.read(lambda conn: tuple(_parts(conn, args.case)))
        return FoundStanding(value=found, source=f"case:{args.case}")

    async def erase(self, args: EraseCase, key: str) -> Settled:
        """Erase, then remove what lies beside the store; a second time the rest of it."""
        said = await self._said(key, args.basis)
        count = await erase(self._store, args.case, said)
        try:
            await sweep(self._store)
        except (OSError, sqlite3.Error, StoreFailed) as error:
            raise Unreachable(f"traces are left: {error}") from error
        record = await erasure_of(self._store, args.case) or {}
        return Settled(cases=count, receipt=str(record["receipt"]))

    async def restrict(self, args: RestrictCase, key: str) -> Settled:
        """Restrict on the word of who asked and signed."""
        said = await self._said(key, args.basis)
        said |= {"roles": args.roles, "until": args.until.isoformat()}
        return Settled(cases=await restrict(self._store, args.case, said))

    async def _said(self, key: str, basis: str) -> dict[str, Any]:
        """Who asked, who signed, on which basis, and the case in which that stands."""
        by = (await self._store.line(key))[0]
        events = (await self._store.journal(by.ulid)).events
        bodies = (orjson.loads(event.body) for event in events if event.kind == "intent")
        intent = next(body for body in bodies if body["key"] == key)
        signed = {"signed": intent.get("persons", []), "checkpoint": intent.get("checkpoint", "")}
        return {
            "asked": by.requester,
            **signed,
            "case": by.ulid,
            "at": intent["at"],
            "basis": basis,
        }


def _parts(conn: Rows, ulid: str) -> list[Part]:
    line = family(conn, ulid)
    above = line[0].parent
    while above and (row := conn.execute(select(cases).where(cases.c.ulid == above)).first()):
        line, above = [*line, *([row] if row.status not in CLOSED else [])], row.parent
    wrote = select(effects.c.case_no, effects.c.tool, effects.c.at).where(
        effects.c.case_no.in_([row.case_no for row in line]), effects.c.state != "failed"
    )
    writes = [(no, Wrote(tool=tool, on=_day(at))) for no, tool, at in conn.execute(wrote)]
    return [
        Part(
            case=row.ulid,
            role=row.role,
            open=row.status not in CLOSED,
            on=_day(row.changed),
            wrote=tuple(one for no, one in writes if no == row.case_no),
        )
        for row in line
    ]


def _day(at: float) -> date:
    return datetime.fromtimestamp(at, zone_of({})).date()

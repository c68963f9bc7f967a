"""The small shop with an entrance: what comes in is a bill, or a report that nobody may read."""

import sqlite3
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson

from leitstand.project import Project
from leitstand.records import Received, Routed
from leitstand.runtime import Leitstand, open_leitstand

__all__ = ["entering", "opened", "rows", "seen"]

PUT_AWAY = "put-away"


def entering(shop: Project, triggers: Mapping[str, Any]) -> Project:
    """The shop with these triggers."""
    table = shop.table.model_copy(update={"triggers": dict(triggers), "route": "house:route"})
    return replace(shop, table=table, route=route, seal=seal)


async def route(state: Path, limits: Mapping[str, Any], received: Received) -> Sequence[Routed]:
    """A bill under its own name; `Kaputt` is what the project stumbles over."""
    if received.subject == "Kaputt":
        raise RuntimeError("stumbled over a secret word")
    folder = state / "bills"
    folder.mkdir(exist_ok=True)
    name = received.key[:20]
    row = {"number": name, "supplier": "acme", "gross_cents": 100}
    (folder / name).write_bytes(orjson.dumps(row))
    marks = tuple(sorted(received.marks))
    return [Routed("buying", {"name": name}, received.subject or "Datei", 90, marks)]


async def seal(state: Path, received: Received) -> Routed | None:
    """Reports are kept once, under a name that tells nothing."""
    if "vertraulich" not in received.text:
        return None
    folder = state / PUT_AWAY
    folder.mkdir(exist_ok=True)
    (folder / received.key[:20]).write_bytes(received.raw)
    return Routed("buying", {"name": received.key[:20]}, "Meldung")


@asynccontextmanager
async def opened(project: Project, state: Path) -> AsyncGenerator[Leitstand]:
    """The shop, open."""
    leitstand = await open_leitstand(project, state=state)
    try:
        yield leitstand
    finally:
        await leitstand.close()


def rows(state: Path, table: str = "arrivals") -> list[dict[str, Any]]:
    """Rows of a table of the journal."""
    with closing(sqlite3.connect(state / "journal.db")) as database:
        database.row_factory = sqlite3.Row
        return [dict(row) for row in database.execute(f"select * from {table}")]  # noqa: S608


def seen(state: Path) -> list[str]:
    """Titles of the cases that there are."""
    return sorted(row["title"] for row in rows(state, "cases"))

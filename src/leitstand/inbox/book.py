"""A book: a database file beside the store, for what is neither a case nor a decision."""

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Executable, MetaData, create_engine, event

T = TypeVar("T")
CACHE_KIB = 256
"""What each connection keeps of its file; every thread that asks has its own."""


class Book:
    """Questions and changes of these tables, each in a thread; changes are durable on return."""

    def __init__(self, file: Path, tables: MetaData) -> None:
        self._engine = create_engine(f"sqlite:///{file}")
        event.listen(self._engine, "connect", _pragmas)
        tables.create_all(self._engine)

    async def ask(self, change: Callable[[Connection], T]) -> T:
        """Run a change in a transaction of its own; nobody else writes meanwhile."""

        def run() -> T:
            with self._engine.begin() as conn:
                conn.exec_driver_sql("begin immediate")
                return change(conn)

        return await asyncio.to_thread(run)

    async def write(self, *changes: Executable) -> int:
        """Execute changes in one transaction; how many rows the last one touched."""
        return await self.ask(lambda c: [c.execute(change).rowcount for change in changes][-1])

    async def rows(self, query: Executable) -> list[Any]:
        """The answer to a question."""

        def read() -> list[Any]:
            with self._engine.connect() as conn:
                return [*conn.execute(query)]

        return await asyncio.to_thread(read)

    async def first(self, query: Executable) -> Any:  # noqa: ANN401 - a row
        """The first row of an answer, None if there is none."""
        return next(iter(await self.rows(query)), None)

    def close(self) -> None:
        """Close the file."""
        self._engine.dispose()


def _pragmas(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # Transactions are begun by the book itself.
    pragmas = ("journal_mode=wal", "synchronous=full", "busy_timeout=5000")
    for pragma in (*pragmas, f"cache_size=-{CACHE_KIB}"):
        connection.execute(f"pragma {pragma}")

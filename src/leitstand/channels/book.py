"""The book: the database of all channels of one state folder, `channels.db`."""

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, create_engine, delete, event, insert, select

from leitstand.channels.tables import cursors, metadata

__all__ = ["Book"]

T = TypeVar("T")


class Book:
    """Questions and transactions, each in a thread, durable when they return."""

    def __init__(self, file: Path) -> None:
        self._engine = create_engine(f"sqlite:///{file}")
        event.listen(self._engine, "connect", _pragmas)
        event.listen(self._engine, "begin", _begin)
        metadata.create_all(self._engine)

    async def ask(self, question: Callable[[Connection], T]) -> T:
        """Run a question or a change in a transaction of its own."""
        return await asyncio.to_thread(self._ask, question)

    async def cursor(self, channel: str) -> str:
        """How far a channel has been heard; empty at first."""
        query = select(cursors.c.value).where(cursors.c.channel == channel)
        return await self.ask(lambda c: c.execute(query).scalar()) or ""

    async def move(self, channel: str, value: str) -> None:
        """All up to here has been heard and dealt with."""

        def write(conn: Connection) -> None:
            conn.execute(delete(cursors).where(cursors.c.channel == channel))
            conn.execute(insert(cursors).values(channel=channel, value=value))

        await self.ask(write)

    def close(self) -> None:
        """Close the file."""
        self._engine.dispose()

    def _ask(self, question: Callable[[Connection], T]) -> T:
        with self._engine.begin() as conn:
            return question(conn)


def _pragmas(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # Transactions are begun by SQLAlchemy's own event below.
    for pragma in ("journal_mode=wal", "synchronous=full", "busy_timeout=5000"):
        connection.execute(f"pragma {pragma}")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("begin immediate")

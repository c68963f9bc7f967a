"""Opening a store: SQLite with full durability and one writing process, or PostgreSQL.

SQLite runs in WAL mode with synchronous=FULL: a commit that was acknowledged survives a power cut.
On PostgreSQL several processes write: one group of theirs after the other, so that what is checked
in a transaction holds until its commit, as with one writer.
"""

import fcntl
import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import IO

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection

from leitstand.errors import StoreLocked

_BUSY_MS = 5_000
_ONE_AT_A_TIME = "select pg_advisory_xact_lock(7217)"
"""Held to the end of the transaction. Its snapshots come after it: READ COMMITTED takes a new one
for each statement."""
_IDLE = "set idle_in_transaction_session_timeout = '20s'"
"""A process that is frozen or whose machine is gone in the middle of a commit keeps nobody waiting
for longer: the server ends its session, and nothing of that commit was made."""
READ_KIB = 512
"""What a connection that only reads keeps of the file: the system keeps the rest, once for all."""
_WAL_PAGES = 8_000
"""Pages (of 4 KiB) in the write-ahead log before they are copied into the database: the pages that
every commit touches are then copied once for many commits."""

# Of what is neither a number nor a text the driver asks how it is to be bound, and makes an error
# of it where nobody says: bytes and None are bound as they are.
sqlite3.register_adapter(bytes, bytes.__bytes__)
sqlite3.register_adapter(type(None), dict[None, None]().get)


class Database:
    """Engine and the lock that makes this process the only writer of an SQLite file."""

    def __init__(self, engine: Engine, lock: IO[bytes] | None) -> None:
        self.engine = engine
        self.shared = engine.dialect.name != "sqlite"
        """Whether other processes may write to it at the same time."""
        file = None if self.shared else engine.url.database
        self.folder = Path(file).parent if file else None
        self._lock = lock

    def close(self) -> None:
        """Give the connections and the lock back."""
        self.engine.dispose()
        if self._lock is not None:
            self._lock.close()


def open_database(url: str, *, write: bool = True) -> Database:
    """The database behind an SQLAlchemy URL.

    Raises StoreLocked when another process writes to the same SQLite file.
    """
    if not url.startswith("sqlite"):
        return Database(_server(url, write=write), None)
    engine = create_engine(url)
    event.listen(engine, "connect", _pragmas)
    if not write:
        event.listen(engine, "connect", _small)
    event.listen(engine, "begin", _begin_write if write else _begin_read)
    path = engine.url.database
    return Database(engine, _lock(Path(path)) if write and path else None)


def _server(url: str, *, write: bool) -> Engine:
    # A question of several statements sees one state, as on SQLite.
    level = "READ COMMITTED" if write else "REPEATABLE READ"
    engine = create_engine(url, pool_pre_ping=True, isolation_level=level)
    if write:
        event.listen(engine, "connect", _impatient)
        event.listen(engine, "begin", _begin_alone)
    return engine


def _lock(path: Path) -> IO[bytes]:
    path.parent.mkdir(parents=True, exist_ok=True)
    file = path.with_name(path.name + ".lock").open("ab")
    try:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        raise StoreLocked(f"another process writes to `{path.name}`", mend=served(path)) from error
    file.truncate(0)
    os.set_inheritable(file.fileno(), False)  # noqa: FBT003 - the function takes no keyword
    return file


def is_damaged(file: Path) -> bool:
    """Whether an SQLite file cannot be read, or not whole, by whoever opens it now."""
    uri = f"{file.absolute().as_uri()}?mode=ro"
    with suppress(sqlite3.Error), closing(sqlite3.connect(uri, uri=True)) as database:
        return database.execute("pragma quick_check(1)").fetchone() != ("ok",)
    return True


def served(path: Path) -> str:
    """What to do where whoever writes to this SQLite file serves pages; empty if nobody does."""
    lock = path.with_name(path.name + ".lock")
    if not lock.is_file():
        return ""
    with lock.open("rb") as file:
        try:
            fcntl.flock(file.fileno(), fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            at = file.read().decode(errors="replace")
            return f"decide in the browser at {at}, or end that process" if at else ""
    return ""


def _pragmas(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # Transactions are begun by SQLAlchemy's own event below.
    for pragma in (
        "journal_mode=wal",
        "synchronous=full",
        "foreign_keys=on",
        f"busy_timeout={_BUSY_MS}",
        f"wal_autocheckpoint={_WAL_PAGES}",
    ):
        connection.execute(f"pragma {pragma}")


def _small(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute(f"pragma cache_size=-{READ_KIB}")


def _impatient(connection: DBAPIConnection, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute(_IDLE)
    cursor.close()
    connection.commit()


def _begin_alone(connection: Connection) -> None:
    connection.exec_driver_sql(_ONE_AT_A_TIME)


def _begin_write(connection: Connection) -> None:
    connection.exec_driver_sql("begin immediate")


def _begin_read(connection: Connection) -> None:
    connection.exec_driver_sql("begin")

"""Prepared statements: SQLAlchemy writes the text once a dialect, the driver gets rows as they are.

For each row of an `executemany` SQLAlchemy builds a dictionary, looks for defaults and converts
values; for the few statements that every commit is made of that was more work than the rows.
"""

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    BindParameter,
    Connection,
    Delete,
    Dialect,
    Insert,
    Row,
    Select,
    Update,
    bindparam,
)
from sqlalchemy.exc import DBAPIError

from leitstand.store.schema import metadata

Parameters = Mapping[str, Any]
Found = Row[*tuple[Any, ...]]
Statement = Insert | Update | Delete | Select[*tuple[Any, ...]]
MINE: BindParameter[Any] = bindparam("mine", value=(), expanding=True, literal_execute=True)
"""The numbers or names that `Prepared.among` asks about."""
_SLOT = "__[POSTCOMPILE_mine]"


class Prepared:
    """A statement whose parameters are plain: text, numbers, bytes or None, all named in a row."""

    __slots__ = ("_ready", "_statement")

    def __init__(self, statement: Statement) -> None:
        self._statement = statement
        self._ready: dict[str, tuple[str, Callable[[Parameters], Any]]] = {}

    def run(self, conn: Connection, rows: Sequence[Parameters]) -> None:
        """Write these rows, if there are any."""
        if rows:
            text, pick = self._for(conn.dialect)
            _told(conn, text, [pick(row) for row in rows])

    def ask(self, conn: Connection, row: Parameters) -> Sequence[Found]:
        """Ask with the parameters in `row`."""
        text, pick = self._for(conn.dialect)
        return _told(conn, text, pick(row)).fetchall()

    def among(self, conn: Connection, mine: Iterable[int] | Iterable[str]) -> Sequence[Found]:
        """Ask about these, `MINE` in a statement that has no other parameter."""
        text, _ = self._for(conn.dialect)
        asked = tuple(mine) or (None,)
        if conn.dialect.positional:
            text = text.replace(_SLOT, ",".join("?" * len(asked)))
            return _told(conn, text, asked).fetchall()
        named = {f"m{at}": one for at, one in enumerate(asked)}
        marks = ",".join(f"%({name})s" for name in named)
        return _told(conn, text.replace(_SLOT, marks), named).fetchall()

    def _for(self, dialect: Dialect) -> tuple[str, Callable[[Parameters], Any]]:
        found = self._ready.get(dialect.name)
        if found is None:
            found = self._ready[dialect.name] = _prepared(self._statement, dialect)
        return found


def _told(conn: Connection, text: str, given: Any) -> Any:  # noqa: ANN401 - a cursor of either driver
    """Tell the driver. On SQLite without SQLAlchemy between: it costs more than the rows."""
    if not conn.dialect.positional:
        return conn.exec_driver_sql(text, given)
    driver: Any = conn.connection.driver_connection
    try:
        return (driver.executemany if type(given) is list else driver.execute)(text, given)
    except sqlite3.Error as error:
        dialect = conn.dialect
        raise DBAPIError.instance(text, None, error, sqlite3.Error, dialect=dialect) from error


def _prepared(statement: Statement, dialect: Dialect) -> tuple[str, Callable[[Parameters], Any]]:
    made: Any = statement.compile(dialect=dialect)
    fixed = {name: value for name, value in made.params.items() if not made.binds[name].required}
    fixed.pop(MINE.key, None)
    if not made.positional:
        return str(made), lambda row: {**fixed, **row}
    # What is the same in every row is part of the text: nothing is bound for it.
    said = {name: "null" if value is None else repr(value) for name, value in fixed.items()}
    first, *parts = str(made).split("?")
    places: list[str] = [name for name in made.positiontup if name != MINE.key]
    text = first + "".join(said.get(n, "?") + part for n, part in zip(places, parts, strict=True))
    names = [name for name in places if name not in fixed]
    if len(names) <= 1:
        return text, lambda row: tuple([row[name] for name in names])
    return text, itemgetter(*names)


INSERT = {name: Prepared(table.insert()) for name, table in metadata.tables.items()}
"""One row into a table, all columns given."""

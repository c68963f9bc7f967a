"""One SQLite file behind an async door."""

import asyncio
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import (
    Column,
    Connection,
    Integer,
    MetaData,
    String,
    Table,
    create_engine,
    insert,
    select,
)

from leitstand.errors import Contradiction, Missing, Unreachable
from tools.database import Database, Exact, next_no

METADATA = MetaData()
THING = Table("thing", METADATA, Column("tenant", String), Column("n", Integer, primary_key=True))
AMOUNT = Table("amount", METADATA, Column("value", Exact))


def put(n: int) -> None:
    """Work that is wrong on purpose where it is used."""
    raise ZeroDivisionError(n)


def inserting(n: int) -> Callable[[Connection], None]:
    """Work that inserts a row."""

    def work(connection: Connection) -> None:
        connection.execute(insert(THING).values(n=n))

    return work


async def count(database: Database) -> list[int]:
    """All rows that are committed."""
    return await database.read(lambda c: list(c.execute(select(THING.c.n)).scalars()))


async def test_a_group_commits_what_is_good_and_fails_what_is_not(database: Database) -> None:
    """Of writes that share a commit, a violated constraint and a defect undo only themselves."""
    await database.create(METADATA)

    def insert_and_break(connection: Connection) -> None:
        connection.execute(insert(THING).values(n=99))
        put(99)

    def insert_and_miss(connection: Connection) -> None:
        connection.execute(insert(THING).values(n=98))
        raise Missing("no such thing")

    work = (*map(inserting, (1, 2, 1, 3)), insert_and_break, insert_and_miss)
    results = await asyncio.gather(
        *(database.write(w) for w in work),
        return_exceptions=True,
    )
    kinds = [type(r) for r in results if isinstance(r, Exception)]
    assert kinds == [Contradiction, ZeroDivisionError, Missing]
    assert await count(database) == [1, 2, 3]


async def test_what_was_answered_can_be_read(database: Database) -> None:
    """A read that is asked after a write was answered sees it, with both threads busy."""
    await database.create(METADATA)

    async def write_and_look(n: int) -> bool:
        await database.write(inserting(n))
        return n in await count(database)

    assert all(await asyncio.gather(*(write_and_look(n) for n in range(60))))


async def test_a_broken_statement_is_unreachable_not_lost(database: Database) -> None:
    """An error of the database itself comes out as Unreachable, and the next work goes on."""
    with pytest.raises(Unreachable, match="no such table"):
        await database.read(lambda c: c.exec_driver_sql("SELECT * FROM absent").all())
    await database.create(METADATA)
    assert await count(database) == []


async def test_a_database_that_breaks_leaves_nobody_waiting(database: Database) -> None:
    """When the commit fails, everybody of the group hears it and nothing is written.

    The next work finds a new connection.
    """
    await database.create(METADATA)

    def insert_and_close(connection: Connection) -> None:
        connection.execute(insert(THING).values(n=1))
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.close()

    results = await asyncio.gather(
        database.write(insert_and_close),
        database.write(inserting(2)),
        return_exceptions=True,
    )
    assert all(isinstance(result, Unreachable) for result in results)
    assert await count(database) == []
    await database.write(inserting(3))
    assert await count(database) == [3]


async def test_many_files_can_be_opened_at_once(tmp_path: Path) -> None:
    """The threads of a new file never get in each other's way while it is being made."""
    for n in range(40):
        opened = Database.at(tmp_path / f"{n}.sqlite")
        await asyncio.wait_for(asyncio.gather(opened.read(_one), opened.write(_one)), 30)
        opened.close()


def _one(connection: Connection) -> int:
    return connection.exec_driver_sql("SELECT 1").scalar_one()


async def test_a_cancelled_caller_does_not_stop_the_write(database: Database) -> None:
    """Cancelling who waits leaves the work and everybody else's answer alone."""
    await database.create(METADATA)
    waiting = asyncio.ensure_future(database.write(inserting(7)))
    await asyncio.sleep(0)
    waiting.cancel()
    await database.write(inserting(8))
    assert await count(database) == [7, 8]


async def test_one_file_is_opened_once_and_closed_with_the_last_use(tmp_path: Path) -> None:
    """`at` shares a file within the process; the file can be opened again after the last close."""
    path = tmp_path / "deep" / "shared.sqlite"
    first, second = Database.at(path), Database.at(path)
    assert first is second
    first.close()
    await second.create(METADATA)
    second.close()
    again = Database.at(path)
    assert again is not first
    assert await count(again) == []
    again.close()


async def test_numbers_rise_per_tenant(database: Database) -> None:
    """`next_no` is one above the highest of the tenant, not of the table."""
    await database.create(METADATA)
    await database.write(
        lambda c: c.execute(insert(THING), [{"tenant": "a", "n": 5}, {"tenant": "b", "n": 9}])
    )
    numbers = await database.read(
        lambda c: [next_no(c, tenant, THING.c.n) for tenant in ("a", "b", "c")]
    )
    assert numbers == [6, 10, 1]


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6))
def test_a_decimal_comes_back_as_it_was(value: Decimal) -> None:
    """No amount or quantity changes by being stored, trailing zeros included."""
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        METADATA.create_all(connection)
        connection.execute(insert(AMOUNT).values(value=value))
        stored = connection.execute(select(AMOUNT.c.value)).scalar_one()
    engine.dispose()
    assert stored == value
    assert str(stored) == str(value)

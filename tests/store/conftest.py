"""What tests of the store share: an office with an empty store."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.postgres import postgres
from tests.store.hands import Office

__all__ = ["filed", "office", "postgres"]


@pytest.fixture(params=["sqlite", "postgres"])
def office(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Office]:
    """An office with an empty store, closed afterwards; once on each kind of database."""
    there = request.param == "postgres"
    office = Office(tmp_path, request.getfixturevalue("postgres").database() if there else "")
    yield office
    office.store.close()


@pytest.fixture
def filed(tmp_path: Path) -> Iterator[Office]:
    """An office whose store is SQLite's file: for what is done to the file itself."""
    office = Office(tmp_path)
    yield office
    office.store.close()

"""What tests of the store share: an office with an empty store."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.store.hands import Office


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """An office with an empty store, closed afterwards."""
    office = Office(tmp_path)
    yield office
    office.store.close()

"""A scene for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.guard.scene import Scene


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """The bank, its rules and its people, in a store of the test's own."""
    found = Scene(tmp_path)
    yield found
    found.store.close()

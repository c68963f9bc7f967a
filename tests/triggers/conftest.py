"""What tests of triggers share: the small shop, and a mail server."""

from collections.abc import Iterator

import pytest

from tests.channels.conftest import shop
from tests.triggers.server import MailServer, serving

__all__ = ["shop"]


@pytest.fixture(scope="session")
def running() -> Iterator[MailServer]:
    """One mail server for all tests."""
    with serving() as server:
        yield server


@pytest.fixture
def mailbox(running: MailServer) -> MailServer:
    """An empty mailbox."""
    running.clear()
    return running

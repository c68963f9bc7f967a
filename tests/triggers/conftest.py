"""What tests of triggers share: the small shop, and a mail server."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from leitstand.project import Project, load_project
from tests.triggers.server import MailServer, serving

SHOP = Path(__file__).parents[1] / "cli" / "shop"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A copy of the small project, loaded; its modules are forgotten afterwards."""
    folder = tmp_path_factory.mktemp("triggers") / "shop"
    shutil.copytree(SHOP, folder, ignore=shutil.ignore_patterns("__pycache__", "var"))
    before = list(sys.path)
    sys.path[:] = [p for p in sys.path if "shop" not in p]
    for name in ("shop", "buying"):
        sys.modules.pop(name, None)
    yield load_project(folder)
    for name in ("shop", "buying"):
        sys.modules.pop(name, None)
    sys.path[:] = before


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

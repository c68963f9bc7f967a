"""What tests of the channels share: the small shop, loaded once, and a chat with its people."""

import shutil
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from leitstand.project import Project, load_project
from tests.channels.house import Chat, Wire, chatting

SHOP = Path(__file__).parents[1] / "cli" / "shop"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A copy of the small project, loaded; its modules are forgotten afterwards."""
    folder = tmp_path_factory.mktemp("channels") / "shop"
    shutil.copytree(SHOP, folder, ignore=shutil.ignore_patterns("__pycache__", "var"))
    before = list(sys.path)
    sys.path[:] = [p for p in sys.path if "shop" not in p]
    for name in ("shop", "buying"):
        sys.modules.pop(name, None)
    yield load_project(folder)
    for name in ("shop", "buying"):
        sys.modules.pop(name, None)
    sys.path[:] = before


@pytest.fixture
async def chat(shop: Project, tmp_path: Path) -> AsyncIterator[Chat]:
    """The shop with a wire to its people."""
    async with chatting(shop, tmp_path, Wire()) as chat:
        yield chat

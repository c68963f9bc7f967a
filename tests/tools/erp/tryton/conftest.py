"""What the tests of Tryton share: a server with a company's books, and adapters to it."""

import itertools
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from leitstand.clock import FixedClock
from leitstand.digest import plain
from tests.tools.erp.tryton.server import DATABASE, STAMP, Server, server
from tools.database import Database, Tenancy
from tools.erp.chart import Account, Chart, standard_accounts
from tools.erp.embedded import EmbeddedErp
from tools.erp.tryton.access import Access
from tools.erp.tryton.adapter import TrytonErp
from tools.erp.tryton.attempts import Attempts
from tools.erp.tryton.company import Company
from tools.erp.tryton.settings import Settings

ACCOUNTS = {"material": Account("material", "3400", "5400")}
NUMBERS = itertools.count(4711)
SETTLE = 60.0


@pytest.fixture(scope="module")
def tryton(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server for all tests of a module; each uses invoice numbers of its own."""
    if not STAMP.exists():
        pytest.skip("no Tryton in the environment (make test installs it)")
    with server(tmp_path_factory.mktemp("tryton")) as found:
        yield found


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Settings]:
    """Settings of a connection; keywords change some."""
    monkeypatch.setenv("TRYTON_KEY", "key of nobody")

    def of(found: Server | None = None, login: str = "leitstand", **changed: object) -> Settings:
        if found is not None:
            monkeypatch.setenv("TRYTON_KEY", found.keys[login])
        given: dict[str, Any] = {
            "system": "online",
            "base_url": found.url if found else "http://127.0.0.1:1",
            "database": DATABASE,
            "key": "env:TRYTON_KEY",
            "categories": {"Material": "material"},
        }
        return Settings.model_validate({**given, **changed})

    return of


@pytest.fixture
async def adapter(tmp_path: Path, clock: FixedClock) -> AsyncIterator[Callable[..., TrytonErp]]:
    """Adapters of one state folder: each as after a start of the program."""
    database = Database.at(tmp_path / "business.sqlite")
    own = EmbeddedErp(Tenancy(database, "nord", clock))
    await own.prepare()
    await Attempts(own.site, SETTLE).prepare()
    chart = Chart({**standard_accounts(), **ACCOUNTS})

    def of(given: Settings) -> TrytonErp:
        company = Company(given, chart, {})
        return TrytonErp(Access(given), company, Attempts(own.site, SETTLE), own)

    yield of
    database.close()


@pytest.fixture
def number() -> str:
    """An invoice number that no other test uses."""
    return f"RE-{next(NUMBERS)}"


@pytest.fixture
def tryton_world(tmp_path: Path, root: Path) -> Callable[[Settings], Path]:
    """A world whose books are in Tryton: rules and a sanctions list, and no supplier or order."""

    def write(given: Settings) -> Path:
        place = tmp_path / "world"
        place.mkdir()
        for name in ("policy.json", "sanctions.jsonl"):
            shutil.copy(root / "evals" / "accounting" / "world" / name, place)
        (place / "tryton.json").write_text(given.model_dump_json(), encoding="utf-8")
        return place

    return write


def key_of(name: str) -> str:
    """An idempotency key as the guard makes them: 32 hexadecimal digits."""
    return plain(name.encode())[:32]

"""What the tests of DATEV share: settings, an original, and an archive that holds it."""

import json
import os
from pathlib import Path
from typing import Any, cast

import pytest

from leitstand.clock import SystemClock
from leitstand.digest import plain
from leitstand.errors import Missing
from tests.conftest import ALLOWED_SKIP
from tools.datev import UploadDocument
from tools.datev.http import HttpDocuments
from tools.datev.settings import Settings

CONTENT = b"%PDF-1.7 an invoice"
ARGS = UploadDocument(
    sha256=plain(CONTENT),
    filename="V-000001.pdf",
    media_type="application/pdf",
    document_type="Rechnungseingang",
    note="V-000001",
    filed=("Leitstand", "Rechnungen", "2026/11"),
)
KEY = "effect-1"
TOKENS = "https://api.datev.de/token"
BASE = "https://accounting-documents.api.datev.de/platform/v2/clients/455148-1/documents"
SPEC = "datev_Online_accounting_documents-2.1.12.json"


class Archive:
    """Originals by hash; `bent` gives other bytes than it should."""

    def __init__(self, *contents: bytes, bent: bool = False) -> None:
        self._contents = {plain(content): content for content in contents}
        self._bent = bent

    async def content(self, sha256: str) -> bytes:
        """The bytes of a document."""
        if sha256 not in self._contents:
            raise Missing(f"no document `{sha256}`", where="dms")
        return b"other" if self._bent else self._contents[sha256]


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A connection to DATEV, with a login that lies in a file."""
    monkeypatch.setenv("DATEV_SECRET", "app secret")
    (tmp_path / "refresh").write_text("first", encoding="utf-8")
    return Settings(
        system="online",
        client="455148-1",
        app="app-1",
        secret="env:DATEV_SECRET",
        refresh=f"file:{tmp_path / 'refresh'}",
    )


@pytest.fixture
def documents(settings: Settings) -> HttpDocuments:
    """The adapter over an archive with one original."""
    return adapter(settings)


def adapter(settings: Settings, *contents: bytes, bent: bool = False) -> HttpDocuments:
    """The adapter over an archive; waits are told and not waited."""

    async def no_wait(seconds: float) -> None:
        assert seconds <= settings.patience

    archive = Archive(*(contents or (CONTENT,)), bent=bent)
    return HttpDocuments(settings, archive, SystemClock(), no_wait)


@pytest.fixture(scope="session")
def spec(root: Path) -> dict[str, Any]:
    """DATEV's own description of the interface, from the data beside the repository."""
    data = Path(os.environ.get("LEITSTAND_DATA") or root.parent / "shared" / "data")
    file = data / "specs" / SPEC
    if not file.is_file():
        pytest.skip(f"{ALLOWED_SKIP}: no `{SPEC}` in `{data}` (set LEITSTAND_DATA)")
    return cast("dict[str, Any]", json.loads(file.read_text(encoding="utf-8")))

"""Settings: what the table says is connected; what it cannot mean is refused at the start."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from leitstand.channels import configured, read_settings
from leitstand.cli.serve import channels_of
from leitstand.errors import ProjectRefused, SecretMissing
from leitstand.project import Project
from tests.channels.house import HEAD, opened

MATRIX = {
    "homeserver": "http://127.0.0.1:9",
    "user": "@leitstand:office.test",
    "token": "env:CHANNELS_TEST_TOKEN",
    "servers": ["office.test"],
}
MAIL = {
    "host": "127.0.0.1",
    "sender": "leitstand@nordwerk.example",
    "stop": "no@nordwerk.example",
    "people": {HEAD: "ben@nordwerk.example"},
}
TABLE: dict[str, Any] = {"url": "https://leitstand.example", "matrix": MATRIX, "mail": MAIL}


def with_table(shop: Project, table: dict[str, Any]) -> Project:
    """The shop with channels in its table."""
    return replace(shop, table=shop.table.model_copy(update={"channels": table}))


async def test_what_is_named_is_connected(
    shop: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each channel with its own rights; decisions are off where nobody switched them on."""
    monkeypatch.setenv("CHANNELS_TEST_TOKEN", "t")
    project = with_table(shop, TABLE)
    async with opened(project, tmp_path) as leitstand, configured(leitstand) as channels:
        assert channels is not None
        found = [(c.name, c.native) for c in channels.each]
        assert found == [("matrix", False), ("mail", False)]


async def test_no_table_no_channels(shop: Project, tmp_path: Path) -> None:
    """A project without the table has none, and no file of them."""
    async with opened(shop, tmp_path) as leitstand, channels_of(leitstand) as channels:
        assert channels is None
    assert not (tmp_path / "channels.db").exists()


async def test_a_missing_secret_is_named(shop: Project, tmp_path: Path) -> None:
    """Found at the start, not at the first letter."""
    async with opened(with_table(shop, TABLE), tmp_path) as leitstand:
        with pytest.raises(SecretMissing, match="CHANNELS_TEST_TOKEN"):
            async with configured(leitstand):
                pass


@pytest.mark.parametrize(
    "table",
    [
        {"matrix": MATRIX},
        {"url": "leitstand.example"},
        {"url": "javascript:alert(1)"},
        {"url": "https://x.example", "slack": {}},
        {"url": "https://x.example", "matrix": {**MATRIX, "servers": "office.test"}},
        {"url": "https://x.example", "mail": {**MAIL, "security": "maybe"}},
    ],
)
def test_what_it_cannot_mean_is_refused(table: dict[str, Any]) -> None:
    """A missing address, a name that no channel has, a value of the wrong kind."""
    with pytest.raises(ProjectRefused, match=r"url|slack|servers|security"):
        read_settings(table)

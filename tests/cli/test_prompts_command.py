"""`leitstand prompts`: what is there, and the record of releases; production takes that alone."""

from pathlib import Path

import pytest

from leitstand.model import LOCK
from tests.cli.conftest import Command
from tests.model.test_library import FILE


@pytest.fixture
def prompt(shop_folder: Path, command: Command, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The shop with one prompt."""
    monkeypatch.chdir(shop_folder)
    (shop_folder / "prompts").mkdir()
    file = shop_folder / "prompts" / "account.md"
    file.write_text(FILE, "utf-8")
    return file


def test_releases_are_listed_and_locked(prompt: Path, command: Command) -> None:
    """A line for what is new, once; the list says owner, purpose and hash."""
    done = command("prompts", "--lock", "--json")
    assert done.code == 0, done.err
    assert done.data["locked"] == ["account@3"]
    [row] = done.data["prompts"]
    assert (row["owner"], row["released"], len(row["hash"])) == ("finance", "2026-11-02", 64)
    assert row["hash"] in (prompt.parent / LOCK).read_text()
    assert command("prompts", "--lock", "--json").data["locked"] == []


@pytest.mark.parametrize("draft", [True, False])
def test_production_loads_no_unreleased_prompt(
    prompt: Path, command: Command, monkeypatch: pytest.MonkeyPatch, *, draft: bool
) -> None:
    """A draft, or a release on no record: the project does not load, the prompt is named (R26)."""
    if draft:
        prompt.write_text(FILE.replace("2026-11-02", "draft"), "utf-8")
    monkeypatch.setenv("LEITSTAND_ENV", "prod")
    done = command("prompts")
    assert done.code != 0
    assert "account.md" in done.err
    monkeypatch.setenv("LEITSTAND_ENV", "test")
    assert command("prompts").code == 0


def test_an_unknown_environment_is_refused(
    prompt: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A typing error is not taken for production, nor for anything else."""
    monkeypatch.setenv("LEITSTAND_ENV", "production")
    done = command("prompts")
    assert (done.code, "LEITSTAND_ENV" in done.err) == (3, True)

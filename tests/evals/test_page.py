"""The page of figures and the output of `leitstand eval --json` say the same."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import pytest

from tests.cli.conftest import Command, command, loaded, parser
from tests.evals.conftest import SHOP

__all__ = ["command", "loaded", "parser"]


@pytest.fixture
def data(
    command: Command, shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Mapping[str, Any]:
    """What the command prints for a suite."""
    monkeypatch.setenv("LEITSTAND_PROJECT", str(SHOP))
    place = shop / "evals" / "buying"
    return command("eval", place, "--out", tmp_path / "run", "--json").data


@pytest.fixture
def told(root: Path) -> list[str]:
    """Every path that the page names."""
    page = (root / "docs" / "evals.md").read_text("utf-8")
    table = page.partition("## Figures")[2].partition("\n## ")[0]
    rows = [line.split(" | ") for line in table.splitlines() if line.startswith("| ")]
    return [path for row in rows[1:] for path in re.findall(r"`([a-z_0-9.]+)`", row[1])]


def figures(data: Mapping[str, Any]) -> Iterator[str]:
    """Every figure by its path: what a group holds, by name where the name is not data."""
    for name, value in data["figures"].items():
        named = name in ("correctness", "corrections", "oversight", "coverage", "cost")
        yield from (f"{name}.{inner}" for inner in value) if named else (name,)
    yield from (f"times.{name}" for name in data["times"] if name != "at")


def test_every_figure_is_on_the_page_and_every_other_in_the_output(
    told: list[str], data: Mapping[str, Any]
) -> None:
    """Neither says more than the other."""
    assert len(told) == len(set(told))
    assert set(told) == set(figures(data))


def test_figures_that_the_gate_is_about_are_numbers(
    told: list[str], data: Mapping[str, Any]
) -> None:
    """None of them is there by name alone: numbers, or groups of them."""
    for path in told:
        node: object = data if path.startswith("times.") else data["figures"]
        for part in path.split("."):
            node = cast("Mapping[str, object]", node)[part]
        assert isinstance(node, int | float | dict | list), path


def test_rules_that_would_be_missed_are_named(data: Mapping[str, Any]) -> None:
    """All three bills were signed for: without the rule that asks for it, nobody would be asked."""
    noticed = data["figures"]["noticed"]
    assert noticed["of"] == data["figures"]["coverage"]["rules"]["of"]
    assert noticed["missing"] == ["blocked", "four-eyes", "round-amount"]
    assert noticed["covered"] == 1

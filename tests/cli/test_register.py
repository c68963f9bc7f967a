"""`leitstand register`: what is printed of a role is what runs."""

from pathlib import Path

import pytest

from leitstand.project import Project
from tests.cli.conftest import Command


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["de", "en"])
def test_every_role_with_every_tool_and_rule(command: Command, loaded: Project, lang: str) -> None:
    """No tool or deciding rule of a role is left out, in either language; all is labelled (R38)."""
    out = command("register", "--lang", lang).out
    bundle = loaded.bundle()
    assert bundle.sha[:12] in out
    for name, compiled in loaded.roles.items():
        part = out.partition(f"(`{name}`)\n")[2].partition("\n## ")[0]
        assert f"`{compiled.version[:12]}`" in part
        rows = part.splitlines()
        tools = frozenset(t.name for t in compiled.tools)
        for tool in tools:
            [row] = [r for r in rows if f"(`{tool}`) | {tool.split('.')[0]} |" in r]
            assert row.count(" | ") == 3
        mine = [r for r in bundle.rules if r.applies(name, tools) and not r.grants]
        rules = [r for r in rows if r.count(" | ") == 4 and "---" not in r]
        assert len(rules) == len(mine) + 1
        assert all(any(r.notes.owner in row for row in rules) for r in mine)
    assert "register." not in out
    assert "Undefined" not in out


def test_data_that_are_read_are_named(command: Command) -> None:
    """Also fields within lists: what an employee's sheet and an invoice's lines hold (R29, R38)."""
    [row] = [r for r in command("register", "hr").out.splitlines() if "(`hr.employee.get`)" in r]
    assert "contract_days" in row
    rows = command("register", "accounting", "--lang", "en").out.splitlines()
    [row] = [r for r in rows if "(`einvoice.read`)" in r]
    assert {"line_total", "quantity", "price"} <= {*row.split(" | ")[-1].strip(" |").split(", ")}
    assert command("register", "other").code == 2


@pytest.mark.slow
def test_thresholds_are_those_of_the_world(command: Command, root: Path, tmp_path: Path) -> None:
    """Another company's numbers are printed as it set them, each under a name of its own (R29)."""
    world = tmp_path / "world"
    world.mkdir()
    source = (root / "evals/accounting/world/policy.json").read_text("utf-8")
    changed = source.replace('"max_gross": 10000', '"max_gross": 4321')
    (world / "policy.json").write_text(changed, "utf-8")
    own = command("register").out
    other = command("register", "--world", world).out
    assert "| `approval_tiers.1.max_gross` | 10000 |" in own
    assert "| `approval_tiers.1.max_gross` | 4321 |" in other
    names = [line.split("|")[1] for line in own.splitlines() if line.startswith("| `sales.")]
    assert len(names) == len(set(names)) > 3


def test_without_texts_the_purpose_is_what_the_module_says(
    shop_folder: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A project need not write it twice (R29)."""
    monkeypatch.chdir(shop_folder)
    first = (shop_folder / "buying.py").read_text("utf-8").split('"""')[1].split("\n\n")[0]
    assert " ".join(first.split()) in command("register", "--json").data["markdown"]

"""`leitstand init`: what it writes runs, passes its own tests, and is what is tested here."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from leitstand.cli.init import START
from leitstand.inbox import texts_of
from tests.cli.conftest import Command

RULE = """
@id("credit-notes") @decision("approve") @level("approve") @roles("department_head") @approvers("1")
@owner("finance") @reason_de("Gutschriften gibt die Abteilungsleitung frei.")
@reason_en("Credit notes are approved by a head of department.")
forbid(principal, action in [Action::"erp.voucher.draft", Action::"erp.voucher.post"], resource)
when { context.args.credit } unless { context.call.approval.count >= 1 };
"""


@pytest.fixture
def project(command: Command, tmp_path: Path) -> Path:
    """A new project."""
    folder = tmp_path / "office"
    done = command("init", folder, "--json")
    assert done.code == 0, done.err
    assert done.data["files"] > 100
    return folder


def run(folder: Path, root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A program in the project, with this repository's product and nothing else of it."""
    environment = {"PYTHONPATH": str(root / "src"), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
    return subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env=environment,
    )


def test_the_table_is_that_of_the_repository(project: Path, root: Path) -> None:
    """What users start from is what is tested here: the same table, the same folders."""
    mine = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))["tool"]["leitstand"]
    ours = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["tool"]["leitstand"]
    assert mine == ours
    for name in ("agents/accounting.py", "policies/accounting.cedar", "tools/office.py"):
        assert (project / name).read_bytes() == (root / name).read_bytes()
    assert "var/" in (project / ".gitignore").read_text()
    assert not list(project.rglob("__pycache__"))


@pytest.mark.slow
def test_an_empty_project_has_what_every_role_can_use(
    command: Command, tmp_path: Path, root: Path
) -> None:
    """A table without roles, a register, the rule of provenance; `check` says what lacks (R44)."""
    folder = tmp_path / "house"
    done = command("init", folder, "--empty", "--json")
    assert done.code == 0, done.err
    assert done.data["files"] == sum(p.is_file() for p in folder.rglob("*"))
    for name in START:
        assert (folder / name).read_bytes() == (root / name).read_bytes()
    assert not (folder / "agents").exists()
    assert command("init", folder, "--empty").code == 2
    german = texts_of("de", folder / "texts")
    assert german.roles(("clerk", "security")) == "Sachbearbeitung, IT-Sicherheit"
    wrong = "the row with no T-1 cannot be used: `first`: Input should be a valid date"
    assert german.told(wrong).endswith("ist nicht zu gebrauchen: first: muss ein Datum sein")
    assert german.sentence("case.hand_over", "effect").startswith("Übergibt")
    # In a process of its own: this one may hold a `tools.register` of the repository already.
    code = "from leitstand.cli import main; import sys; sys.exit(main())"
    checked = run(folder, root, "-c", code, "check", "--json")
    assert checked.returncode == 1, checked.stderr
    assert [p["code"] for p in json.loads(checked.stdout)["problems"]] == ["no-role"]


def test_the_rule_of_the_readme_is_the_one_tested_here(root: Path) -> None:
    """The README shows how a rule is changed; this is that rule."""
    assert RULE.strip() in (root / "README.md").read_text("utf-8")


@pytest.mark.slow
def test_a_new_project_passes_its_tests(project: Path, root: Path) -> None:
    """In a process of its own, with nothing of this repository but the product."""
    done = run(project, root, "-m", "pytest", "-q", "-p", "no:cacheprovider")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 passed" in done.stdout


@pytest.mark.slow
def test_a_rule_is_changed_and_its_effect_seen(project: Path, root: Path) -> None:
    """The README's three commands: a rule is written, checked, and moves exactly one decision."""
    world, code = "evals/accounting/world", "from leitstand.cli import main; import sys; "
    code += "sys.exit(main())"
    before = run(project, root, "-c", code, "batch", "accounting", world, "--json")
    (project / "policies" / "house.cedar").write_text(RULE, "utf-8")
    assert run(project, root, "-c", code, "policy", "check").returncode == 0
    after = run(project, root, "-c", code, "batch", "accounting", world, "--json")
    assert decisions(before.stdout) ^ decisions(after.stdout) == {
        ("AP-D31.xml", "auto_draft"),
        ("AP-D31.xml", "approve"),
    }


def decisions(out: str) -> set[tuple[str, str]]:
    """File and decision of each row."""
    return {(row["file"], row["decision"]) for row in map(json.loads, out.splitlines())}

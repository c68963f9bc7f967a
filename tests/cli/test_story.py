"""One story through the command line alone: a correction becomes a test, a rule is mended."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

MAIN = "import sys; from leitstand.cli import main; sys.exit(main())"
CASE, OLD, NEW = "AP-D34", "material", "office"
BEFORE = "        account=_account(dossier),\n"
AFTER = """        account=(
            "office"
            if supplier and supplier.account == "material" and 200000 <= net + tax <= 300000
            else _account(dossier)
        ),
"""


@dataclass(frozen=True)
class Firm:
    """A copy of the reference project in a folder of its own, used as people use it."""

    root: Path
    state: Path

    def __call__(self, *words: str, code: int = 0, passphrase: str = "") -> str:
        """Run a command in a process of its own; what it printed."""
        env = {
            **os.environ,
            "LEITSTAND_PROJECT": str(self.root),
            "LEITSTAND_STATE": str(self.state),
        }
        env |= {"LEITSTAND_PASSPHRASE": passphrase} if passphrase else {}
        command = [sys.executable, "-c", MAIN, *words]
        done = subprocess.run(
            command, cwd=self.root, env=env, capture_output=True, text=True, check=False
        )
        assert done.returncode == code, (words, done.returncode, done.stdout, done.stderr)
        return done.stdout + done.stderr

    def rows(self) -> dict[str, Any]:
        """What the role decides and writes now, by file, over a fresh world; keys left out."""
        state = tempfile.mkdtemp(dir=self.root)
        lines = self("batch", "accounting", str(self.root / WORLD), "--state", state, "--json")
        found: dict[str, Any] = {}
        for line in lines.splitlines():
            row = json.loads(line)
            effects = [(e["tool"], {**e["args"], "parent": ""}) for e in row["effects"]]
            kept = {k: row[k] for k in ("decision", "guardrails", "approval", "accounts")}
            found[row["file"]] = {**kept, "effects": effects}
        return found


WORLD = "evals/accounting/world"
TODAY = datetime.now(UTC).date()
SIGNED = f"""[[signoff]]
case = "{CASE}"
who = "Carla Meyer"
why = "Corrected since: the case `corrected` takes its place."
date = {TODAY}
until = {TODAY + timedelta(days=30)}
"""


@pytest.fixture
def firm(tmp_path: Path, root: Path) -> Firm:
    """The reference project, copied."""
    for name in ("agents", "tools", "policies", "evals"):
        shutil.copytree(root / name, tmp_path / "firm" / name)
    shutil.copy(root / "pyproject.toml", tmp_path / "firm" / "pyproject.toml")
    return Firm(tmp_path / "firm", tmp_path / "state")


@pytest.mark.slow
def test_a_correction_becomes_a_test_and_a_rule_is_mended(firm: Firm) -> None:
    """Demo, edit, record: the gate says no and names case and field; mended, it says yes (R17).

    `whatif` then lists exactly the cases that an independent run over the world changes.
    """
    told = firm("demo", "--no-inbox", "--json", "--state", str(firm.state))
    [passphrase] = re.findall(r"ben\.krueger \S.*?\s{2,}(\S+)$", told, re.MULTILINE)
    waiting = json.loads(firm("inbox", "--json").splitlines()[0])["waiting"]
    [checkpoint] = [w["id"] for w in waiting if w["title"].startswith(CASE)]
    firm("edit", checkpoint, f"account={NEW}", "--as", "ben.krueger", passphrase=passphrase)
    firm("eval", "accounting")
    firm("eval", "record", f"{CASE}.xml", "--as", "corrected")
    shutil.rmtree(firm.root / "evals/accounting/cases" / CASE)  # People have decided otherwise.
    refused = firm("eval", "accounting", code=1)
    assert "corrected" in refused
    failing = json.loads(firm("eval", "accounting", "--json", code=1).splitlines()[0])
    assert "erp.voucher.post.account" in json.dumps(failing)
    before = firm.rows()
    _mend(firm.root / "policies/facts/voucher.py")
    firm("eval", "accounting", code=1)  # The case that people took out is missing until one signs.
    (firm.root / "evals/accounting/signoffs.toml").write_text(SIGNED, "utf-8")
    firm("eval", "run", "accounting", "--out", str(firm.root / "run"))
    firm("eval", "accept", "accounting", str(firm.root / "run"))
    (firm.root / "evals/accounting/signoffs.toml").unlink()
    firm("eval", "accounting")
    after = firm.rows()
    changed = sorted(f for f in after if before[f] != after[f])
    found = json.loads(firm("whatif", "--since", "2026-01-01", "--json").splitlines()[0])
    assert sorted(c["title"] for c in found["changes"]) == changed == [f"{CASE}.xml"]
    assert found["cents"] == 222530
    assert (found["corrections_avoided"], found["corrections_caused"]) == (1, 0)


def _mend(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert BEFORE in text
    file.write_text(text.replace(BEFORE, AFTER), encoding="utf-8")

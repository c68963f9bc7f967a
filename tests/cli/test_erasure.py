"""A case is erased from the terminal: asked for, signed by another, proven by its receipt."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Command, Done

pytestmark = pytest.mark.slow

KINDS = {
    "roles": {"compliance": "", "sales": "angebot_ohne_auftrag"},
    "writes": {"sanctions.screening.log": "", "ticket.create": "handelsbrief"},
}
NAME = "Rhenania Personengeheimnis"


class Privacy:
    """A state folder with two people, in the reference world with rules of retention for cases."""

    def __init__(self, folder: Path, command: Command, world: Path) -> None:
        self.state, self.command = folder / "state", command
        self.world = folder / "world"
        shutil.copytree(world, self.world, ignore=shutil.ignore_patterns("invoices"))
        own = {"erasure": KINDS}
        (self.world / "compliance" / "compliance.json").write_text(json.dumps(own), "utf-8")

    def __call__(self, *arguments: object) -> Done:
        """A command on this state."""
        return self.command(*arguments, "--state", self.state)

    def batch(self, role: str, row: dict[str, Any]) -> str:
        """Work a case off; its ULID."""
        file = self.world.parent / "rows.jsonl"
        file.write_text(json.dumps(row), "utf-8")
        done = self("batch", role, file, "--world", self.world, "--json")
        return str(done.rows[0]["ulid"])

    def ask(self, case: str, basis: str = "a") -> dict[str, Any]:
        """Ask for a case to be erased, as the compliance officer."""
        given = ("--basis", basis, "--as", "emil.voss", "--json")
        return self("case", "erase", case, *given).data


@pytest.fixture
def privacy(
    tmp_path: Path, command: Command, root: Path, monkeypatch: pytest.MonkeyPatch
) -> Privacy:
    """The privacy of a small house."""
    monkeypatch.setenv("LEITSTAND_PASSPHRASE", "geheim-geheim")
    house = Privacy(tmp_path, command, root / "evals" / "accounting" / "world")
    house.batch("compliance", {"case": "X0", "query": "First"})  # The folder knows its world now.
    for name, role in (
        ("Emil Voss", "compliance_officer"),
        ("Karin Ohm", "data_protection_officer"),
    ):
        house("people", "add", name, "--role", role)
    return house


def test_a_case_is_erased_once_another_has_signed(privacy: Privacy) -> None:
    """Four eyes, one receipt; afterwards every command says in words that it is erased (R33)."""
    case = privacy.batch("compliance", {"case": "X1", "query": NAME})
    assert privacy("case", "show", case).code == 0
    row = privacy.ask(case)
    [card] = row["waits"]
    refused = privacy("approve", card, "--as", "emil.voss")
    assert (refused.code, "Vier-Augen" in refused.err) == (1, True)
    assert privacy("case", "show", case).code == 0
    signed = privacy("approve", card, "--as", "karin.ohm")
    assert signed.code == 0, signed.err
    for name in ("show", "release"):
        more = ("--reason", "x", "--as", "karin.ohm") if name == "release" else ()
        told = privacy("case", name, case, *more)
        assert (told.code, told.err.startswith("LS403")) == (1, True)
        assert "gelöscht" in told.err
    record = privacy("eval", "record", "x", case, "--json")
    assert record.code != 0
    listed = privacy("case", "list", "--json").rows
    assert [(r["title"], r["requester"]) for r in listed if r["case"] == case] == [("", "")]
    assert NAME not in privacy("case", "export", case, "--as", "karin.ohm").out
    proven = privacy("case", "erased", case, "--json").data
    assert (proven["asked"], proven["signed"], proven["sound"]) == (
        "emil.voss",
        ["karin.ohm"],
        True,
    )
    assert privacy("case", "erased", proven["receipt"]).code == 0
    assert privacy("case", "erased", proven["receipt"][:-1] + "x").code == 2
    assert len(proven["outside"]) > 5
    for _ in range(2):
        assert privacy("journal", "verify", "--json").data["sound"]
        assert privacy("rebuild").code == 0
    for file in privacy.state.glob("journal*"):
        assert NAME.encode() not in file.read_bytes()


def test_a_case_under_retention_is_restricted_instead(privacy: Privacy, root: Path) -> None:
    """Until its last day the officer alone reads it; it stands in the list of what is due (R33)."""
    lines = (root / "evals" / "sales" / "ticket_cases.jsonl").read_text("utf-8").splitlines()
    case = privacy.batch("sales", json.loads(lines[0]))
    [status] = [r["status"] for r in privacy("case", "list", "--json").rows if r["case"] == case]
    assert status == "done"
    [card] = privacy.ask(case)["waits"]
    shown = privacy("show", card).out
    assert "bis 31.12.2032" in shown
    assert privacy("approve", card, "--as", "karin.ohm").code == 0
    refused = privacy("case", "show", case)
    assert (refused.code, refused.err[:5]) == (1, "LS405")
    assert privacy("case", "export", case, "--as", "emil.voss").code == 1
    assert privacy("case", "export", case, "--as", "karin.ohm").code == 0
    privacy("login", "karin.ohm")
    assert privacy("case", "show", case).code == 0
    [due] = privacy("case", "list", "--due", "--json").rows
    assert (due["case"], due["reason"], due["title"]) == (case, "restricted", "")
    assert privacy("journal", "verify").code == 0


def test_nothing_is_guessed(privacy: Privacy) -> None:
    """A basis that nobody knows, a kind without a period, an open case: to people, with a cause."""
    done = privacy.batch("compliance", {"case": "X2", "query": NAME})
    assert privacy.ask(done, "because")["exit"]["cause"] == "data missing"
    left = privacy.batch("compliance", {"case": "X3", "article": "17"})
    assert privacy.ask(left)["exit"]["cause"] in ("data missing", "contradictory results")
    own = {"erasure": {**KINDS, "writes": {}}}
    (privacy.world / "compliance" / "compliance.json").write_text(json.dumps(own), "utf-8")
    assert privacy.ask(done)["exit"]["cause"] == "data missing"
    assert privacy("journal", "verify", "--json").data["erased"] == 0

"""HR at the terminal: what was proposed is signed by those whom the rules name, and goes on."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Command

CASES = [
    {
        "case": "leave",
        "employee": "E01",
        "request": {"from": "2026-12-21", "to": "2026-12-31", "type": "Erholungsurlaub"},
    },
    {
        "case": "pay",
        "text": "Bitte Lena Fuchs ab 1.1.2027 auf 4.350 EUR brutto hochstufen (bisher 4.100).",
        "from": "einkaufsleitung@firma.example",
    },
]
PEOPLE = {
    "Frieda": "line_manager",
    "Gregor": "hr_lead",
    "Dora": "managing_director",
    "Hanna": "payroll",
}


@pytest.mark.slow
def test_signed_by_those_whom_the_rules_name(
    command: Command, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Leave by the manager alone; pay by HR lead and management, then payroll signs its entry."""
    monkeypatch.setenv("LEITSTAND_PASSPHRASE", "a passphrase of some length")
    file, state = tmp_path / "cases.jsonl", tmp_path / "state"
    file.write_text("\n".join(map(json.dumps, CASES)), "utf-8")
    world = root / "evals" / "accounting" / "world"
    command("batch", "hr", file, "--world", world, "--tenant", "t", "--state", state, "--json")
    for name, role in PEOPLE.items():
        command("people", "add", name, "--role", role, "--state", state)
    waiting = command("inbox", "--state", state, "--json").data["waiting"]
    numbers = {w["title"]: w["id"] for w in waiting}

    def effects(title: str, who: str) -> dict[str, str]:
        command("approve", numbers[title], "--as", who.lower(), "--state", state)
        shown = command("case", "show", title, "--state", state, "--json").data
        return {e["tool"]: e["state"] for e in shown["effects"]}

    assert effects("leave", "Gregor") == {}
    assert effects("leave", "Frieda") == {"hr.leave.propose": "done"}
    assert effects("pay", "Frieda") == effects("pay", "Gregor") == {}
    handed = {"payroll.change.propose": "done", "case.hand_over": "done"}
    assert effects("pay", "Dora") == handed
    said = command(
        "answer", "pay", "Und?", "--as", "dora", "--state", state, "--json", "--lang", "en"
    )
    assert said.data["told"] == "thread"  # What payroll's case says, nobody says for it.
    lost = command("answer", "pay", "Und?", "--to", "pay", "--as", "dora", "--state", state)
    assert (lost.code, "LS601" in lost.err) == (1, True)
    waiting = command("inbox", "--state", state, "--json").data["waiting"]
    (entry,) = [w["id"] for w in waiting if w["tool"] == "payroll.run.enter"]
    command("approve", entry, "--as", "hanna", "--state", state)
    ended = command("case", "show", "pay", "--state", state, "--json").data
    assert ended["exit"]["result"]["payroll"]["run"] == "2027-01"

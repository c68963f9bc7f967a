"""`leitstand demo`: four roles at work, a table each, their people, and no terminal needed."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from leitstand.project import Project
from tests.cli.conftest import Command, Demo, Office, demoed, passphrases_in

WATCH = """
import os, sys

sys.modules["uvloop"] = None  # Python's own loop asks for networks through Python.
WAYS = {"socket.connect", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname"}


def note(name, args):
    if name in WAYS:
        with open(os.environ["REACHED"], "a") as file:
            print(name, args[1:], file=file)


sys.addaudithook(note)
"""


def test_the_demo_tells_what_became_of_every_invoice(demo: Demo) -> None:
    """A row a case: read, decided, by which rules, written, waiting for whom, and why not."""
    lines = demo.done.out.splitlines()
    rows = [line for line in lines if line.startswith(" AP-D") and ".xml" in line]
    assert len({row.split()[0] for row in rows}) == 35
    signed = next(row for row in rows if "AP-D13.xml" in row)
    assert "Stahlhandel Wesermünde KG" in signed
    assert "G-A18" in signed
    assert "2: Abteilungsleitung" in signed
    booked = next(row for row in rows if "AP-D17.xml" in row)
    assert "Beleg vorerfassen" in booked
    # What the README says of them: nine entered without anybody, nine that wait for signatures.
    assert sum("Beleg vorerfassen" in row for row in rows) == 9
    assert sum(" Freigabe " in row for row in rows) == 9
    held = next(row for row in rows if "AP-D02.xml" in row)
    assert "Daten fehlen" in held
    assert "kein Wareneingang" in demo.done.out


@pytest.mark.slow
def test_the_demo_reaches_for_no_network(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It asks for no connection and no name, as far as Python knows; its workers aside (R35)."""
    (tmp_path / "sitecustomize.py").write_text(WATCH, "utf-8")
    reached = tmp_path / "reached"
    monkeypatch.setenv("REACHED", str(reached))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    asks = "import socket; socket.getaddrinfo('localhost', 1)"
    subprocess.run([sys.executable, "-c", asks], check=True)
    assert "socket.getaddrinfo" in reached.read_text("utf-8")
    reached.write_text("", "utf-8")
    demoed(root, "--state", str(tmp_path / "state"))
    assert reached.read_text("utf-8") == ""


def test_every_role_has_a_table_and_work_for_its_people(
    demo: Demo, office: Office, loaded: Project
) -> None:
    """Rows of all files that the project names, in words of the house; each head is asked."""
    lines = [line.strip() for line in demo.done.out.splitlines()]
    for role, cases in (
        ("Buchhaltung", 35),
        ("Compliance", 16),
        ("Personal", 29),
        ("Vertrieb", 12),
    ):
        assert f"{role}: {cases} Vorgänge" in lines
    [quote] = [line for line in lines if line.startswith("QT-D03 ")]
    assert "Angebot zur Freigabe" in quote
    assert "Vertriebsleitung" in quote
    waiting = office("inbox", "--json").data["waiting"]
    asked = {role for one in waiting for role in one["roles"]}
    heads = {"department_head", "line_manager", "hr_lead", "sales_lead", "data_protection_officer"}
    assert heads <= asked
    known = {role for member in loaded.table.people for role in member.roles}
    assert asked <= known


def test_people_of_every_department_can_decide(demo: Demo, loaded: Project) -> None:
    """Everybody whom the project names: each with a passphrase, printed once (R43)."""
    people = passphrases_in(demo.done.err)
    assert len(people) == len(loaded.table.people)
    assert all(len(passphrase) >= 16 for passphrase in people.values())
    everything = b"".join(p.read_bytes() for p in demo.state.rglob("*") if p.is_file())
    assert not any(passphrase.encode() in everything for passphrase in people.values())


def test_keys_and_journal_belong_to_their_owner(demo: Demo) -> None:
    """Nobody else may read the keys."""
    secret = [
        demo.state / "master.key",
        demo.state / "anchors.key",
        *(demo.state / "keys").iterdir(),
    ]
    assert {p.stat().st_mode & 0o077 for p in secret} == {0}


def test_the_clock_of_the_world_goes_on(office: Office) -> None:
    """A world has a date of its own; the next command is later than the one before."""
    before = office.case("AP-D13.xml")
    office("approve", office.waiting("AP-D13.xml"), person="ben.krueger")
    after = office.case("AP-D13.xml")
    assert after["approvals"][0]["at"] > before["changed"]
    assert after["changed"] > before["changed"]


def test_the_books_are_those_of_the_demo(office: Office) -> None:
    """What waits, what is to be cleared up, and an intact journal."""
    queue = office("inbox", "--json").data
    assert queue["waiting_total"] == 28
    assert queue["exceptions_total"] == 28
    report = office("journal", "verify", "--json").data
    assert report["sound"]
    assert report["cases"] == 94
    assert report["anchors"] >= 1


def test_a_second_demo_starts_afresh(
    shop: Office, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The earlier demo's cases and people are gone; new passphrases are printed."""
    again = command("demo", "--json")
    assert again.code == 0, again.err
    assert len(again.rows) == 5
    assert passphrases_in(again.err) != shop.passphrases
    assert len(command("case", "list", "--json").rows) == 5


def test_an_altered_journal_is_found(office: Office) -> None:
    """A page that somebody rewrote is found, and named."""
    import sqlite3

    file = Path(office.state / "journal.db")
    with sqlite3.connect(file) as connection:
        connection.execute(
            "update pages set headers = replace(headers, 'approve', 'reject') where page ="
            " (select min(page) from pages)"
        )
        connection.execute("update cases set seq = seq - 1 where case_no = 1")
    connection.close()
    report = office("journal", "verify", "--json")
    assert report.code == 1
    assert not json.loads(report.out)["sound"]
    assert office("journal", "verify").out.strip()

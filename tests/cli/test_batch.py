"""`leitstand batch`: the interface for judging. A row a case, whatever the files are."""

import json
import os
import re
import shutil
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from tests.cli.conftest import Command
from tools.dms.spool import Spool

WRITES = {
    "auto_draft": {"dms.store_original", "erp.voucher.draft"},
    "approve": {"dms.store_original"},
}
LEFT = {
    "dms.store_original",
    "mail.draft",
    "task.create",
    "supplier.bank_change.propose",
    "case.hand_over",
}
"""What a case that is held, turned down or passed on may write."""


@pytest.fixture(scope="module")
def world(root: Path) -> Path:
    """The reference world."""
    return root / "evals" / "accounting" / "world"


@pytest.fixture(scope="module")
def truth(root: Path) -> dict[str, dict[str, Any]]:
    """The truth about each file, for grading only."""
    lines = (root / "evals" / "accounting" / "truth.jsonl").read_text("utf-8").splitlines()
    return {Path(row["file"]).name: row["truth"] for row in map(json.loads, lines)}


def judged(command: Command, folder: Path, world: Path) -> list[dict[str, Any]]:
    """The rows of a batch."""
    done = command("batch", "accounting", folder, "--world", world, "--tenant", "t", "--json")
    assert done.code == 0, done.err
    return done.rows


def told(row: dict[str, Any]) -> dict[str, Any]:
    """What of a row does not depend on names, ids and time."""
    effects = sorted(e["tool"] for e in row["effects"])
    names = ("decision", "guardrails", "info", "approval", "accounts", "posting_date", "skonto")
    return {**{n: row[n] for n in names}, "cause": row["exit"]["cause"], "effects": effects}


@pytest.mark.slow
def test_rows_equal_the_truth(
    command: Command, world: Path, truth: dict[str, dict[str, Any]]
) -> None:
    """Decision, guardrails, approval, accounts, posting day, Skonto and effects of all 35 (R20)."""
    rows = judged(command, world, world)
    assert [r["file"] for r in rows] == sorted(truth)
    for row in rows:
        true, approval = truth[row["file"]], row["approval"]
        assert row["decision"] == true["decision"], row["file"]
        assert set(row["guardrails"]) == set(true["guardrails"]), row["file"]
        assert sorted(approval["roles"]) == sorted(true["approval"]["roles"]), row["file"]
        assert approval["approvers"] == true["approval"]["approvers"], row["file"]
        assert row["accounts"] == {n: true[n] for n in ("skr03", "skr04")}, row["file"]
        assert row["posting_date"] == true["posting_date"], row["file"]
        assert row["skonto"] == true.get("skonto"), row["file"]
        done = {e["tool"] for e in row["effects"]}
        assert {e["state"] for e in row["effects"]} == {"done"}
        assert done == WRITES.get(row["decision"], done & LEFT), row["file"]


@pytest.mark.slow
def test_order_names_and_junk_change_nothing(command: Command, world: Path, tmp_path: Path) -> None:
    """A flat folder, files renamed so that they sort the other way round, junk between them."""
    some = sorted((world / "invoices").iterdir())[:6]
    plain, turned = tmp_path / "plain", tmp_path / "turned"
    plain.mkdir()
    turned.mkdir()
    names: dict[str, str] = {}
    for number, file in enumerate(some):
        names[file.name] = f"x{99 - number}.xml"
        shutil.copy(file, plain / file.name)
        shutil.copy(file, turned / names[file.name])
    (turned / "a-note.txt").write_text("lunch at noon")
    (turned / "b-empty.xml").write_bytes(b"")
    (turned / "c-broken.pdf").write_bytes(b"%PDF-1.7\n%broken")
    first = {r["file"]: told(r) for r in judged(command, plain, world)}
    rows = judged(command, turned, world)
    assert [r["file"] for r in rows] == sorted(r["file"] for r in rows)
    second = {r["file"]: told(r) for r in rows}
    for name, other in names.items():
        assert first[name] == second[other], name
    for junk in ("a-note.txt", "b-empty.xml", "c-broken.pdf"):
        assert second[junk]["decision"] == "hold", junk
        assert second[junk]["guardrails"] == ["G-A01"], junk
        assert set(second[junk]["effects"]) <= LEFT, junk


def test_the_same_bytes_twice_are_one_invoice(
    command: Command, world: Path, tmp_path: Path
) -> None:
    """One of two copies is judged, the other is a duplicate, though neither is in the books yet."""
    for case in ("AP-D17", "AP-D33"):
        for name in ("a", "b"):
            shutil.copy(world / "invoices" / f"{case}.xml", tmp_path / f"{case}{name}.xml")
    rows = {r["file"]: (r["decision"], r["guardrails"]) for r in judged(command, tmp_path, world)}
    assert rows["AP-D17a.xml"] == ("auto_draft", [])
    assert rows["AP-D33a.xml"] == ("approve", ["G-A18"])
    assert rows["AP-D17b.xml"] == rows["AP-D33b.xml"] == ("reject", ["G-A10"])


def test_a_row_has_what_the_interface_promises(
    command: Command, root: Path, world: Path, tmp_path: Path
) -> None:
    """Every name of the interface, each of its type; the page names them all and no other."""
    shutil.copy(world / "invoices" / "AP-D17.xml", tmp_path)
    [row] = judged(command, tmp_path, world)
    table = (root / "docs" / "how-to" / "batch.md").read_text("utf-8").partition("## The line")[2]
    told = re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)
    assert {name for names in told for name in names.split("`")[1::2]} == {*row, "error"}
    assert {"file", "decision", "guardrails", "info", "approval", "accounts"} <= row.keys()
    assert {"posting_date", "skonto", "exit", "effects", "ms"} <= row.keys()
    assert all(e.keys() == {"tool", "args", "key", "state"} for e in row["effects"])
    assert isinstance(row["ms"], int)
    assert row["exit"]["cause"] is None


def test_a_batch_leaves_nothing_behind(
    command: Command, world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without `--state` the folder it worked in is gone afterwards."""
    room = tmp_path / "room"
    room.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(room))
    inbox = tmp_path / "in"
    inbox.mkdir()
    (inbox / "note.txt").write_text("no invoice")
    judged(command, inbox, world)
    assert not list(room.iterdir())


def test_names_that_no_text_may_hold(command: Command, world: Path, tmp_path: Path) -> None:
    """A file's name with hidden characters or broken bytes is taken in all the same."""
    shutil.copy(world / "invoices" / "AP-D17.xml", tmp_path / "a\u202eb.xml")
    (tmp_path / "c\udcffd.txt").write_bytes(b"no invoice")
    rows = judged(command, tmp_path, world)
    assert sorted(r["decision"] for r in rows) == ["auto_draft", "hold"]


NOTE = '{{"case": "{}", "employee": "{}", "start": "2026-11-16", "end": "2026-11-17"}}'


def mixed() -> bytes:
    """Two notes, and between them all that a line can be but a case; with a mark and CRLF."""
    lines = (
        NOTE.format("first", "E01"),
        "no JSON",
        "[1, 2]",
        "null",
        '{"case": "cut", "employee": "E01"',
        "",
        NOTE.format("last", "E04"),
    )
    return b"\xef\xbb\xbf" + "\r\n".join(lines).encode() + b'\r\n{"case": "L\xe4", "start": 1}\r\n'


def test_what_cannot_be_read_has_a_row_and_stops_nothing(
    command: Command, world: Path, tmp_path: Path
) -> None:
    """A pipe, links to nothing and in a circle, a folder, a disk that fails: held, and said why.

    A folder that is not called like a document is no input.
    """
    shutil.copy(world / "invoices" / "AP-D17.xml", tmp_path / "a.xml")
    why = {"later.xml": "no such file", "pipe?.xml": "a pipe", "folder.xml": "a folder"}
    (tmp_path / "later.xml").symlink_to(tmp_path / "nowhere.xml")
    os.mkfifo(tmp_path / "pipe\u202e.xml")
    (tmp_path / "folder.xml").mkdir()
    why |= {"round.pdf": "levels of symbolic links", "disk.pdf": "input/output error"}
    (tmp_path / "round.pdf").symlink_to(tmp_path / "round.pdf")
    (tmp_path / "disk.pdf").symlink_to("/proc/self/mem")  # Its first byte cannot be read.
    if os.geteuid():
        (tmp_path / "locked.xml").touch(mode=0)
        why["locked.xml"] = "permission denied"
    (tmp_path / "done").mkdir()
    done = command("batch", "accounting", tmp_path, "--world", world, "--tenant", "t", "--json")
    rows = {row["file"]: row for row in done.rows}
    assert (done.code, rows.keys()) == (0, {"a.xml", *why})
    assert rows.pop("a.xml")["decision"] == "auto_draft"
    for name, row in rows.items():
        assert (row["decision"], row["exit"]["kind"]) == ("hold", "exception"), name
        assert row["exit"]["cause"] == "data missing", name
        assert why[name] in row["exit"]["reason"], name
        assert (row["error"]["what"], row["effects"]) == (row["exit"]["reason"], []), name
    assert done.err.count("a file cannot be read") == len(why)


def test_a_folder_of_nothing_to_read_is_told_as_a_table(command: Command, tmp_path: Path) -> None:
    """For people: a line for each, nothing was taken in."""
    (tmp_path / "later.xml").symlink_to(tmp_path / "nowhere.xml")
    done = command("batch", "accounting", tmp_path)
    assert done.code == 0
    assert "later.xml" in done.out
    assert "later.xml: a file cannot be read: no such file" in done.err


def test_a_file_that_vanishes_meanwhile_stops_nothing(
    command: Command, world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Gone between the look into the folder and its turn; the others are one intake without it."""
    for name in ("a.xml", "b.xml", "c.xml"):
        shutil.copy(world / "invoices" / "AP-D17.xml", tmp_path / name)
    take = Spool.take

    def taken(self: Spool, file: BinaryIO) -> tuple[str, int]:
        (tmp_path / "b.xml").unlink(missing_ok=True)
        return take(self, file)

    monkeypatch.setattr(Spool, "take", taken)
    rows = {row["file"]: row for row in judged(command, tmp_path, world)}
    decided = {name: (row["decision"], row["guardrails"]) for name, row in rows.items()}
    assert decided["a.xml"] == ("auto_draft", [])
    assert decided["c.xml"] == ("reject", ["G-A10"])
    assert rows["b.xml"]["exit"]["cause"] == "data missing"


def test_run_says_why_its_file_cannot_be_read(command: Command, tmp_path: Path) -> None:
    """A pipe is not waited for."""
    os.mkfifo(tmp_path / "pipe.xml")
    for file, why in ((tmp_path, "a folder"), (tmp_path / "pipe.xml", "a pipe")):
        done = command("run", "accounting", file, "--state", tmp_path / "var")
        assert done.code == 2
        assert why in done.err


def test_the_command_prints_a_line_for_each(command: Command, root: Path, tmp_path: Path) -> None:
    """Rows in the order of the file; what is no case also stands on stderr."""
    file = tmp_path / "cases.jsonl"
    file.write_bytes(mixed())
    world = root / "evals" / "accounting" / "world"
    done = command("batch", "hr", file, "--world", world, "--tenant", "t", "--json")
    assert done.code == 0
    assert [row["case"] for row in done.rows] == ["first", "2", "3", "4", "5", "last", "8"]
    assert [row["decision"] for row in done.rows if "error" not in row] == ["auto_draft"] * 2
    assert all(row["effects"] == [] for row in done.rows if "error" in row)
    assert done.err.count("cases.jsonl: line ") == 5

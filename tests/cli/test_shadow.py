"""`--shadow`: the role works beside people, its writes never leave, and both are compared."""

import asyncio
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from leitstand.clock import SystemClock
from leitstand.project import Project
from tests.cli.conftest import Command, Office

WRONG = {"AP-D03.xml": "hold", "AP-D08.xml": "auto_draft", "AP-D20.xml": "escalate"}
"""Decisions that the clerk takes otherwise, on purpose."""
OTHER_ACCOUNT = {"AP-D03.xml": "4980", "AP-D16.xml": "4200"}


@pytest.fixture
def world(root: Path) -> Path:
    """The reference world."""
    return root / "evals" / "accounting" / "world"


@pytest.fixture
def truth(root: Path) -> dict[str, dict[str, Any]]:
    """The truth about each file: what a clerk does who makes no mistake."""
    lines = (root / "evals" / "accounting" / "truth.jsonl").read_text("utf-8").splitlines()
    return {Path(row["file"]).name: row["truth"] for row in map(json.loads, lines)}


@pytest.fixture
def work(loaded: Project, world: Path, tmp_path: Path) -> Path:
    """The state folder of an office at work, its systems full of the world's records."""

    async def fill() -> None:
        connections = await loaded.connect(folder, world, "nordwerk", SystemClock())
        assert loaded.disconnect is not None
        loaded.disconnect(connections)

    folder = tmp_path / "work"
    folder.mkdir()
    asyncio.run(fill())
    return folder


def contents(folder: Path) -> dict[str, list[str]]:
    """Every row of every system in a folder."""

    def dump(file: Path) -> Iterator[str]:
        with closing(sqlite3.connect(file)) as database:
            yield from database.iterdump()

    return {file.name: list(dump(file)) for file in sorted(folder.glob("*.sqlite"))}


def clerk(truth: dict[str, dict[str, Any]], file: Path) -> Path:
    """What a clerk did with all documents but one, some of it wrong, as a spreadsheet."""
    rows = ["file;decision;accounts.skr03;posting_date"]
    for name, true in truth.items():
        if name != "AP-D35.xml":
            decision = WRONG.get(name, true["decision"])
            account = OTHER_ACCOUNT.get(name, true.get("skr03") or "")
            rows.append(f"{name};{decision};{account};{true.get('posting_date') or ''}")
    rows.append("AP-D99.xml;hold;;")
    file.write_text("\n".join(rows), encoding="utf-8")
    return file


@pytest.mark.slow
def test_a_batch_in_the_shadow_writes_nothing_and_agrees_as_by_hand(
    command: Command, world: Path, truth: dict[str, dict[str, Any]], work: Path, tmp_path: Path
) -> None:
    """All 35: decisions of the truth, systems as before, agreement as by hand (R21, R44)."""
    before = contents(work)
    assert sum(map(len, before.values())) > 100
    done = clerk(truth, tmp_path / "done.csv")
    ran = command(
        "batch", "accounting", world, "--shadow", "--state", work, "--done", done, "--json"
    )
    assert ran.code == 0, ran.err
    *rows, last = ran.rows
    assert {r["file"]: r["decision"] for r in rows} == {f: t["decision"] for f, t in truth.items()}
    drafted = [
        r["file"] for r in rows if any(e["tool"] == "erp.voucher.draft" for e in r["effects"])
    ]
    assert len(drafted) == sum(t["decision"] == "auto_draft" for t in truth.values())
    assert contents(work) == before

    found = last["agreement"]
    fields = {f["field"]: f for f in found["fields"]}
    assert (found["compared"], found["corrected"]) == (34, len(WRONG | OTHER_ACCOUNT))
    assert found["corrections_per_100"] == pytest.approx(100 * 4 / 34)
    assert (found["not_done"], found["not_seen"]) == (["AP-D35.xml"], ["AP-D99.xml"])
    assert (fields["decision"]["n"], fields["decision"]["agreed"]) == (34, 31)
    assert {d["file"]: d["done"] for d in fields["decision"]["differing"]} == WRONG
    booked = sum(1 for f, t in truth.items() if t.get("skr03") and f != "AP-D35.xml")
    account = fields["accounts.skr03"]
    assert (account["n"], account["n"] - account["agreed"]) == (booked, len(OTHER_ACCOUNT))
    assert {d["file"]: d["done"] for d in account["differing"]} == OTHER_ACCOUNT
    assert fields["posting_date"]["agreed"] == fields["posting_date"]["n"] > 0


@pytest.mark.slow
def test_a_batch_in_the_shadow_begins_anew(command: Command, world: Path, work: Path) -> None:
    """A second time nothing is a duplicate of the first."""
    first, second = (
        command("batch", "accounting", world, "--shadow", "--state", work, "--json").rows
        for _ in range(2)
    )
    assert [r["decision"] for r in first] == [r["decision"] for r in second]


@pytest.mark.slow
def test_what_was_begun_in_the_shadow_stays_there(
    command: Command, world: Path, work: Path
) -> None:
    """Another command on its folder goes on over the twins: no voucher is drafted there (R30)."""
    file = world / "invoices" / "AP-D01.xml"
    ran = command("run", "accounting", file, "--shadow", "--state", work, "--json")
    assert ran.data["decision"] == "auto_draft", ran.err
    before, shade = contents(work), contents(work / "shadow")
    later = world / "invoices" / "AP-D02.xml"
    again = command("run", "accounting", later, "--state", work / "shadow", "--json")
    assert (
        [e["state"] for e in again.data["effects"]] == ["done"] * len(again.data["effects"]) != []
    )
    assert contents(work) == before
    assert contents(work / "shadow") != shade


def test_a_folder_at_work_is_no_shadow(command: Command, world: Path, work: Path) -> None:
    """A folder that was begun otherwise is refused, with what to do."""
    file = world / "invoices" / "AP-D01.xml"
    assert command("run", "accounting", file, "--state", work / "shadow").code == 0
    refused = command("run", "accounting", file, "--shadow", "--state", work)
    assert refused.code == 2
    assert "not in the shadow" in refused.err
    assert "--state" in refused.err


def test_a_project_without_twins_is_refused(shop: Office) -> None:
    """Nothing could be written in the shadow; nothing is run."""
    bills = shop.state.parents[1] / "world"
    refused = shop("batch", "buying", bills, "--shadow")
    assert refused.code == 3
    assert "twin" in refused.err


def test_a_slip_in_the_clerks_file_is_refused_first(
    command: Command, world: Path, work: Path, tmp_path: Path
) -> None:
    """A file that cannot be read costs no run."""
    done = tmp_path / "done.jsonl"
    done.write_text('{"decision": "hold"}')
    ran = command("batch", "accounting", world, "--shadow", "--state", work, "--done", done)
    assert ran.code == 2
    assert not (work / "shadow").exists()


def test_people_read_where_they_disagree(
    command: Command, world: Path, work: Path, tmp_path: Path
) -> None:
    """The rate in German, and the document with both values."""
    done = tmp_path / "done.jsonl"
    done.write_text('{"file": "AP-D01.xml", "decision": "hold"}')
    folder = tmp_path / "one"
    folder.mkdir()
    (folder / "AP-D01.xml").write_bytes((world / "invoices" / "AP-D01.xml").read_bytes())
    ran = command("batch", "accounting", folder, "--shadow", "--state", work, "--done", done)
    assert "100.0 Korrekturen auf 100 Vorschläge (n = 1" in ran.out
    assert "AP-D01.xml" in ran.out.rpartition("vorgeschlagen")[2]

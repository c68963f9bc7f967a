"""The HR role by `leitstand batch`: every field of every truth, and cases that nobody foresaw."""

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from leitstand.clock import SystemClock
from leitstand.project import Project, load_project
from tests.agents.batches import WORLD, Batch, rows_of
from tests.agents.hr_tables import DAYS, ENDS, OTHERS, STAFF, TEXTS, VOCABULARY, leave
from tests.policies.facts.hr.notes import TELLING, WORDS

ROOT = Path(__file__).resolve().parents[2]
EVALS = ROOT / "evals" / "hr"
CANARY = "Zwitscherfieberqx"
CASES = [r for n in ("hr", "rule") for r in rows_of(EVALS / f"{n}_cases.jsonl")]


@pytest.fixture(scope="module")
def project() -> Project:
    """The reference project."""
    return load_project(ROOT)


@pytest.fixture(scope="module")
def batch(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Batch:
    """The command's own way through a file of cases."""
    return Batch(project, "hr", tmp_path_factory.mktemp("hr"))


@pytest.fixture(scope="module")
def done(batch: Batch) -> dict[str, dict[str, Any]]:
    """The rows of the reference cases, by case."""
    return {row["file"]: row for row in batch(CASES)}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_every_field_of_the_truth(case: dict[str, Any], done: dict[str, dict[str, Any]]) -> None:
    """All fields that a truth has are told, with the same values of the same types (R45)."""
    row = done[case["case"]]
    for name, true in case["truth"].items():
        assert (row[name], type(row[name])) == (true, type(true)), name


def one(batch: Batch, row: Mapping[str, Any], world: Path = WORLD) -> dict[str, Any]:
    """The row of a single case."""
    [found] = batch([row], world)
    return found


@pytest.fixture(scope="module")
def ended(batch: Batch) -> dict[str, dict[str, Any]]:
    """The rows of all cases that lack something."""
    rows = batch([{"case": name, **row} for name, row, _, _ in ENDS])
    return {row["file"]: row for row in rows}


@pytest.mark.parametrize(("name", "cause", "said"), [(n, c, s) for n, _, c, s in ENDS])
def test_what_lacks_something_goes_to_people(
    name: str, cause: str, said: str, ended: dict[str, dict[str, Any]]
) -> None:
    """A typed exit with its cause, which names what would resolve it; nothing is written (R5)."""
    row = ended[name]
    assert row["exit"]["kind"] == "exception"
    assert row["exit"]["cause"] == cause
    assert said in row["exit"]["reason"]
    assert row["decision"] == "hold"
    assert {e["tool"] for e in row["effects"]} <= {"task.create"}


def test_requests_by_text(batch: Batch) -> None:
    """Decision and guardrails of each topic, and of who asks from where."""
    rows = batch([{"text": text, "from": sender} for text, sender, _, _ in TEXTS])
    found = [(row["decision"], row["guardrails"]) for row in rows]
    assert found == [(decision, marks) for _, _, decision, marks in TEXTS]
    for row in rows:
        assert "payroll.change.propose" not in {e["tool"] for e in row["effects"]}


def test_no_reason_of_an_absence_is_left_anywhere(batch: Batch) -> None:
    """Of notes that tell why, nothing but days is in any file, in rows, or in the journal (R32)."""
    rows: list[dict[str, Any]] = []
    for number, text in enumerate(TELLING):
        start = (date(2026, 3, 1) + timedelta(days=number)).isoformat()
        rows.append({"employee": "E01", "mail": f"{text} {CANARY}", "start": start, "end": start})
        rows.append(leave(text=f"{text} {CANARY}", **DAYS))
    texts = [
        {"text": f"Wegen {w} bitte auf 20 Stunden reduzieren.", "from": "a@firma.example"}
        for w in WORDS
    ]
    alone = {"text": f"Ich bin krank: {CANARY}itis", "from": "a@b.example"}
    found = batch([*rows, *texts, alone])
    said = json.dumps(found, ensure_ascii=False)
    sick = [row for row in found if "must_not_store" in row and row["effects"]]
    assert len(sick) == len(TELLING)
    assert all("G-H08" in row["guardrails"] for row in sick)
    journals = asyncio.run(batch.journals())
    for text in (said, journals):
        assert CANARY not in text
        for word in WORDS:
            assert word not in text, word
    for file in (f for f in batch.state.rglob("*") if f.is_file()):
        content = file.read_bytes()
        assert CANARY.encode() not in content, file.name
        assert not [word for word in WORDS if len(word) > 3 and word.encode() in content], file.name


def test_another_company(batch: Batch, tmp_path: Path) -> None:
    """Other people, Länder, words, roles of the week and amounts: the same code."""
    world = tmp_path / "world" / "hr"
    world.mkdir(parents=True)
    own = {
        "today": "2027-06-01",
        "days_off": ["12-24"],
        "min_staffing": {"Küche": 1},
        "leave": {"approver": "kuechenchef"},
        "channel": {"pkv": "Papier an die Buchhaltung"},
        "decisions": {"leave": {"approve": "vorgeschlagen"}, "working_time": {"noticed": "melden"}},
    }
    (world / "employees.jsonl").write_text("\n".join(map(json.dumps, STAFF)), "utf-8")
    (world / "vocabulary.json").write_text(json.dumps(VOCABULARY), "utf-8")
    (world / "hr.json").write_text(json.dumps(own), "utf-8")
    rows = batch(OTHERS, world.parent)
    first, christmas, three, sick, sunday, account, pay = rows
    assert (first["decision"], first["approver"]) == ("vorgeschlagen", "kuechenchef")
    assert (first["entitlement"], first["balance_before"], first["working_days"]) == (23, 21, 5)
    assert (christmas["working_days"], christmas["public_holidays_inside"]) == (4, [])
    assert (three["working_days"], three["balance_after"]) == (3, 15)
    assert (sick["au_latest"], sick["channel"]) == ("2027-08-16", "Papier an die Buchhaltung")
    assert sunday["decision"] == "melden"
    assert [(v["rule"], v["value"]) for v in sunday["violations"]] == [
        ("§ 4 Pause 30 min", 5),
        ("§ 9 Ruhetag", None),
    ]
    assert account["actions"] == ["anrufen", "vier_augen"]
    assert account["must_not"] == ["konto_aendern"]
    assert (pay["decision"], pay["delta"]) == ("approve", "140.00")


class Machine(SystemClock):
    """The machine's clock, on a day in the middle of 2027."""

    def time(self) -> float:
        """Seconds since the epoch."""
        return datetime(2027, 7, 1, 9, tzinfo=UTC).timestamp()


@pytest.mark.parametrize("name", ["requested_on", "requested_at", "received", "today"])
def test_a_recorded_request_came_in_on_its_own_day(
    batch: Batch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Whenever it is worked off, in a world without a day: in its row or its `request`.

    One that names no day came in up to fourteen days before: of what begins since nobody claims
    that it came too late, and the case says that it may have.
    """
    monkeypatch.setattr("leitstand.runtime.opening.SystemClock", Machine)
    world = tmp_path / "world" / "hr"
    world.mkdir(parents=True)
    (world / "employees.jsonl").write_text("\n".join(map(json.dumps, STAFF)), "utf-8")
    (world / "vocabulary.json").write_text(json.dumps(VOCABULARY), "utf-8")
    days = {"from": "2027-06-14", "to": "2027-06-18"}
    before, after = {name: "2027-06-01"}, {name: "2027-06-15T07:30:00+02:00"}
    rows = [
        leave("4711", **days, **before),
        {**leave("4711", **days), **before},
        leave("4711", **days, **after),
        leave("4711", **days),
        leave("4711", **{"from": "2027-06-21", "to": "2027-06-22"}),
        leave("4711", **{"from": "2027-07-12", "to": "2027-07-13"}),
    ]
    found = batch(rows, world.parent)
    assert ["G-H05" in row["guardrails"] for row in found] == [
        False,
        False,
        True,
        True,
        False,
        False,
    ]
    came = [row["proposed"]["args"]["requested_on"] for row in found]
    assert came == ["2027-06-01", "2027-06-01", "2027-06-15", None, None, None]
    assert ["leave-undated" in row["info"] for row in found] == [False] * 4 + [True, False]


def test_a_day_of_the_year_is_the_next_after_the_message_came(
    batch: Batch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`ab 1.12.` of a message of November is that December, however late it is worked off."""
    monkeypatch.setattr("leitstand.runtime.opening.SystemClock", Machine)
    world = tmp_path / "world" / "hr"
    world.mkdir(parents=True)
    (world / "employees.jsonl").write_text("\n".join(map(json.dumps, STAFF)), "utf-8")
    text = f"Bitte {STAFF[0]['name']} ab 1.12. auf 4.350 EUR brutto hochstufen (bisher 4.100)."
    rows = [{"text": text, "received": "2026-11-28"}, {"text": text}]
    found = batch(rows, world.parent)
    effective = [row["proposed"]["args"]["effective_on"] for row in found]
    assert effective == ["2026-12-01", "2027-12-01"]
    assert found[0]["approval"] == found[1]["approval"]


@pytest.mark.parametrize(
    ("sender", "decision"), [("a@firma.example", "propose_approve"), ("a@gmail.com", "hold")]
)
def test_leave_by_message(batch: Batch, sender: str, decision: str) -> None:
    """The manager is asked where it comes from the company; of others HR asks the employee."""
    text = "Ich möchte vom 7. bis 8. Dezember Urlaub nehmen. Viele Grüße Anja Brandt"
    row = one(batch, {"case": "L", "from": sender, "text": text, "received": "2026-11-23"})
    assert row["decision"] == decision
    assert row["effects"] == []
    if decision == "propose_approve":
        args = row["proposed"]["args"]
        assert (args["employee_id"], args["working_days"]) == ("E01", "2")
        assert "Anja" not in json.dumps(row)

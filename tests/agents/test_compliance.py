"""Compliance over its own cases: every field of every truth, and what is asked of whom."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.agents.batches import WORLD, Command, rows_of

OWN = Path("evals/compliance")


@pytest.fixture(scope="module")
def requests(root: Path, command: Command) -> dict[str, dict[str, Any]]:
    """The rows of the data subjects' requests."""
    return command("compliance", root / OWN / "dsar_cases.jsonl", WORLD)


def test_requests_equal_the_truth(root: Path, requests: dict[str, dict[str, Any]]) -> None:
    """Identity check, deadline, each record's action with day and basis, rules and who signs."""
    truths = rows_of(root / OWN / "dsar_cases.jsonl")
    assert len(truths) == len(requests) == 5
    for row in truths:
        found = requests[row["case"]]
        assert {name: found[name] for name in row["truth"]} == row["truth"], row["case"]
        assert found["decision"] == "approve"


def test_rule_cases_equal_their_truth(root: Path, command: Command) -> None:
    """What each rule lets pass and what it stops: unknown kinds, other people, other letters."""
    found = command("compliance", root / OWN / "rule_cases.jsonl", WORLD)
    for row in rows_of(root / OWN / "rule_cases.jsonl"):
        said = found[row["case"]]
        assert {name: said[name] for name in row["truth"]} == row["truth"], row["case"]


def test_nothing_is_erased_before_somebody_signs(requests: dict[str, dict[str, Any]]) -> None:
    """Every request waits at one checkpoint, and no effect has happened."""
    assert all(len(row["waits"]) == 1 and row["effects"] == [] for row in requests.values())


def test_screenings_equal_the_truth(shared_data: Path, command: Command) -> None:
    """30 names against a public list of 1,006 entries: 18 of 18 hits, 12 of 12 clean."""
    place = shared_data / "domain" / "compliance"
    found = command("compliance", place / "screening_cases.jsonl", place)
    for row in rows_of(place / "screening_cases.jsonl"):
        truth, said = row["truth"], found[row["case"]]
        assert (said["hit"], said["decision"]) == (truth["hit"], truth["decision"]), row["case"]
        assert said["guardrails"] == truth.get("guardrails", []), row["case"]
        assert said["id"] == truth.get("id"), row["case"]
        tools = [effect["tool"] for effect in said["effects"]]
        hit = ["sanctions.block.set", "task.create"]
        assert tools == (hit if truth["hit"] else ["sanctions.screening.log"]), row["case"]
    assert sum(row["hit"] for row in found.values()) == 18


OTHER = {
    "decisions": {"hit": "gesperrt", "clear": "frei"},
    "screening_permille": 900,
    "answer_months": 2,
}
TABLE = [
    {"type": "lohnkonto", "years": 6, "start": "Ende des Kalenderjahres", "basis": "§ 41 EStG"},
    {"type": "foto", "years": 0, "start": "Widerruf", "basis": "Einwilligung"},
    {"type": "protokoll", "months": 18, "start": "Ereignis", "basis": "Vorgabe"},
]


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Another company: kinds of records, words and thresholds of its own."""
    world = tmp_path_factory.mktemp("world") / "compliance"
    world.mkdir()
    (world / "compliance.json").write_text(json.dumps(OTHER), "utf-8")
    (world / "retention.json").write_text(json.dumps(TABLE), "utf-8")
    entry = {"id": "X-1", "name": "NORDSTERN FRACHT", "type": "organization"}
    (world.parent / "sanctions.jsonl").write_text(json.dumps(entry), "utf-8")
    return world.parent


def _cases(folder: Path, *rows: dict[str, Any]) -> Path:
    file = folder / "cases.jsonl"
    file.write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    return file


def test_another_company_has_its_own_words(
    elsewhere: Path, tmp_path: Path, command: Command
) -> None:
    """Kinds, periods, thresholds and words are data: no line of code knows them."""
    records = [
        {"record": "A", "type": "lohnkonto", "date": "2019-02-28", "subject": "x@example.org"},
        {"record": "B", "type": "foto", "date": "2024-01-01", "subject": "x@example.org"},
        {"record": "C", "type": "protokoll", "date": "2025-08-31", "subject": "x@example.org"},
    ]
    request = {
        "case": "1",
        "mail": "Löschen Sie bitte meine Fotos und alles andere!",
        "received": "2025-12-31",
        "records": records,
    }
    names = [{"case": n, "query": n} for n in ("Nordstern Fracht", "Nordstirn Frucht AG")]
    found = command("compliance", _cases(tmp_path, request, *names), elsewhere)
    assert found["1"]["deadline"] == "2026-03-02"  # a Monday: two months end on a Saturday
    keep = "restrict_and_keep"
    assert found["1"]["actions"] == {
        "A": {"action": keep, "keep_until": "2025-12-31", "basis": "§ 41 EStG"},
        "B": {"action": "erase", "keep_until": None, "basis": None},
        "C": {"action": keep, "keep_until": "2027-02-28", "basis": "Vorgabe"},
    }
    assert found["Nordstern Fracht"]["decision"] == "gesperrt"
    assert found["Nordstirn Frucht AG"]["decision"] == "frei", "alike by 0.86, less than theirs"


UNCLEAR: dict[str, tuple[dict[str, Any], str]] = {
    "no right is named": ({"mail": "Guten Tag, wie geht es Ihnen?"}, "data missing"),
    "two rights": ({"mail": "Auskunft bitte, und dann alles löschen."}, "data missing"),
    "no record": ({"article": "Art. 17", "records": []}, "data missing"),
    "an article of another kind": ({"article": "Art. 21", "mail": "löschen"}, "data missing"),
    "a kind that nobody knows": (
        {"records": [{"record": "R9", "type": "wetterbericht", "date": "2020-01-01"}]},
        "data missing",
    ),
    "one kind of two is unknown": (
        {
            "records": [
                {"record": "R1", "type": "foto"},
                {"record": "R9", "type": "wetterbericht", "date": "2020-01-01"},
            ]
        },
        "data missing",
    ),
    "a day that is none": (
        {
            "records": [
                {"record": "R1", "type": "lohnkonto", "date": "31.02.2020"},
                {"record": "R2", "type": "foto"},
            ]
        },
        "data missing",
    ),
    "records of two people": (
        {
            "records": [
                {"record": "R1", "type": "foto", "subject": "a@example.org"},
                {"record": "R2", "type": "foto", "subject": "b@example.org"},
            ]
        },
        "contradictory results",
    ),
    "a day of receipt that is none": ({"received": "2026-11-31"}, "data missing"),
    "a record without a kind": (
        {"records": [{"record": "R1", "type": "foto"}, {"record": "R2"}]},
        "data missing",
    ),
    "two records of one name": (
        {"records": [{"record": "R1", "type": "foto"}, {"record": "R1", "type": "foto"}]},
        "data missing",
    ),
    "records that are none": ({"records": "R1"}, "data missing"),
    "a mail longer than any": ({"mail": "x" * 30_000}, "data missing"),
    "nothing at all": (
        {"article": None, "mail": None, "received": None, "records": None},
        "data missing",
    ),
}


def test_what_is_unclear_goes_to_people(elsewhere: Path, tmp_path: Path, command: Command) -> None:
    """Nothing is guessed, nothing is erased: each ends with its cause before somebody."""
    basis = {
        "article": "Art. 17",
        "received": "2026-11-18",
        "records": [{"record": "R1", "type": "foto"}],
    }
    rows = [{"case": name, **_without(basis, more), **more} for name, (more, _) in UNCLEAR.items()]
    found = command("compliance", _cases(tmp_path, *rows), elsewhere)
    for name, (_, cause) in UNCLEAR.items():
        assert (found[name]["exit"]["kind"], found[name]["exit"]["cause"]) == (
            "exception",
            cause,
        ), name
        assert found[name]["effects"] == [], name
        assert found[name]["approval"]["roles"], name


def test_signs_nobody_sees_and_other_letters_hide_no_name(
    elsewhere: Path, tmp_path: Path, command: Command
) -> None:
    """Hidden signs are left out; what cannot be compared is cleared by nobody."""
    names = {
        "hidden": "Nord\u200bstern Fracht",
        "cyrillic": "Нордстерн Фрахт",
        "arabic": "مؤسسة الأقصى",
        "no word": "...",
        "not a name": ["Nordstern Fracht"],
        "number": 7,
    }
    rows = ({"case": case, "query": name} for case, name in names.items())
    found = command("compliance", _cases(tmp_path, *rows), elsewhere)
    told = {case: row["decision"] for case, row in found.items()}
    assert told == {
        "hidden": "gesperrt",
        "cyrillic": "gesperrt",
        "arabic": "hold",
        "no word": "hold",
        "not a name": "hold",
        "number": "frei",
    }
    assert all(not found[case]["effects"] for case in ("arabic", "no word", "not a name"))


def test_days_in_german(elsewhere: Path, tmp_path: Path, command: Command) -> None:
    """A day of receipt as people write it is read, and not taken to be today."""
    request = {
        "case": "1",
        "article": "Art. 17",
        "received": "31.1.2025",
        "records": [{"record": "A", "type": "lohnkonto", "date": "28.02.2019"}],
    }
    row = command("compliance", _cases(tmp_path, request), elsewhere)["1"]
    assert row["deadline"] == "2025-03-31", "two months here"
    assert row["actions"]["A"]["keep_until"] == "2025-12-31"


def _without(basis: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in basis.items() if k != "article" or "mail" not in more}


def test_without_a_list_nobody_is_cleared(tmp_path: Path, command: Command) -> None:
    """No list and an empty list clear nobody: the case goes to people."""
    world = tmp_path / "world" / "compliance"
    world.mkdir(parents=True)
    (world / "retention.json").write_text("[]", "utf-8")
    cases = _cases(tmp_path, {"case": "1", "query": "Elektro Schuster"})
    for text in (None, ""):
        if text is not None:
            (world / "sanctions.jsonl").write_text(text, "utf-8")
        row = command("compliance", cases, world.parent)["1"]
        assert (row["exit"]["kind"], row["exit"]["cause"]) == ("exception", "data missing")
        assert row["effects"] == []

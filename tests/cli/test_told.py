"""A real case that ends by an error is read in German, at the terminal first of all."""

from pathlib import Path

import pytest

from tests.cli.conftest import Office

pytestmark = pytest.mark.slow

GERMAN = "Der Geschäftsschlüssel ist vergeben."
ENGLISH = "the business key is taken"


def again(office: Office, root: Path, folder: Path) -> str:
    """The sick note of the demo comes in a second time: LS205; its case."""
    rows = (root / "evals" / "hr" / "hr_cases.jsonl").read_text("utf-8").splitlines()
    file = folder / "again.jsonl"
    file.write_text(next(row for row in rows if '"SK-D01"' in row), "utf-8")
    [row] = office("batch", "hr", file, "--json").rows
    assert row["exit"]["reason"].startswith(ENGLISH), "the journal keeps it as it was raised"
    queue = office("inbox", "--json").data["exceptions"]
    [case] = [one["case"] for one in queue if one["title"] == "SK-D01"]
    return str(case)


def test_why_a_case_ended_is_read_in_german_and_in_english_if_asked(
    office: Office, root: Path, tmp_path: Path
) -> None:
    """`case show` and `inbox`: German words first, English with `--lang en`, never both (R7)."""
    case = again(office, root, tmp_path)
    shown = office("case", "show", case).out
    assert "zu klären: widersprüchliche Ergebnisse: Das ist schon geschehen, in diesem" in shown
    assert GERMAN in shown
    assert ENGLISH not in shown
    assert "Arbeitsunfähigkeit erfassen nicht gelungen: Das ist schon geschehen" in shown
    english = office("case", "show", case, "--lang", "en").out
    assert ENGLISH in english
    assert "Geschäftsschlüssel" not in english
    listed = " ".join(office("inbox", env={"COLUMNS": "400"}).out.split())
    assert "Das ist schon geschehen" in listed
    assert ENGLISH not in listed


def test_the_reasons_of_rules_are_read_in_english_too(office: Office) -> None:
    """An exit holds the rule's German reason; the rule has it in English as well."""
    [german] = reasons(office, "LV-D08")
    [english] = reasons(office, "LV-D08", "--lang", "en")
    assert german == "Der Urlaub beginnt vor dem Tag des Antrags."
    assert english not in ("", german)
    assert office("case", "show", "LV-D08", "--lang", "en").out.rstrip().endswith(english)


def reasons(office: Office, title: str, *options: str) -> list[str]:
    """Why cases of this title left the automation."""
    queue = office("inbox", "--json", *options).data["exceptions"]
    return [one["reason"] for one in queue if one["title"] == title]


def test_what_a_decision_lacks_is_said_in_german(office: Office) -> None:
    """Code, what is wrong and what to do, without English; nothing is decided."""
    number = office.waiting("AP-D16.xml")
    change = "gross_cents=1.234,56"
    done = office("edit", number, change, "--reason", "falsch", person="ben.krueger")
    assert done.code == 1
    assert "ist kein eindeutiger Betrag: 1234.56" in done.err
    assert "Zu tun: Bitte schreiben Sie den Wert so, wie es hier steht." in done.err
    assert "no amount" not in done.err
    english = office("case", "show", "nix", "--lang", "en")
    assert english.err.startswith("LS100: no case `nix`")
    assert office("case", "show", "nix").err.startswith("LS100: Es gibt keinen Vorgang nix.")
    assert office("case", "show", "nix", "--json").err.startswith('{"error"')

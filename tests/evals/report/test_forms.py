"""Every form of a report says the same, in two languages, and twice the same bytes."""

import io
import json
import re
from pathlib import Path

import pytest
from lxml import etree
from rich.console import Console

from leitstand.evals.gate import Finding
from leitstand.evals.report import (
    Report,
    Wording,
    annotations,
    document,
    five_lines,
    markdown,
    reopen,
    show,
    write_junit,
    write_page,
)
from leitstand.evals.result import Proposed
from leitstand.evals.saved import accept
from leitstand.values import Language
from tests.evals.sample import TODAY, bad, good, report_in, suite_in

REFUSED = Proposed(address="a", tool="erp.draft", decision="approve", answer="reject")
SIGNED = """\
[[signoff]]
case = "signed"
who = "Carla Meyer"
date = 2026-11-01
why = "Known since the move."
until = 2026-12-31
"""


@pytest.fixture
def report(tmp_path: Path) -> Report:
    """A run with a case of every kind against its baseline."""
    suite = suite_in(tmp_path)
    fine = [
        good(f"g{n:02}", proposals=(REFUSED.model_copy(update={"answer": ""}),)) for n in range(30)
    ]
    suite.path("signoffs.toml").write_text(SIGNED)
    before = [*fine, good("new"), good("signed"), bad("old"), bad("mended"), good("gone")]
    accept(report_in(tmp_path / "before", before, suite).saved, suite.path("baseline"))
    now = [*fine, bad("new", proposals=(REFUSED,)), bad("signed"), bad("old"), good("mended")]
    return report_in(tmp_path / "run", [*now, bad("lost", certainty="unknown")], suite)


def printed(report: Report, language: Language) -> list[str]:
    """The lines of the terminal's report."""
    paper = io.StringIO()
    show(report, Wording(language), Console(width=200, file=paper))
    return paper.getvalue().splitlines()


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_first_five_lines_decide(report: Report, language: Language) -> None:
    """Verdict, newly failing cases, corrections per 100, n with interval, unsafe effects."""
    lines = printed(report, language)[:5]
    assert lines == list(five_lines(report, Wording(language)))
    words = {
        "de": [
            "nicht freigegeben",
            "3 (new, signed, gone)",
            "3,23",
            "31 von 35",
            "74,0 % bis 95,4 %",
            ": 0",
        ],
        "en": [
            "not released",
            "3 (new, signed, gone)",
            "3.23",
            "31 of 35",
            "74.0 % to 95.4 %",
            ": 0",
        ],
    }
    for word, number in zip(words[language], (0, 1, 2, 3, 3, 4), strict=True):
        assert word in lines[number], lines


def test_the_terminal_names_what_is_wrong_and_who_answers(report: Report) -> None:
    """Case, field and values; the name of who signed."""
    text = "\n".join(printed(report, "en"))
    assert 'erp.draft.account: "4712", expected "4711"' in text
    assert "Signed off by: Carla Meyer, 2026-11-01: Known since the move." in text
    assert "missing: the baseline has this case" in text


def test_the_document_holds_verdict_and_every_figure(report: Report) -> None:
    """For programs: exit code, findings, figures, failing cases by kind; no time in it."""
    found = json.loads(json.dumps(document(report)))
    assert (found["verdict"], found["exit"]) == ("refused", 1)
    kinds = {row["case"]: row["kind"] for row in found["failing"]}
    assert kinds == {
        "new": "newly_failing",
        "signed": "newly_failing",
        "old": "still_failing",
        "lost": "unknown",
        "gone": "newly_failing",
    }
    assert {"correctness", "corrections", "oversight", "coverage", "cost"} <= set(found["figures"])
    assert "2026-11-28T09" not in json.dumps(found)


def test_junit_counts_what_it_holds(report: Report, tmp_path: Path) -> None:
    """Failures, errors and tests as the cases below say; the gate is a suite of its own."""
    write_junit(report, Wording("en"), tmp_path / "junit.xml")
    root = etree.parse(tmp_path / "junit.xml").getroot()
    cases, gate = root.findall("testsuite")
    for tag, name in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
        assert len(cases.findall(f"testcase/{tag}")) == int(cases.get(name, "")), name
    assert len(cases.findall("testcase")) == int(cases.get("tests", "")) == 35
    assert gate.find("testcase[@name='failing.no']/failure") is not None


def test_junit_takes_any_text(tmp_path: Path) -> None:
    """Control characters and markup in a case break no XML."""
    odd = bad("odd", problems=("\x00\x1b[31m<b>&\uffff",))
    write_junit(
        report_in(tmp_path / "run", [odd], suite_in(tmp_path)), Wording("de"), tmp_path / "x"
    )
    assert "<b>&" in "".join(etree.parse(tmp_path / "x").getroot().itertext())


def test_markdown_lets_nothing_of_a_case_act(tmp_path: Path) -> None:
    """Markup, tables and links from a document stand there as text."""
    odd = bad("odd", problems=("<img src=x> | [a](http://b) `c` \n# d",))
    text = markdown(report_in(tmp_path / "run", [odd], suite_in(tmp_path)), Wording("de"))
    row = next(line for line in text.splitlines() if line.startswith("| odd"))
    assert r"\<img src=x\> \| \[a\]\(http://b\) \`c\`  \# d" in row


def test_the_pull_request_names_newly_failing_cases(report: Report, tmp_path: Path) -> None:
    """A line of the log each, signed ones left out; values cannot break out of it."""
    lines = list(annotations(report, tmp_path))
    assert [re.search(r"::(\w+):", line).group(1) for line in lines] == ["new", "gone"]  # pyright: ignore[reportOptionalMemberAccess]
    assert lines[0].startswith("::error file=accounting/suite.yaml,line=1::new: erp.draft.account")
    odd = bad("odd", problems=("a\n::warning::b%",))
    suite = suite_in(tmp_path / "odd")
    [line] = annotations(report_in(tmp_path / "odd" / "run", [odd], suite), tmp_path / "odd")
    assert line.endswith("odd: a%0A::warning::b%25")


def test_a_saved_run_gives_the_same_report_again(report: Report, tmp_path: Path) -> None:
    """Reopened, and run a second time: every form is the same, byte for byte."""
    suite = report.suite
    again = reopen(suite, report.saved.folder, TODAY)
    assert (again.figures, again.verdict) == (report.figures, report.verdict)
    forms: list[list[bytes]] = []
    for name, one in (("a", report), ("b", again)):
        write_page(one, tmp_path / f"{name}.html")
        write_junit(one, Wording("de"), tmp_path / f"{name}.xml")
        texts = (markdown(one, Wording("de")), json.dumps(document(one)))
        files = [(tmp_path / f"{name}.{kind}").read_bytes() for kind in ("html", "xml")]
        forms.append([*files, *(t.encode() for t in texts)])
    assert forms[0] == forms[1]


def test_both_languages_have_every_sentence() -> None:
    """The same keys, the same places for values."""
    german, english = Wording("de").words, Wording("en").words
    assert german.keys() == english.keys()
    for section, sentences in german.items():
        assert sentences.keys() == english[section].keys(), section
        for key, text in sentences.items():
            places = re.findall(r"\{(\w+)", text)
            assert sorted(places) == sorted(re.findall(r"\{(\w+)", english[section][key])), key


@pytest.mark.parametrize(
    ("value", "form", "german", "english"),
    [
        (0.9286, "{x:percent}", "92,8 %", "92.8 %"),
        (0.89999, "{x:percent}", "89,9 %", "89.9 %"),
        (0.9, "{x:percent}", "90,0 %", "90.0 %"),
        (100000, "{x}", "100.000", "100,000"),
        (42.857, "{x}", "42,86", "42.86"),
        (0.0035, "{x}", "0,0035", "0.0035"),
        (30.0, "{x}", "30", "30"),
        (0.0, "{x}", "0", "0"),
        ("a.b", "{x}", "a.b", "a.b"),
    ],
)
def test_numbers_are_written_as_the_language_does(
    value: object, form: str, german: str, english: str
) -> None:
    """Shares are rounded down, so that nothing looks proven before it is."""
    assert Wording("de").format(form, x=value) == german
    assert Wording("en").format(form, x=value) == english


def test_a_finding_of_coverage_says_what_its_names_are() -> None:
    """Names follow only where something is missing."""
    values: dict[str, str | int | float] = {"covered": 1, "of": 2, "share": 0.5}
    found = Finding(part="coverage", state="yes", key="coverage.exits", values=values)
    assert Wording("en").finding(found) == "Exits: 1 of 2, required 50.0 %."
    missing = found.model_copy(update={"cases": ("done",)})
    assert Wording("en").finding(missing).endswith("Not covered:")

"""The report as JUnit XML: a test a case, and a test a finding of the gate."""

from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

from lxml import etree

from leitstand.evals.report.report import Report
from leitstand.evals.report.wording import Wording, plain
from leitstand.evals.result import CaseResult

Element: TypeAlias = etree._Element  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]


def write_junit(report: Report, wording: Wording, file: Path) -> None:
    """Write the XML, case by case; unknown cases are errors, quarantined ones are skipped."""
    with etree.xmlfile(str(file), encoding="utf-8") as xml, xml.element("testsuites"):
        with xml.element("testsuite", {"name": plain(report.suite.name), **_counts(report)}):
            for result in report.saved.results():
                xml.write(_case(report, result))
        with xml.element("testsuite", {"name": f"{plain(report.suite.name)}: gate"}):
            for test in _gate(report, wording):
                xml.write(test)


def _counts(report: Report) -> dict[str, str]:
    kinds = list(report.kinds.values())
    unknown, skipped = kinds.count("unknown"), kinds.count("quarantined")
    right = report.figures.correctness
    failures = right.n - right.passed - unknown
    counts = {
        "tests": report.figures.cases,
        "failures": failures,
        "errors": unknown,
        "skipped": skipped,
    }
    return {name: str(n) for name, n in counts.items()}


def _case(report: Report, result: CaseResult) -> Element:
    test = etree.Element("testcase", classname=report.suite.name, name=plain(result.case))
    kind = report.kinds.get(result.case, "good")
    if kind in ("good", "newly_passing"):
        return test
    tag = {"unknown": "error", "quarantined": "skipped"}.get(kind, "failure")
    message = plain("; ".join(result.problems[:1]))
    found = etree.SubElement(test, tag, message=message, type=kind)
    signed = [report.signed[result.case]] if result.case in report.signed else []
    found.text = "\n".join(plain(line) for line in (*result.problems, *signed))
    return test


def _gate(report: Report, wording: Wording) -> Iterator[Element]:
    for found in report.verdict.findings:
        test = etree.Element("testcase", classname=found.part, name=found.key)
        if found.state != "yes":
            tag = "failure" if found.state == "no" else "error"
            text = plain(wording.finding(found))
            etree.SubElement(test, tag, message=text).text = "\n".join(map(plain, found.cases))
        yield test

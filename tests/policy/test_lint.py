"""Findings of `policy check`."""

from pathlib import Path

import pytest

from leitstand.policy import Finding, check, lint
from leitstand.policy.lint import check as check_folder
from tests.policy.sample import TEXTS, TOOLS, bundle_of, pay_facts

FORBID = 'forbid(principal, action == Action::"book.pay", resource)'
NAMED = '@owner("o") @reason_de("d") @reason_en("e")'


def codes(policy: str) -> set[str]:
    """Codes of the findings that one more policy brings."""
    before = {f.code for f in lint(bundle_of())}
    return {f.code for f in lint(bundle_of({**TEXTS, "99.cedar": policy}))} - before


def test_a_tool_without_a_grant_is_always_denied() -> None:
    """The sample grants everything but closing a period, and says so."""
    findings = [f for f in lint(bundle_of()) if f.severity == "warning"]
    assert [f.code for f in findings] == ["no-grant"]
    assert "`book.close`: it is always denied" in findings[0].text


@pytest.mark.parametrize(
    ("policy", "found"),
    [
        (
            f"""@id("x") @decision("approve") @level("approve") @roles("a") @approvers("1") {NAMED}
            {FORBID} when {{ context.facts.known }};""",
            {"undischargeable"},
        ),
        (
            f"""@id("x") @decision("deny") @level("reject") {NAMED}
            {FORBID} unless {{ context.call.approval.count > 0 }};""",
            {"approval-denied"},
        ),
        (
            f"""@id("x") @decision("deny") @level("reject") {NAMED}
            {FORBID} when {{ context.call.approval.persons.contains(principal.requester) }};""",
            set[str](),
        ),
        (f'@id("x") @decision("deny") @level("note") {NAMED} {FORBID};', {"level"}),
        (f'@id("x") @decision("deny") @level("hold") {NAMED} {FORBID};', {"no-cause"}),
        (f'@id("x") @decision("deny") @level("reject") @owner("o") {FORBID};',
         {"no-reason-de", "no-reason-en"}),
        (f'@id("x") @decision("deny") @level("reject") @fix_en("e") {NAMED} {FORBID};',
         {"no-fix-de"}),
        (f'@id("x") @decision("deny") @level("reject") @fix_de("d") {NAMED} {FORBID};',
         {"no-fix-en"}),
        (f'@id("x") @decision("deny") @level("reject") {NAMED[12:]} {FORBID};', {"no-owner"}),
        ('@id("x") @grant @owner("o") permit(principal, action, resource);', {"wide-grant"}),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_found(policy: str, found: set[str]) -> None:
    """Each rule that nobody can have meant brings exactly its finding."""
    assert codes(policy) == found


def test_a_write_that_nothing_forbids_is_found() -> None:
    """A granted write without one rule is worth a question."""
    grant = """@id("g") @grant @owner("o")
    permit(principal in Role::"clerk", action == Action::"book.close", resource);"""
    findings = lint(bundle_of({"00.cedar": grant}))
    assert ("warning", "unguarded") in {(f.severity, f.code) for f in findings}


def test_a_fact_that_no_rule_reads_is_noted() -> None:
    """Measured for nothing: noted, not refused."""
    texts = {n: t.replace('context.facts.bank == "changed"', "true") for n, t in TEXTS.items()}
    found = [f for f in lint(bundle_of(texts)) if f.code == "unused-fact"]
    assert [f.severity for f in found] == ["note"]
    assert "`bank`" in found[0].text


def test_a_folder_that_does_not_load_says_everything_that_is_wrong(tmp_path: Path) -> None:
    """All findings with file and line at once, so that one round of mending is enough."""
    (tmp_path / "a.cedar").write_text(
        f'\n\n@id("x") {FORBID};\n@id("y") permit(principal, action, resource);'
    )
    (tmp_path / "b.cedar").write_text("permit(")
    found = check(tmp_path, TOOLS, [pay_facts])
    assert [(f.file, f.rule, f.code) for f in found][:2] == [
        ("a.cedar:3", "x", "no-route"),
        ("a.cedar:4", "y", "permit-kind"),
    ]
    assert found[-1].file == "b.cedar"
    assert {f.severity for f in found} == {"error"}


def test_a_folder_without_policies_is_a_finding(tmp_path: Path) -> None:
    """Checking never raises: what cannot be read is a finding, too."""
    assert [f.code for f in check_folder(tmp_path, TOOLS, [])] == ["unreadable"]


def test_a_finding_reads_like_a_compilers() -> None:
    """`file:line: rule: text [code]`."""
    finding = Finding("error", "no-route", "a forbid carries @decision", "a.cedar:3", "x")
    assert str(finding) == "a.cedar:3: x: a forbid carries @decision [no-route]"

"""Findings of `policy check`."""

from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leitstand.policy import Bundle, FactCall, Finding, check, decide, facts, lint
from leitstand.policy.lint import check as check_folder
from tests.policy.sample import GRANTS, TEXTS, TOOLS, PayFacts, bundle_of, pay_facts, paying

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
    assert found[-1].file == "b.cedar:1"
    assert {f.severity for f in found} == {"error"}


def test_a_folder_without_policies_is_a_finding(tmp_path: Path) -> None:
    """Checking never raises: what cannot be read is a finding, too."""
    assert [f.code for f in check_folder(tmp_path, TOOLS, [])] == ["unreadable"]


def test_a_finding_reads_like_a_compilers() -> None:
    """`file:line: rule: text [code]`."""
    finding = Finding("error", "no-route", "a forbid carries @decision", "a.cedar:3", "x")
    assert str(finding) == "a.cedar:3: x: a forbid carries @decision [no-route]"


def conditions(clauses: str, head: str = FORBID) -> dict[str, str]:
    """Findings on one more rule with these conditions: code and text."""
    policy = f'@id("x") @decision("deny") @level("reject") {NAMED} {head} {clauses};'
    found = lint(bundle_of({**TEXTS, "99.cedar": policy}))
    return {f.code: f.text for f in found if f.rule == "x" and f.severity == "warning"}


@pytest.mark.parametrize(
    ("clauses", "code", "said"),
    [
        ("when { false && context.facts.known }", "never-fires",
         "`false && context.facts.known` is always false"),
        ("when { context.facts.known } unless { true }", "never-fires", "`true` is always true"),
        ("when { context.args.gross != context.args.gross }", "never-fires", "is always false"),
        ("when { 2 < 1 }", "never-fires", "`2 < 1` is always false"),
        ('when { context.facts.bank == "chnged" }', "never-fires", '.bank == "chnged"` is always'),
        ('when { context.facts.bank == "same" } unless { context.facts.bank == "same" }',
         "never-fires", "its clauses exclude each other"),
        ('when { ["EU", "US"].contains(context.args.currency) }', "never-fires", "currency"),
        ('when { context.facts.bank == "same" && context.facts.bank == "changed" }', "never-fires",
         "is always false"),
        ("when { if context.facts.known then false else !true }", "never-fires", "always false"),
        ("when { true || context.facts.known }", "always-fires", "is always true"),
        ("when { context.facts.known || !context.facts.known }", "always-fires", "is always true"),
        ('unless { context.facts.bank == "chnged" }', "always-fires", "is always false"),
        ("when { context.facts.tier >= context.facts.tier }", "always-fires", "is always true"),
        ('when { context.facts.known && ("EUR" == "USD" || context.facts.tier > 1) }', "constant",
         '`"EUR" == "USD"` is always false'),
        ('when { context.args.gross > 5 && context.facts.bank != "chnged" }', "constant",
         '`context.facts.bank != "chnged"` is always true'),
    ],
)  # fmt: skip
def test_a_condition_that_no_request_changes_is_found(clauses: str, code: str, said: str) -> None:
    """Dead rules and rules that always fire are warnings that name the part, as Cedar has it."""
    found = conditions(clauses)
    assert found.keys() == {code}
    assert said in found[code]


@pytest.mark.parametrize(
    "clauses",
    [
        "",
        'when { context.facts.bank == "same" || context.facts.known }',
        "when { context.args has due }",
        'when { context.args.supplier == "S1" && context.facts.tier == 1 }',
        "when { context.args.gross > 5 } unless { principal.tenant == resource.tenant }",
        "when { context.facts.tier_roles.contains(principal.requester) }",
    ],
)  # fmt: skip
def test_what_a_request_can_change_is_not_found(clauses: str) -> None:
    """Open values can be anything, and a rule without conditions means to fire."""
    assert conditions(clauses) == {}


def test_a_condition_counts_over_all_tools_of_its_rule() -> None:
    """A value that one tool knows and another does not is no dead rule."""

    class Other(PayFacts):
        bank: Literal["gone"]  # pyright: ignore[reportIncompatibleVariableOverride]

    @facts("mail.send", model=Other)
    def other(_: FactCall) -> Other:
        raise AssertionError

    both = 'forbid(principal, action in [Action::"book.pay", Action::"mail.send"], resource)'
    policy = f'@id("x") @decision("deny") @level("reject") {NAMED} {both} when {{ %s }};'
    for value, dead in (("gone", False), ("changed", False), ("chnged", True)):
        texts = {**TEXTS, "99.cedar": policy % f'context.facts.bank == "{value}"'}
        findings = lint(Bundle.of(texts, TOOLS, [pay_facts, other]))
        assert ("never-fires" in {f.code for f in findings}) == dead


@given(st.data())
def test_what_is_said_of_every_request_is_so(data: st.DataObject) -> None:
    """Of random conditions: where one is said never or always to fire, the engine agrees."""
    parts = st.sampled_from(
        [
            *("true", "false", "context.facts.known", "context.facts.tier > 1"),
            *(f'context.facts.bank {op} "{v}"' for op in ("==", "!=") for v in ("same", "x")),
            *(f'"{v}" == context.args.currency' for v in ("EUR", "CHF")),
            '["same", "x"].contains(context.facts.bank)',
        ]
    )
    joined = st.recursive(
        parts,
        lambda inner: st.one_of(
            st.tuples(inner, st.sampled_from(["&&", "||", "=="]), inner).map(
                lambda t: f"({t[0]}) {t[1]} ({t[2]})"
            ),
            inner.map(lambda t: f"!({t})"),
            st.tuples(inner, inner, inner).map(lambda t: "if ({}) then ({}) else ({})".format(*t)),
        ),
        max_leaves=6,
    )
    kind, condition = data.draw(st.sampled_from(["when", "unless"])), data.draw(joined)
    policy = f'@id("x") @decision("deny") @level("reject") {NAMED} {FORBID}'
    bundle = bundle_of({"00.cedar": GRANTS, "99.cedar": f"{policy} {kind} {{ {condition} }};"})
    codes = {f.code for f in lint(bundle) if f.rule == "x"}
    fired = {
        bool(decide(bundle, paying(facts=measured, args={"currency": currency})).hits)
        for currency in ("EUR", "USD")
        for known in (True, False)
        for bank in ("same", "changed")
        for tier in (0, 2)
        if (measured := {"known": known, "bank": bank, "tier": tier})
    }
    if "never-fires" in codes:
        assert fired == {False}
    if "always-fires" in codes:
        assert fired == {True}
    if not codes & {"never-fires", "always-fires"} and "tier" not in condition:
        assert fired == {True, False}

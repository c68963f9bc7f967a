"""What changed in a file of rules, rule by rule."""

import pytest

from leitstand.errors import PolicyRefused
from leitstand.policy import changes, owners_of
from tests.policy.sample import GRANTS, RULES

BANK = 'when {{ context.facts.bank == "{}" }}'.format


def said(before: str, after: str) -> list[str]:
    """The changes as people read them."""
    return [str(c) for c in changes(before, after)]


def test_the_same_rules_are_no_change() -> None:
    """Neither comments nor order nor spaces are one."""
    assert said(RULES, RULES) == []
    assert said(RULES + GRANTS, "// other\n" + GRANTS + "\n\n" + RULES) == []


def test_a_rule_that_came_or_went_is_named() -> None:
    """Once each."""
    assert said("", GRANTS) == ["+ grant-clerk", "+ grant-mail"]
    assert said(GRANTS, "") == ["- grant-clerk", "- grant-mail"]


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ('@decision("deny") @level("escalate")', '@decision("approve") @level("escalate")',
         "~ P-bank: @decision: deny → approve"),
        ('@roles("head") @approvers("2")', '@roles("clerk") @approvers("2")',
         "~ P-bank: @roles: head → clerk"),
        ('@rank("5") ', "", "~ P-tier: @rank: 5 → -"),
        ('.bank == "changed"', '.bank == "same"',
         "~ P-bank: clause 1: " + " → ".join(map(BANK, ("changed", "same")))),
        ("unless { context.facts.known }", "when { context.facts.known }",
         "~ P-known: clause 1: unless { context.facts.known } → when { context.facts.known }"),
    ],
)  # fmt: skip
def test_what_changed_in_a_rule_is_told(old: str, new: str, line: str) -> None:
    """Annotations and conditions, before and after."""
    assert RULES.count(old) == 1
    assert said(RULES, RULES.replace(old, new)) == [line]


def test_another_scope_is_told() -> None:
    """Whom and what a rule is for."""
    (line,) = said(GRANTS, GRANTS.replace('Action::"mail.send"', 'Action::"book.close"'))
    assert line.startswith("~ grant-mail: scope: ")
    assert line.index("mail.send") < line.index("book.close")


def test_owners_are_read_as_the_engine_reads_them() -> None:
    """However the text is escaped; a text that cannot be parsed has none to name."""
    assert owners_of(GRANTS) == {"finance", "office"}
    assert owners_of(GRANTS.replace("finance", r"fin\u{61}nce")) == {"finance", "office"}
    for text in ("permit(", "(" * 2_000):
        with pytest.raises(PolicyRefused):
            owners_of(text)

"""Bundles: what loads, what names them, and that nothing in them can change."""

import dataclasses
from datetime import date
from pathlib import Path

import pytest

from leitstand.errors import PolicyRefused
from leitstand.policy import Bundle, Evidence, FactCall, Request, decide, facts
from leitstand.policy.engine import applying, parse, policy_set
from leitstand.tool import Port, tool
from leitstand.values import Frozen
from tests.policy.sample import (
    GRANTS,
    LIMITS,
    RULES,
    TEXTS,
    TOOLS,
    PayFacts,
    bundle_of,
    pay,
    pay_facts,
    paying,
)


def test_a_folder_is_loaded(tmp_path: Path) -> None:
    """All Cedar files of a folder, in whatever order they are read, make one bundle."""
    for name, text in TEXTS.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "README.md").write_text("not a policy")
    bundle = Bundle.load(tmp_path, TOOLS, [pay_facts])
    assert bundle.sha == bundle_of({name: TEXTS[name] for name in reversed(list(TEXTS))}).sha
    assert [r.id for r in bundle.rules] == sorted(r.id for r in bundle.rules)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    """No rules is a mistake, never a house without rules."""
    with pytest.raises(PolicyRefused, match="LS501"):
        Bundle.load(tmp_path, TOOLS, [pay_facts])


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    """A file that is not UTF-8 is named."""
    (tmp_path / "bad.cedar").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(PolicyRefused, match=r"bad\.cedar"):
        Bundle.load(tmp_path, TOOLS, [pay_facts])


def test_a_bundle_is_immutable() -> None:
    """Neither the bundle nor its tools can be changed after loading."""
    bundle = bundle_of()
    with pytest.raises(dataclasses.FrozenInstanceError):
        bundle.sha = ""  # pyright: ignore[reportAttributeAccessIssue]
    with pytest.raises(TypeError, match="item assignment"):
        bundle.tools["x"] = bundle.tools["book.pay"]  # pyright: ignore[reportIndexIssue]


def test_a_slice_changes_only_with_what_applies() -> None:
    """A rule for mails leaves the slice of payments alone, and the other way round."""
    plain, changed = (
        bundle_of(),
        bundle_of({**TEXTS, "10_rules.cedar": RULES.replace("secret", "x")}),
    )
    assert plain.sha != changed.sha
    assert plain.slice("book.pay") == changed.slice("book.pay")
    assert plain.slice("mail.send") != changed.slice("mail.send")
    assert plain.slice("nix") == ""


def test_comments_and_files_do_not_change_a_slice() -> None:
    """A signature stands while rules mean the same: comments and file names mean nothing."""
    one = {"all.cedar": f"// said otherwise\n{RULES}\n{GRANTS}"}
    assert bundle_of(one).slice("book.pay") == bundle_of().slice("book.pay")
    assert bundle_of(one).sha != bundle_of().sha


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("tier > 0", "tier > 1"),
        ('@rank("5")', '@rank("6")'),
        ("Betrag über", "Summe über"),
        ('Role::"clerk"', 'Role::"auditor"'),
    ],
)
def test_what_was_shown_or_decided_changes_the_slice(before: str, after: str) -> None:
    """A condition, a rank, a reason or a grant that changed voids signatures."""
    texts = {name: text.replace(before, after) for name, text in TEXTS.items()}
    assert bundle_of(texts).slice("book.pay") != bundle_of().slice("book.pay")


def test_a_new_fact_changes_the_slice_of_its_tools() -> None:
    """The schema is part of the slice: another measure is another question."""

    class More(Frozen):
        weekday: int

    @facts("book.pay", model=More)
    def more(call: FactCall) -> More:
        return More(weekday=call.today.weekday())

    bundle = Bundle.of(TEXTS, TOOLS, [pay_facts, more])
    assert bundle.slice("book.pay") != bundle_of().slice("book.pay")
    assert bundle.slice("mail.send") == bundle_of().slice("mail.send")


def test_fact_functions_must_fit_together() -> None:
    """A fact is measured once, is flat, and its function names tools that exist."""

    class Wrong(Frozen):
        tier: int
        nested: PayFacts
        checked: bool

    @facts("book.pay", "book.burn", model=Wrong)
    def wrong(call: FactCall) -> Wrong:
        raise NotImplementedError

    with pytest.raises(PolicyRefused) as refused:
        Bundle.of(TEXTS, TOOLS, [pay_facts, wrong])
    for problem in (
        "`tier` is measured by two",
        "`nested` is no flat",
        "frozenset[str]",
        "book.burn",
    ):
        assert problem in str(refused.value)


def test_a_tool_is_named_once() -> None:
    """Two tools of one name could be granted one and run the other."""
    with pytest.raises(PolicyRefused, match="tool-twice"):
        Bundle.of(TEXTS, [*TOOLS, pay], [pay_facts])


def test_a_groups_rule_reaches_each_of_its_tools() -> None:
    """`action in Action::"write"` applies to writes alone, `action` to all."""
    bundle = bundle_of()
    taint = next(r for r in bundle.rules if r.id == "P-taint")
    assert taint.tools == {"book.pay", "book.close", "mail.send"}
    everywhere = '@id("all") @decision("deny") @level("hold") forbid(principal, action, resource);'
    assert decide(bundle_of({**TEXTS, "99": everywhere}), paying()).error == ""
    assert next(r for r in bundle_of({**TEXTS, "99": everywhere}).rules if r.id == "all").tools == {
        t.name for t in TOOLS
    }


@pytest.mark.parametrize(
    "scope",
    [
        "action",
        'action == Action::"book.pay"',
        'action in Action::"write"',
        'action in Action::"read"',
        'action in Action::"mail.send"',
        'action in [Action::"read", Action::"book.pay"]',
    ],
)
def test_slicing_reads_scopes_as_the_engine_does(scope: str) -> None:
    """A rule is taken for exactly the tools that the engine would apply it to."""
    bundle = bundle_of()
    (node,) = parse(f"permit(principal, {scope}, resource);").values()
    engine = {
        name
        for name in bundle.tools
        if applying(
            policy_set([node]),
            bundle.store,
            {"principal": 'Agent::"a"', "action": f'Action::"{name}"', "resource": 'Case::"c"'},
        )
    }
    policy = f'@id("scope") @note("info") permit(principal, {scope}, resource);'
    sliced = {
        n for n, t in bundle_of({**TEXTS, "99.cedar": policy}).tools.items() if "scope" in t.rules
    }
    assert sliced == engine


def test_a_bundle_measures_what_its_functions_say() -> None:
    """All facts of a call; a tool without fact functions has none."""
    call = FactCall("mail.send", {}, Evidence(), LIMITS, date(2026, 11, 20), "t1", "mail")
    measured = bundle_of().measure(call)
    assert (dict(measured.values), measured.checked) == ({}, frozenset())


def test_field_names_that_cedar_reserves_can_be_named() -> None:
    """An argument called `in` or `if` is quoted in the schema and named by index in a rule."""

    class Odd(Frozen):
        has: int

    class Box(Port):
        """Nothing."""

    @tool("box.put", writes="box")
    async def put(args: Odd, box: Box, key: str) -> Odd:
        """Put."""
        raise NotImplementedError

    rule = """@id("g") @grant permit(principal, action, resource);
    @id("x") @decision("deny") @level("hold") forbid(principal, action, resource)
    when { context.args["has"] > 3 };"""
    bundle = Bundle.of({"a": rule}, [put], [])
    verdicts = [decide(bundle, Request("box.put", "r", "t", "q", {"has": n}, {})) for n in (3, 4)]
    assert [v.decision.name for v in verdicts] == ["ALLOW", "DENY"]

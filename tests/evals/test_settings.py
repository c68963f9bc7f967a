"""Settings: a change of rules or data that no case shows is named, one that a case shows is not."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leitstand.errors import ProjectRefused
from leitstand.evals.settings import settings_of, unshown
from leitstand.project import Project, load_project

RULE, DATA = "rule G-1", "data limits.free"
DRAFT = "erp.voucher.draft"
NAMES = st.sets(st.sampled_from(["rule A", "rule B", "data x", "data y"]))
RULES = st.frozensets(st.sampled_from("AB"))


@pytest.fixture(scope="module")
def project(root: Path) -> Project:
    """The repository's project."""
    return load_project(root)


def settings(project: Project, policies: Path | None = None, **more: object) -> dict[str, str]:
    """Its settings, with rules from elsewhere and other data of the tenant."""
    assert project.world is not None
    bundle = project.bundle()
    if policies is not None:
        bundle = type(bundle).load(policies, project.tools, project.facts)
    return dict(settings_of(project, bundle, {**project.limits(project.world), **more}))


def edited(project: Project, folder: Path, before: str, after: str) -> dict[str, str]:
    """The settings after a change of the text of the rules."""
    shutil.copytree(project.policies, folder)
    file = folder / "accounting.cedar"
    text = file.read_text("utf-8")
    assert before in text
    file.write_text(text.replace(before, after, 1), "utf-8")
    return settings(project, folder)


def test_every_rule_and_datum_and_table_has_a_name(project: Project) -> None:
    """Rules as lists name them, leaves of the data, keys of tables; no texts for people."""
    names = settings(project)
    assert {"rule G-A12", "rule tainted-argument", "data approval_tiers"} <= names.keys()
    assert {"data company.vat", "policies/vat.toml: case"} <= names.keys()
    assert "policies/defaults.toml: small_invoice_gross" in names
    assert not [n for n in names if n.startswith(("tools/texts/", "policies/lexicon"))]


@pytest.mark.slow
def test_a_condition_is_a_change_and_a_reason_is_none(project: Project, tmp_path: Path) -> None:
    """What people read may be worded anew without a case."""
    was = settings(project)
    condition = edited(project, tmp_path / "a", "context.facts.unordered_lines > 0", "false")
    assert {n for n in was if was[n] != condition[n]} == {"rule G-A12"}
    people = edited(project, tmp_path / "b", '@roles("purchasing_lead")', '@roles("clerk")')
    assert {n for n in was if was[n] != people[n]} == {"rule G-A09"}
    assert edited(project, tmp_path / "c", "Betrag über der Freigabegrenze.", "Zu hoch.") == was


def test_a_datum_is_a_change_of_its_own_name(project: Project) -> None:
    """However deep it stands."""
    was = settings(project)
    now = settings(project, small_invoice_gross=300)
    assert {n for n in was.keys() | now.keys() if was.get(n) != now.get(n)} == {
        "data small_invoice_gross"
    }


def test_a_table_that_is_none_keeps_the_suite_from_running(
    project: Project, tmp_path: Path
) -> None:
    """With the file."""
    shutil.copytree(project.policies, tmp_path / "policies")
    (tmp_path / "policies" / "vat.toml").write_text("[[")
    with pytest.raises(ProjectRefused) as refused:
        settings_of(replace(project, root=tmp_path), project.bundle(), {})
    assert str(refused.value.where).endswith("vat.toml")


@given(NAMES, NAMES, st.lists(RULES))
def test_unshown_is_what_differs_and_no_case_met(
    before: set[str], now: set[str], moved: list[frozenset[str]]
) -> None:
    """A rule needs a case that met it, a datum any case; what is the same is never named."""
    found = unshown(dict.fromkeys(before, "1"), dict.fromkeys(now, "1"), moved)
    assert set(found) <= before ^ now
    for name in before ^ now:
        rule = name.removeprefix("rule ")
        shown = any(rule in met for met in moved) if name != rule else bool(moved)
        assert (name in found) != shown


def test_another_value_is_a_change() -> None:
    """Not only a name that is new or gone."""
    assert unshown({RULE: "1", DATA: "1"}, {RULE: "2", DATA: "1"}, []) == (RULE,)
    assert unshown({RULE: "1"}, {RULE: "2"}, [frozenset({"G-1"})]) == ()
    assert unshown({RULE: "1"}, {RULE: "2"}, [frozenset({"G-2"})]) == (RULE,)


def test_what_a_tool_declares_is_a_setting(project: Project) -> None:
    """A key, an undo or a fixed value that is taken out lets through what it kept back."""
    was = settings(project)
    tools = [replace(t, key=(), recorded={}) for t in project.tools if t.name == DRAFT]
    others = [t for t in project.tools if t.name != DRAFT]
    now = settings(replace(project, tools=tuple(sorted((*tools, *others), key=lambda t: t.name))))
    assert {n for n in was.keys() | now.keys() if was.get(n) != now.get(n)} == {
        f"tool {DRAFT}: key",
        f"tool {DRAFT}: recorded",
    }


@pytest.mark.parametrize("name", ["tool mail.draft: key", "suite gate.level"])
def test_a_kind_that_the_baseline_does_not_know_is_not_compared(name: str) -> None:
    """A baseline of an earlier version knows neither tools nor the suite; a later one does."""
    kind = name.split(" ", maxsplit=1)[0]
    assert unshown({RULE: "1"}, {RULE: "1", name: "1"}, []) == ()
    assert unshown({f"{kind} a": "1"}, {f"{kind} a": "1", name: "1"}, []) == (name,)


def test_no_case_shows_what_a_suite_no_longer_asks_for() -> None:
    """A new case shows a datum or a tool, and never that the gate may ask for less."""
    was, now = {"suite gate.level": "1", DATA: "1"}, {"suite gate.level": "2", DATA: "2"}
    assert unshown(was, now, [frozenset({"G-1"})]) == ("suite gate.level",)

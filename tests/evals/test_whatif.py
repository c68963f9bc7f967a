"""The time machine: exactly what would have changed, and nothing said of what nobody knows."""

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from leitstand.evals.runner import Job
from leitstand.evals.shelf import Place, places, put, take
from leitstand.evals.whatif import Known, Outlook, outlook
from leitstand.project import load_project
from tests.evals.conftest import SHOP

Under = Callable[..., Outlook]
ASKS = '@id("over-limit") @decision("approve") @level("approve")'
FORBIDS = '@id("over-limit") @decision("deny") @level("hold")'


@pytest.fixture
def shelf(shop: Path, tmp_path: Path) -> Path:
    """The three recorded cases."""
    return Path(shutil.copytree(shop / "evals" / "buying" / "cases", tmp_path / "shelf"))


@pytest.fixture
def under(shelf: Path, tmp_path: Path) -> Under:
    """What they would do under rules in which one text stands for another."""
    rules = tmp_path / "policies"
    shutil.copytree(SHOP / "policies", rules)
    names = [take(place)[0].name for place in places(shelf)]

    def found(before: str, after: str, *corrected: str) -> Outlook:
        known = {name: Known("approve", 1, frozenset(corrected)) for name in names}
        file = rules / "shop.cedar"
        text = file.read_text("utf-8")
        assert before in text
        file.write_text(text.replace(before, after), "utf-8")
        tools = load_project(SHOP).tools
        job = Job(SHOP, policies=rules)
        return asyncio.run(outlook(job, shelf, tools, known, {"x": "gone"}))

    return found


def test_nothing_changes_under_the_same_rules(under: Under) -> None:
    """No change at all; cases that could not be looked at are still named."""
    found = under(ASKS, ASKS)
    assert (found.cases, found.changes, found.unknown) == (3, (), ())
    assert (found.cents, found.asks) == (0, 0)
    assert found.refused == {"x": "gone"}


def test_a_rule_that_forbids_takes_effects_away(under: Under) -> None:
    """Every amount above the limit: case, effect, cents and the rule that it is due to (R24)."""
    found = under(ASKS, FORBIDS)
    by = {change.case: change for change in found.changes}
    assert [by[n].cents for n in ("r1", "r2", "r3")] == [50_000, 800_000, 4_050_000]
    assert (len(by), found.cents) == (3, 4_900_000)
    for change in found.changes:
        assert ([e.tool for e in change.gone], change.new) == (["shop.bill.post"], ())
        assert (change.before, change.after) == ("approve", "hold")
        assert "over-limit" in change.why
        assert change.certainty == "exact"


def test_a_rule_that_is_milder_asks_less(under: Under) -> None:
    """Bills that nobody is asked about any more: the effect stays, the question goes (R14)."""
    limit = "context.args.gross_cents > context.facts.limit_cents"
    found = under(limit, limit.replace("limit_cents", "four_eyes_cents"))
    assert {c.case: c.asks for c in found.changes} == {"r1": -1, "r2": -1}
    assert found.asks == -2
    assert all((c.gone, c.new) == ((), ()) for c in found.changes)


def test_a_correction_that_is_lost_is_none_avoided(under: Under) -> None:
    """It is avoided where the field comes out as people had made it, not where nothing comes."""
    milder = under(ASKS, ASKS, "shop.bill.post.account")
    assert {c.avoided for c in milder.changes} == {("shop.bill.post.account",)}
    assert {c.avoided for c in under(ASKS, FORBIDS, "shop.bill.post.account").changes} == {()}


def test_what_nobody_knows_is_named(under: Under, shelf: Path) -> None:
    """A tape that ends: the case is unknown, and no other is."""
    where = Place(str(shelf / "r2"))
    case, recording = take(where)
    put(Path(where.path), case, [x for x in recording.lines if x.name != "shop.bill.read"])
    found = under(ASKS, ASKS)
    assert found.unknown == ("r2",)
    assert {(c.case, c.certainty) for c in found.changes} == {("r2", "unknown")}

"""Calibration: how sure readings are against how often they are right, and no claim of few."""

import asyncio
import json
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.accounting.truth import Truth
from leitstand.errors import CaseRefused
from leitstand.evals.calibration import ENOUGH, Sureness, sure_of
from leitstand.evals.replay import Bench
from leitstand.evals.report import Wording, markdown
from leitstand.evals.result import Sure
from leitstand.evals.shelf import Place, places, take
from leitstand.evals.worlds import import_world
from leitstand.project import load_project
from tests.agents.paper import WORLD
from tests.einvoice.paper import pdf
from tests.evals.conftest import SHOP, Kept
from tests.evals.sample import RUN, good, replayed, report_in, suite_in

ROOT = Path(__file__).parents[2]
READ = "shop.bill.read"


def sure(field: str, confidence: int, *, right: bool) -> Sure:
    """A reading whose truth is known."""
    return Sure(of=READ, field=field, confidence=confidence, right=right)


@pytest.mark.slow
@given(st.lists(st.tuples(st.integers(0, 100), st.booleans()), min_size=ENOUGH, max_size=150))
def test_the_error_is_the_mean_distance_of_the_bins(said: list[tuple[int, bool]]) -> None:
    """By its definition: a bin's share of all, times how far right and sure lie apart in it."""
    counted = Sureness()
    for number, (confidence, right) in enumerate(said):
        counted.add([sure(f"f{number}", confidence, right=right)])
    found = counted.found()[READ]
    error = 0.0
    for confidence in {c for c, _ in said}:
        hits = [right for c, right in said if c == confidence]
        error += len(hits) / len(said) * abs(sum(hits) / len(hits) - confidence / 100)
    assert (found.fields, found.readings) == (len(said), len(said))
    assert found.error == pytest.approx(error, abs=1e-6)


def test_below_a_hundred_fields_nothing_is_claimed() -> None:
    """Repeats of one field are no fields more: ten of them read eleven times are ten."""
    counted = Sureness()
    for case in range(99):
        counted.add([sure("gross", 90, right=bool(case % 10))] * 11)
    assert (found := counted.found()[READ]).error is None
    assert (found.fields, found.readings) == (99, 99 * 11)
    counted.add([sure("gross", 90, right=True)])
    assert counted.found()[READ].error == pytest.approx(0.001, abs=0.001)


@pytest.mark.parametrize(
    ("count", "words"), [(99, "no claim, 99 of 100"), (100, "over 100 fields")]
)
def test_the_report_says_what_is_claimed(tmp_path: Path, count: int, words: str) -> None:
    """An error from a hundred fields on, else how many there are."""
    suite = suite_in(tmp_path, "role: accounting\ngate: {level: 0.1}\n")
    cases = (good(f"c{n}", readings=(sure("gross", 90, right=True),)) for n in range(count))
    report = report_in(tmp_path / "run", cases, suite, RUN)
    assert words in markdown(report, Wording("en")).replace("\\", "")


def truth(one: Kept, **fields: object) -> Kept:
    """A case that knows what is true of its bill."""
    expected = one.case.expected.model_copy(update={"readings": {READ: fields}})
    return one.but(expected=expected)


def test_readings_of_a_case_are_held_against_its_truth(one: Kept, counter: Bench) -> None:
    """Right, wrong, not there, a path that has no confidence; the case passes all the same (R8)."""
    known = {"value.number": "R-1", "value.gross_cents": 1, "value.nothing": "x"}
    case = truth(one, **known)
    found = {s.field: s for s in sure_of(case.again(counter))}
    assert {name: s.right for name, s in found.items()} == {
        "value.number": True,
        "value.gross_cents": False,
    }
    assert {s.confidence for s in found.values()} == {90}


@pytest.mark.parametrize("table", ["[a\n", b"\xff".decode("latin-1")])
def test_a_table_of_readings_that_is_none_is_refused(tmp_path: Path, table: str) -> None:
    """With its place."""
    (tmp_path / "truth.jsonl").write_text('{"case": "r1", "file": "invoices/r1.json", "truth": {}}')
    (tmp_path / "readings.toml").write_bytes(table.encode("latin-1"))
    with pytest.raises(CaseRefused, match="no table of readings") as caught:
        laid(SHOP, "buying", SHOP / "world", tmp_path)
    assert caught.value.where.endswith("readings.toml")


def laid(root: Path, role: str, world: Path, beside: Path) -> list[Place]:
    """The cases of a world whose truth lies in a folder."""
    shelf = beside / "cases"
    truth = beside / "truth.jsonl"
    project = load_project(root)
    asyncio.run(import_world(project, role, world, truth, shelf, Truth(project, truth)))
    return places(shelf)


@pytest.mark.slow
def test_fields_of_a_plain_pdf_are_as_sure_as_each_of_them_says(tmp_path: Path) -> None:
    """A page whose sums add up, a gross amount that stands alone, and a truth that is another."""
    world = Path(shutil.copytree(WORLD, tmp_path / "world"))
    text = "Rechnung Nr. R-7\nNetto 100,00\nMwSt. 19 % 19,00\nGesamtbetrag 119,00"
    (world / "invoices" / "plain.pdf").write_bytes(pdf(text=text))
    row = {"case": "plain", "file": "invoices/plain.pdf", "truth": {"decision": "hold"}}
    fields = {"number": "R-7", "gross": "119.00", "net": "200.00", "iban": "DE1"}
    (tmp_path / "truth.jsonl").write_text(json.dumps({**row, "fields": fields}))
    paths = (f'"value.paper.fields.{n}.copied.value" = "{n}"' for n in (*fields, "tax"))
    (tmp_path / "readings.toml").write_text("\n".join(('["einvoice.read"]', *paths)))
    [place] = laid(ROOT, "accounting", world, tmp_path)
    case, _ = take(place)
    assert len(case.expected.readings["einvoice.read"]) == 4
    found = {s.field.split(".")[3]: s for s in replayed(ROOT, place).readings}
    assert {name: (s.confidence, s.right) for name, s in found.items()} == {
        "number": (98, True),
        "gross": (98, True),
        "net": (98, False),
    }

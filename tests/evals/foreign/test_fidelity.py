"""Foreign recordings: each verdict is what an oracle that was written apart works out.

Here with real rows, skipped where they are absent; `test_invented.py` needs none.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.evals.foreign.conftest import Run
from tests.evals.foreign.half import (
    FORMATS,
    NAME,
    Judge,
    doubled,
    dropped,
    lay,
    rows_in,
    spread,
    writes,
)

WHOLE = {"agentdojo": 3808, "state-bench": 99, "tau-bench": 200, "workbench": 2800}


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMATS)
def test_a_dropped_or_doubled_write_changes_the_verdict_as_it_must(
    form: str, recordings: Path, judge: Callable[[str], Judge], run: Run, tmp_path: Path
) -> None:
    """50 runs as recorded, without a write, and with one twice; no row brings an answer."""
    origin = recordings / form
    chosen = spread((row for row in rows_in(origin) if writes(form, row)), 50)
    variants = [chosen, [dropped(form, r) for r in chosen], [doubled(form, r) for r in chosen]]
    rows = [row for variant in variants for row in variant]
    found = run(form, lay(tmp_path / "half", origin, rows, answers=False))
    truth = [judge(form)(row) for row in rows]
    assert found.verdicts == {f"{NAME}#{n}": verdict for n, verdict in enumerate(truth)}
    assert len(chosen) == 50
    assert sum(a != b for a, b in zip(truth[:50], truth[50:100], strict=True)) >= 5
    assert (found.rows, found.excluded, found.agree) == (150, 0, None)


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMATS)
def test_verdicts_are_not_made_from_answers(
    form: str, recordings: Path, run: Run, tmp_path: Path
) -> None:
    """With and without the answers in the rows: the same, save what compares with them."""
    origin = recordings / form
    rows = spread(rows_in(origin), 40)
    told = run(form, lay(tmp_path / "told", origin, rows, answers=True))
    blind = run(form, lay(tmp_path / "blind", origin, rows, answers=False))
    assert told.disagree == ()
    assert told.agree == 40 - told.excluded
    assert told.model_copy(update={"agree": None}) == blind


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMATS)
def test_every_verdict_of_a_set_is_the_recorded_one(form: str, recordings: Path, run: Run) -> None:
    """All rows that are there, against the verdicts that came with them."""
    found = run(form, recordings / form)
    assert found.disagree == ()
    assert found.agree == found.rows - found.excluded
    assert len(found.verdicts) >= WHOLE[form]

"""A suite that is put to a real model on loopback: what it makes of the cases is measured."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Command
from tests.cli.office_model import answering, inside, lay, record
from tests.model.real.endpoint import ABSENT, installed, serving

SUITE = "role: serving\nlive: {repeat: 3}\ngate: {level: 0.2}\n"
ASKED = """
base_url = "{url}"
model = "smollm2"
tools = "json-schema"
temperature = 0
timeout = 300
extra_body = {{ seed = 7, cache_prompt = true }}
"""
"""The small model calls no tools in the endpoint's own form; it is asked the same way each time."""


@pytest.mark.slow
def test_a_real_model_is_measured_and_never_believed(
    tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every case is asked three times; the figures hold together, and the gate says what they say.

    Recorded with a model that is right: whatever the real one does otherwise is named by its case.
    """
    if not installed():
        pytest.skip(ABSENT)
    folder = tmp_path / "parcels"
    with answering() as right:
        lay(folder, right.url)
        with inside(folder, monkeypatch):
            record(folder, command, monkeypatch)
    Path(folder, "evals", "serving", "suite.yaml").write_text(SUITE, "utf-8")
    with serving(tmp_path) as url, inside(folder, monkeypatch):
        table = Path("leitstand.toml")
        old = f'\nbase_url = "{right.url}"\nmodel = "m"\ntimeout = 10\n'
        text = table.read_text("utf-8")
        assert text.count(old) == 1
        table.write_text(text.replace(old, ASKED.format(url=url)), "utf-8")
        done = command("eval", "serving", "--live", "--json", "--out", "runs/real")
    live, change = done.data["figures"]["live"], done.data["change"]
    assert (live["cases"], live["repeat"]) == (2, 3)
    rows = [json.loads(r) for r in (folder / "runs/real/results.jsonl").read_text().splitlines()]
    repeats = [row["repeats"] for row in rows]
    assert sum(r["tokens"] for r in repeats) == live["tokens"] > 0
    assert all(r["n"] == 3 for r in repeats)
    shares = [live["pass_hat"][str(k)] for k in (1, 2, 3)]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] == pytest.approx(sum(r["passed"] for r in repeats) / 6)
    whole = [row["case"] for row, r in zip(rows, repeats, strict=True) if r["passed"] == 3]
    named = {*change["newly_failing"], *change["flaky"], *change["unknown"]}
    assert {row["case"] for row in rows} - {*whole} == named
    no = {*change["newly_failing"], *change["flaky"]}
    assert done.code == (1 if no else 4 if named else 0)
    assert all(row["problems"] for row in rows if row["case"] in named)

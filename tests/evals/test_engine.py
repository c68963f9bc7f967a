"""LangGraph's own engine as the reference: same or different, and then why."""

import asyncio
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from leitstand.desk import Desk
from leitstand.evals.engine import Compared, by_langgraph
from leitstand.evals.replay import Bench, Replayed, replay
from leitstand.evals.runner import Job, bench_of
from leitstand.evals.shelf import Place, take
from leitstand.evals.supervisor import supervisor_of
from leitstand.project import load_project
from leitstand.role import Exit, Role, done
from tests.evals.conftest import SHOP

Compare = Callable[[Callable[[], Exit] | None], Compared]


@pytest.fixture(scope="module")
def bench() -> Bench:
    """The shop as it stands."""
    return bench_of(Job(SHOP), load_project(SHOP))


@pytest.fixture(scope="module")
def replayed(bench: Bench, shop: Path) -> Replayed:
    """A recorded case after its replay."""
    case, recording = take(Place(str(shop / "evals" / "buying" / "cases" / "r1")))
    return asyncio.run(replay(bench, case, recording, supervisor_of("recorded", case)))


@pytest.fixture
def compare(bench: Bench, replayed: Replayed) -> Compare:
    """The case in LangGraph's engine: by the role's graph, or by one of this step alone."""

    def compared(what: Callable[[], Exit] | None) -> Compared:
        if what is None:
            return asyncio.run(by_langgraph(bench, replayed))
        role: Role[Any] = Role("buying", bench.roles["buying"].state)

        async def read(case: Any, desk: Desk) -> Exit:  # noqa: ANN401 - whatever its state
            del case, desk
            return what()

        role.step()(read)
        other = replace(bench, graphs={"buying": role.graph})
        return asyncio.run(by_langgraph(other, replayed))

    return compared


def test_the_same_graph_ends_the_same_way(compare: Compare) -> None:
    """Answered by the journal of the replay, step by step."""
    assert compare(None) == Compared("same")


def test_another_end_names_the_first_value_that_differs(compare: Compare) -> None:
    """What LangGraph came to, and what the walk did."""
    found = compare(lambda: done(voucher_no="X"))
    assert found.engine == "different"
    assert found.why.startswith("`bill` is absent, in the walk Bill(")


def test_another_exit_is_a_difference(bench: Bench, replayed: Replayed) -> None:
    """The state alone is not all: the case has to end the same way."""
    ended = replace(replayed, exit=Exit(kind="rejected"))
    found = asyncio.run(by_langgraph(bench, ended))
    assert found.engine == "different"
    assert "kind='done'" in found.why.partition("in the walk")[0]


def test_a_failure_is_told(compare: Compare) -> None:
    """Kind and message of what broke there."""

    def fail() -> Exit:
        raise RuntimeError("no such channel")

    assert compare(fail) == Compared("different", "RuntimeError: no such channel")


def test_without_a_graph_there_is_nothing_to_compare(bench: Bench, replayed: Replayed) -> None:
    """And nothing is claimed."""
    assert asyncio.run(by_langgraph(replace(bench, graphs={}), replayed)) == Compared("")


@pytest.mark.slow
def test_the_gate_says_why(shop: Path, tmp_path: Path) -> None:
    """A step that fails only in LangGraph's engine: refused, and the case's problems tell it."""
    root = Path(shutil.copytree(shop, tmp_path / "shop"))
    step = root / "buying.py"
    fails = "    if type(desk).__name__ != 'Desk':\n        raise ValueError('not here')\n"
    text = step.read_text("utf-8").replace("    found = await", f"{fails}    found = await")
    step.write_text(text, "utf-8")
    code = "import sys; from leitstand.cli import main; sys.exit(main())"
    command = [sys.executable, "-W", "error", "-c", code, "eval", "buying", "--json"]
    ran = subprocess.run(command, capture_output=True, check=False, cwd=root)
    assert ran.returncode == 1, ran.stderr
    found = orjson.loads(ran.stdout)
    [failing] = found["failing"]
    assert failing["case"] == "r1"
    assert failing["problems"] == ["LangGraph's own engine: ValueError: not here"]

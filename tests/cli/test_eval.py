"""`leitstand eval`: a gate as an exit code, and bad input that is never a pass."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.cli.conftest import SHOP, Command, Done
from tests.evals.conftest import shop as recorded
from tests.evals.sample import SPAN

shop = recorded
"""The shop with three recorded cases."""


@pytest.fixture
def place(shop: Path, tmp_path: Path) -> Path:
    """A copy of its suite which a test may spoil."""
    return Path(shutil.copytree(shop / "evals" / "buying", tmp_path / "buying"))


@pytest.fixture
def evals(command: Command, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Done]:
    """`leitstand eval` in the shop."""
    monkeypatch.setenv("LEITSTAND_PROJECT", str(SHOP))
    return lambda *arguments: command("eval", *arguments)


Evals = Callable[..., Done]


def edit(file: Path, change: Callable[[Any], object]) -> None:
    """Change a JSON file in place."""
    data = orjson.loads(file.read_bytes())
    change(data)
    file.write_bytes(orjson.dumps(data))


def expect_another(place: Path, name: str) -> None:
    """Expect another amount of a case than it has."""

    def change(case: Any) -> None:  # noqa: ANN401 - JSON
        case["expected"]["effects"][0]["args"]["gross_cents"] = 1

    edit(place / "cases" / name / "case.json", change)


def test_a_released_suite_ends_with_zero(evals: Evals, place: Path, tmp_path: Path) -> None:
    """The verdict stands first, and the run is saved."""
    done = evals(place, "--out", tmp_path / "run")
    assert done.code == 0, done.err
    assert done.out.splitlines()[0] == "buying: freigegeben"
    assert (tmp_path / "run" / "results.jsonl").is_file()


@pytest.mark.slow
def test_every_suite_of_a_project_is_run(shop: Path, tmp_path: Path) -> None:
    """Without a name all are, one report each; the worst ending counts, and one file is refused."""
    root = Path(shutil.copytree(SHOP, tmp_path / "shop"))
    for name in ("buying", "selling"):
        shutil.copytree(shop / "evals" / "buying", root / "evals" / name)
    suite = root / "evals" / "selling" / "suite.yaml"
    text = suite.read_text()
    assert _every(root, "--json") == (0, ["buying", "selling"])
    suite.write_text(text.replace("0.4", "0.9"))
    assert _every(root)[0] == 4
    expect_another(root / "evals" / "buying", "r2")
    assert _every(root)[0] == 1
    assert _every(root, "--junit", str(tmp_path / "all.xml"))[0] == 2


def test_a_project_without_suites_has_nothing_to_run(evals: Evals) -> None:
    """Nothing measured is no pass."""
    done = evals()
    assert done.code == 3
    assert "no suite" in done.err


def _every(root: Path, *arguments: str) -> tuple[int, list[str]]:
    """Code and suites of `leitstand eval` in a process of its own: projects are not exchanged."""
    code = "from leitstand.cli import main; import sys; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-c", code, "eval", *arguments],
        capture_output=True, text=True, check=False, cwd=root,
    )  # fmt: skip
    lines = done.stdout.splitlines() if "--json" in arguments else []
    return done.returncode, [json.loads(line)["suite"] for line in lines]


def test_a_failing_case_ends_with_one_and_names_its_field(
    evals: Evals, place: Path, tmp_path: Path
) -> None:
    """Case, field, both values; every form is written on the way."""
    expect_another(place, "r2")
    forms = [
        part
        for kind in ("html", "junit", "markdown")
        for part in (f"--{kind}", tmp_path / f"report.{kind}")
    ]
    done = evals(place, "--out", tmp_path / "run", "--lang", "en", *forms)
    assert done.code == 1
    assert "Newly failing: 1 (r2)" in done.out.splitlines()[1]
    assert "shop.bill.post.gross_cents: 800000, expected 1" in done.out
    for kind in ("html", "junit", "markdown"):
        assert "gross" in (tmp_path / f"report.{kind}").read_text()


def test_a_run_is_accepted_and_compared_with(evals: Evals, place: Path, tmp_path: Path) -> None:
    """Run, accept, spoil, run: the difference names the case, and the gate refuses it."""
    suite = place / "suite.yaml"
    suite.write_text(suite.read_text() + "  baseline: baseline\n")
    assert evals(place, "--out", tmp_path / "a").code == 4
    assert evals("accept", place, tmp_path / "a").code == 0
    assert evals(place, "--out", tmp_path / "b").code == 0
    expect_another(place, "r2")
    assert evals(place, "--out", tmp_path / "c").code == 1
    found = evals("diff", tmp_path / "b", tmp_path / "c", "--json").data
    assert (found["newly_failing"], found["changed"]) == (["r2"], 0)
    people = evals("diff", tmp_path / "b", tmp_path / "c").out
    assert "Neu fehlgeschlagen: 1 r2" in people
    again = evals("report", place, tmp_path / "c", "--json")
    assert again.code == again.data["exit"] == 1


def test_a_baseline_launders_nothing(evals: Evals, place: Path, tmp_path: Path) -> None:
    """A newly failing case becomes part of the baseline only once somebody signs for it (R30)."""
    suite = place / "suite.yaml"
    suite.write_text(suite.read_text() + "  baseline: baseline\n")
    expect_another(place, "r2")
    evals(place, "--out", tmp_path / "run")
    refused = evals("accept", place, tmp_path / "run")
    assert (refused.code, "r2" in refused.err) == (1, True)
    assert not (place / "baseline").exists()
    (place / "signoffs.toml").write_text(
        f'[[signoff]]\ncase = "r2"\nwho = "Carla Meyer"\nwhy = "Known."\n{SPAN}'
    )
    assert evals("accept", place, tmp_path / "run").code == 0
    other = shutil.copytree(place, tmp_path / "other")
    assert evals("report", other, tmp_path / "run").code == 3


def test_without_a_baseline_there_is_nothing_to_accept(
    evals: Evals, place: Path, tmp_path: Path
) -> None:
    """The suite has to name where it lies."""
    evals(place, "--out", tmp_path / "run")
    assert evals("accept", place, tmp_path / "run").code == 2


def test_a_pull_request_gets_its_lines(
    evals: Evals, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the summary of a job has a file, it is written there, and errors go to the log."""
    expect_another(place, "r2")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    done = evals(place, "--out", tmp_path / "run")
    assert f"::error file={place}/cases/r2/case.json,line=1::r2: " in done.err
    assert (tmp_path / "summary.md").read_text().startswith("## buying: nicht freigegeben")


def cut(place: Path) -> None:
    """Cut a tape in the middle of a line."""
    tape = place / "cases" / "r2" / "tape.jsonl"
    tape.write_bytes(tape.read_bytes()[:-10])


def alter(place: Path) -> None:
    """Change an amount on a tape."""
    tape = place / "cases" / "r2" / "tape.jsonl"
    tape.write_bytes(tape.read_bytes().replace(b"800000", b"800001"))


def age(place: Path) -> None:
    """A case of a version to come."""
    edit(place / "cases" / "r2" / "case.json", lambda case: case.update(format=99))


def lose(place: Path) -> None:
    """A case without its tape."""
    (place / "cases" / "r2" / "tape.jsonl").unlink()


def garble(place: Path) -> None:
    """A case that is no case."""
    (place / "cases" / "r2" / "case.json").write_text('{"name": "r2"}')


def packed(place: Path) -> Path:
    """All cases in one pack, in the place of their folders."""
    from leitstand.evals.shelf import pack, places, take

    shelf = place / "cases"
    found = [take(p) for p in places(shelf)]
    shutil.rmtree(shelf)
    shelf.mkdir()
    raw = b"".join(pack(case, recording.lines) for case, recording in found)
    (shelf / "all.jsonl").write_bytes(raw)
    return shelf / "all.jsonl"


def cut_pack(place: Path) -> None:
    """A pack that ends in the middle of a case."""
    file = packed(place)
    file.write_bytes(file.read_bytes()[:-10])


def alter_pack(place: Path) -> None:
    """Another amount in a pack."""
    file = packed(place)
    file.write_bytes(file.read_bytes().replace(b"800000", b"800001"))


def move(place: Path) -> None:
    """A case of a role that the project does not have."""
    edit(place / "cases" / "r2" / "case.json", lambda case: case.update(role="selling"))


def empty(place: Path) -> None:
    """No case at all."""
    shutil.rmtree(place / "cases")
    (place / "cases").mkdir()


def unread(place: Path) -> None:
    """A suite that is no suite."""
    (place / "suite.yaml").write_text("role: buying\ngate: {level: 7}\n")


def ungraded(place: Path) -> None:
    """A grader that is nowhere."""
    (place / "suite.yaml").write_text("role: buying\ngraders: ['nowhere_at_all:x']\n")


def forgotten(place: Path) -> None:
    """A signature without a name."""
    (place / "signoffs.toml").write_text('[[signoff]]\ncase = "r2"\n')


@pytest.mark.parametrize(
    ("spoil", "code", "words"),
    [
        (cut, 4, ("LS751", "ends in the middle", "r2")),
        (alter, 4, ("LS751", "not the one that was recorded", "r2")),
        (age, 4, ("LS751", "99", "newer version")),
        (lose, 4, ("LS751", "cannot be read", "r2")),
        (garble, 4, ("LS751", "no case", "r2")),
        (cut_pack, 4, ("LS751", "middle of a case", "all.jsonl")),
        (alter_pack, 4, ("LS751", "not the one that was recorded", "all.jsonl")),
        (move, 4, ("LS751", "selling", "r2")),
        (empty, 4, ("LS753", "empty")),
        (unread, 3, ("LS752", "suite.yaml:2", "level")),
        (ungraded, 3, ("LS701", "nowhere_at_all")),
        (forgotten, 3, ("LS752", "signoffs.toml", "who")),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_bad_input_is_said_and_never_passes(
    evals: Evals,
    place: Path,
    tmp_path: Path,
    spoil: Callable[[Path], None],
    code: int,
    words: tuple[str, ...],
) -> None:
    """A clear message, the right exit code, nothing on stdout, and no run that looks whole."""
    spoil(place)
    done = evals(place, "--out", tmp_path / "run")
    assert (done.code, done.out) == (code, "")
    for word in words:
        assert word in done.err
    assert not (tmp_path / "run" / "run.json").exists()


def test_a_tool_that_is_not_there_any_more_is_no_pass(
    evals: Evals, place: Path, tmp_path: Path
) -> None:
    """A tape without the answer to a call: the case is unknown, and there is no verdict."""
    from leitstand.evals.shelf import Place, put, take

    where = Place(str(place / "cases" / "r2"))
    case, recording = take(where)
    renamed = [line.model_copy(update={"name": f"old.{line.name}"}) for line in recording.lines]
    put(Path(where.path), case, renamed)
    done = evals(place, "--out", tmp_path / "run", "--json")
    assert done.code == 4
    assert done.data["change"]["unknown"] == ["r2"]


@pytest.mark.slow
def test_a_grader_that_raises_ends_with_four(shop: Path, tmp_path: Path) -> None:
    """From a process of its own, as the project's own modules are loaded."""
    root = Path(shutil.copytree(shop, tmp_path / "shop"))
    place = root / "evals" / "buying"
    (place / "graders.py").write_text(
        "from leitstand.evals.grader import grader\n\n\n"
        "@grader\ndef broken(case, result):\n    return result.nothing\n"
    )
    suite = place / "suite.yaml"
    suite.write_text(suite.read_text() + "graders: ['evals.buying.graders:broken']\n")
    code = "import sys; from leitstand.cli import main; sys.exit(main())"
    command = [sys.executable, "-W", "error", "-c", code, "eval", "buying", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=root)
    assert (done.returncode, done.stdout) == (4, "")
    error = json.loads(done.stderr.splitlines()[-1])["error"]
    assert error["code"] == "LS753"
    assert "broken" in error["what"]


@pytest.mark.slow
def test_a_manifest_of_documents_is_imported_and_judged(command: Command, tmp_path: Path) -> None:
    """A format of the project's own, by its file of rows; one that nobody knows names it."""
    from tests.evals.foreign.test_manifest import put

    suite = tmp_path / "suite"
    done = command("eval", "import", "invoices", put(tmp_path) / "manifest.jsonl", "--out", suite)
    assert done.code == 0, done.err
    found = command("eval", "fidelity", suite, "--json")
    assert (found.code, found.data["rows"], found.data["agree"]) == (0, 5, 5)
    refused = command("eval", "import", "letters", tmp_path, "--out", tmp_path / "none")
    assert (refused.code, "invoices" in refused.err) == (2, True)

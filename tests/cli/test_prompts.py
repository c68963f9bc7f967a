"""A prompt or a model that was changed: its recorded answers count for nothing; the gate says 4."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Command, Done, Office
from tests.model.test_library import FILE

pytestmark = pytest.mark.slow

MODEL = """
from leitstand.model import Script, ScriptedModel

one = Script(prompt="account", answer={"goods": True})
model = ScriptedModel(scripts=(one,), model_name="first")
"""
ANSWER = '''
class Sort(Frozen):
    """Whether it is a bill for goods."""

    goods: bool


'''
ASK = """    said = await desk.ask("account", {"number": bill.number}, Sort)
    args = PostBill("""


@pytest.fixture
def asking(shop_folder: Path, command: Command, monkeypatch: pytest.MonkeyPatch) -> Office:
    """The shop whose role asks a scripted model for the account, after its first bill."""
    step = shop_folder / "buying.py"
    text = step.read_text("utf-8").replace("role = Role(", f"{ANSWER.lstrip()}role = Role(")
    text = text.replace("    args = PostBill(", ASK)
    account = 'account="goods" if said.value.goods else "other"'
    step.write_text(text.replace('account="goods"', account), "utf-8")
    (shop_folder / "talk.py").write_text(MODEL, "utf-8")
    (shop_folder / "prompts").mkdir()
    (shop_folder / "prompts" / "account.md").write_text(FILE, "utf-8")
    table = shop_folder / "leitstand.toml"
    table.write_text('model = "talk:model"\n' + table.read_text("utf-8"), "utf-8")
    monkeypatch.chdir(shop_folder)
    sys.modules.pop("talk", None)
    done = command("demo")
    assert done.code == 0, done.err
    office = Office(shop_folder / "var" / "demo", command, {}, monkeypatch)
    recorded = office("eval", "record", "r1", "--as", "first")
    assert recorded.code == 0, recorded.err
    suite = shop_folder / "evals" / "buying" / "suite.yaml"
    suite.write_text("role: buying\ngate:\n  level: 0.1\n")
    return office


@pytest.fixture
def again(asking: Office) -> Callable[[], Done]:
    """The suite, run by a project loaded anew."""

    def run() -> Done:
        for name in ("shop", "buying", "talk"):
            sys.modules.pop(name, None)
        return asking.command("eval", "buying", "--json")

    return run


def test_the_recorded_release_is_released(again: Callable[[], Done]) -> None:
    """Nothing was changed: the tape answers, and the run says which prompts it was made with."""
    done = again()
    assert done.code == 0, done.out
    assert len(done.data["run"]["versions"]["prompts"]) == 32


@pytest.mark.parametrize(
    ("file", "before", "after"),
    [
        ("prompts/account.md", "Which account?", "Which account, please?"),
        ("talk.py", '"first"', '"second"'),
    ],
    ids=["prompt", "model"],
)
def test_another_release_makes_the_case_unknown(
    again: Callable[[], Done], shop_folder: Path, file: str, before: str, after: str
) -> None:
    """Exit 4; prompt and case are named, and that the recorded answer counts no more."""
    place = shop_folder / file
    place.write_text(place.read_text("utf-8").replace(before, after), "utf-8")
    done = again()
    assert done.code == 4
    assert done.data["change"]["unknown"] == ["first"]
    [failing] = done.data["failing"]
    assert (failing["case"], failing["kind"]) == ("first", "unknown")
    assert any("prompt `account`" in problem for problem in failing["problems"])


def test_an_answer_without_a_release_counts_for_nothing(
    again: Callable[[], Done], shop_folder: Path
) -> None:
    """Recorded before releases were noted: nobody can say what it answered to."""
    from leitstand.evals.shelf import Place, put, take

    where = Place(str(shop_folder / "evals" / "buying" / "cases" / "first"))
    case, recording = take(where)
    assert [line.release for line in recording.lines if line.kind == "ask"] != [""]
    put(Path(where.path), case, [x.model_copy(update={"release": ""}) for x in recording.lines])
    done = again()
    assert done.code == 4
    assert done.data["change"]["unknown"] == ["first"]


def test_a_model_that_is_none_is_refused(again: Callable[[], Done], shop_folder: Path) -> None:
    """The table names something else."""
    (shop_folder / "talk.py").write_text("model = 7\n")
    done = again()
    assert (done.code, "LS701" in done.err) == (3, True)

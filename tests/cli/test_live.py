"""Suites and what-ifs with a model that is asked for real, against an endpoint on loopback.

The project is a parcel office whose role sorts a letter (`desk.ask`) and lets the model serve it
(`desk.agent`). What the endpoint says is written in each test.
"""

import json
import random
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from leitstand.evals.shelf import Place, take
from tests.cli.conftest import Command, Done, Office, passphrases_in
from tests.cli.office_model import (
    LETTER,
    Asked,
    Say,
    Talk,
    answering,
    calls,
    inside,
    lay,
    record,
    refunds,
    sound,
    text,
)
from tests.evals.sample import SPAN, replayed

CANARIES = ("Wilhelmine", "Zacharias", "Ottokar", "Brunnhuber", "778812", "551903", "S-4711")
SUITE = "role: serving\nlive: {{repeat: {repeat}}}\ngate: {{level: 0.2}}\n"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Talk]:
    """One endpoint for all tests."""
    with answering() as found:
        yield found


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the project lies once the first test has recorded its cases."""
    return tmp_path_factory.mktemp("kept") / "parcels"


@pytest.fixture
def talk(
    endpoint: Talk, kept: Path, tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Talk]:
    """The office with two cases recorded: a refund that Ben approved, and praise."""
    endpoint.say = sound
    if not kept.exists():
        lay(kept, endpoint.url)
        with inside(kept, monkeypatch):
            record(kept, command, monkeypatch)
    folder = Path(shutil.copytree(kept, tmp_path / "parcels"))
    with inside(folder, monkeypatch):
        suite(repeat=4)
        endpoint.asked.clear()
        endpoint.office = Office(folder / "var" / "demo", command, {}, monkeypatch)
        yield endpoint


def suite(text: str = SUITE, **more: object) -> Path:
    """Write the suite of the project in the working folder."""
    file = Path("evals/serving/suite.yaml")
    file.write_text(text.format(**more), "utf-8")
    return file


def reword(name: str) -> None:
    """Give a prompt another text."""
    file = Path("prompts", f"{name}.md")
    file.write_text(file.read_text("utf-8") + "Be quick.\n", "utf-8")


def step(lines: str, before: str) -> None:
    """Put lines before another one of the role's steps, and let the role be loaded anew."""
    file = Path("serving.py")
    source = file.read_text("utf-8")
    assert source.count(before) == 1
    file.write_text(source.replace(before, lines + before), "utf-8")
    sys.modules.pop("serving", None)


def told(done: Done, case: str) -> str:
    """What is wrong with a case."""
    return "; ".join(p for f in done.data["failing"] if f["case"] == case for p in f["problems"])


def by(seed: int, first: Say, second: Say) -> Say:
    """A model that answers one way or the other, as a seeded draw says once a case."""
    draw, way = random.Random(seed), [first]  # noqa: S311 - no secret

    def say(asked: Asked) -> Mapping[str, Any] | int:
        if asked.prompt == "sort":
            way[0] = draw.choice((first, second))
        return way[0](asked)

    return say


def dear(asked: Asked) -> Mapping[str, Any] | int:
    """A model that refunds ten times too much."""
    return refunds(asked, 30_000) if (asked.prompt, asked.turn) == ("serve", 1) else sound(asked)


# ---- recording and replay by tape ----


@pytest.mark.slow
def test_an_agent_s_case_is_recorded_and_replayed(talk: Talk) -> None:
    """Turns and calls are on the tape under pseudonyms; a replay takes the same course, alone."""
    cases = Path("evals/serving/cases")
    written = "".join(f.read_text("utf-8") for f in sorted(cases.rglob("*")) if f.is_file())
    assert not [canary for canary in CANARIES if canary in written]
    case, recording = take(Place(str(cases / "lost")))
    kinds = [(line.kind, line.name) for line in recording.lines]
    assert kinds == [
        ("call", "parcel.letter.read"),
        ("ask", "sort"),
        ("turn", "serve"),
        ("call", "parcel.sender.find"),
        ("turn", "serve"),
        ("call", "parcel.refund.pay"),
        ("turn", "serve"),
    ]
    result = replayed(Path.cwd(), Place(str(cases / "lost")))
    assert (result.problems, result.certainty, result.course) == ((), "exact", case.course)
    assert (result.tokens, talk.asked) == (4 * 49, [])
    assert result.engine == "same"


def test_pseudonyms_reach_into_what_the_model_said_and_heard(talk: Talk) -> None:
    """The sender's name is one and the same in letter, call, record and told; closed words stay."""
    _, recording = take(Place("evals/serving/cases/lost"))
    at = recording.at
    name = at["serve#1/:0/0/0"].value["value"]["name"]
    assert at["serve#1/:0/0"].value["value"]["calls"][0]["args"] == {"name": name}
    heard = at["serve#1/:0/1"].args["told"][0]["said"]["result"]["value"]
    assert heard == at["serve#1/:0/0/0"].value["value"]
    asked = at["serve#1/:0/1"].value["value"]["calls"][0]["args"]
    assert asked == at["serve#1/:0/1/0"].args
    assert (asked["sender_id"], asked["cents"]) == (heard["id"], 3000)
    answer = at["sort#1/:1"].value
    assert answer["value"]["wish"] == "refund"
    assert answer["source"].startswith("openai-compatible/m:sort@1#")
    assert name in at["sort#1/:0"].value["value"]["text"]


@pytest.mark.slow
def test_faults_refusals_and_edits_name_nobody(
    endpoint: Talk, tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A tool and a field that there is not, a refusal, an edit: told anew with nobody's name."""

    def clumsy(asked: Asked) -> Mapping[str, Any]:
        said = asked.prompt, asked.turn
        if said == ("serve", 0):
            made = calls(("Zacharias.suchen", {"wer": "Wilhelmine Zacharias"}))
            return {**made, "content": "Ich suche Wilhelmine Zacharias."}
        if said == ("serve", 1):
            return calls(("parcel.sender.find", {"wer": "Wilhelmine Zacharias"}))
        if said == ("serve", 2):
            return calls(("parcel.sender.find", {"name": "Wilhelmine Zacharias"}))
        if said in (("serve", 3), ("serve", 4)):
            return refunds(asked, 3000 if asked.turn == 4 else 5000)
        return sound(asked)

    endpoint.say = clumsy
    folder = tmp_path / "parcels"
    lay(folder, endpoint.url)
    with inside(folder, monkeypatch):
        demo = command("demo")
        at = Office(folder / "var" / "demo", command, passphrases_in(demo.err), monkeypatch)
        why = ("--reason", "Frau Zacharias bekommt weniger")
        for decided in (
            at("reject", at.waiting(LETTER), *why, person="ben.krueger"),
            at("edit", at.waiting(LETTER), "cents=25.00", *why, person="ben.krueger"),
        ):
            assert decided.code == 0, decided.err
        if at("inbox", "--json").data["waiting"]:
            assert at("approve", at.waiting(LETTER), person="ben.krueger").code == 0
        done = at("eval", "record", LETTER, "--as", "lost")
        assert done.code == 0, done.err
        files = sorted(f for f in Path("evals/serving/cases/lost").iterdir())
        written = "".join(f.read_text("utf-8") for f in files)
        case, recording = take(Place("evals/serving/cases/lost"))
        result = replayed(Path.cwd(), Place("evals/serving/cases/lost"))
    assert not [canary for canary in CANARIES if canary in written]
    assert "Krueger" not in written.title()
    assert (result.course, result.certainty) == (case.course, "exact")
    assert [e.args["cents"] for e in result.effects] == [2500]
    heard = [line.args["told"][0]["said"] for line in recording.lines if "told" in line.args]
    assert ["acted" if "acted" in said else next(iter(said)) for said in heard] == [
        "error",
        "error",
        "result",
        "error",
        "acted",
    ]


def test_recorded_twice_it_is_the_same(talk: Talk, tmp_path: Path) -> None:
    """To the byte."""
    done = talk.office("eval", "record", LETTER, "--as", "lost", "--out", tmp_path / "again")
    assert done.code == 0, done.err
    for name in ("case.json", "tape.jsonl"):
        one, two = (f / "lost" / name for f in (tmp_path / "again", Path("evals/serving/cases")))
        assert one.read_bytes() == two.read_bytes()


def test_by_tape_nobody_is_asked(talk: Talk, command: Command) -> None:
    """A suite with `live` that is run without it says so, and counts the tokens of the tape."""
    done = command("eval", "serving", "--json")
    assert done.code == 0, done.out
    assert "models answer from the tape" in done.err
    assert done.data["figures"]["live"]["cases"] == 0
    assert done.data["figures"]["cost"]["tokens"] == 5 * 49
    assert done.data["figures"]["cost"]["tokens_per_case"] == 5 * 49 / 2
    assert talk.asked == []


@pytest.mark.parametrize("name", ["sort", "serve"])
def test_another_prompt_is_unknown_by_tape(talk: Talk, command: Command, name: str) -> None:
    """What another text would have made of it nobody knows: exit 4, and no model is asked."""
    reword(name)
    done = command("eval", "serving", "--json")
    assert done.code == 4
    unknown = done.data["change"]["unknown"]
    assert unknown == (["lost", "praise"] if name == "sort" else ["lost"])
    assert f"prompt `{name}` or its model is another one" in told(done, "lost")
    assert talk.asked == []


def test_a_budget_of_tokens_holds_by_tape(talk: Talk, command: Command) -> None:
    """Tokens are counted from the records of answers, and the gate holds them."""
    suite("role: serving\ngate:\n  level: 0.2\n  budgets: {{tokens: {most}}}\n", most=122)
    assert command("eval", "serving").code == 1
    suite("role: serving\ngate:\n  level: 0.2\n  budgets: {{tokens: {most}}}\n", most=123)
    assert command("eval", "serving").code == 0


# ---- live ----


@pytest.mark.slow
def test_a_sound_model_passes_every_time(talk: Talk, command: Command, tmp_path: Path) -> None:
    """Four times each: pass^k is one, tokens are those taken, every form of report says so."""
    forms = [p for k in ("html", "junit", "markdown") for p in (f"--{k}", tmp_path / f"r.{k}")]
    done = command("eval", "serving", "--live", "--json", *forms)
    assert done.code == 0, done.out
    live = done.data["figures"]["live"]
    assert (live["cases"], live["repeat"], live["passed"], live["flaky"]) == (2, 4, 2, 0)
    assert live["pass_hat"] == {"1": 1.0, "2": 1.0, "3": 1.0, "4": 1.0}
    assert (live["alike"], live["unknown"]) == (2, 0)
    assert round(live["low"], 3) == 0.342
    assert len(talk.asked) == 4 * 5
    assert live["tokens"] == 4 * 5 * 49
    assert done.data["figures"]["cost"]["tokens"] == 5 * 49
    assert done.data["run"]["repeat"] == 4
    for kind in ("html", "markdown"):
        assert "pass^k" in (tmp_path / f"r.{kind}").read_text("utf-8").replace("\\", "")
    assert "flaky.yes" in (tmp_path / "r.junit").read_text("utf-8")


def test_a_prompt_that_was_asked_live_is_measured(talk: Talk, command: Command) -> None:
    """Another text that does the same: by tape unknown, live released against the old baseline."""
    suite("role: serving\nlive: {repeat: 2}\ngate: {level: 0.2, baseline: baseline}\n".replace(
        "{", "{{").replace("}", "}}"))  # fmt: skip
    assert command("eval", "serving", "--out", "runs/one").code == 4
    assert command("eval", "accept", "serving", "runs/one").code == 0
    reword("serve")
    assert command("eval", "serving").code == 4
    done = command("eval", "serving", "--live", "--json")
    assert done.code == 0, done.out
    assert all("Be quick." in a.seen for a in talk.asked if a.prompt == "serve")


def test_a_case_that_passes_and_fails_is_flaky(talk: Talk, command: Command) -> None:
    """A seeded model that is right some of the time: named, pass^k falls, never released."""
    talk.say = by(3, sound, dear)
    done = command("eval", "serving", "--live", "--json")
    assert done.code == 1
    live = done.data["figures"]["live"]
    [finding] = [f for f in done.data["findings"] if f["key"].startswith("flaky")]
    assert (finding["state"], finding["cases"], live["flaky"]) == ("no", ["lost"], 1)
    assert done.data["change"]["flaky"] == ["lost"]
    passed = int(told(done, "lost").removeprefix("flaky: passed ")[0])
    assert 0 < passed < 4
    assert live["pass_hat"]["1"] == round((1 + passed / 4) / 2, 6)
    assert live["pass_hat"]["4"] == 0.5
    assert (done.data["figures"]["correctness"]["passed"], live["alike"]) == (1, 1)
    assert "parcel.refund.pay.cents: 30000, expected 3000" in told(done, "lost")


def test_a_flaky_case_goes_into_quarantine_and_no_sign_off_helps(
    talk: Talk, command: Command
) -> None:
    """A signature does not release it, an owner with a date takes it out of the level."""
    entry = 'case = "lost"\n{who} = "Ben"\nwhy = "x"\n' + SPAN
    talk.say = by(3, sound, dear)
    beside = Path("evals/serving")
    (beside / "signoffs.toml").write_text("[[signoff]]\n" + entry.format(who="who"))
    assert command("eval", "serving", "--live").code == 1
    (beside / "quarantine.toml").write_text("[[quarantine]]\n" + entry.format(who="owner"))
    talk.say = by(3, sound, dear)
    done = command("eval", "serving", "--live", "--json")
    assert done.code == 0, done.out
    assert done.data["figures"]["live"]["cases"] == 1


def test_a_critical_case_that_wavers_is_hard(talk: Talk, command: Command) -> None:
    """Neither quarantine nor luck helps a critical case."""
    file = Path("evals/serving/cases/lost/case.json")
    file.write_text(json.dumps({**json.loads(file.read_bytes()), "critical": True}))
    talk.say = by(3, sound, dear)
    done = command("eval", "serving", "--live", "--json")
    assert done.code == 1
    [hard] = [f for f in done.data["findings"] if f["key"] == "critical.no"]
    assert hard["cases"] == ["lost"]


def test_a_model_that_is_always_wrong_fails(talk: Talk, command: Command) -> None:
    """Not flaky: it fails each time, with the field."""
    talk.say = dear
    done = command("eval", "serving", "--live", "--json")
    assert (done.code, done.data["change"]["flaky"]) == (1, [])
    assert done.data["change"]["newly_failing"] == ["lost"]
    assert told(done, "lost").startswith("passed 0 of 4; ")


def test_another_call_than_recorded_is_unknown(talk: Talk, command: Command) -> None:
    """The tape has no answer to it: the case is unknown, and where it left is said."""

    def stranger(asked: Asked) -> Mapping[str, Any]:
        if (asked.prompt, asked.turn) == ("serve", 0):
            return calls(("parcel.letter.read", {"name": "another.json"}))
        return sound(asked)

    talk.say = stranger
    done = command("eval", "serving", "--live", "--json", "--out", "runs/one")
    assert (done.code, done.data["change"]["unknown"]) == (4, ["lost"])
    assert "`parcel.letter.read` was not asked this" in told(done, "lost")
    rows = [json.loads(r) for r in Path("runs/one/results.jsonl").read_text().splitlines()]
    [lost] = [r for r in rows if r["case"] == "lost"]
    assert "another.json" in lost["divergence"]["now"]
    assert lost["repeats"] == {"n": 4, "passed": 0, "unknown": 4, "tokens": 4 * 2 * 49}


def test_an_embedded_system_answers_where_the_tape_does_not(talk: Talk, command: Command) -> None:
    """Another sender is found in the project's own records: simulated, and the case fails."""

    def confused(asked: Asked) -> Mapping[str, Any]:
        if (asked.prompt, asked.turn) == ("serve", 0):
            return calls(("parcel.sender.find", {"name": "Ottokar Brunnhuber"}))
        return sound(asked)

    talk.say = confused
    done = command("eval", "serving", "--live", "--json")
    assert (done.code, done.data["change"]["newly_failing"]) == (1, ["lost"])
    assert done.data["figures"]["certainty"] == {"exact": 1, "simulated": 1}
    assert 'parcel.refund.pay.sender_id: "S-4712"' in told(done, "lost")


def test_a_model_that_asks_for_nothing_writes_nothing(talk: Talk, command: Command) -> None:
    """An answer instead of the refund: the effect is missing, the case fails."""

    def idle(asked: Asked) -> Mapping[str, Any]:
        if asked.prompt == "serve":
            return calls(("answer", {"said": "done"}))
        return sound(asked)

    talk.say = idle
    done = command("eval", "serving", "--live", "--json")
    assert done.code == 1
    assert "missing effect: parcel.refund.pay" in told(done, "lost")


@pytest.mark.parametrize("status", [500, 401])
def test_an_endpoint_that_fails_says_nothing_of_the_role(
    talk: Talk, command: Command, status: int
) -> None:
    """Infrastructure: unknown, exit 4, and the case is not asked again and again."""
    talk.say = lambda _: status
    done = command("eval", "serving", "--live", "--json")
    assert (done.code, done.data["change"]["unknown"]) == (4, ["lost", "praise"])
    assert f"HTTP {status}" in told(done, "lost")
    assert len(talk.asked) == (4 if status == 500 else 2)
    assert done.data["figures"]["live"]["pass_hat"]["1"] == 0.0


@pytest.mark.parametrize("status", [500, 429])
def test_a_moment_of_weakness_is_waited_for(talk: Talk, command: Command, status: int) -> None:
    """One answer of 500, or one that asks for time, then sound: the run goes on."""
    weak = [status]
    talk.say = lambda asked: weak.pop() if weak else sound(asked)
    assert command("eval", "serving", "--live").code == 0


def test_without_a_model_each_case_is_unknown(talk: Talk, command: Command) -> None:
    """A project that names no model: nothing is made up, exit 4."""
    table = Path("leitstand.toml")
    table.write_text(table.read_text("utf-8").partition("[uses]")[0], "utf-8")
    done = command("eval", "serving", "--live", "--json")
    assert (done.code, done.data["change"]["unknown"]) == (4, ["lost", "praise"])
    assert "no model is configured" in told(done, "praise")
    assert talk.asked == []


def test_a_run_has_a_budget_of_tokens(talk: Talk, command: Command) -> None:
    """What is left over is not asked: unknown, and the tokens stay within."""
    suite("role: serving\nlive: {{repeat: 4, tokens: 700}}\ngate: {{level: 0.2}}\n")
    done = command("eval", "serving", "--live", "--json")
    assert (done.code, done.data["change"]["unknown"]) == (4, ["lost", "praise"])
    assert 0 < done.data["figures"]["live"]["tokens"] <= 700
    assert "the run has 700 tokens" in told(done, "praise")


def test_a_suite_by_tape_alone_is_not_asked_live(talk: Talk, command: Command) -> None:
    """By name it is a mistake; of all suites it is run by its tape."""
    suite("role: serving\ngate: {{level: 0.2}}\n")
    done = command("eval", "serving", "--live")
    assert (done.code, talk.asked) == (2, [])
    assert "add `live: {repeat: 5}`" in done.err
    assert command("eval", "--live").code == 0
    assert talk.asked == []


def test_a_live_run_in_which_nobody_was_asked_has_no_verdict(talk: Talk, command: Command) -> None:
    """A role that asks no model: nothing was measured of one."""
    early = '    return done(wish="praise", parcel=letter.id)\n'
    step(early, "    found = await desk.ask(")
    done = command("eval", "serving", "--live", "--json")
    assert (done.code, talk.asked) == (1, [])
    assert "unasked" in [f["key"] for f in done.data["findings"]]


def test_a_step_reaches_no_network(talk: Talk, command: Command) -> None:
    """A step that opens a socket of its own finds none, while the model is reached."""
    host, port = talk.url.removeprefix("http://").removesuffix("/v1").split(":")
    call = f'    socket.create_connection(("{host}", {port})).close()\n'
    step("    import socket\n" + call, "    letter = await desk.call(")
    done = command("eval", "serving", "--live", "--json")
    assert done.code == 1
    assert "a replay has no network" in told(done, "lost")


def test_what_a_model_reads_is_calibrated(talk: Talk, command: Command) -> None:
    """Two cases that know what a letter wants, read four times each: eight readings, no claim."""
    for name, wish in (("lost", "refund"), ("praise", "refund")):
        file = Path("evals/serving/cases", name, "case.json")
        case = json.loads(file.read_bytes())
        truth = {"sort": {"value.wish": wish}, "serve": {"value.said": "x"}}
        case["expected"]["readings"] = truth
        file.write_text(json.dumps(case))
    done = command("eval", "serving", "--live", "--json")
    assert done.code == 0, done.out
    found = done.data["figures"]["calibration"]
    assert found["sort"] == {
        "fields": 2,
        "readings": 8,
        "error": None,
        "bins": [{"confidence": 80, "n": 8, "right": 4}],
    }
    assert found["serve"]["bins"] == [{"confidence": 60, "n": 4, "right": 0}]
    told = command("eval", "serving", "--live", "--lang", "en").out
    assert "Calibration of `sort`: no claim, 2 of 100 fields" in told


# ---- what if ----


def test_whatif_asks_another_prompt(talk: Talk) -> None:
    """Cases that ask it run again with a live model, the others by tape; flips are shown."""
    shutil.copy("prompts/serve.md", "other.md")
    other = Path("other.md")
    other.write_text(other.read_text("utf-8") + "Be generous.\n", "utf-8")
    talk.say = dear
    found = talk.office("whatif", "--prompt", "serve=other.md", "--json")
    assert found.code == 0, found.err
    assert (found.data["cases"], found.data["asked"], found.data["unknown"]) == (2, 1, [])
    assert {a.prompt for a in talk.asked} == {"serve"}
    assert all("Be generous." in a.seen for a in talk.asked)
    [change] = found.data["changes"]
    assert (change["title"], found.data["flips"], change["cents"]) == (LETTER, 1, 30_000)
    assert [e["args"]["cents"] for e in (*change["gone"], *change["new"])] == [3000, 30_000]
    assert found.data["tokens"] == 3 * 49
    said = talk.office("whatif", "--prompt", "serve=other.md", "--lang", "en")
    assert "1 cases asked again, once, 147 tokens" in said.out


def test_a_talk_that_is_live_once_stays_live(talk: Talk) -> None:
    """Sorted otherwise, the agent is given another parcel: no later turn comes from the tape."""
    shutil.copy("prompts/sort.md", "other.md")
    Path("other.md").write_text(Path("other.md").read_text("utf-8") + "Be brief.\n", "utf-8")

    def briefly(asked: Asked) -> Mapping[str, Any]:
        if asked.prompt == "sort" and "Dank" not in asked.letter:
            return text({"wish": "refund", "parcel": asked.parcel[3:]})
        return sound(asked)

    talk.say = briefly
    found = talk.office("whatif", "--prompt", "sort=other.md", "--json")
    assert found.code == 0, found.err
    turns = [a.turn for a in talk.asked if a.prompt == "serve"]
    assert turns == [0, 1, 2]
    assert (found.data["asked"], found.data["unknown"]) == (2, [])


def test_whatif_asks_another_model(talk: Talk) -> None:
    """Every question goes to it, and nothing changes where it is as good."""
    found = talk.office("whatif", "--model", "other", "--json")
    assert (found.data["asked"], found.data["changes"], found.data["unknown"]) == (2, [], [])
    assert {a.body["model"] for a in talk.asked} == {"n"}


def test_whatif_without_a_model_knows_nothing(talk: Talk) -> None:
    """Never faked: each case that asks the prompt is named."""
    table = Path("leitstand.toml")
    table.write_text(table.read_text("utf-8").partition("[uses]")[0], "utf-8")
    shutil.copy("prompts/sort.md", "other.md")
    Path("other.md").write_text(Path("other.md").read_text("utf-8") + "Be strict.\n", "utf-8")
    found = talk.office("whatif", "--prompt", "sort=other.md", "--json")
    assert sorted(found.data["unknown"]) == [LETTER, "praise.json"]
    assert (found.data["changes"] == []) is False
    assert {c["certainty"] for c in found.data["changes"]} == {"unknown"}
    assert talk.asked == []


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--model", "huge"), "one of other, small"),
        (("--prompt", "sing=prompts/sort.md"), "one of serve, sort"),
        (("--prompt", "sort=absent.md"), "--prompt NAME=FILE"),
        (("--prompt", "sort"), "--prompt NAME=FILE"),
    ],
)
def test_what_whatif_cannot_mean_is_refused(
    talk: Talk, options: tuple[str, ...], words: str
) -> None:
    """A name or a file that is not there is a mistake, nothing is asked."""
    done = talk.office("whatif", *options)
    assert (done.code, talk.asked) == (2, [])
    assert words in done.err

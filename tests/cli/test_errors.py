"""Every error that a person can provoke is one they can read: code, what, where, what to do."""

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from leitstand.errors import LeitstandError
from tests.cli.conftest import Command, Done, Office

TOML = "leitstand.toml"


def readable(done: Done, code: int, *words: str) -> None:
    """The exit code, no traceback, nothing on stdout, and these words."""
    assert done.code == code, (done.code, done.err)
    assert "Traceback" not in done.err
    assert not done.out
    for word in words:
        assert word in done.err, done.err


def test_unknown_names(shop: Office) -> None:
    """Cases, checkpoints, people, roles."""
    readable(shop("show", "zzzz"), 1, "LS601", "zzzz")
    readable(shop("case", "show", "nothing.xml"), 2, "LS100", "leitstand case list")
    readable(shop("case", "show", "json"), 2, "keinen Vorgang json")
    readable(shop("login", "Zoe"), 1, "ben.krueger")
    readable(shop("run", "sales", __file__), 2, "no role `sales`")
    readable(shop("inbox", "--as", "zoe"), 1, "keine Person „zoe“")


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_names_that_no_text_may_hold(shop: Office, more: tuple[str, ...]) -> None:
    """A file that is not there is named on one line that turns nothing around."""
    done = shop("run", "sales", "miss\udcff\u202e\n.xml", *more)
    readable(done, 2, "LS100", "no such file", "miss???.xml")


def test_an_ambiguous_number_names_the_candidates(shop: Office) -> None:
    """The beginning of several numbers decides nothing."""
    numbers = [w["id"] for w in shop("inbox", "--json").data["waiting"]]
    first = {n[0] for n in numbers if sum(m[0] == n[0] for m in numbers) > 1}
    if first:
        readable(shop("show", first.pop()), 1, "nicht eindeutig")
    readable(shop("show", ""), 1, "LS601")
    readable(shop("show", "%"), 1, "LS601")


def test_wrong_passphrases_and_no_terminal(shop: Office) -> None:
    """A wrong passphrase, none, and nobody logged in."""
    number = shop.waiting("r1.json")
    wrong = {"LEITSTAND_PASSPHRASE": "not the one"}
    readable(shop("approve", number, "--as", "ben.krueger", env=wrong), 1, "stimmt nicht")
    readable(shop("approve", number, "--as", "ben.krueger"), 1, "LEITSTAND_PASSPHRASE")
    readable(shop("approve", number), 1, "leitstand login")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("account", ("NAME=WERT",)),
        ("colour=red", ("LS101", "colour")),
        ("account=gold", ("LS101", "goods, office")),
        ("day=31.02.2026", ("LS101", "Datum")),
        ("account=goods", ("ändert nichts",)),
        ("supplier_id=\u0430", ("LS101", "Lieferant")),
    ],
)
def test_edits_that_cannot_be_made(shop: Office, change: str, words: tuple[str, ...]) -> None:
    """Unknown fields, values outside of their vocabulary, look-alike letters, no change at all."""
    done = shop("edit", shop.waiting("r1.json"), change, person="ben.krueger")
    readable(done, 2 if "NAME=WERT" in words[0] else 1, *words)


def test_a_rejection_needs_a_reason(shop: Office) -> None:
    """Without a reason, or with an empty one, nothing is rejected."""
    number = shop.waiting("r1.json")
    readable(shop("reject", number, person="ben.krueger"), 2, "--reason")
    readable(shop("reject", number, "-r", " ", person="ben.krueger"), 1, "Grund")


def test_a_case_that_ended_takes_no_answer(shop: Office) -> None:
    """What came too late is said to be too late."""
    shop("approve", shop.waiting("r1.json"), person="ben.krueger")
    readable(shop("answer", "r1.json", "Hallo", person="ben.krueger"), 1, "abgeschlossen")


def test_a_word_that_nobody_waits_for_is_not_taken(shop: Office) -> None:
    """A slip in its name would be kept, and heard by nobody, until the time came first."""
    shop.waiting("r1.json")
    done = shop("answer", "r1.json", "da", "--to", "kurier", person="ben.krueger")
    readable(done, 1, "LS601", "wartet nicht auf „kurier“")


def test_a_defect_of_the_project_is_said_with_its_place(
    shop_folder: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line of the project's own code, here of what connects it."""
    file = shop_folder / "shop.py"
    text = file.read_text("utf-8")
    said = '"""The shop\'s one connection."""'
    assert said in text
    file.write_text(text.replace(said, "raise ArithmeticError(state)"), "utf-8")
    line = text[: text.index(said)].count("\n") + 1
    monkeypatch.chdir(shop_folder)
    done = command("batch", "buying", shop_folder / "world" / "invoices", "--state", "state")
    readable(done, 3, "LS701", "ArithmeticError", f"shop.py:{line}")


def test_a_field_is_given_once(shop: Office) -> None:
    """Which of two values holds nobody guesses."""
    number = shop.waiting("r1.json")
    twice = shop("edit", number, "account=office", "account=goods", person="ben.krueger")
    readable(twice, 2, "LS100", "account", "zweimal")


def test_files_that_cannot_be_worked_on(shop: Office, tmp_path: Path) -> None:
    """A file or folder that is not there, a folder without files."""
    readable(shop("run", "buying", tmp_path / "none.xml"), 2, "no such file", "none.xml")
    readable(shop("batch", "buying", tmp_path / "none"), 2, "no such folder")
    (tmp_path / "empty").mkdir()
    readable(shop("batch", "buying", tmp_path / "empty"), 2, "no file")


def test_nobody_unknown_requests_a_case(shop: Office, tmp_path: Path) -> None:
    """A slip in the name would let people approve what they asked for: nothing is begun then."""
    file = tmp_path / "own.json"
    file.write_text('{"number":"R-9","supplier":"acme","gross_cents":50000}')
    before = len(shop("case", "list", "--json").rows)
    readable(shop("run", "buying", file, "--requester", "ben.kruger"), 1, "Person", "dora.lange")
    assert len(shop("case", "list", "--json").rows) == before
    assert shop("run", "buying", file, "--requester", "Ben Krüger").code == 0
    assert shop("case", "list", "--json").rows[0]["requester"] == "ben.krueger"
    assert shop("run", "buying", file).code == 0
    assert shop("case", "list", "--json").rows[0]["requester"] == "intake"


def test_a_state_without_cases(shop: Office, command: Command, tmp_path: Path) -> None:
    """Reading where nothing was written says how to begin."""
    readable(command("inbox", "--state", tmp_path / "new"), 2, "leitstand demo")
    assert not (tmp_path / "new").exists()


def test_a_state_of_another_tenant(shop: Office, tmp_path: Path) -> None:
    """A state folder keeps its tenant."""
    file = tmp_path / "b.json"
    file.write_text("{}")
    readable(shop("run", "buying", file, "--tenant", "other"), 2, "belongs to tenant `corner`")


def test_a_second_writing_process(shop: Office) -> None:
    """One process writes; a second one is told so, and reading still works."""
    with (shop.state / "journal.db.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        number = shop.waiting("r1.json")
        readable(
            shop("approve", number, person="ben.krueger"), 1, "LS413", "anderer Prozess", "beenden"
        )
    assert shop("approve", number, person="ben.krueger").code == 0


Harm = Callable[[Path], object]
HARMED: dict[str, tuple[Harm, str]] = {
    "no place": (lambda f: (f / "place.json").unlink(), "`place.json` is gone"),
    "place of nonsense": (lambda f: (f / "place.json").write_text("{"), "`place.json` is damaged"),
    "no master key": (lambda f: (f / "master.key").unlink(), "`master.key` is gone"),
    "cut master key": (lambda f: (f / "master.key").write_bytes(b"x"), "`master.key` is damaged"),
    "no anchors' key": (lambda f: (f / "anchors.key").unlink(), "`anchors.key` is gone"),
    "journal of nonsense": (lambda f: (f / "journal.db").write_text("x" * 99), "is no database"),
    "people of nonsense": (lambda f: (f / "people.json").write_text("{"), "people.json"),
}


@pytest.mark.parametrize("harm", HARMED)
def test_a_damaged_state_is_named_and_left_as_it_is(shop: Office, harm: str) -> None:
    """Which file, where, what to do; no key is made anew beside a journal that needs the old."""
    change, words = HARMED[harm]
    change(shop.state)
    before = {f.name for f in shop.state.iterdir()}
    done = shop("approve", "1f3e", person="ben.krueger")
    advice = "  Zu tun:" if harm == "people of nonsense" else "  do:"
    readable(done, 1, words, str(shop.state), advice)
    assert {f.name for f in shop.state.iterdir()} == before


def test_a_state_that_cannot_be_written(command: Command, shop: Office, tmp_path: Path) -> None:
    """A file where a folder should be is named, not called a defect."""
    (tmp_path / "file").write_text("")
    readable(command("demo", "--state", tmp_path / "file" / "state"), 1, "LS100", "file", "do:")


def test_a_database_of_the_project_that_is_none(office: Office) -> None:
    """The embedded systems' own file is damaged: said as what it is."""
    number = office.waiting("AP-D13.xml")
    (office.state / "business.sqlite").write_text("nonsense" * 20)
    done = office("approve", number, person="ben.krueger")
    readable(done, 1, "LS412", "not a database", "business.sqlite")


def test_a_damaged_page_is_told_with_its_file(shop: Office) -> None:
    """A state folder holds several databases; whoever restores has to know which."""
    with (shop.state / "journal.db").open("r+b") as file:
        file.seek(4096)
        file.write(b"Z" * 4096 * 40)
    readable(shop("inbox"), 1, "LS412", "malformed", str(shop.state / "journal.db"))


def test_statuses_are_a_closed_set(shop: Office) -> None:
    """A status that there is not is refused with those that there are."""
    readable(shop("case", "list", "--status", "lost"), 2, "LS100", "exception")


def test_every_error_says_what_to_do() -> None:
    """Each class of the tree has advice that its own text may replace."""
    silent = [kind.__name__ for kind in _below(LeitstandError) if not kind.mend]
    assert set(silent) <= {"CallFailed"}


def _below(kind: type[LeitstandError]) -> Iterator[type[LeitstandError]]:
    for one in kind.__subclasses__():
        if one.__module__.startswith("leitstand."):
            yield one
        yield from _below(one)


@pytest.mark.slow
def test_a_program_without_ends_still_ends(root: Path, tmp_path: Path) -> None:
    """Started with stdout closed, or read by somebody who stops: no traceback, no abort."""
    code = "import sys; from leitstand.cli import main; sys.exit(main(['check']))"
    away = {**os.environ, "LEITSTAND_STATE": str(tmp_path)}
    for end in (">&-", "| true", "2>&- >&-"):
        script = f'"{sys.executable}" -c "{code}" {end}'
        done = subprocess.run(
            ["bash", "-c", script],
            cwd=root,
            env=away,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, (end, done.stderr)
        assert not done.stderr


def test_no_project(command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Outside of every project: exit 3 and the way to one."""
    monkeypatch.chdir(tmp_path)
    readable(command("check"), 3, "LS701", "leitstand init")


Break = Callable[[Path], object]
BROKEN: dict[str, tuple[Break, tuple[str, ...]]] = {
    "no toml": (lambda f: (f / TOML).write_text("roles = ["), ("LS701",)),
    "unknown key": (lambda f: (f / TOML).write_text('colour = "red"'), ("LS701", "colour")),
    "step that is not async": (
        lambda f: (f / "buying.py").write_text(
            (f / "buying.py").read_text().replace("async def ", "def ").replace("await ", "")
        ),
        ("LS301", "write `async def`"),
    ),
    "no such module": (
        lambda f: (f / TOML).write_text((f / TOML).read_text().replace("buying:role", "none:role")),
        ("LS701", "none"),
    ),
    "no such name": (
        lambda f: (f / TOML).write_text((f / TOML).read_text().replace("buying:role", "buying:x")),
        ("LS701", "no `x`"),
    ),
    "module with a fault": (
        lambda f: (f / "buying.py").write_text("def f(:"),
        ("LS701", "SyntaxError"),
    ),
    "no rules": (lambda f: (f / "policies" / "shop.cedar").unlink(), ("LS501", "policies")),
    "rule with a fault": (
        lambda f: (f / "policies" / "shop.cedar").write_text("permit(principal"),
        ("LS501", "shop.cedar"),
    ),
    "no world": (
        lambda f: (f / TOML).write_text((f / TOML).read_text().replace('"world"', '"nowhere"')),
        ("LS701", "nowhere"),
    ),
    "unknown limit": (
        lambda f: (f / TOML).write_text((f / TOML).read_text() + "case = { speed = 1 }\n"),
        ("LS701", "speed"),
    ),
    "texts with a fault": (
        lambda f: (f / "texts" / "de.toml").write_text("[tools"),
        ("LS701", "de.toml"),
    ),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_project_that_does_not_load(
    fault: str, shop_folder: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is broken in it: exit 3, and the message names it."""
    change, words = BROKEN[fault]
    monkeypatch.chdir(shop_folder)
    change(shop_folder)
    readable(command("demo"), 3, *words)


def test_errors_are_json_too(shop: Office) -> None:
    """With `--json` an error is a document on stderr."""
    done = shop("show", "zzzz", "--json")
    assert done.code == 1
    error = json.loads(done.err)["error"]
    assert error["code"] == "LS601"
    assert error.keys() == {"code", "what", "where", "do"}


def test_a_defect_is_one_line(shop: Office, shop_folder: Path) -> None:
    """What nobody foresaw is said in one line; the traceback comes when it is asked for."""
    text = (shop_folder / "shop.py").read_text("utf-8")
    broken = text.replace(
        '    account = told.limits["accounts"]', '    account = told.limits["gone"]'
    )
    (shop_folder / "shop.py").write_text(broken, "utf-8")
    file = shop_folder / "world" / "invoices" / "r1.json"
    done = shop("run", "buying", file)
    readable(done, 1, "KeyError", "LEITSTAND_TRACE")
    with pytest.raises(KeyError):
        shop("run", "buying", file, env={"LEITSTAND_TRACE": "1"})


def test_init_leaves_a_filled_folder_alone(command: Command, tmp_path: Path) -> None:
    """Nothing is written over."""
    (tmp_path / "mine.txt").write_text("mine")
    readable(command("init", tmp_path), 2, "not empty")
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]


def test_a_demo_removes_nothing_but_a_demo(command: Command, tmp_path: Path) -> None:
    """A folder that holds something else is refused."""
    (tmp_path / "mine.txt").write_text("mine")
    readable(command("demo", "--state", tmp_path), 2, "no earlier demo")
    assert (tmp_path / "mine.txt").exists()

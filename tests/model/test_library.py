"""The library: which release of a prompt is asked of which model, and what is not loaded where."""

from datetime import date
from pathlib import Path

import pytest

from leitstand.errors import ModelRefused
from leitstand.model import (
    EVERY,
    LOCK,
    Chat,
    Counter,
    Library,
    Question,
    Script,
    ScriptedModel,
    Settings,
    read_answer,
    write_lock,
)
from leitstand.model.prompt import Prompt
from leitstand.values import Frozen, Text

FILE = """---
version: 3
owner: finance
purpose: finds the account of a bill
released: 2026-11-02
budget: 600
inputs: number
---
Which account?
"""
SCRIPTED = Settings(provider="scripted", script="tests:model")
ALL = {EVERY: "one"}


class Account(Frozen):
    """Where a bill is booked."""

    account: Text


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one prompt."""
    (tmp_path / "account.md").write_text(FILE, "utf-8")
    return tmp_path


def chat(name: str = "") -> Chat:
    """A model that always answers the same."""
    script = Script(prompt="account", answer={"account": "goods"})
    model = ScriptedModel(scripts=(script,), model_name=name)
    return Chat("one", SCRIPTED, Counter(), model)


def release(folder: Path, name: str = "") -> str:
    """The release of the one prompt as its folder stands."""
    return Library.open(folder, {"one": chat(name)}, ALL).release("account", "")


def test_a_release_names_model_prompt_version_and_hash(folder: Path) -> None:
    """The whole hash of the file, so that nobody can find another prompt of this name."""
    kind, _, digest = release(folder, "one").partition("#")
    assert kind == "scripted/one:account@3"
    assert len(digest) == 64


def test_another_word_or_another_model_is_another_release(folder: Path) -> None:
    """One word of the text, one of the front matter, or the model's name; the same stays so."""
    found = {release(folder), release(folder), release(folder, "two")}
    for before, after in (("Which", "What"), ("budget: 600", "budget: 601")):
        (folder / "account.md").write_text(FILE.replace(before, after), "utf-8")
        found.add(release(folder))
    assert len(found) == 4


async def test_the_model_is_asked_with_the_prompt(folder: Path) -> None:
    """What it says is an answer of the type that was asked for."""
    library = Library.open(folder, {"one": chat()}, ALL)
    prepared = library.prepare(Question("account", {"number": "R1"}, Account))
    said = await prepared.send()
    assert read_answer(said.message.text, Account, {}).value == Account(account="goods")
    assert prepared.cost == prepared.sent.count + SCRIPTED.max_tokens


def test_a_prompt_goes_before_a_role_and_a_role_before_all(folder: Path) -> None:
    """Which model is asked is data: by prompt, by the role of the case, or for all."""
    (folder / "sort.md").write_text(FILE, "utf-8")
    chats = {n: Chat(n, SCRIPTED, Counter(), ScriptedModel(model_name=n)) for n in "abc"}
    library = Library.open(folder, chats, {"account": "a", "sales": "b", EVERY: "c"})
    asked = [("account", "sales"), ("sort", "sales"), ("sort", "hr"), ("none", "hr")]
    found = [library.release(prompt, role).partition(":")[0] for prompt, role in asked]
    assert found == ["scripted/a", "scripted/b", "scripted/c", ""]


def test_what_cannot_be_asked_is_refused(folder: Path) -> None:
    """No model, no such prompt, other inputs than it names: nothing is made up."""
    library = Library.open(folder, {"one": chat()}, ALL)
    for name, inputs, text in (
        ("account", {"number": "R1", "more": 1}, "missing or unknown"),
        ("account", {}, "missing or unknown"),
        ("nothing", {}, "no such prompt"),
    ):
        with pytest.raises(ModelRefused, match=text):
            library.prepare(Question(name, inputs, Account))
    with pytest.raises(ModelRefused, match="no model"):
        Library.open(folder).prepare(Question("account", {"number": "R1"}, Account))
    with pytest.raises(ModelRefused, match="two"):
        Library.open(folder, {"one": chat()}, {"account": "two"})


def test_a_prompt_that_cannot_be_used_is_named(folder: Path) -> None:
    """When the folder is opened, not when a case comes to it."""
    (folder / "broken.md").write_text("no front matter")
    with pytest.raises(ModelRefused, match=r"broken\.md"):
        Library.open(folder)
    assert Library.open(folder / "absent").prompts == {}


def test_a_draft_is_not_loaded_in_production(folder: Path) -> None:
    """Elsewhere it is used, and known as a draft; in production it is refused by its name."""
    (folder / "account.md").write_text(FILE.replace("2026-11-02", "draft"), "utf-8")
    for environment in ("dev", "test"):
        library = Library.open(folder, {"one": chat()}, ALL, environment)
        assert library.prepare(Question("account", {"number": "R1"}, Account)).draft
    with pytest.raises(ModelRefused, match=r"account\.md: version 3 is a draft"):
        Library.open(folder, environment="prod")


def test_production_takes_what_is_on_record_alone(folder: Path) -> None:
    """A release that nobody wrote into the record is refused; with its line it is loaded."""
    with pytest.raises(ModelRefused, match=r"prompts\.lock"):
        Library.open(folder, environment="prod")
    assert write_lock(folder, [Prompt.load(folder / "account.md")]) == ["account@3"]
    assert Library.open(folder, environment="prod").prompts["account"].released == date(2026, 11, 2)
    assert write_lock(folder, [Prompt.load(folder / "account.md")]) == []


@pytest.mark.parametrize("released", ["2026-11-02", "draft"])
def test_another_text_under_a_released_version_is_refused(folder: Path, released: str) -> None:
    """In every environment, also as a draft, and the record takes no other line for it (R26)."""
    prompt = Prompt.load(folder / "account.md")
    write_lock(folder, [prompt])
    changed = FILE.replace("Which", "What").replace("2026-11-02", released)
    (folder / "account.md").write_text(changed, "utf-8")
    with pytest.raises(ModelRefused, match="another text"):
        Library.open(folder)
    with pytest.raises(ModelRefused, match="another text"):
        write_lock(folder, [Prompt.load(folder / "account.md")])
    (folder / "account.md").write_text(changed.replace("version: 3", "version: 4"), "utf-8")
    assert Library.open(folder).prompts["account"].version == "4"
    write_lock(folder, [p for p in [Prompt.load(folder / "account.md")] if not p.draft])
    assert f"account@3 {prompt.sha}" in (folder / LOCK).read_text()


@pytest.mark.parametrize("line", ["account@3", "account@3 0", "account@3 " + "0" * 64])
def test_a_record_that_says_nothing_or_a_thing_twice_is_refused(folder: Path, line: str) -> None:
    """A line that cannot be read is no line that is not there."""
    (folder / LOCK).write_text(f"# head\naccount@3 {'1' * 64}\n\n{line}\n")
    with pytest.raises(ModelRefused, match="line 4"):
        Library.open(folder)

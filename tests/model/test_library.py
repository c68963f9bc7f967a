"""The library: which release of a prompt is asked, and what makes it another one."""

import asyncio
from pathlib import Path

import pytest

from leitstand.errors import ModelRefused
from leitstand.model import Library, Script, ScriptedModel
from leitstand.values import Frozen, Text

FILE = """---
version: 3
owner: finance
released: 2026-11-02
budget: 600
inputs: number
---
Which account?
"""


class Account(Frozen):
    """Where a bill is booked."""

    account: Text


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one prompt."""
    (tmp_path / "account.md").write_text(FILE, "utf-8")
    return tmp_path


def model(name: str = "") -> ScriptedModel:
    """A model that always answers the same."""
    script = Script(prompt="account", answer={"account": "goods"})
    return ScriptedModel(scripts=(script,), model_name=name)


def release(folder: Path, name: str = "") -> str:
    """The release of the one prompt as its folder stands."""
    return Library.open(folder, model(name)).releases["account"]


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


def test_the_model_is_asked_with_the_prompt(folder: Path) -> None:
    """The answer is a reading of the type that was asked for."""
    library = Library.open(folder, model())
    said = asyncio.run(library.ask("account", {"number": "R1"}, Account))
    assert said.value == Account(account="goods")


@pytest.mark.parametrize("name", ["account", "nothing"])
def test_what_cannot_be_asked_is_refused(folder: Path, name: str) -> None:
    """No model, or no such prompt: nothing is made up."""
    library = Library.open(folder, None if name == "account" else model())
    with pytest.raises(ModelRefused, match="no such prompt"):
        asyncio.run(library.ask(name, {"number": "R1"}, Account))


def test_a_prompt_that_cannot_be_used_is_named(folder: Path) -> None:
    """When the folder is opened, not when a case comes to it."""
    (folder / "broken.md").write_text("no front matter")
    with pytest.raises(ModelRefused, match=r"broken\.md"):
        Library.open(folder, None)
    assert Library.open(folder / "absent", None).prompts == {}

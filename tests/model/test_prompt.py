"""Prompts as files: whole papers or none, and another word is another prompt."""

from collections.abc import Callable
from pathlib import Path

import pytest

from leitstand.errors import ModelRefused
from leitstand.model import Prompt

FILE = """---
version: 3
owner: finance
purpose: sorts what comes in
released: 2026-11-02
budget: 600
inputs: subject, body
confidence: 80
---
You sort incoming mail.
"""


@pytest.fixture
def load(tmp_path: Path) -> Callable[[str], Prompt]:
    """A prompt from the text of its file."""

    def write(text: str) -> Prompt:
        file = tmp_path / "sort-mail.md"
        file.write_text(text, encoding="utf-8")
        return Prompt.load(file)

    return write


@pytest.mark.parametrize(
    "text",
    [
        "",
        "You sort mail.",
        FILE.replace("version: 3\n", ""),
        FILE.replace("owner: finance\n", ""),
        FILE.replace("purpose: sorts what comes in\n", ""),
        FILE.replace("released: 2026-11-02\n", ""),
        FILE.replace("2026-11-02", "gestern"),
        FILE.replace("budget: 600", "budget: 0"),
        FILE.replace("budget: 600", "budget: lots"),
        FILE.replace("owner: finance", "owner: finance\nsecret: x"),
        FILE.replace("owner: finance", "owner: finance\nowner: sales"),
        FILE.replace("You sort incoming mail.\n", ""),
        f"preface\n{FILE}",
    ],
)
def test_a_prompt_without_its_papers_is_refused(load: Callable[[str], Prompt], text: str) -> None:
    """Version, owner, release and budget are there and read strictly, or the prompt is not used."""
    with pytest.raises(ModelRefused, match=r"sort-mail\.md"):
        load(text)


def test_another_word_is_another_prompt(load: Callable[[str], Prompt]) -> None:
    """The hash covers the whole file; confidence is 0 until somebody measured it."""
    first, second = load(FILE), load(FILE.replace("confidence: 80\n", "").replace("sort", "order"))
    assert first.source != second.source
    assert second.confidence == 0


def test_an_absent_prompt_is_refused(tmp_path: Path) -> None:
    """No file, no prompt."""
    with pytest.raises(ModelRefused, match=r"none\.md"):
        Prompt.load(tmp_path / "none.md")


def test_a_draft_says_so(load: Callable[[str], Prompt]) -> None:
    """`draft` in the place of a day, and nothing else."""
    assert load(FILE.replace("2026-11-02", "draft")).draft
    assert not load(FILE).draft
    with pytest.raises(ModelRefused):
        load(FILE.replace("2026-11-02", "soon"))

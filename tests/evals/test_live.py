"""Live models in a replay: what a run may take, and another prompt or model in their place."""

from pathlib import Path

import pytest

from leitstand.errors import ModelRefused, UsageRefused
from leitstand.evals.live import Live, Purse, library_of
from leitstand.model import EVERY, Chat, Counter, Library, Settings

PROMPT = "---\nversion: 1\nowner: o\npurpose: p\nreleased: 2026-11-02\nbudget: 9\n---\n{text}\n"


@pytest.fixture
def library(tmp_path: Path) -> Library:
    """Two prompts and two models, each prompt put to one."""
    for name in ("sort", "serve"):
        (tmp_path / f"{name}.md").write_text(PROMPT.format(text=name))
    settings = [
        Settings(provider="openai-compatible", model=name, base_url="http://127.0.0.1:9/v1")
        for name in ("one", "two")
    ]
    chats = {s.model: Chat(s.model, s, Counter()) for s in settings}
    return Library.open(tmp_path, chats, {"sort": "two", EVERY: "one"}, "test")


def test_another_prompt_stands_in_the_place_of_its_own(library: Library, tmp_path: Path) -> None:
    """Under its name, whatever the file is called; the other prompt is what it was."""
    file = tmp_path / "elsewhere" / "draft-7.md"
    file.parent.mkdir()
    file.write_text(PROMPT.format(text="sort quickly"))
    found = library_of(library, Live(prompts={"sort": file}))
    assert found.prompts["sort"].text == "sort quickly"
    before, now = library.releases_of(""), found.releases_of("")
    assert now["sort"].startswith("openai-compatible/two:sort@1#")
    assert (now["sort"] != before["sort"], now["serve"]) == (True, before["serve"])


def test_another_model_is_asked_for_all(library: Library) -> None:
    """Also where the project names another one for a prompt."""
    found = library_of(library, Live(model="one"))
    assert {r.partition(":")[0] for r in found.releases_of("").values()} == {
        "openai-compatible/one"
    }


def test_what_is_not_there_is_refused(library: Library, tmp_path: Path) -> None:
    """A name that the project does not know, and a file that is no prompt."""
    with pytest.raises(UsageRefused, match="`sing`") as caught:
        library_of(library, Live(prompts={"sing": tmp_path / "sort.md"}))
    assert "serve, sort" in caught.value.advice
    with pytest.raises(UsageRefused, match="`three`"):
        library_of(library, Live(model="three"))
    (tmp_path / "x.txt").write_text("no prompt")
    with pytest.raises(ModelRefused):
        library_of(library, Live(prompts={"sort": tmp_path / "x.txt"}))


def test_the_question_that_cannot_be_paid_is_the_last() -> None:
    """No smaller one slips through after it; without a bound everything is paid."""
    purse = Purse(100)
    assert purse.affords(100)
    purse.spent = 60
    assert [purse.affords(cost) for cost in (40, 41, 1)] == [True, False, False]
    assert Purse().affords(10**9)

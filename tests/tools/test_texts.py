"""What people read of an action: every field and every closed word has a name in both languages."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, get_args, get_origin

import pytest
from pydantic import BaseModel

from leitstand.inbox import texts_of
from leitstand.project import load_project

ROOT = Path(__file__).parents[2]
OWN = ROOT / "src" / "leitstand" / "inbox" / "texts"


def named(model: type[BaseModel]) -> Iterator[tuple[str, str]]:
    """Fields and words of an argument model, those of records inside it too."""
    for name, field in model.model_fields.items():
        yield "fields", name
        yield from _words(field.annotation)


def _words(annotation: object) -> Iterator[tuple[str, str]]:
    if get_origin(annotation) is Literal:
        yield from (("words", word) for word in get_args(annotation) if isinstance(word, str))
        return
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield from named(annotation)
    for inner in get_args(annotation):
        yield from _words(inner)


@pytest.mark.parametrize("language", ["de", "en"])
def test_nothing_technical_is_shown(language: str) -> None:
    """Of everything that may wait for a person."""
    file = ROOT / "tools" / "texts" / f"{language}.toml"
    given = tomllib.loads(file.read_text("utf-8"))
    writes = [tool for tool in load_project(ROOT).tools if tool.writes]
    wanted = {pair for tool in writes for pair in named(tool.args)}
    assert len(wanted) > 100
    own = tomllib.loads((OWN / f"{language}.toml").read_text("utf-8"))
    bare = (p for p in wanted if p[1] not in given[p[0]] and p[1] not in own.get(p[0], {}))
    assert sorted(bare) == []


@pytest.mark.parametrize("language", ["de", "en"])
def test_what_a_rule_found_speaks_of_facts_that_rules_read(language: str) -> None:
    """A sentence on a fact that no rule reads would never be shown; it names facts of that tool."""
    file = ROOT / "tools" / "texts" / f"{language}.toml"
    said: dict[str, str | dict[str, str]] = tomllib.loads(file.read_text("utf-8"))["measured"]
    tools = load_project(ROOT).bundle().tools.values()
    read = {
        n
        for t in tools
        for r in t.rules.values()
        if not r.grants
        for group, n in t.alone[r.id].named
        if group == "facts"
    }
    assert len(said) > 20
    assert said.keys() - read == set()
    known = [t.signature.facts for t in tools]
    for name, sentences in said.items():
        facts = next(f for f in known if name in f)
        if isinstance(sentences, dict):
            words = facts[name].values
            assert not words or {str(w).lower() for w in words} >= sentences.keys(), name
        texts = [sentences] if isinstance(sentences, str) else [*sentences.values()]
        named = {place for text in texts for place in re.findall(r"\{(\w+)", text)}
        assert named <= facts.keys(), name


def test_lists_in_a_sentence_are_named() -> None:
    """Who a task is for is said by what these people are called."""
    texts = texts_of("de", ROOT / "tools" / "texts")
    said = texts.fill(
        texts.sentence("task.create", "effect"), {"title": "X", "roles": ["clerk", "hr"]}
    )
    assert said.endswith("für: Buchhaltung, Personal")


def test_words_are_shown_in_the_readers_language() -> None:
    """A word inside a record is named as one that stands alone; what is no word stays as it is."""
    texts = texts_of("de", ROOT / "tools" / "texts")
    measure = {"record": "R1", "action": "restrict_and_keep", "keep_until": "2029-12-31"}
    said = texts.value("measures", [measure, {"record": "R2", "action": "erase"}])
    first = "Datensatz R1; Maßnahme einschränken und aufbewahren; aufbewahren bis 31.12.2029"
    assert said == f"{first}\nDatensatz R2; Maßnahme löschen"

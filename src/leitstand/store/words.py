"""Words: what a case can be found by, kept as digests: numbers and names that it asked or wrote.

Under the store's key, so that the file tells nobody who a case is about; whole words, as people
write them, whatever their case. They go with the case's key when it is erased.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

import orjson

from leitstand.digest import Keyed
from leitstand.records import Event

__all__ = ["digests_of", "split", "words_in"]

_SHORT, _LONG, _TEXT = 2, 32, 80
split = re.compile(r"\w+").findall
_NAMES = {"answer": "asked", "intent": "args", "checkpoint": "args"}


def words_in(key: Keyed, events: Iterable[Event]) -> str:
    """The digests of all words in what was asked of systems and written to them, sorted."""
    found: set[str] = set()
    for event in events:
        name = _NAMES.get(event.kind)
        if name and b'"asked":{}' not in event.body:
            found.update(*map(split, _texts(orjson.loads(event.body).get(name))))
    return " ".join(sorted(digests_of(key, found)))


def digests_of(key: Keyed, words: Iterable[str]) -> set[str]:
    """What these words are kept as; those that are too short or too long are left out."""
    fit = {word.casefold() for word in words if _SHORT <= len(word) <= _LONG}
    return {key.digest(f"word:{word}".encode())[:8] for word in fit}


def _texts(value: Any) -> Iterator[str]:  # noqa: ANN401 - JSON
    if isinstance(value, str):
        if len(value) <= _TEXT:
            yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:  # pyright: ignore[reportUnknownVariableType]
            yield from _texts(one)

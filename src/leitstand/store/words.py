"""Words: what a case can be found by, kept as digests: numbers and names that it asked or wrote.

Under the store's key, so that the file tells nobody who a case is about; whole words, as people
write them, whatever their case. They go with the case's key when it is erased.
"""

import re
from collections.abc import Iterable

from leitstand.digest import Keyed
from leitstand.records import Event
from leitstand.values import nodes

_SHORT, _LONG, _TEXT = 2, 32, 80
_PARTS = re.compile(r"\w+").findall
_NAMES = {"answer": "asked", "intent": "args", "checkpoint": "args"}


def words_in(key: Keyed, events: Iterable[Event]) -> str:
    """The digests of all words in what was asked of systems and written to them, sorted.

    Of a word with signs in it, RE-2026-4021, each part and the whole.
    """
    found: set[str] = set()
    for event in events:
        name = _NAMES.get(event.kind)
        if name and b'"asked":{}' not in event.body:
            for _, text in nodes(event.said().get(name)):
                if isinstance(text, str) and len(text) <= _TEXT:
                    found.update(text.split(), _PARTS(text))
    return " ".join(sorted({digest_of(key, word) for word in found} - {""}))


def digest_of(key: Keyed, word: str) -> str:
    """What a word is kept as, whatever its case and signs; empty if it is too short or too long."""
    bare = "".join(_PARTS(word.casefold()))
    return key.digest(f"word:{bare}".encode())[:8] if _SHORT <= len(bare) <= _LONG else ""

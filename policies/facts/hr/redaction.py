"""G-H08: nothing of anybody's health is kept, logged or shown to a model.

Of a sick note nothing is kept at all but its days (`tells_reason` only says whether it told more);
of other texts the words that tell of health are cut out (`redact`). Both run at the entrance,
before a case and its journal exist.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from policies.facts.hr.note import says_more
from policies.facts.hr.wording import fold, plain

_FILE = Path(__file__).parents[2] / "hr_health.toml"
_CUT = "[entfernt]"
_LONG, _LAP = 120, 60
"""Letters of a piece of a long word, and after how many the next one begins."""
_WORD = re.compile(r"\w+(?:[-.'/]\w+)*")
_SPACED = re.compile(r"\b(?:\w[ .*_-]){4,}\w\b")


def redact(text: str) -> tuple[str, bool]:
    """`text` without the words that tell of somebody's health, and whether there were any.

    What cannot be seen is taken out as well. Which words these are stands in `hr_health.toml`.
    """
    shown = _joined(plain(text))
    spans = sorted(_spans(shown))
    pieces: list[str] = []
    at = 0
    for start, end in spans:
        if end <= at:
            continue
        if start >= at:
            pieces += [shown[at:start], _CUT]
        at = end
    return "".join((*pieces, shown[at:])), bool(spans)


def tells_reason(text: str) -> bool:
    """Whether a sick note says why somebody is ill: by a word of health or the body, or at all."""
    if redact(text)[1]:
        return True
    lexicon, folded = _lexicon(), fold(text)
    because = (match["rest"] for match in lexicon.because.finditer(folded))
    return (
        bool(lexicon.body.search(folded))
        or any(rest.strip() and not lexicon.no_reason.match(rest) for rest in because)
        or says_more(text)
    )


def _joined(text: str) -> str:
    """Words that were written with gaps between their letters, in one."""
    return _SPACED.sub(lambda m: re.sub(r"[ .*_-]", "", m[0]), text)


def _spans(text: str) -> Iterator[tuple[int, int]]:
    lexicon = _lexicon()
    for match in _WORD.finditer(text):
        if lexicon.tells(fold(match[0])) and not lexicon.title.match(text, match.start()):
            yield match.span()
    # Phrases are looked for in the folded text, and found again by their words.
    folded, places = _folded_with_places(text)
    for pattern in lexicon.phrases:
        for match in pattern.finditer(folded):
            yield places[match.start()], places[match.end()]


def _folded_with_places(text: str) -> tuple[str, list[int]]:
    """The folded text, and for each of its characters where it comes from."""
    pieces: list[str] = []
    places: list[int] = []
    for at, char in enumerate(text):
        piece = " " if char in " \t\u00a0" else fold(char)
        pieces.append(piece)
        places += [at] * len(piece)
    return "".join(pieces), [*places, len(text)]


@dataclass(frozen=True, slots=True)
class _Lexicon:
    stems: re.Pattern[str]
    words: re.Pattern[str]
    phrases: tuple[re.Pattern[str], ...]
    harmless: frozenset[str]
    title: re.Pattern[str]
    body: re.Pattern[str]
    because: re.Pattern[str]
    no_reason: re.Pattern[str]

    def tells(self, word: str) -> bool:
        """Whether a folded word tells of somebody's health."""
        if word in self.harmless:
            return False
        if len(word) > _LONG:  # no word of a language: it is searched piece by piece
            return any(self.stems.search(word[n : n + _LONG]) for n in range(0, len(word), _LAP))
        return bool(self.stems.search(word) or self.words.fullmatch(word))


@cache
def _lexicon() -> _Lexicon:
    table: dict[str, Any] = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return _Lexicon(
        stems=re.compile("|".join(table["stems"])),
        words=re.compile("|".join(table["words"])),
        phrases=tuple(re.compile(p) for p in table["phrases"]),
        harmless=frozenset(table["harmless"]),
        title=re.compile(table["title"]),
        body=re.compile(table["body"]),
        because=re.compile(table["because"]),
        no_reason=re.compile(table["no_reason"]),
    )

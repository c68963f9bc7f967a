"""What a sick note may say: that somebody is ill and for how long, not why.

What else it tells is told by the words that it does not need: no list of illnesses is complete.
"""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from policies.facts.hr.wording import fold, plain

_FILE = Path(__file__).parents[2] / "hr_note.toml"
_NAMES = ("greeting", "called", "about", "title", "place", "closing", "signature")
"""Where a note holds names; each key of the file tells one place."""
_BLANK = re.compile(r"[^\S\n]+")
_LINES = re.compile(r" ?\n[ \n]*")
_WORD = re.compile(r"\w+(?:[-.'/]\w+)*")


@dataclass(frozen=True, slots=True)
class _Lexicon:
    """Patterns of `hr_note.toml`."""

    may: re.Pattern[str]
    things: re.Pattern[str]
    parts: re.Pattern[str]
    names: tuple[re.Pattern[str], ...]
    own: re.Pattern[str]
    work: re.Pattern[str]
    colleague: re.Pattern[str]
    hurt: re.Pattern[str]
    english: re.Pattern[str]
    german: re.Pattern[str]


def says_more(text: str) -> bool:
    """Whether a sick note tells more of its writer than that they are ill, and for how long."""
    lexicon, told = _lexicon(), _folded(text)
    for names in lexicon.names:
        told = names.sub(" . ", told)
    parts = lexicon.parts.split(told)
    nouns = _shows_nouns(parts, lexicon)
    return any(_tells(part, lexicon, nouns=nouns) for part in parts)


def _tells(part: str, lexicon: _Lexicon, *, nouns: bool) -> bool:
    own = lexicon.own.search(part)
    if not own and (lexicon.work.search(part) or lexicon.colleague.search(part)):
        return False
    words = (word for word in _WORD.findall(part) if not lexicon.may.fullmatch(word))
    unknown = [word for word in words if own or not lexicon.things.fullmatch(word)]
    if nouns and not lexicon.hurt.search(part.strip()):
        return any(word[0].isupper() for word in unknown)
    return bool(unknown)


def _shows_nouns(parts: list[str], lexicon: _Lexicon) -> bool:
    """Whether a text is German and writes its nouns with a capital."""
    whole = " ".join(parts)
    if len(lexicon.english.findall(whole)) > len(lexicon.german.findall(whole)):
        return False
    later = [word for part in parts for word in _WORD.findall(part)[1:]]
    return any(word[0].isupper() for word in later) and any(word[0].islower() for word in later)


def _folded(text: str) -> str:
    """The folded text, words with a capital as they were."""
    shown = _LINES.sub("\n", _BLANK.sub(" ", plain(text)))
    return "".join(fold(char).capitalize() if char.isupper() else fold(char) for char in shown)


@cache
def _lexicon() -> _Lexicon:
    table: dict[str, Any] = tomllib.loads(_FILE.read_text(encoding="utf-8"))

    def of(name: str) -> re.Pattern[str]:
        return re.compile(table[name], re.IGNORECASE | re.MULTILINE)

    return _Lexicon(
        **{name: re.compile("|".join(table[name]), re.IGNORECASE) for name in ("may", "things")},
        names=tuple(of(name) for name in _NAMES),
        **{
            name: of(name)
            for name in ("parts", "own", "work", "colleague", "hurt", "english", "german")
        },
    )

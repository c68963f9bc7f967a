"""Letters of a name: those of other scripts in Latin ones, and which can be compared at all."""

import re
import tomllib
import unicodedata
from functools import cache, lru_cache
from pathlib import Path

from tools.names import LONGEST, fold

_SOUNDS = "sounds"
_DOUBLED = re.compile(r"(.)\1+")


@lru_cache(maxsize=8192)
def latin(word: str) -> str:
    """A folded word in Latin letters, as far as its script is known, spelled one way.

    `Lukaschenko` and `Lukashenko`, `Youssef` and `Yusuf` are one name to those who transliterate.
    """
    told = word.translate(_table())
    for spelled, sound in _sounds().items():
        told = told.replace(spelled, sound)
    return _DOUBLED.sub(r"\1", told)


def is_comparable(name: str) -> bool:
    """Whether a name, once in Latin letters, can be compared with names in those.

    It cannot if there is no word in it, or so much that the end would not be looked at.
    """
    folded = fold(name)
    if not folded or len(name) > LONGEST:
        return False
    return all(_is_latin(letter) for letter in latin(folded) if letter.isalpha())


def _is_latin(letter: str) -> bool:
    return unicodedata.name(letter, "").startswith("LATIN")


@cache
def _table() -> dict[int, str]:
    scripts = (script for name, script in _tables().items() if name != _SOUNDS)
    return str.maketrans({letter: told for script in scripts for letter, told in script.items()})


@cache
def _sounds() -> dict[str, str]:
    return _tables()[_SOUNDS]


@cache
def _tables() -> dict[str, dict[str, str]]:
    return tomllib.loads(Path(__file__).with_name("letters.toml").read_text(encoding="utf-8"))

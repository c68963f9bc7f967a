"""Letters of a name: those of other scripts in Latin ones, and which can be compared at all."""

import tomllib
import unicodedata
from functools import cache
from pathlib import Path

from tools.names import LONGEST, fold

__all__ = ["is_comparable", "latin"]

_ALIKE = {"y": "i"}
"""Letters that transliterations take for one another: `Youssef`, `Ioussef`."""


def latin(word: str) -> str:
    """A folded word in Latin letters, as far as its script is known."""
    return word.translate(_table())


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
    text = (Path(__file__).parent / "letters.toml").read_text(encoding="utf-8")
    scripts: dict[str, dict[str, str]] = tomllib.loads(text)
    known = {letter: told for script in scripts.values() for letter, told in script.items()}
    return str.maketrans(known | _ALIKE)

"""Small words: those that German writes with a small letter, and that are no nouns."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from policies.facts.sales.examples import EXAMPLES
from policies.facts.sales.limits import lexicon
from policies.facts.sales.tokens import Token
from tools.catalog.words import fold, stems

_WORD = re.compile(r"[^\W\d_]+")
_BEGINS = re.compile(r"(?:^|[.!?:\n])\W*$")
_SURE = 2
"""Words that make a sentence English."""
_BEFORE = 3
"""Signs before a word by which the beginning of a sentence is known."""


@cache
def is_small_word(word: str) -> bool:
    """Whether a folded word is no noun: examples write it small, or a list names it."""
    return bool(stems(word) & _known())


def is_english(tokens: Sequence[Token]) -> bool:
    """Whether a sentence is English, whose nouns have no capitals: by words of every sentence."""
    said, phrases = {token.text for token in tokens}, lexicon()["phrases"]
    return len(said.intersection(phrases["english"])) >= _SURE and not said & set(phrases["german"])


@cache
def _known() -> frozenset[str]:
    """Words that stand in examples with small letters more often than with capitals."""
    small, large = Counter[str](), Counter[str]()
    for mail in _german():
        for word, begins in _words(mail):
            if not begins:
                (large if word[0].isupper() else small)[fold(word)] += 1
    listed = lexicon()["reading"]["small"]
    return frozenset(listed).union(word for word, times in small.items() if times > large[word])


def _german() -> Iterator[str]:
    """Examples in which nouns have capitals."""
    table: Mapping[str, list[str]] = tomllib.loads(EXAMPLES.read_text(encoding="utf-8"))
    german = frozenset(lexicon()["phrases"]["german"])
    for mail in (mail for mails in table.values() for mail in mails):
        words = list(_words(mail))
        if german & {word for word, _ in words} and any(
            word[0].isupper() and not begins for word, begins in words
        ):
            yield mail


def _words(mail: str) -> Iterator[tuple[str, bool]]:
    """Words as they stand, and whether a sentence begins with them."""
    for match in _WORD.finditer(mail):
        before = mail[max(0, match.start() - _BEFORE) : match.start()]
        yield match.group(), _BEGINS.search(before) is not None

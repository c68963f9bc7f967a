"""The words, numbers and signs of a mail, in their order."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache
from typing import Literal

from policies.facts.sales.limits import lexicon
from tools.catalog.words import fold

_TOKEN = re.compile(
    r"(?P<number>\d{1,3}(?:\.\d{3})+(?!\d)(?:,\d+)?|\d+(?:,\d+|\.\d{1,2}(?![\d.]))?)"
    r"|(?P<word>(?<=\d)x(?=[A-ZÄÖÜ])|[^\W\d_]+)|(?P<sign>\S|\n)"
)
_ENDS = frozenset(".!?\n")
_THOUSANDS = re.compile(r"\.(?=\d{3})")
_STOPS = _ENDS | frozenset(",;:()–|•&+")


@dataclass(frozen=True, slots=True)
class Token:
    """A word, number or sign. `text` is folded, `raw` as it stands; `glued` to what is before.

    `masked`: part of a date, a telephone number, an amount of money and the like.
    """

    kind: Literal["number", "word", "sign"]
    text: str
    raw: str
    glued: bool
    masked: bool


@lru_cache(maxsize=256)
def tokens_of(text: str) -> tuple[Token, ...]:
    """All tokens of a mail."""
    spans = (m.span() for pattern in _masks() for m in pattern.finditer(text))
    hidden = {at for span in spans for at in range(*span)}
    found: list[Token] = []
    end = -1
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup
        assert kind in ("number", "word", "sign")  # noqa: S101 - the pattern has no other groups
        raw = match.group()
        masked = match.start() in hidden or (
            raw == "." and match.start() == end and _is_short(found)
        )
        found.append(Token(kind, fold(raw), raw, match.start() == end, masked))
        end = match.end()
    return tuple(found)


def number_of(token: Token) -> Decimal | None:
    """The number that a token says, in figures or in words; None where it counts nothing."""
    if token.masked:
        return None
    if token.kind == "number":
        return Decimal(_THOUSANDS.sub("", token.raw).replace(",", "."))
    word = _in_words(token.text)
    return None if word is None else Decimal(word)


def is_end(token: Token) -> bool:
    """Whether a sentence ends here."""
    return token.text in _ENDS and not token.masked


def is_stop(token: Token) -> bool:
    """Whether a part of a sentence ends here."""
    return token.text in _STOPS and not token.masked


def sentence_of(tokens: Sequence[Token], at: int) -> tuple[int, int]:
    """Where the sentence around a token begins and ends."""
    first = next((i + 1 for i in range(at - 1, -1, -1) if is_end(tokens[i])), 0)
    last = next((i for i in range(at, len(tokens)) if is_end(tokens[i])), len(tokens))
    return first, last


def written(tokens: Sequence[Token]) -> str:
    """Tokens as they stand in the mail, one blank where there are several."""
    return "".join(t.raw if t.glued else f" {t.raw}" for t in tokens).strip()


@lru_cache(maxsize=8192)
def _in_words(word: str) -> int | None:
    """A number in words: one of the list, or put together of those (`hundertfunfundzwanzig`)."""
    known: dict[str, int] = lexicon()["reading"]["numbers"]
    if word in known:
        return known[word]
    for times in (1000, 100):
        for big in (n for n, value in known.items() if value == times and n in word):
            front, _, rest = word.partition(big)
            many = _in_words(front) if front else 1
            more = _in_words(rest.removeprefix("und")) if rest else 0
            if many is not None and more is not None:
                return many * times + more
    one, joined, ten = word.partition("und")
    ones, tens = known.get(one, 0), known.get(ten, 0)
    return ones + tens if joined and ones in range(1, 10) and tens in range(20, 100) else None


def _is_short(found: list[Token]) -> bool:
    return bool(found) and found[-1].text in lexicon()["reading"]["short"]


@cache
def _masks() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(p) for p in lexicon()["reading"]["masked"])

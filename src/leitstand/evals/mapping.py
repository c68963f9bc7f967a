"""The mapping: for every value that may name somebody another one, the same in the whole case.

It is keyed: who has not the key cannot go back. It keeps what rules look at: whether two values are
equal (also written otherwise: case, blanks, separators, leading zeros, umlauts), how alike two
words or numbers are, whether check digits are right, country and bank of an account, years,
amounts, dates, and the words of the vocabulary.
"""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TypeVar

from rapidfuzz import process
from rapidfuzz.distance import OSA, Levenshtein
from schwifty import IBAN
from schwifty.exceptions import SchwiftyException
from stdnum.eu import vat
from stdnum.iso7064 import mod_97_10

from leitstand.errors import CaseRefused
from leitstand.evals.vocabulary import WORD, Vocabulary, fold
from leitstand.table import toml_of

T = TypeVar("T")
_VOWELS, _CONSONANTS = "aeiou", "bcdfghjklmnpqrstvwxyz"
_DIGRAPHS = {"ae": "ä", "oe": "ö", "ue": "ü"}
_ALIKE = 0.7
"""Share of equal characters from which two tokens stay alike."""
_DRAWS = 20_000
_YEAR = re.compile(r"20[0-3]\d(?:$|(?:0[1-9]|1[0-2])$|(?=\d{3}))")
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_SHORT = 2
"""Digits up to which a number is a quantity, a line or a day, and names nobody."""


class _Kind(NamedTuple):
    """A form of values in texts: how it is found, and whether a find is one."""

    name: str
    pattern: re.Pattern[str]
    holds: Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str


class Mapping:
    """The mapping of one case: made from all of its texts, so that no two values become one."""

    def __init__(self, key: bytes, kept: Vocabulary, texts: Iterable[str]) -> None:
        self._key = key
        self._kept = kept
        found: dict[str, set[str]] = {"word": set(), "digits": set()}
        for text in set(texts):
            for token in _tokens(text):
                if token.kind == "digits":
                    found["digits"].add(_core(token.text)[1])
                elif token.kind in ("word", "mail"):
                    found["word"].update(map(fold, WORD.findall(token.text)))
        self._found = found["word"] | found["digits"]
        self._words = {w: w for w in kept.anchors}
        self._numbers: dict[str, str] = {}
        self._whole: dict[tuple[str, str], str] = {}
        self._taken: set[str] = set()
        for word in sorted(found["word"], key=lambda w: (len(w), w)):
            self._words[word] = self._word(word)
        for run in sorted(found["digits"], key=lambda r: (len(r), r)):
            short = len(run) <= _SHORT
            self._numbers[run] = run if short else self._new("digits", run, self._numbers)

    def text(self, value: str) -> str:
        """What stands for a text. The key is needed to say of what."""
        if self._kept.holds_value(value):
            return value
        return "".join(self._one(token) for token in _tokens(value))

    def _one(self, token: _Token) -> str:
        if token.kind == "word":
            folded = fold(token.text)
            new = folded if self._kept.holds_word(folded) else self._words.get(folded, folded)
            return token.text if new == folded else _rendered(token.text, new)
        if token.kind == "digits":
            head, core = _core(token.text)
            return head + self._numbers.get(core, core)
        if token.kind in ("plain", "notation", "amount", "day"):
            return token.text
        if self._kept.holds_value(token.text):
            return token.text
        if token.kind == "mail":
            return self._mail(token.text)
        return _respaced(token.text, self._identifier(token.kind, _compact(token.text)))

    def _mail(self, text: str) -> str:
        """An address: all its words are mapped, the vocabulary's too, but not the domain's end."""
        name, dot, end = text.rpartition(".")
        words = WORD.sub(lambda m: _rendered(m[0], self._word(fold(m[0]), kept=False)), name)
        return re.sub(r"\d+", lambda m: self._one(_Token("digits", m[0])), words) + dot + end

    # Each kind of value.

    def _word(self, word: str, *, kept: bool = True) -> str:
        if (kept and self._kept.holds_word(word)) or len(word) == 1:
            return word
        known = self._words.get(word, word)
        if known != word:
            return known
        new = self._new("word", word, self._words)
        self._words[word] = new
        return new

    def _new(self, kind: str, token: str, known: dict[str, str]) -> str:
        """A token that nobody has: near to what a near one became, else drawn."""
        near = process.extractOne(
            token, known.keys(), scorer=OSA.normalized_similarity, score_cutoff=_ALIKE
        )
        for count in range(_DRAWS):
            drawn = _drawn(self._stream(kind, token, count), token)
            if near is not None and count < _CLOSE:
                drawn = _alike(near[0], known[near[0]], token, drawn)
            if drawn not in self._taken and not self._said(drawn):
                self._taken.add(drawn)
                return drawn
        raise CaseRefused("too many values of this length to be told apart", where=kind)

    def _said(self, drawn: str) -> bool:
        """Whether a draw says something already: in this case, or in the vocabulary."""
        return drawn in self._found or self._kept.holds_word(drawn)

    def _identifier(self, kind: str, compact: str) -> str:
        known = self._whole.get((kind, compact))
        if known is None:
            known = self._whole[kind, compact] = self._drawn_as(kind, compact)
        return known

    def _drawn_as(self, kind: str, compact: str) -> str:
        """Another identifier of this kind that is as right or as wrong."""
        fixed, form = _FIXED.get(kind, lambda _: 0)(compact), _SOUND.get(kind, _any)
        sound, used = form(compact), set(self._whole.values())
        for count in range(_DRAWS):
            drawn = _redrawn(kind, self._stream(kind, compact, count), compact, fixed)
            if drawn not in used and drawn != compact and form(drawn) == sound:
                return drawn
        raise CaseRefused(f"no other {kind} with the same properties", where=kind)

    def _stream(self, kind: str, token: str, count: int) -> bytes:
        seed = f"{kind}|{token}|{count}".encode()
        keyed = hashlib.blake2b(seed, key=self._key).digest()
        return hashlib.shake_256(keyed).digest(2 * len(token) + 8)


_CLOSE = 40
"""Draws that try to keep a token near to another before it is drawn freely."""


def _tokens(text: str) -> Iterator[_Token]:
    """A text in its parts, kind by kind; what is of no kind is plain."""
    yield from _split(text, 0)


def _split(text: str, kind: int) -> Iterator[_Token]:
    if not text:
        return
    if kind == len(_KINDS):
        yield _Token("plain", text)
        return
    name, pattern, holds = _KINDS[kind]
    at = 0
    for found in pattern.finditer(text):
        if holds(found[0]):
            yield from _split(text[at : found.start()], kind + 1)
            yield _Token(name, found[0])
            at = found.end()
    yield from _split(text[at:], kind + 1)


def _core(run: str) -> tuple[str, str]:
    """What of a run of digits is kept (a year, leading zeros), and what is mapped."""
    head = _YEAR.match(run)
    year = head[0] if head else ""
    core = run[len(year) :].lstrip("0")
    return run[: len(run) - len(core)], core


def _drawn(stream: bytes, token: str) -> str:
    """Letters for letters, digits for digits; vowels and consonants where they stood."""
    found: list[str] = []
    at = 0
    while at < len(token):
        pair, draw = token[at : at + 2], stream[2 * at] << 8 | stream[2 * at + 1]
        if pair in _DIGRAPHS:
            found.append(tuple(_DIGRAPHS)[draw % 3])
        elif pair == "ss":
            found.append(pair)
        else:
            pair = token[at]
            found.append(_char(pair, draw, first=at == 0))
        at += len(pair)
    return "".join(found)


def _char(char: str, draw: int, *, first: bool = False) -> str:
    if char.isdigit():
        return str(draw % 9 + 1 if first else draw % 10)
    for letters in (_VOWELS, _CONSONANTS):
        if char in letters:
            return letters[draw % len(letters)]
    block, category = ord(char) & ~0x3F, unicodedata.category(char)
    same = [chr(c) for c in range(block, block + 64) if unicodedata.category(chr(c)) == category]
    return same[draw % len(same)]


def _alike(near: str, mapped: str, token: str, drawn: str) -> str:
    """As unlike the mapped one as the token is unlike the near one."""
    became = dict(zip(near, mapped, strict=False))
    found: list[str] = []
    for op in Levenshtein.opcodes(near, token):
        if op.tag == "equal":
            found.append(mapped[op.src_start : op.src_end])
        else:
            places = range(op.dest_start, op.dest_end)
            found += [became.get(token[i], drawn[i]) for i in places]
    return "".join(found)


def _rendered(word: str, new: str) -> str:
    """The new word in the writing of the old one: capitals, umlauts, sharp s."""
    found: list[str] = []
    at = 0
    for char in unicodedata.normalize("NFC", word):
        size = len(fold(char))
        part = new[at : at + size]
        at += size
        if fold(char) in _DIGRAPHS:
            part = _DIGRAPHS.get(part, part)
        elif char == "ß":
            part = "ß" if part == "ss" else part
        found.append(part.upper() if char.isupper() else part)
    return "".join(found) + new[at:]


def _compact(text: str) -> str:
    return "".join(c for c in text if c.isalnum())


def _respaced(text: str, compact: str) -> str:
    """Characters of a compact writing where those of the text stand."""
    left = iter(compact)
    return "".join(next(left, "") if c.isalnum() else c for c in text)


def _redrawn(kind: str, stream: bytes, compact: str, fixed: int) -> str:
    draws = [stream[2 * i] << 8 | stream[2 * i + 1] for i in range(len(compact))]
    if kind == "hash":
        return "".join("0123456789abcdef"[d % 16] for d in draws)
    if kind == "ulid":
        return "0" + "".join(_CROCKFORD[d % 32] for d in draws[1:])
    pairs = zip(compact[fixed:], draws[fixed:], strict=True)
    tail = "".join(str(d % 10) if c.isdigit() else c for c, d in pairs)
    if kind == "iban" and _adds_up(compact) and "02" <= compact[2:4] <= "98":
        country = compact[:2]
        rest = compact[4:fixed] + tail
        return f"{country}{mod_97_10.calc_check_digits(rest + country)}{rest}"
    return compact[:fixed] + tail


def _adds_up(compact: str) -> bool:
    return mod_97_10.is_valid(compact[4:] + compact[:4])


def _told(compact: str, get: Callable[[IBAN], T], otherwise: T) -> T:
    """What an account says of itself; it may be none."""
    try:
        return get(IBAN(compact, allow_invalid=True))
    except (SchwiftyException, KeyError, ValueError):
        return otherwise


def _account(compact: str) -> tuple[bool, bool, bool]:
    """Whether check digits add up, the form is the country's, and the bank is known."""
    known = _told(compact, lambda a: (a.is_valid, a.bank is not None), (False, False))
    return _adds_up(compact), *known


def _bank_end(compact: str) -> int:
    """Where an account's bank code ends: country and bank stay."""
    code = _told(compact, lambda a: a.bank_code, "")
    at = compact.upper().find(code, 4) if code else -1
    return at + len(code) if at >= 0 else 4


def _is_account(text: str) -> bool:
    compact = _compact(text).upper()
    return _adds_up(compact) or _told(compact, lambda a: a.spec.iban_length, 0) == len(compact)


def _is_vat(text: str) -> bool:
    compact = _compact(text).upper()
    digits = sum(c.isdigit() for c in compact)
    return compact[:2].lower() in _MEMBERS and digits >= 7  # noqa: PLR2004 - the shortest has eight


def _any(_: str) -> bool:
    return True


_MEMBERS = frozenset({*vat.MEMBER_STATES, "el"})
_FIXED: dict[str, Callable[[str], int]] = {"iban": _bank_end}
_SOUND: dict[str, Callable[[str], object]] = {
    "iban": lambda c: _account(c.upper()),
    "vat": lambda c: bool(vat.is_valid(c.upper())),
}
_HOLDS: dict[str, Callable[[str], bool]] = {"iban": _is_account, "vat": _is_vat}
_FORMS = toml_of(Path(__file__).with_suffix(".toml"))["kinds"]
_KINDS = tuple(
    _Kind(name, re.compile(pattern), _HOLDS.get(name, _any))
    for name, pattern in (*_FORMS, ("word", WORD.pattern), ("digits", r"\d+"))
)

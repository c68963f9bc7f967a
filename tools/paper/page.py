"""A page of a plain PDF: its text, and where on the sheet each word of it stands."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

_LINE = re.compile(r"[^\r\n\f\v\x85\u2028\u2029]+")
_SAME_ROW = 2
"""Two words share a row if their middles are nearer than this part of the smaller one's height."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word: offsets in the page's text, and its box in tenths of a point from the top left."""

    start: int
    end: int
    left: int
    top: int
    right: int
    bottom: int

    @property
    def middle(self) -> int:
        """Half way between top and bottom."""
        return (self.top + self.bottom) // 2


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a page's text: the page from 1, and offsets from 0."""

    page: int
    start: int
    end: int


@dataclass(frozen=True)
class Row:
    """Words that stand side by side, from left to right, and their text with single blanks."""

    words: tuple[Word, ...]
    texts: tuple[str, ...]

    @cached_property
    def text(self) -> str:
        """What one reads across the sheet."""
        return " ".join(self.texts)

    def words_at(self, start: int, end: int) -> tuple[Word, ...]:
        """The words that the piece of `text` from `start` to `end` touches."""
        found: list[Word] = []
        at = 0
        for word, text in zip(self.words, self.texts, strict=True):
            if at < end and at + len(text) > start:
                found.append(word)
            at += len(text) + 1
        return tuple(found)

    def offset(self, place: int) -> int:
        """The offset in the page's text of the character at `place` of `text`."""
        at = 0
        for word, text in zip(self.words, self.texts, strict=True):
            if place <= at + len(text):
                return word.start + max(place - at, 0)
            at += len(text) + 1
        return self.words[-1].end

    @property
    def top(self) -> int:
        """The highest top of the words."""
        return min(word.top for word in self.words)

    @property
    def bottom(self) -> int:
        """The lowest bottom of the words."""
        return max(word.bottom for word in self.words)


@dataclass(frozen=True)
class Page:
    """A page, from 1: its text as the file gives it, and its words."""

    number: int
    text: str
    words: tuple[Word, ...] = ()

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """The words as rows, from the top of the sheet to its foot."""
        rows: list[list[Word]] = []
        for word in sorted(self.words, key=lambda w: (w.middle, w.left)):
            if rows and _beside(rows[-1][0], word):
                rows[-1].append(word)
            else:
                rows.append([word])
        return tuple(self._row(sorted(row, key=lambda w: w.left)) for row in rows)

    def cut(self, characters: int) -> "Page":
        """The page as far as its first `characters`."""
        if len(self.text) <= characters:
            return self
        words = tuple(word for word in self.words if word.end <= characters)
        return Page(self.number, self.text[:characters], words)

    def copy(self, span: Span) -> str:
        """The text of a span, as it stands."""
        return self.text[span.start : span.end]

    def _row(self, words: Sequence[Word]) -> Row:
        return Row(tuple(words), tuple(self.text[w.start : w.end] for w in words))


def line_spans(text: str, longest: int) -> Iterable[tuple[int, str]]:
    """The lines of a text that hold something, cut at `longest`, and where each begins."""
    return ((m.start(), m.group()[:longest]) for m in _LINE.finditer(text) if m.group().strip())


def _beside(first: Word, other: Word) -> bool:
    height = min(first.bottom - first.top, other.bottom - other.top)
    return abs(first.middle - other.middle) * _SAME_ROW <= max(height, 1)

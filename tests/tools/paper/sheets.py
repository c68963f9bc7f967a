"""Invoices laid out on a sheet: pieces of text at places, in the order a file might give them."""

import re
from collections.abc import Iterable, Sequence
from itertools import groupby

from tools.paper import Page, Word

Piece = tuple[int, int, str]
"""Left and top in points, and a text."""

_LETTER, _HEIGHT = 50, 100
_WORD = re.compile(r"\S+")


def sheet(*pieces: Piece, order: str = "rows", number: int = 1) -> Page:
    """A page of pieces.

    `order` of its text: `rows` across the sheet, `columns` down each column first, `given`.
    """
    if order == "rows":
        rows = groupby(sorted(pieces, key=lambda p: (p[1], p[0])), key=lambda p: p[1])
        return _page([list(row) for _, row in rows], number)
    if order == "columns":
        return _page([[p] for p in sorted(pieces, key=lambda p: (p[0], p[1]))], number)
    return _page([[p] for p in pieces], number)


def lines(text: str, left: int = 50) -> list[Piece]:
    """A text as pieces, one a line; two or more blanks are a jump to the right."""
    return [
        (left + match.start() * 5, 40 + at * 14, match.group())
        for at, line in enumerate(text.strip("\n").splitlines())
        for match in re.finditer(r"\S+(?: \S+)*", line)
    ]


def _page(rows: Iterable[Sequence[Piece]], number: int) -> Page:
    text = ""
    words: list[Word] = []
    for row in rows:
        for at, (left, top, piece) in enumerate(row):
            text += " " if at else ""
            for match in _WORD.finditer(piece):
                start = len(text) + match.start()
                begin = left * 10 + match.start() * _LETTER
                words.append(
                    Word(
                        start,
                        start + len(match.group()),
                        begin,
                        top * 10,
                        begin + len(match.group()) * _LETTER,
                        top * 10 + _HEIGHT,
                    )
                )
            text += piece
        text += "\r\n"
    return Page(number, text, tuple(words))

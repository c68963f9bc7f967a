"""A sheet: the text of a page with the pieces in it that were copied, for people to look at."""

from collections.abc import Iterator
from typing import NamedTuple

from tools.paper.reading import Copied, Paper


class Piece(NamedTuple):
    """A piece of a page's text, with the names of what was copied from it: `gross`, `gross-1`.

    The first value of a field has the field's name, others a number behind it.
    """

    text: str
    names: tuple[str, ...] = ()


class Sheet(NamedTuple):
    """A page from which something was copied, from 1; its pieces are its whole text."""

    page: int
    pieces: tuple[Piece, ...]


def sheets_of(text: str, paper: Paper) -> tuple[Sheet, ...]:
    """The pages of `text` (form feeds between them) from which something was copied.

    What does not stand where it is said to stand has no name on any of them.
    """
    pages = text.split("\f")
    copies = [
        (name, one)
        for name, one in _copies(paper)
        if 0 < one.page <= len(pages) and pages[one.page - 1][one.start : one.end] == one.text
    ]
    numbers = sorted({one.page for _, one in copies})
    return tuple(
        Sheet(n, tuple(_pieces(pages[n - 1], [c for c in copies if c[1].page == n])))
        for n in numbers
    )


def _copies(paper: Paper) -> Iterator[tuple[str, Copied]]:
    for field in paper.fields:
        yield field.name, field.copied
        for number, other in enumerate(field.others, start=1):
            yield f"{field.name}-{number}", other


def _pieces(text: str, copies: list[tuple[str, Copied]]) -> Iterator[Piece]:
    """The text in order; copies that overlap are one piece, so that each is whole."""
    at = 0
    for start, end, names in _joined(copies):
        if at < start:
            yield Piece(text[at:start])
        yield Piece(text[start:end], names)
        at = end
    if at < len(text):
        yield Piece(text[at:])


def _joined(copies: list[tuple[str, Copied]]) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    begin, end, names = 0, 0, tuple[str, ...]()
    for name, one in sorted(copies, key=lambda c: (c[1].start, -c[1].end)):
        if names and one.start >= end:
            yield begin, end, names
            names = ()
        begin = begin if names else one.start
        end = max(end, one.end) if names else one.end
        names = (*names, name)
    if names:
        yield begin, end, names

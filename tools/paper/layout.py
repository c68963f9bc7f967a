"""The second way of reading: where values stand on the sheet, whatever the order of the text.

A value is right of its label in the same row, or below it in the same column.
"""

from collections.abc import Iterable, Iterator, Sequence

from tools.paper.candidate import Candidate
from tools.paper.page import Page, Row, Span, Word
from tools.paper.patterns import FIELDS, Field, Label, Patterns
from tools.paper.text import OF_SELLER, own_value

_AMOUNTS = frozenset({"net", "tax", "gross"})


def by_layout(pages: Iterable[Page], patterns: Patterns) -> Iterator[Candidate]:
    """What stands right of a label, or below it."""
    for page in pages:
        rows = [row for row in page.rows if len(row.text) <= patterns.whole("longest_line")]
        for index, row in enumerate(rows):
            above = max(0, index - patterns.whole("rows_above"))
            for field in FIELDS:
                for label, words, end in _labels(row, field, patterns):
                    if field in OF_SELLER and _buyers(rows[above:index], row, words, patterns):
                        continue
                    found = _right(page, row, end, label, patterns) or _below(
                        page, rows[index + 1 :], words, label, patterns
                    )
                    if found is not None:
                        yield found


def _labels(
    row: Row, field: Field, patterns: Patterns
) -> Iterator[tuple[Label, tuple[Word, ...], int]]:
    for label, match in patterns.named(row.text, field):
        yield label, row.words_at(match.start(), match.end()), match.end()


def _right(page: Page, row: Row, end: int, label: Label, patterns: Patterns) -> Candidate | None:
    found = own_value(label.field, row.text[end:], patterns)
    if found is None:
        return None
    return _candidate(page, row, end, found, label)


def _below(
    page: Page, rows: Sequence[Row], words: Sequence[Word], label: Label, patterns: Patterns
) -> Candidate | None:
    """The first value of its kind in the label's column, not far below it.

    Amounts of sums stand in the label's row: what is below an amount's label is another thing,
    unless nothing else stands in that row.
    """
    left, right = words[0].left, words[-1].right
    beside = patterns.whole("beside")
    limit = words[0].bottom + patterns.whole("below")
    for row in rows:
        if row.top > limit:
            return None
        column = _column(row, left - beside, right + beside, patterns.whole("gap"))
        if column is None:
            continue
        found = own_value(label.field, column.text, patterns)
        if found is not None and found[0] == 0:
            return _candidate(page, column, 0, found, label)
        if label.field in _AMOUNTS or label.field == "number":
            return None
    return None


def _column(row: Row, left: int, right: int, gap: int) -> Row | None:
    """The words of a row between two edges, and those that follow them closely."""
    kept: list[tuple[Word, str]] = []
    for word, text in zip(row.words, row.texts, strict=True):
        goes_on = bool(kept) and word.left - kept[-1][0].right <= gap
        if goes_on or left <= word.left <= right:
            kept.append((word, text))
    return Row(tuple(w for w, _ in kept), tuple(t for _, t in kept)) if kept else None


def _candidate(
    page: Page, row: Row, base: int, found: tuple[int, int, str], label: Label
) -> Candidate | None:
    """A candidate, if its words stand together in the page's text too: a copy in one piece."""
    start, end = row.offset(base + found[0]), row.offset(base + found[1] - 1) + 1
    piece = page.text[start:end]
    if " ".join(piece.split()) != " ".join(row.text[base + found[0] : base + found[1]].split()):
        return None
    span = Span(page.number, start, end)
    return Candidate(label.field, "layout", label.rank, span, found[2], label.language)


def _buyers(above: Sequence[Row], row: Row, words: Sequence[Word], patterns: Patterns) -> bool:
    """Whether the nearest heading above, in the same column, is the buyer's."""
    left = words[0].left
    for other in reversed((*above, row)):
        if row.top - other.top > patterns.whole("side_height"):
            return False
        if abs(other.words[0].left - left) > patterns.whole("column"):
            continue
        side = patterns.side(other.text)
        if side is not None:
            return side == "buyer"
    return False

"""The first way of reading: labels and values in the order of the page's text."""

from collections.abc import Iterable, Iterator

from tools.paper.candidate import Candidate
from tools.paper.page import Page, Span, line_spans
from tools.paper.patterns import FIELDS, Field, Label, Patterns

OF_SELLER: frozenset[Field] = frozenset({"vat_id", "tax_number"})
"""Fields that buyers have too."""

_AMOUNTS = frozenset({"net", "tax", "gross"})
_DAYS = frozenset({"issue_date", "due_date"})


def by_text(pages: Iterable[Page], patterns: Patterns) -> Iterator[Candidate]:
    """What stands behind a label in its line, or at the start of the next one."""
    for page in pages:
        lines = list(line_spans(page.text, patterns.whole("longest_line")))
        for index, (start, line) in enumerate(lines):
            buyers = patterns.buyers([text for _, text in lines[: index + 1]])
            following = lines[index + 1] if index + 1 < len(lines) else None
            for field in FIELDS:
                if buyers and field in OF_SELLER:
                    continue
                yield from _of_line(page, (start, line), following, field, patterns)


def own_value(field: Field, rest: str, patterns: Patterns) -> tuple[int, int, str] | None:
    """The value in the text behind a label that belongs to it: offsets in `rest`, and the value.

    A number stands right behind, a day near, of amounts the last one of the line.
    """
    gap = patterns.after(rest)
    found = list(patterns.values(field, rest))
    if not found:
        return None
    if field in _AMOUNTS:
        return found[-1] if len(found) <= patterns.whole("most_amounts") else None
    first = found[0]
    near = patterns.whole("day_within") if field in _DAYS else gap
    return first if first[0] <= near else None


def _of_line(
    page: Page,
    line: tuple[int, str],
    following: tuple[int, str] | None,
    field: Field,
    patterns: Patterns,
) -> Iterator[Candidate]:
    start, text = line
    for label, match in patterns.named(text, field):
        rest = text[match.end() :]
        found = own_value(field, rest, patterns)
        if found is not None:
            yield _candidate(page, label, start + match.end(), found)
        elif following and not rest[patterns.after(rest) :].strip():
            below = own_value(field, following[1], patterns)
            if below is not None and below[0] <= patterns.after(following[1]):
                yield _candidate(page, label, following[0], below)


def _candidate(page: Page, label: Label, base: int, found: tuple[int, int, str]) -> Candidate:
    span = Span(page.number, base + found[0], base + found[1])
    return Candidate(label.field, "text", label.rank, span, found[2], label.language)

"""The third way of reading: what a value looks like, without any label.

Accounts and tax numbers prove themselves by their check digits, sums by closing: a net amount, a
tax that is the sum of its parts by rate, and the gross amount that they come to.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import combinations

from tools.paper.candidate import Candidate
from tools.paper.checks import sound_iban, sound_vat_id
from tools.paper.page import Page, Span, line_spans
from tools.paper.patterns import Field, Patterns
from tools.paper.taxation import Taxation
from tools.paper.values import amounts

Stated = tuple[Span, Decimal]
"""An amount and where it stands."""

_NEAR = 12
"""Net, tax and gross amount of an invoice stand within that many amounts."""


def by_shape(pages: Sequence[Page], patterns: Patterns) -> Iterator[Candidate]:
    """Accounts and tax numbers with right check digits; a day that stands alone in a line."""
    for page in pages:
        above: list[str] = []
        for start, line in line_spans(page.text, patterns.whole("longest_line")):
            above.append(line)
            yield from _sound(page, start, line, "iban", patterns)
            if not patterns.buyers(above):
                yield from _sound(page, start, line, "vat_id", patterns)
            if page.number == 1:
                yield from _alone(page, start, line, patterns)


def closing_sums(
    pages: Sequence[Page], taxation: Taxation, patterns: Patterns
) -> Iterator[Candidate]:
    """The largest net, tax and gross amount that stand close together and close."""
    best: tuple[Stated, ...] = ()
    tried: dict[tuple[Decimal, Decimal], bool] = {}
    for sums in _triples(pages, patterns):
        net, tax, gross = (value for _, value in sums)
        if best and abs(gross) < abs(best[2][1]):
            continue
        if (net, tax) not in tried and len(tried) < patterns.whole("most_closings"):
            tried[net, tax] = taxation.allows(net, tax)
        if tried.get((net, tax)):
            best = sums
    fields: tuple[Field, ...] = ("net", "tax", "gross")
    for field, (span, value) in zip(fields, best, strict=False):
        yield Candidate(field, "shape", 2, span, str(value))


def _triples(pages: Sequence[Page], patterns: Patterns) -> Iterator[tuple[Stated, Stated, Stated]]:
    """A net amount and, in any order behind it, a tax and what both come to."""
    stated: list[Stated] = [
        (Span(page.number, start, end), value)
        for page in pages
        for start, end, value in amounts(page.text)
        if value
    ][: patterns.whole("most_sums")]
    for at, net in enumerate(stated):
        for one, two in combinations(stated[at + 1 : at + 1 + _NEAR], 2):
            if net[1] + one[1] == two[1]:
                yield net, one, two
            elif net[1] + two[1] == one[1]:
                yield net, two, one


def _sound(
    page: Page, start: int, line: str, field: Field, patterns: Patterns
) -> Iterator[Candidate]:
    if patterns.spoilt(field, line):
        return
    for begin, end, value in patterns.values(field, line):
        sound = sound_iban(value, patterns.registers) if field == "iban" else sound_vat_id(value)
        if sound and not patterns.other(field, line[:begin]):
            span = Span(page.number, start + begin, start + end)
            yield Candidate(field, "shape", 1, span, value)


def _alone(page: Page, start: int, line: str, patterns: Patterns) -> Iterator[Candidate]:
    for begin, end, value in patterns.values("issue_date", line):
        if line.strip() == line[begin:end]:
            span = Span(page.number, start + begin, start + end)
            yield Candidate("issue_date", "shape", patterns.whole("alone"), span, value)

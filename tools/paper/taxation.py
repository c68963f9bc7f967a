"""How a document splits its amounts by VAT rate, and which sums that allows."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations

from tools.paper.page import Page, line_spans
from tools.paper.patterns import Patterns
from tools.paper.values import amounts

_RATE = re.compile(r"(?<![\d.,])(\d{1,2}(?:[.,]\d{1,2})?)\s?%")
_PARTS = 6
"""An invoice has no more VAT rates than that, and no line that names a part more amounts."""
_TRIED = 12


@dataclass(frozen=True)
class Taxation:
    """VAT rates in percent that may apply, and the sums of base and tax that its parts come to.

    `sums` hold base, tax, the number of parts, and whether these are all parts. Differences of
    rounding are in EUR: `each` per part, `whole` for a tax by one rate.
    """

    rates: tuple[Decimal, ...]
    sums: tuple[tuple[Decimal, Decimal, int, bool], ...]
    each: Decimal
    whole: Decimal

    def allows(self, net: Decimal, tax: Decimal) -> bool:
        """Whether a tax is that of a net amount: none, by one rate, or by parts.

        All parts together may leave something of the net amount untaxed.
        """
        if not tax or any(_fits(net, tax, rate, self.whole) for rate in self.rates):
            return True
        return any(
            abs(taxes - tax) <= self.each * size
            and (abs(base - net) <= self.each * size or (every and abs(base) < abs(net)))
            for base, taxes, size, every in self.sums
        )


def taxation_of(pages: Iterable[Page], patterns: Patterns) -> Taxation:
    """What the lines of a document say of bases and their taxes."""
    pages = tuple(pages)
    named = list(dict.fromkeys(rate for page in pages for rate in _named(page.text)))
    whole = Decimal(patterns.table["rates"]["tax_cents"]) / 100
    rates = [*named, *patterns.rates]
    parts = list(dict.fromkeys(_parts(pages, rates, whole, patterns)))[:_TRIED]
    return Taxation(
        rates=tuple(named) or patterns.rates,
        sums=tuple(_sums(parts)),
        each=Decimal(patterns.table["rates"]["sum_cents"]) / 100,
        whole=whole,
    )


def _parts(
    pages: Iterable[Page], rates: Iterable[Decimal], cents: Decimal, patterns: Patterns
) -> Iterator[tuple[Decimal, Decimal]]:
    """Pairs of a base and its tax that stand in one line."""
    rates = [rate for rate in rates if rate]
    for page in pages:
        for _, line in line_spans(page.text, patterns.whole("longest_line")):
            values = [value for _, _, value in amounts(line)]
            if len(values) > _PARTS:
                continue
            for base, tax in combinations(values, 2):
                if tax and any(_fits(base, tax, rate, cents) for rate in rates):
                    yield base, tax


def _sums(
    parts: list[tuple[Decimal, Decimal]],
) -> Iterator[tuple[Decimal, Decimal, int, bool]]:
    for size in range(1, min(len(parts), _PARTS) + 1):
        for some in combinations(parts, size):
            base = sum((one for one, _ in some), Decimal(0))
            tax = sum((one for _, one in some), Decimal(0))
            yield base, tax, size, size == len(parts)


def _named(text: str) -> Iterator[Decimal]:
    return (Decimal(m.group(1).replace(",", ".")) for m in _RATE.finditer(text))


def _fits(base: Decimal, tax: Decimal, rate: Decimal, cents: Decimal) -> bool:
    return bool(base) and abs(base * rate / 100 - tax) <= cents

"""Bills: an invoice as plain data; `ubl.py` and `cii.py` write it out as XRechnung 3.0."""

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

XRECHNUNG = "urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0"
PROCESS = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
Row = dict[str, Any]


def cent(amount: Decimal) -> Decimal:
    """Two decimals, half up."""
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


@dataclass(frozen=True)
class Position:
    """A line: `price` is for `per` units, `off` an allowance, `stated` a net that is not theirs."""

    order_line: str | None
    sku: str
    name: str
    qty: Decimal
    price: Decimal
    rate: str = "19"
    category: str = "S"
    per: int = 1
    off: Decimal = Decimal(0)
    stated: Decimal | None = None

    @property
    def net(self) -> Decimal:
        """What it comes to, or is said to."""
        if self.stated is not None:
            return self.stated
        return cent(self.qty * self.price / self.per - self.off)


@dataclass
class Bill:
    """An invoice; all sums follow from the lines. `wrong` replaces a total by another text."""

    number: str
    day: date
    due: date | None
    seller: Row
    buyer: Row
    lines: list[Position]
    order: str | None = None
    reference: str | None = "KST-1"
    code: str = "380"
    currency: str = "EUR"
    iban: str | None = None
    holder: str | None = None
    means: str = "58"
    delivered: date | None = None
    period: tuple[date, date] | None = None
    notes: list[str] = field(default_factory=list[str])
    terms: str = ""
    preceding: str | None = None
    prepaid: Decimal = Decimal(0)
    charge: Decimal = Decimal(0)
    allowance: Decimal = Decimal(0)
    reason: str | None = None
    vatex: str | None = None
    wrong: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def credit(self) -> bool:
        """Whether it gives money back."""
        return self.code == "381"

    @property
    def groups(self) -> list[tuple[str, str, Decimal, Decimal]]:
        """Category, rate, base and VAT; charges and allowances go with the first line's."""
        keys = sorted({(p.category, p.rate) for p in self.lines})
        found: list[tuple[str, str, Decimal, Decimal]] = []
        for key in keys:
            base = sum((p.net for p in self.lines if (p.category, p.rate) == key), Decimal(0))
            if key == (self.lines[0].category, self.lines[0].rate):
                base += self.charge - self.allowance
            found.append((*key, base, cent(base * Decimal(key[1]) / 100)))
        return found

    @property
    def totals(self) -> dict[str, str]:
        """All sums by name, as they are written."""
        lines = sum((p.net for p in self.lines), Decimal(0))
        net, tax = (
            lines + self.charge - self.allowance,
            sum((g[3] for g in self.groups), Decimal(0)),
        )
        gross = net + tax
        sums = {"lines": lines, "net": net, "tax": tax, "gross": gross}
        sums["payable"] = gross - self.prepaid
        return {**{name: f"{value:.2f}" for name, value in sums.items()}, **self.wrong}

    @property
    def gross(self) -> Decimal:
        """The stated gross amount."""
        return Decimal(self.totals["gross"])

    def again(self, **changes: Any) -> "Bill":  # noqa: ANN401 - any field
        """The same with changes."""
        return replace(self, **{"notes": [*self.notes], "wrong": {**self.wrong}, **changes})

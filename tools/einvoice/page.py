"""A received invoice as a page for the person who decides on it: readable, and safe to open.

The page is one HTML file without scripts, links or anything to load. All text of the sender is
escaped; characters that hide or turn around what one reads are shown as their number. Each value
tells as a tooltip its business term and the place it was read from.
"""

import tomllib
import unicodedata
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Literal

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from tools.einvoice.reader import ReadInvoice
from tools.einvoice.terms import INVOICE

__all__ = ["page"]

Language = Literal["de", "en"]
"""German comes first; English is for those who ask for it."""

_HIDDEN = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"})
_ALLOWED = frozenset("\n\t")
_PAPER_NAMES = {"net": "net_total", "tax": "tax_total", "gross": "gross_total"}
"""Fields of paper that the page calls as it calls those of an invoice."""
_HERE = Path(__file__).parent


def page(read: ReadInvoice, language: Language = "de") -> str:
    """The HTML page of a received file, with its verdict and, if there is one, the invoice."""
    words = _words()
    invoice = read.invoice
    places = dict(invoice.paths) if invoice else {}

    def origin(field: str) -> str:
        return " · ".join(part for part in (INVOICE.term(field), places.get(field)) if part)

    return _template().render(
        read=read,
        invoice=invoice,
        language=language,
        label=words["labels"][language],
        verdicts=words["verdicts"][language],
        kinds=words["kinds"][language],
        units=words["units"][language],
        paper_names=_PAPER_NAMES,
        origin=origin,
    )


def visible(text: object) -> str:
    """Text without invisible characters: each is replaced by its number, as `⟦U+202E⟧`."""
    return "".join(map(_shown, "" if text is None else str(text)))


def number(value: Decimal | None, places: int = 2) -> str:
    """A number in German notation, with at least `places` decimals and no digit dropped."""
    if value is None:
        return ""
    sign, whole = ("-" if value < 0 else ""), format(abs(value), "f")
    digits, _, decimals = whole.partition(".")
    decimals = decimals.rstrip("0").ljust(places, "0")
    grouped = f"{int(digits):,}".replace(",", ".")
    return f"{sign}{grouped},{decimals}" if decimals else f"{sign}{grouped}"


def day(value: date | None) -> str:
    """A day in German notation, `04.11.2018`; empty for none."""
    return value.strftime("%d.%m.%Y") if value else ""


def _shown(char: str) -> str:
    hidden = unicodedata.category(char) in _HIDDEN and char not in _ALLOWED
    return f"⟦U+{ord(char):04X}⟧" if hidden else char


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads((_HERE / "page.toml").read_text(encoding="utf-8"))


@cache
def _template() -> Template:
    loader = FileSystemLoader(_HERE)
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters.update(visible=visible, number=number, day=day)
    return environment.get_template("page.html.j2")

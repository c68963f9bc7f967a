"""A received invoice as a page for the person who decides on it: readable, and safe to open.

The page is one HTML file without scripts or anything to load; links lead to places of the page
alone. All text of the sender is escaped; characters that hide or turn around what one reads are
shown as their number. Each value tells as a tooltip its business term and the place it was read
from. Whoever asks for a place finds it marked, or reads that the page does not show it.
"""

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache, partial
from pathlib import Path
from typing import Any, Literal

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from tools.einvoice.reader import ReadInvoice
from tools.einvoice.terms import INVOICE
from tools.paper import sheets_of

Language = Literal["de", "en"]
"""German comes first; English is for those who ask for it."""

_HIDDEN = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"})
_ALLOWED = frozenset("\n\t")
_PAPER_NAMES = {"net": "net_total", "tax": "tax_total", "gross": "gross_total"}
"""Fields of paper that the page calls as it calls those of an invoice."""
_HERE = Path(__file__).parent
_PAPER = re.compile(r"paper\.fields\[(\d{1,3})\]\.copied\.\w+")
_MARKED = ' id="at"'
"""Escaped text holds no quotation mark: where this stands, the page has marked something."""


def page(read: ReadInvoice, language: Language = "de", at: str = "") -> str:
    """The HTML page of a received file, with its verdict and, if there is one, the invoice.

    `at` is the path of a value of `read` (`invoice.lines[0].net`): the element with this id is the
    value as it stands on the page, or says that it does not.
    """
    html = _render(read, language, at, lost="")
    if not at or _MARKED in html:
        return html
    return _render(read, language, "", lost=_place(read, at))


def _render(read: ReadInvoice, language: Language, at: str, *, lost: str) -> str:
    words, invoice = _words(), read.invoice
    sheets = sheets_of(read.text or "", read.paper) if read.paper else ()
    return _template().render(
        read=read,
        invoice=invoice,
        sheets=sheets,
        placed={name for sheet in sheets for piece in sheet.pieces for name in piece.names},
        wanted=_copied(read, at),
        at=at,
        lost=lost,
        language=language,
        label=words["labels"][language],
        verdicts=words["verdicts"][language],
        kinds=words["kinds"][language],
        units=words["units"][language],
        paper_names=_PAPER_NAMES,
        origin=partial(_origin, _places(read)),
    )


def _copied(read: ReadInvoice, at: str) -> str:
    """The field of the paper that a place is in; empty if it is in none."""
    found = _PAPER.fullmatch(at)
    fields = read.paper.fields if read.paper else ()
    return fields[int(found[1])].name if found and int(found[1]) < len(fields) else ""


def _places(read: ReadInvoice) -> Mapping[str, str]:
    """Where each field of the invoice stands; made once a page, which asks for every field."""
    return dict(read.invoice.paths) if read.invoice else {}


def _origin(places: Mapping[str, str], field: str) -> str:
    """Business term and place of a field of the invoice."""
    return " · ".join(part for part in (INVOICE.term(field), places.get(field)) if part)


def _place(read: ReadInvoice, at: str) -> str:
    """What a place is called."""
    return _origin(_places(read), at.removeprefix("invoice.")) or at


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

"""Single values of a document: text, amounts, dates, and what is coded inside a text.

Formats are those of the syntaxes and nothing else: "1.000,00", "1e19", full-width digits or "NaN"
are no amounts, "04.11.2018" is no date. Nothing is guessed.
"""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Literal

from tools.einvoice.parts import Discount
from tools.einvoice.xml import NAMESPACES, Element

Expected = Literal["decimal", "date", "base64", "one value"]
"""What a value that could not be read should have been."""

_DECIMAL = re.compile(r"[+-]?(?:[0-9]{1,20}(?:\.[0-9]{0,20})?|\.[0-9]{1,20})")
_ISO_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:Z|[+-][0-9]{2}:[0-9]{2})?")
_CII_DATE = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})(?:[0-9]{4}(?:[0-9]{2})?)?")
_CII_FORMATS = ("102", "203", "204")
_NOTE = re.compile(r"#([A-Z]{3})#(.*)", re.DOTALL)
_SKONTO = re.compile(
    r"#SKONTO#TAGE=([0-9]{1,4})#PROZENT=([0-9]{1,3}\.[0-9]{2})"
    r"(?:#BASISBETRAG=(-?[0-9]{1,20}\.[0-9]{2}))?#"
)
_TAX_POINTS = {"5": "3", "29": "35", "72": "432"}


def text_of(node: Element | str) -> str:
    """The text of an element with all that is inside it, or of an attribute, without margins."""
    if isinstance(node, str):
        return node.strip()
    if len(node):
        return "".join(node.itertext()).strip()
    return (node.text or "").strip()


def compact(text: str) -> str:
    """An account or tax number without blanks, in capitals."""
    return "".join(text.split()).upper()


def scheme(node: Element | str) -> str | None:
    """The scheme or code list of an identifier, if it names one."""
    if isinstance(node, str):
        return None
    named = node.get("schemeID") or node.get("listID")
    return named or node.findtext("../ram:ReferenceTypeCode", namespaces=NAMESPACES)


def parse(text: str, type_: type, node: Element | str) -> tuple[object, Expected]:
    """A text as `Decimal`, `int` or `date`, None if it is none; and what it should be."""
    if type_ is date:
        form = None if isinstance(node, str) else node.get("format")
        return day(text, form), "date"
    number = decimal(text)
    if type_ is int and number is not None:
        return (int(number) if number == number.to_integral_value() else None), "decimal"
    return number, "decimal"


def decimal(text: str) -> Decimal | None:
    """The number of a text as XML schema writes it: ASCII digits and a point; else None."""
    return Decimal(text) if _DECIMAL.fullmatch(text) else None


def day(text: str, form: str | None = None) -> date | None:
    """The day of `2018-11-04` (with or without time zone) or, with its `format`, `20181104`."""
    match = _CII_DATE.fullmatch(text) if form in _CII_FORMATS else _ISO_DATE.fullmatch(text)
    if match is None and form is None:
        match = _CII_DATE.fullmatch(text)
    if match is None:
        return None
    try:
        return date(*(int(part) for part in match.groups()))
    except ValueError:
        return None


def tax_point(code: str) -> str:
    """The code of BT-8 as UBL writes it (UNTDID 2005), whichever list it was taken from."""
    return _TAX_POINTS.get(code, code)


def note(text: str | None) -> dict[str, str]:
    """Subject and text of a UBL note: `#AAI#text` holds both."""
    match = _NOTE.fullmatch(text or "")
    return {"subject": match[1], "text": match[2].strip()} if match else {}


def discounts(terms: str | None) -> Iterator[Discount]:
    """The cash discounts that the terms of payment offer, in the form of BR-DE-18.

    Zero percent is how a supplier's software says that there is none.
    """
    for match in _SKONTO.finditer(terms or ""):
        days, percent, base = match.groups()
        if Decimal(percent):
            yield Discount(
                days=int(days), percent=Decimal(percent), base=Decimal(base) if base else None
            )

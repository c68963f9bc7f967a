"""The reference that reading must beat: one regular expression a field, over the text alone."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

__all__ = ["baseline"]

_NUMBER = re.compile(
    r"(?:Rechnung(?:s(?:nummer|-?Nr\.?))?|Invoice(?: No\.?| #)?|Facture|Nr\.)\s*:?\s*#?\s*"
    r"([A-Z0-9][A-Z0-9/_-]*\d[A-Z0-9/_-]*)",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"(?:vom|von|Datum|Rechnungsdatum|Date de facture|issued at|Date)\s*:?\s*"
    r"(\d{2}[./]\d{2}[./]\d{4}|\d{4}-\d{2}-\d{2})",
    re.IGNORECASE,
)
_GROSS = re.compile(
    r"(?:Bruttosumme|Gesamtbetrag|Rechnungsbetrag|Total TTC|Due payable|Grand total|Total)\s*:?\s*"
    r"(-?[\d.,\s]*\d[.,]\d{2})",
    re.IGNORECASE,
)
_IBAN = re.compile(r"IBAN\s*:?\s*([A-Z]{2}\d{2}(?: ?[A-Z0-9]{2,4})+)")
_VAT_ID = re.compile(r"\b((?:DE|GB)\d{9}|FR[A-Z0-9]{2}\d{9}|ATU\d{8})\b")


def baseline(text: str) -> Mapping[str, str | None]:
    """Number, date, gross amount, account and VAT ID: the first match of each."""
    number, issued, gross = (p.search(text) for p in (_NUMBER, _DATE, _GROSS))
    iban, vat_id = _IBAN.search(text), _VAT_ID.search(text)
    return {
        "number": number.group(1) if number else None,
        "issue_date": _day(issued.group(1)) if issued else None,
        "gross": _amount(gross.group(1)) if gross else None,
        "iban": re.sub(r"\s", "", iban.group(1)) if iban else None,
        "vat_id": vat_id.group(1) if vat_id else None,
    }


def _day(text: str) -> str | None:
    parts = [int(part) for part in re.split(r"[./-]", text)]
    year, month, day = parts if "-" in text else reversed(parts)
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def _amount(text: str) -> str:
    digits = re.sub(r"[^\d-]", "", text)
    return str((Decimal(int(digits)) / 100).quantize(Decimal("0.01")))

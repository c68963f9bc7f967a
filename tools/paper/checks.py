"""Checks that a value passes or fails by itself: check digits, registers, plausible days."""

import re
from datetime import date
from functools import lru_cache

from schwifty import IBAN
from stdnum.ch import uid
from stdnum.eu import vat
from stdnum.gb import vat as gb_vat


@lru_cache(maxsize=4096)
def sound_iban(text: str, registers: frozenset[str]) -> bool:
    """Whether length and check digits are right (ISO 13616), and the bank exists.

    Of countries that are not among `registers`, whose list of banks is complete, only length and
    check digits count.
    """
    iban = IBAN(text, allow_invalid=True)
    return iban.is_valid and (iban.country_code not in registers or iban.bank is not None)


@lru_cache(maxsize=4096)
def sound_vat_id(text: str) -> bool:
    """Whether the check digits of a VAT ID are right (EU, United Kingdom, Switzerland)."""
    plain = re.sub(r"[^A-Z0-9+*]", "", text.upper())
    if plain.startswith("GB"):
        return bool(gb_vat.is_valid(plain[2:]))
    if plain.startswith("CHE"):
        return bool(uid.is_valid(plain))
    return bool(vat.is_valid(plain))


def plausible_days(issued: date, due: date | None, first: int, last: int, within: int) -> bool:
    """Whether an invoice may have been issued that day: a near year, and due after, not long."""
    if not first <= issued.year <= last:
        return False
    return due is None or 0 <= (due - issued).days <= within

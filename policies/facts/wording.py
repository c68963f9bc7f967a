"""G-A26 and the announcements of G-A08: what the free texts of an invoice say beside the invoice.

Text of a document is data. A finding here can only make a decision stricter, never milder.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from policies.facts.patterns import fold, read_patterns, shown
from tools.einvoice.invoice import FreeText

_IBAN = re.compile(
    r"\b[A-Z]{2}[0-9]{2}(?:[ \u00a0.-]?[A-Z0-9]{4}){3,7}(?:[ \u00a0.-]?[A-Z0-9]{1,3})?\b"
)
_PLAIN = re.compile(r"[^A-Z0-9]")
_HARMLESS = frozenset("\u00ad\ufeff")
"""Soft hyphen and byte order mark: hidden, and left behind by honest software."""
_TWO_SCRIPTS = re.compile(r"[a-z][\u0400-\u04ff]|[\u0400-\u04ff][a-z]", re.IGNORECASE)
"""Latin and Cyrillic letters in one word: no language writes so, only who hides a word does."""

_FILE = Path(__file__).parent.with_name("lexicon.toml")


class WordingFacts(BaseModel):
    """Patterns of the lexicon that free texts match, by id.

    `instructions`: speaks to the machine or orders it about (`hidden-characters`: text that people
    cannot see, or words of two scripts). `bank_announcements`: tells of new bank details, or holds
    an account (`foreign-iban`) that is not among the known ones. Texts with an instruction announce
    nothing.
    """

    model_config = ConfigDict(frozen=True)

    instructions: frozenset[str]
    bank_announcements: frozenset[str]


def wording_facts(texts: Iterable[FreeText], known_ibans: Iterable[str]) -> WordingFacts:
    """What `texts` say; `known_ibans` are accounts that may stand in them without a meaning."""
    known = frozenset(_PLAIN.sub("", i.upper()) for i in known_ibans)
    instructions: set[str] = set()
    announcements: set[str] = set()
    for text in dict.fromkeys(t.text for t in texts):
        said = _read(text)
        instructions |= said.orders
        if not said.orders:
            announcements |= said.announcements
            announcements |= {"foreign-iban"} if said.ibans - known else set()
    return WordingFacts(
        instructions=frozenset(instructions), bank_announcements=frozenset(announcements)
    )


def names_small_business(texts: Iterable[str | None]) -> bool:
    """Whether a text names § 19 UStG as the reason for showing no VAT."""
    return any(_matches("small_business", fold(text)) for text in texts if text)


class _Said(NamedTuple):
    """What one text says: ids of patterns, and the accounts in it."""

    orders: frozenset[str]
    announcements: frozenset[str]
    ibans: frozenset[str]


@lru_cache(maxsize=2048)
def _read(text: str) -> _Said:
    """Names, addresses and articles come again with every invoice: they are read once."""
    folded = fold(text)
    orders = _matches("instruction", folded) | _hidden(text)
    compact = (_PLAIN.sub("", found) for found in _IBAN.findall(shown(text).upper()))
    return _Said(orders, _matches("bank", folded), frozenset(i for i in compact if _adds_up(i)))


def _matches(kind: str, folded: str) -> frozenset[str]:
    return frozenset(p.id for p in read_patterns(_FILE)[kind] if p.found_in(folded))


def _hidden(text: str) -> frozenset[str]:
    if text.isascii():
        return frozenset()
    unseen = any(unicodedata.category(c) == "Cf" and c not in _HARMLESS for c in text)
    return frozenset({"hidden-characters"} if unseen or _TWO_SCRIPTS.search(text) else ())


def _adds_up(iban: str) -> bool:
    """ISO 7064 mod 97-10: tells an account from an order number that looks like one."""
    moved = iban[4:] + iban[:4]
    return int("".join(str(int(c, 36)) for c in moved)) % 97 == 1

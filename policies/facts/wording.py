"""G-A26 and the announcements of G-A08: what the free texts of an invoice say beside the invoice.

Text of a document is data. A finding here can only make a decision stricter, never milder.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from tools.einvoice.invoice import FreeText

__all__ = ["WordingFacts", "names_small_business", "wording_facts"]

_IBAN = re.compile(
    r"\b[A-Z]{2}[0-9]{2}(?:[ \u00a0.-]?[A-Z0-9]{4}){3,7}(?:[ \u00a0.-]?[A-Z0-9]{1,3})?\b"
)
_BLANK = re.compile(r"[^\S\n]+")
_SENTENCE = re.compile(r"[.!?\n]+\s*")
_PLAIN = re.compile(r"[^A-Z0-9]")
_HARMLESS = frozenset("\u00ad\ufeff")
"""Soft hyphen and byte order mark: hidden, and left behind by honest software."""

_FILE = Path(__file__).parent.with_name("lexicon.toml")


class WordingFacts(BaseModel):
    """Patterns of the lexicon that free texts match, by id.

    `instructions`: speaks to the machine or orders it about (`hidden-characters`: text that people
    cannot see). `bank_announcements`: tells of new bank details, or holds an account
    (`foreign-iban`) that is not among the known ones. Texts with an instruction announce nothing.
    """

    model_config = ConfigDict(frozen=True)

    instructions: frozenset[str]
    bank_announcements: frozenset[str]


def wording_facts(texts: Iterable[FreeText], known_ibans: Iterable[str]) -> WordingFacts:
    """What `texts` say; `known_ibans` are accounts that may stand in them without a meaning."""
    known = frozenset(_PLAIN.sub("", i.upper()) for i in known_ibans)
    instructions: set[str] = set()
    announcements: set[str] = set()
    for text in texts:
        orders = frozenset((*_matches("instruction", text.text), *_hidden(text.text)))
        instructions |= orders
        if not orders:
            announcements |= {*_matches("bank", text.text), *_foreign(text.text, known)}
    return WordingFacts(
        instructions=frozenset(instructions), bank_announcements=frozenset(announcements)
    )


def names_small_business(texts: Iterable[str | None]) -> bool:
    """Whether a text names § 19 UStG as the reason for showing no VAT."""
    return any(next(_matches("small_business", text), None) for text in texts if text)


def _matches(kind: str, text: str) -> Iterator[str]:
    folded = _fold(text)
    return (entry.id for entry in _lexicon()[kind] if entry.found_in(folded))


def _fold(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text)
    seen = "".join(c for c in plain if unicodedata.category(c) != "Cf")
    return _BLANK.sub(" ", seen).casefold()


def _hidden(text: str) -> Iterator[str]:
    if any(unicodedata.category(c) == "Cf" and c not in _HARMLESS for c in text):
        yield "hidden-characters"


def _foreign(text: str, known: frozenset[str]) -> Iterator[str]:
    seen = "".join(
        c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf"
    )
    for found in _IBAN.findall(seen.upper()):
        if _PLAIN.sub("", found) not in known and _adds_up(_PLAIN.sub("", found)):
            yield "foreign-iban"


def _adds_up(iban: str) -> bool:
    """ISO 7064 mod 97-10: tells an account from an order number that looks like one."""
    moved = iban[4:] + iban[:4]
    return int("".join(str(int(c, 36)) for c in moved)) % 97 == 1


@dataclass(frozen=True, slots=True)
class _Entry:
    """A pattern of the lexicon; it does not count in a sentence in which `unless` stands."""

    id: str
    pattern: re.Pattern[str]
    unless: re.Pattern[str] | None

    def found_in(self, folded: str) -> bool:
        if self.unless is None:
            return self.pattern.search(folded) is not None
        return any(
            self.pattern.search(part) and not self.unless.search(part)
            for part in _SENTENCE.split(folded)
        )


@cache
def _lexicon() -> dict[str, tuple[_Entry, ...]]:
    table: dict[str, list[dict[str, str]]] = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return {kind: tuple(_entry(row) for row in rows) for kind, rows in table.items()}


def _entry(row: dict[str, str]) -> _Entry:
    unless = re.compile(row["unless"]) if "unless" in row else None
    return _Entry(row["id"], re.compile(row["pattern"]), unless)

"""Renaming: the same world under other names, ids, numbers and accounts.

Everything that identifies is changed, everything that relates is kept: equal stays equal, alike
stays alike, valid check digits stay valid and wrong ones wrong. So no decision may change.
"""

import json
import re
from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Any

from stdnum.at import uid
from stdnum.iso7064 import mod_11_10

from tests.agents.paper import Paper
from tests.agents.worlds import World

_DIGITS = str.maketrans("123456789", "579248613")
_LETTERS = str.maketrans("ABCDEFGHIKLMNOPQRSTUVW", "VUTSRQPONMLKIHGFEDCBAW")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}[A-Z0-9]{11,30}\b")
_FORMS = re.compile(r"\b(GmbH\b|KG\b|AG\b|UG\b|e\.K\.)|[^\W\d_]+")
_SYLLABLES = (
    "lu",
    "ma",
    "ri",
    "to",
    "ve",
    "ka",
    "no",
    "se",
    "bi",
    "du",
    "fe",
    "go",
    "ha",
    "jo",
    "pe",
)


class Renaming:
    """One consistent renaming; `seed` makes another one. Make it once for a whole world."""

    def __init__(self, seed: int = 0) -> None:
        self._seed = seed
        self._words: dict[str, str] = {}

    def code(self, code: str) -> str:
        """A number or id with every character exchanged for another, one to one."""
        return code.upper().translate(_DIGITS).translate(_LETTERS)

    def name(self, name: str) -> str:
        """A name of other words; the same word always becomes the same, legal forms stay."""
        return _FORMS.sub(lambda found: found[0] if found[1] else self._word(found[0]), name)

    def vat(self, vat_id: str | None) -> str | None:
        """A VAT ID of the same country; check digits as right or wrong as they were."""
        if vat_id is None:
            return None
        if vat_id.startswith("ATU"):
            body = self._body(vat_id[3:10])
            return f"ATU{body}{uid.calc_check_digit(f'U{body}')}"
        body, wrong = self._body(vat_id[2:10]), self._check(vat_id[2:10]) != vat_id[10]
        check = int(self._check(body)) + (1 if wrong else 0)
        return f"DE{body}{check % 10}"

    def iban(self, iban: str) -> str:
        """An account at the same bank, with right check digits."""
        rest = iban[4:-8] + iban[-8:].translate(_DIGITS)
        return f"{iban[:2]}{_mod97(iban[:2], rest)}{rest}"

    def text(self, text: str) -> str:
        """A free text with the accounts in it renamed."""
        return _IBAN.sub(lambda found: self.iban(found[0]), text)

    def world(self, world: World) -> World:
        """The renamed world."""
        new = deepcopy(world)
        company: dict[str, Any] = new.policy["company"]
        company |= {"name": self.name(company["name"]), "vat": self.vat(company["vat"])}
        for name, rename in _ROWS.items():
            new.lists[name] = [rename(self, row) for row in new.lists[name]]
        return new

    def paper(self, paper: Paper) -> Paper:
        """The renamed invoice."""
        for path in _NAMES:
            self._each(paper, path, self.name)
        for path in _CODES:
            self._each(paper, path, self.code)
        for path in _TEXTS:
            self._each(paper, path, self.text)
        self._each(paper, "//cac:PayeeFinancialAccount/cbc:ID", self.iban)
        for node in paper.nodes("//cac:PartyTaxScheme/cbc:CompanyID"):
            value = node.text or ""
            node.text = self.vat(value) if value[:2].isalpha() else self.code(value)
        return paper

    def listed(self, name: str) -> str:
        """A name of a sanctions list, in capitals as it was."""
        renamed = self.name(name.title())
        return renamed.upper() if name.isupper() else renamed

    def _each(self, paper: Paper, path: str, rename: Any) -> None:  # noqa: ANN401 - str to str
        for node in paper.nodes(path):
            node.text = rename(node.text or "")

    def _word(self, word: str) -> str:
        key = word.casefold()
        if key not in self._words:
            number = (len(self._words) + self._seed) * 7 + 226
            digits: list[str] = []
            while number:
                number, digit = divmod(number, len(_SYLLABLES))
                digits.append(_SYLLABLES[digit])
            self._words[key] = "".join(digits) + chr(97 + len(self._words) % 26)
        return self._words[key].capitalize()

    def _body(self, digits: str) -> str:
        """Other digits, the first of them no zero: no VAT ID begins with one."""
        least = 10 ** (len(digits) - 1)
        return str(least + (int(digits) - least + 12_345 + self._seed) % (9 * least))

    def _check(self, body: str) -> str:
        return mod_11_10.calc_check_digit(body)


def _supplier(new: Renaming, row: Mapping[str, Any]) -> dict[str, Any]:
    stnr = row["stnr"]
    return {
        **row,
        "id": new.code(row["id"]),
        "name": new.name(row["name"]),
        "vat": new.vat(row["vat"]),
        "stnr": new.code(stnr) if stnr else None,
        "iban": new.iban(row["iban"]),
    }


def _listed(new: Renaming, row: Mapping[str, Any]) -> dict[str, Any]:
    aliases: Iterable[str] = row["aliases"]
    return {**row, "name": new.listed(row["name"]), "aliases": [new.listed(a) for a in aliases]}


def _coded(*fields: str) -> Any:  # noqa: ANN401 - a row renamer
    def rename(new: Renaming, row: Mapping[str, Any]) -> dict[str, Any]:
        changed = {f: new.code(row[f]) for f in fields if row.get(f)}
        lines = [
            {**line, "sku": new.code(line["sku"])} if "sku" in line else line
            for line in row.get("lines", ())
        ]
        return {**row, **changed, **({"lines": lines} if lines else {})}

    return rename


_ROWS: dict[str, Any] = {
    "suppliers": _supplier,
    "purchase_orders": _coded("po", "supplier"),
    "goods_receipts": _coded("gr", "po"),
    "contracts": _coded("contract", "supplier"),
    "posted_invoices": _coded("supplier", "number", "po"),
    "sanctions": _listed,
}
_NAMES = (
    "//cac:PartyLegalEntity/cbc:RegistrationName",
    "//cac:PayeeFinancialAccount/cbc:Name",
)
_CODES = (
    "/*/cbc:ID",
    "/*/cac:OrderReference/cbc:ID",
    "//cac:InvoiceDocumentReference/cbc:ID",
    "//cac:SellersItemIdentification/cbc:ID",
)
_TEXTS = ("/*/cbc:Note",)


def _mod97(country: str, rest: str) -> str:
    digits = "".join(str(int(c, 36)) for c in rest + country + "00")
    return f"{98 - int(digits) % 97:02d}"


def dumps(world: World) -> str:
    """All of a world as text, to be searched."""
    return json.dumps([world.policy, world.lists], ensure_ascii=False)

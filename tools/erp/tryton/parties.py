"""Suppliers: the parties of Tryton as master records."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from leitstand.errors import Contradiction, Missing
from tools.erp.match import Directory
from tools.erp.supplier import FindSupplier, Supplier, SupplierMatch
from tools.erp.tryton.access import Session
from tools.erp.tryton.company import Company
from tools.erp.tryton.wire import Row, many, one

_FIELDS = (
    "code",
    "name",
    "active",
    "identifiers.type",
    "identifiers.code",
    "addresses.street",
    "addresses.postal_code",
    "addresses.city",
    "addresses.country.code",
    "contact_mechanisms.type",
    "contact_mechanisms.value",
    "bank_accounts.active",
    "bank_accounts.numbers.type",
    "bank_accounts.numbers.number_compact",
    "categories.name",
    "account_payable.code",
    "supplier_payment_term.lines.type",
    "supplier_payment_term.lines.relativedeltas.days",
    "supplier_payment_term.lines.relativedeltas.months",
)
_ANY = ["active", "in", [True, False]]
_VAT, _TAX_NUMBER = ("eu_vat", "de_vat"), ("de_stnr",)
_PHONES = ("phone", "mobile")
_WORD = 4
"""Letters from which on a word of a name is searched for."""
_NEAR = 40
"""Parties with one word in their name from which on the word tells nobody apart."""
_LOOKED_FOR = 3
"""Words of a name that are searched for at most, longest first."""


@dataclass(frozen=True, slots=True)
class Party:
    """A party: its id in Tryton, the master record, and the ids of what a write needs."""

    id: int
    supplier: Supplier
    address: int | None
    payable: int | None
    term: int | None
    iban: int | None


@dataclass(frozen=True, slots=True)
class Parties:
    """The parties that a session sees."""

    session: Session
    company: Company

    async def find(self, args: FindSupplier) -> SupplierMatch:
        """Who may be meant by what a document says of its seller.

        Raises Contradiction: several active suppliers share the VAT ID or tax number.
        """
        rows = await self._search(["OR", *_wanted(args)]) if _wanted(args) else []
        near = [row for word in _words(args.name) for row in await self._named(word)]
        found = {row["id"]: self._party(row).supplier for row in (*rows, *near) if row["code"]}
        return Directory.of(tuple(found.values())).find(args)

    async def get(self, supplier_id: str) -> Party:
        """A party by its code. Raises Missing: there is none."""
        return await self._one(["code", "=", supplier_id])

    async def by_id(self, record: int) -> Party:
        """A party by its id in Tryton. Raises Missing: there is none."""
        return await self._one(["id", "=", record])

    async def _one(self, which: list[Any]) -> Party:
        rows = await self._search([which, _ANY])
        if len(rows) != 1:
            raise Missing(f"Tryton has no party `{which[2]}`", where="erp.supplier")
        return self._party(rows[0])

    async def _named(self, word: str) -> list[Row]:
        """Parties with a word in their name; none where so many have it that it says nothing."""
        rows = await self._search([_ANY, ["name", "ilike", f"%{word}%"]], _NEAR)
        return rows if len(rows) < _NEAR else []

    async def _search(self, domain: list[Any], limit: int | None = None) -> list[Row]:
        return await self.session.search("party.party", domain, *_FIELDS, limit=limit)

    def _party(self, row: Row) -> Party:
        address: Row = next(iter(many(row, "addresses")), Row())
        term, number = one(row, "supplier_payment_term"), _iban(row)
        supplier = Supplier(
            id=row["code"],
            name=row["name"] or "",
            street=" ".join((address.get("street") or "").split("\n")),
            zip=address.get("postal_code") or "",
            city=address.get("city") or "",
            country=(one(address, "country").get("code") or "") if address else "",
            vat=_identified(row, _VAT),
            stnr=_identified(row, _TAX_NUMBER),
            iban=number.get("number_compact"),
            tel=_reached(row, _PHONES),
            mail=_reached(row, ("email",)),
            creditor=row["code"],
            terms_days=_days(many(term, "lines")) if term else None,
            status="active" if row["active"] else "inactive",
        )
        categories = frozenset(c["name"] for c in many(row, "categories"))
        return Party(
            id=row["id"],
            supplier=self.company.completed(supplier, categories),
            address=address.get("id"),
            payable=one(row, "account_payable").get("id"),
            term=term.get("id"),
            iban=number.get("id"),
        )


def check_active(supplier: Supplier, where: str) -> None:
    """Check that something may be paid to a supplier. Raises Contradiction: it is not active."""
    if supplier.status != "active":
        raise Contradiction(f"supplier `{supplier.id}` is {supplier.status}", where=where)


def _wanted(args: FindSupplier) -> list[Any]:
    """Domains of the parties that agree in a trait."""
    wanted: list[Any] = []
    for types, code in ((_VAT, args.vat), (_TAX_NUMBER, args.stnr)):
        if code:
            spelt = sorted({code, "".join(c for c in code if c.isalnum()).upper()})
            known = [["identifiers.code", "in", spelt], ["identifiers.type", "in", list(types)]]
            wanted.append([*known, _ANY])
    if args.iban:
        iban = "".join(args.iban.split()).upper()
        wanted.append([["bank_accounts.numbers.number_compact", "=", iban], _ANY])
    return wanted


def _words(name: str | None) -> list[str]:
    """The longer words of a name, longest first."""
    words = [w for w in (name or "").split() if len(w) >= _WORD and w.isalnum()]
    return sorted(words, key=len, reverse=True)[:_LOOKED_FOR]


def _identified(row: Row, types: Iterable[str]) -> str | None:
    found = {i["type"]: i["code"] for i in reversed(many(row, "identifiers"))}
    return next((found[name] for name in types if found.get(name)), None)


def _reached(row: Row, types: Iterable[str]) -> str:
    ways = many(row, "contact_mechanisms")
    return next((w["value"] for w in ways if w["type"] in types and w["value"]), "")


def _iban(row: Row) -> Row:
    """The first IBAN in use, which Tryton itself would pay to; empty where there is none."""
    accounts = (a for a in many(row, "bank_accounts") if a["active"])
    numbers = (n for a in accounts for n in many(a, "numbers") if n["type"] == "iban")
    return next(numbers, Row())


def _days(lines: list[Row]) -> int | None:
    """Days until all is due; None where the term is no plain number of days."""
    steps = [step for line in lines for step in many(line, "relativedeltas")]
    if len(lines) != 1 or any(step["months"] for step in steps):
        return None
    return sum(step["days"] or 0 for step in steps)

"""Proposals in Tryton: payments that people approve there, and notes on new bank details."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from leitstand.digest import plain
from leitstand.errors import Contradiction, Missing
from tools.erp.payment import BankChange, Payment, ProposeBankChange, ProposePayment
from tools.erp.supplier import Supplier
from tools.erp.tryton.access import Session
from tools.erp.tryton.company import Company
from tools.erp.tryton.invoices import INVOICE, Invoices, cents, number_of, status_of
from tools.erp.tryton.mark import Stamp, mark_of
from tools.erp.tryton.parties import Parties, Party, check_active
from tools.erp.tryton.wire import Row, many, one

_PAYMENT, _NOTE = "account.payment", "ir.note"
_WHERE = "erp.payment"
_REMITTANCE = 140
"""Characters that SEPA carries as remittance information."""
_FIELDS = (
    "number",
    "state",
    "amount",
    "date",
    "reference",
    "party.code",
    "party.name",
    "currency.code",
    "line.move.id",
    "sepa_payable_bank_account_number.number_compact",
)
_SIGNED = "Leitstand "


@dataclass(frozen=True, slots=True)
class Payments:
    """Proposals of one session. All raise Missing, Contradiction or Unreachable."""

    session: Session
    company: Company

    async def propose(self, args: ProposePayment, stamp: Stamp) -> Payment:
        """Submit a payment of a posted invoice to the account of the master record.

        People approve and process it in Tryton. One that bears the key is submitted and read again.
        """
        party = await Parties(self.session, self.company).get(args.supplier_id)
        _check_payee(party, args)
        invoices = Invoices(self.session, self.company)
        row = await invoices.live(args.supplier_id, args.invoice_no)
        if row is None or status_of(row) != "posted":
            text = f"no posted voucher for invoice `{args.invoice_no}`"
            raise Missing(text, where=_WHERE, mend="post the invoice first")
        payment = await self._written(stamp.key) or await self._create(args, party, row, stamp)
        if (cents(payment["amount"]), payment["date"]) != (args.amount_cents, args.execute_on):
            raise Contradiction("the idempotency key was used for another write", where=_WHERE)
        if payment["state"] == "draft":
            await self.session.press(_PAYMENT, payment["id"], "submit")
            payment = await self._get(payment["id"])
        if payment["state"] == "draft":
            text = "Tryton keeps the payment a draft"
            raise Contradiction(text, where=_WHERE, mend="submit it in Tryton")
        return _payment(payment, number_of(row))

    async def written(self, key: str) -> Payment | None:
        """The payment that was submitted under `key`."""
        found = await self._written(key)
        if found is None or found["state"] == "draft":
            return None
        domain = [["move", "=", found["line"]["move"]["id"]]]
        rows = await self.session.search(INVOICE, domain, "number")
        return _payment(found, number_of(rows[0])) if rows else None

    async def change_bank(self, args: ProposeBankChange, stamp: Stamp) -> BankChange:
        """A note at the party, for people to act on: the master record stays as it is."""
        party = await Parties(self.session, self.company).get(args.supplier_id)
        supplier = party.supplier
        if supplier.iban == args.iban:
            raise Contradiction("the master record has this account already", where="erp.supplier")
        note = await self._note(stamp.key)
        if note is None:
            told = (
                f"Neue Bankverbindung vorgeschlagen, ungeprüft: {args.iban}",
                f"Bisher: {supplier.iban or '-'}. Beleg: {args.document_sha256}",
                f"Vor einer Änderung unter der bekannten Nummer zurückrufen: {supplier.tel or '-'}",
                f"{_SIGNED}{stamp.key}",
            )
            values = {"resource": f"party.party,{party.id}", "message": "\n".join(told)}
            note = await self.session.create(_NOTE, values, "id")
        return _bank_change(note["id"], supplier, args.iban)

    async def noted(self, key: str) -> BankChange | None:
        """The note that was written under `key`, about its party as it is now."""
        note = await self._note(key)
        if note is None:
            return None
        _, _, party = str(note["resource"]).partition(",")
        supplier = (await Parties(self.session, self.company).by_id(int(party))).supplier
        return _bank_change(note["id"], supplier, note["message"].split("\n")[0].split()[-1])

    async def _note(self, key: str) -> Row | None:
        domain = [["message", "like", f"%{_SIGNED}{key}%"]]
        rows = await self.session.search(_NOTE, domain, "message", "resource", limit=1)
        return rows[0] if rows else None

    async def _written(self, key: str) -> Row | None:
        domain = [["reference", "like", f"%{_sign(key)}"], ["kind", "=", "payable"]]
        rows = await self.session.search(_PAYMENT, domain, *_FIELDS)
        return rows[0] if rows else None

    async def _get(self, record: int) -> Row:
        rows = await self.session.search(_PAYMENT, [["id", "=", record]], *_FIELDS)
        if not rows:
            raise Missing(f"Tryton has no payment {record}", where=_WHERE)
        return rows[0]

    async def _create(self, args: ProposePayment, party: Party, row: Row, stamp: Stamp) -> Row:
        lines = [line for line in many(row, "lines_to_pay") if not line["reconciliation"]]
        _check_amount(args, row, lines)
        day = f"{row['invoice_date']:%d.%m.%Y}"
        remittance = f"{row['reference']} {day}"[: _REMITTANCE - len(_sign(stamp.key))]
        values: dict[str, Any] = {
            "journal": await self._journal(args.currency),
            "kind": "payable",
            "party": party.id,
            "line": lines[0]["id"],
            "amount": Decimal(args.amount_cents) / 100,
            "date": args.execute_on,
            "reference": f"{remittance}{_sign(stamp.key)}",
            "sepa_payable_bank_account_number": party.iban,
        }
        made = await self.session.create(_PAYMENT, values, "state")
        return await self._get(made["id"])

    async def _journal(self, currency: str) -> int:
        name = self.company.settings.payment_journal
        domain = [["name", "=", name]] if name else [["currency.code", "=", currency]]
        rows = await self.session.search("account.payment.journal", domain, "name")
        if len(rows) != 1:
            raise Missing(
                f"Tryton has {len(rows)} journals of payments in {currency}",
                where=_WHERE,
                mend="name one as `payment_journal` in tryton.json",
            )
        return rows[0]["id"]


def _sign(key: str) -> str:
    """What a payment's text ends with, so that it is found again by the key of its write."""
    return f" /{plain(key.encode())[:16]}"


def _check_payee(party: Party, args: ProposePayment) -> None:
    check_active(party.supplier, _WHERE)
    if party.supplier.iban != args.iban:
        raise Contradiction(
            "the account is not the one of the master record",
            where=_WHERE,
            mend="read the supplier again; a new account goes through a bank change",
        )


def _check_amount(args: ProposePayment, row: Row, lines: list[Row]) -> None:
    """A posted invoice with one open line, in the currency, of which as much is still unpaid."""
    if row["total_amount"] < 0:
        raise Contradiction("a credit note is set off, not paid", where=_WHERE)
    if row["currency"]["code"] != args.currency:
        raise Contradiction(f"the voucher is in {row['currency']['code']}", where=_WHERE)
    if len(lines) != 1:
        text = f"the invoice is due in {len(lines)} parts"
        raise Contradiction(text, where=_WHERE, mend="propose its payments in Tryton")
    granted = [c for until, c in mark_of(row["comment"]).discounts if _in_time(args, until)]
    if args.discount_cents > max(granted, default=0):
        raise Contradiction("the voucher grants no such discount on that day", where=_WHERE)
    left = cents(lines[0]["payment_amount"])
    if args.amount_cents + args.discount_cents > left:
        raise Contradiction(f"only {left} cents are open", where=_WHERE)


def _in_time(args: ProposePayment, until: str) -> bool:
    return args.execute_on <= dt.date.fromisoformat(until)


def _payment(row: Row, voucher_no: str) -> Payment:
    payee = one(row, "sepa_payable_bank_account_number")
    currency = row["currency"]["code"]
    return Payment(
        payment_no=f"P-{row['number']}",
        supplier_id=row["party"]["code"],
        voucher_no=voucher_no,
        creditor_name=row["party"]["name"],
        iban=payee.get("number_compact") or "",
        amount_cents=cents(row["amount"]),
        currency=currency,
        remittance=row["reference"],
        execute_on=row["date"],
        scheme="sepa" if currency == "EUR" else "foreign",
    )


def _bank_change(note: int, supplier: Supplier, iban: str) -> BankChange:
    return BankChange(
        proposal_no=f"N-{note}",
        supplier_id=supplier.id,
        iban=iban,
        known_iban=supplier.iban,
        call_back=supplier.tel,
    )

"""Writing vouchers into Tryton: each step is found again by its key, and counts once it is read."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from leitstand.errors import CallFailed, Contradiction, Missing, Unreachable
from tools.erp.tryton.access import Session
from tools.erp.tryton.company import Company
from tools.erp.tryton.invoices import INVOICE, Invoices, cents, number_of, status_of
from tools.erp.tryton.mark import Mark, Stamp, mark_of
from tools.erp.tryton.parties import Parties, Party, check_active
from tools.erp.tryton.trade import Trade
from tools.erp.tryton.wire import Row, many
from tools.erp.voucher import (
    DiscardVoucher,
    DraftVoucher,
    PostVoucher,
    ReverseVoucher,
    TaxShare,
    Voucher,
)

_OWED = {"reverse_charge_13b": "_13b", "intra_eu": "_ige"}
_WHERE = "erp.voucher"
_NO_WARNINGS = {"_skip_warnings": True}


@dataclass(frozen=True, slots=True)
class Vouchers:
    """Writes of one session. All raise Missing, Contradiction or Unreachable."""

    session: Session
    company: Company

    @property
    def invoices(self) -> Invoices:
        """What is in the books."""
        return Invoices(self.session, self.company)

    async def draft(self, args: DraftVoucher, stamp: Stamp) -> Voucher:
        """Enter a draft; one that bears the key already is the answer."""
        if (known := await self._known(stamp, "draft")) is not None:
            _check_sum(known, mark_of(known["comment"]))
            return self.invoices.voucher(known)
        if (taken := await self.invoices.live(args.supplier_id, args.invoice_no)) is not None:
            raise _taken(taken)
        row = await self._enter(args, Mark.of(args, draft=stamp), None)
        return self.invoices.voucher(row)

    async def post(self, args: PostVoucher, stamp: Stamp) -> Voucher:
        """Post an invoice, taking up the draft that was entered here."""
        row = await self._known(stamp, "post")
        if row is not None and status_of(row) != "draft":
            return self.invoices.voucher(row)
        await self.invoices.check_open(args.posting_date)
        draft = row or await self.invoices.live(args.supplier_id, args.invoice_no)
        before = mark_of(draft["comment"]) if draft else Mark()
        if draft is not None and (status_of(draft) != "draft" or before == Mark()):
            raise _taken(draft)
        row = await self._enter(args, Mark.of(args, draft=before.draft, post=stamp), draft)
        try:
            return self.invoices.voucher(await self._press_post(row))
        except Unreachable:
            raise
        except CallFailed:
            if before.draft is None:  # Nothing is left half done.
                await self.session.delete(INVOICE, row["id"])
            raise

    async def discard(self, args: DiscardVoucher, stamp: Stamp) -> Voucher:
        """Cancel a draft that was entered here; one that is cancelled by the key is the answer."""
        row = await self.invoices.shown(args.voucher_no)
        mark = mark_of(row["comment"])
        if mark.discard == stamp and status_of(row) == "discarded":
            return self.invoices.voucher(row)
        if row["state"] != "draft" or mark == Mark():
            text = (
                f"voucher `{args.voucher_no}` is {status_of(row)}: "
                "only drafts entered here are discarded"
            )
            raise Contradiction(text, where=_WHERE)
        await self._stamp(row, mark.model_copy(update={"discard": stamp}))
        await self.session.press(INVOICE, row["id"], "cancel")
        return await self._reached(row["id"], "discarded")

    async def reverse(self, args: ReverseVoucher, stamp: Stamp) -> Voucher:
        """Post a credit note over a posted invoice and set the two off against each other."""
        credit = await self._known(stamp, "reverse")
        row = await self.invoices.shown(args.voucher_no)
        if status_of(row) != "posted" and credit is None:
            text = f"voucher `{args.voucher_no}` is {status_of(row)}: only posted ones are reversed"
            raise Contradiction(text, where=_WHERE)
        if credit is None or status_of(credit) == "draft":
            await self.invoices.check_open(args.posting_date)
            await self._check_unpaid(row)
            credit = credit or await self._credit(row, args, stamp)
            credit = await self._press_post(credit)
        if status_of(row) == "posted":
            await self.session.update(INVOICE, row["id"], {"cancel_move": credit["move"]["id"]})
            await self.session.press(INVOICE, row["id"], "cancel")
            await self._reached(row["id"], "reversed")
        return self.invoices.voucher(await self.invoices.get(credit["id"]))

    async def _known(self, stamp: Stamp, step: str) -> Row | None:
        """The invoice that bears the key. Raises Contradiction: for another write."""
        found = await self.invoices.written(stamp.key)
        if found is None:
            return None
        row, mark = found
        if getattr(mark, step) != stamp:
            raise Contradiction("the idempotency key was used for another write", where="tryton")
        return row

    async def _enter(self, args: DraftVoucher, mark: Mark, draft: Row | None) -> Row:
        """The invoice as `args` have it, new or in place of what a draft says.

        Raises Contradiction where Tryton comes to another sum; a new one is deleted then.
        """
        values = await self._values(args)
        if draft is None:
            comment = {"comment": mark.into(None)}
            record = (await self.session.create(INVOICE, {**values, **comment}, "state"))["id"]
        else:
            record = draft["id"]
            old = [line["id"] for line in many(draft, "lines")]
            lines = [["delete", old], *values.pop("lines")]
            kept = {"lines": lines, "comment": mark.into(draft["comment"])}
            await self.session.update(INVOICE, record, {**values, **kept}, "state")
        row = await self.invoices.get(record)
        try:
            _check_sum(row, mark)
        except Contradiction:
            if draft is None:  # Nothing is left half done.
                await self.session.delete(INVOICE, record)
            raise
        return row

    async def _values(self, args: DraftVoucher) -> Row:
        """The fields of an invoice. Tryton fills in nothing of itself over this interface."""
        party = await Parties(self.session, self.company).get(args.supplier_id)
        await self._check_order(args)
        if args.exchange_micros is not None and args.currency != self.company.currency:
            text = "Tryton converts by its own rates: it takes none from an invoice"
            raise Contradiction(text, where=_WHERE, mend="book the invoice in Tryton")
        account = self.company.chart.number(args.account)
        currency = await self._id("currency.currency", ["code", "=", args.currency])
        return {
            "type": "in",
            "party": party.id,
            "invoice_address": _address(party),
            "currency": currency,
            "account": party.payable or await self._account(self.company.chart.number("creditor")),
            "journal": await self._id("account.journal", ["type", "=", "expense"]),
            "payment_term": party.term,
            "reference": args.invoice_no,
            "invoice_date": args.invoice_date,
            "accounting_date": args.posting_date,
            "lines": [["create", await self._lines(args, await self._account(account), currency)]],
        }

    async def _lines(self, args: DraftVoucher, account: int, currency: int) -> list[Row]:
        """A line for each rate: what it has of the net amount, and the tax that Tryton computes."""
        whole = TaxShare(rate_permyriad=0, net_cents=args.net_cents, tax_cents=0)
        lines: list[Row] = []
        for share in args.taxes or (whole,):
            key = _tax_key(args, share)
            taxes = [["add", [await self._tax(self.company.tax(key))]]] if key else []
            lines.append(
                {
                    "type": "line",
                    "account": account,
                    "currency": currency,
                    "quantity": -1 if args.credit else 1,
                    "unit_price": Decimal(share.net_cents) / 100,
                    "description": args.invoice_no,
                    "taxes": taxes,
                }
            )
        return lines

    async def _check_order(self, args: DraftVoucher) -> None:
        if args.order_no is None:
            if args.matched:
                raise Contradiction("matched lines need an order_no", where=_WHERE)
            return
        order = await Trade(self.session).invoiced_by_hand(args.order_no)
        if order is None:
            raise Missing(f"Tryton has no order `{args.order_no}`", where=_WHERE)
        if order.supplier != args.supplier_id:
            text = f"order `{args.order_no}` is another supplier's"
            raise Contradiction(text, where=_WHERE)
        if unknown := {m.line for m in args.matched} - {line.line for line in order.lines}:
            text = f"order `{args.order_no}` has no line {sorted(unknown)}"
            raise Missing(text, where=_WHERE)

    async def _credit(self, row: Row, args: ReverseVoucher, stamp: Stamp) -> Row:
        """The draft of the credit note that takes a posted invoice back, line by line."""
        fields = ("party.id", "invoice_address.id", "currency.id", "account.id", "journal.id")
        lines = ("lines.account.id", "lines.quantity", "lines.unit_price", "lines.taxes.id")
        more = await self.session.search(INVOICE, [["id", "=", row["id"]]], *fields, *lines)
        own = more[0]
        mark = Mark(reverse=stamp, reverses=number_of(row), document_sha256=_document(row))
        values = {name: own[name]["id"] for name in (f.split(".")[0] for f in fields)}
        made = await self.session.create(
            INVOICE,
            {
                **values,
                "type": "in",
                "reference": f"{row['reference']} / {args.reason} {number_of(row)}",
                "invoice_date": args.posting_date,
                "accounting_date": args.posting_date,
                "comment": mark.into(None),
                "lines": [["create", [_back(own, line) for line in many(own, "lines")]]],
            },
            "state",
        )
        credit = await self.invoices.get(made["id"])
        if credit["total_amount"] != -row["total_amount"]:
            await self.session.delete(INVOICE, made["id"])
            text = f"Tryton credits {-credit['total_amount']} of {row['total_amount']}"
            raise Contradiction(text, where=_WHERE, mend="reverse it in Tryton")
        return credit

    async def _check_unpaid(self, row: Row) -> None:
        """Check that nobody is about to pay an invoice. Raises Contradiction: somebody is."""
        domain = [["line.move", "=", row["move"]["id"]], ["state", "!=", "failed"]]
        payments = await self.session.search("account.payment", domain, "number", "state")
        for payment in payments:
            text = f"payment `{payment['number']}` of the invoice is {payment['state']}"
            mend = "take the payment back in Tryton first"
            raise Contradiction(text, where=_WHERE, mend=mend)

    async def _stamp(self, row: Row, mark: Mark) -> None:
        await self.session.update(INVOICE, row["id"], {"comment": mark.into(row["comment"])})

    async def _press_post(self, row: Row) -> Row:
        """A posted invoice. Raises Contradiction: Tryton does not post it, or wants more people.

        Tryton warns of every invoice with the same number, cancelled ones too. Those are no
        duplicates; of others it has none, as was looked up before.
        """
        calm = await self.invoices.only_cancelled(row)
        knowing = _NO_WARNINGS if calm else None
        await self.session.press(INVOICE, row["id"], "post", knowing=knowing)
        posted = await self.invoices.get(row["id"])
        if status_of(posted) == "draft":
            raise Contradiction(
                "Tryton keeps it a draft: a rule of its own asks for somebody else's click",
                where=_WHERE,
                mend="post it in Tryton, or take the user of the key out of that rule",
            )
        return posted

    async def _reached(self, record: int, status: str) -> Voucher:
        row = await self.invoices.get(record)
        if status_of(row) != status:
            text = f"voucher `{number_of(row)}` is {status_of(row)}: it should be {status}"
            raise Contradiction(text, where=_WHERE)
        return self.invoices.voucher(row)

    async def _account(self, number: str) -> int:
        return await self._id("account.account", ["code", "=", number])

    async def _tax(self, name: str) -> int:
        return await self._id("account.tax", ["name", "=", name], ["parent", "=", None])

    async def _id(self, model: str, *which: list[Any]) -> int:
        """The one record of a model. Raises Missing: there is none."""
        rows = await self.session.search(model, list(which), "id", limit=1)
        if not rows:
            wanted = f"{model} {which[0][2]}"
            raise Missing(f"Tryton has no `{wanted}`", where=_WHERE)
        return rows[0]["id"]


def _check_sum(row: Row, mark: Mark) -> None:
    """Check that an invoice has the sum that was asked for. Raises Contradiction."""
    if cents(row["total_amount"]) == mark.gross_cents:
        return
    amount = abs(Decimal(mark.gross_cents)) / 100
    raise Contradiction(
        f"Tryton comes to {abs(row['total_amount'])}, the invoice to {amount:.2f}",
        where=_WHERE,
        mend="compare the taxes that Tryton computes with the invoice's; book it by hand",
    )


def _tax_key(args: DraftVoucher, share: TaxShare) -> str:
    """The key of the tax of a share; empty where there is none."""
    owed = _OWED.get(args.tax_case)
    if not share.rate_permyriad or (owed is None and not share.tax_cents):
        return ""
    whole, part = divmod(share.rate_permyriad, 100)
    return f"vst{whole}{f'.{part:02d}' if part else ''}{owed or ''}"


def _address(party: Party) -> int:
    check_active(party.supplier, "erp.voucher")
    if party.address is None:
        raise Missing(f"party `{party.supplier.id}` has no address", where="erp.supplier")
    return party.address


def _back(own: Row, line: Row) -> Row:
    return {
        "type": "line",
        "account": line["account"]["id"],
        "currency": own["currency"]["id"],
        "quantity": -int(line["quantity"]),
        "unit_price": line["unit_price"],
        "taxes": [["add", [tax["id"] for tax in many(line, "taxes")]]],
    }


def _document(row: Row) -> str:
    return mark_of(row["comment"]).document_sha256


def _taken(row: Row) -> Contradiction:
    number, state = row["reference"], status_of(row)
    return Contradiction(
        f"invoice `{number}` of supplier `{row['party']['code']}` is already {state}",
        where=_WHERE,
        detail={"invoice_no": number, "state": state},
    )

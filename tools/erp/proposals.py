"""Writing proposals: payments and bank changes that people decide on."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, String, and_, bindparam, func, insert, select

from leitstand.errors import Contradiction, Missing
from tools.database import next_no
from tools.erp import schema
from tools.erp.ledger import number_key
from tools.erp.masters import Masters
from tools.erp.payment import BankChange, Payment, ProposeBankChange, ProposePayment
from tools.erp.supplier import Supplier

_SEPA = "EUR"
_REMITTANCE = 140
"""Characters that SEPA carries as remittance information."""

_v, _p, _y, _b = schema.voucher, schema.posting, schema.payment, schema.bank_change
_d = schema.later_discount
_JOINED = and_(_v.c.tenant == _p.c.tenant, _v.c.id == _p.c.voucher, _p.c.reverses_number.is_(None))
_TENANT = bindparam("of", type_=String)

_POSTED = (
    select(_v, _p.c.year, _p.c.number)
    .join(_p, _JOINED)
    .where(
        _v.c.tenant == _TENANT,
        _v.c.supplier == bindparam("supplier"),
        _v.c.invoice_key == bindparam("key"),
        _v.c.state == "posted",
    )
)
_PROPOSED = select(func.coalesce(func.sum(_y.c.amount_cents + _y.c.discount_cents), 0)).where(
    _y.c.tenant == _TENANT, _y.c.voucher == bindparam("voucher"), _y.c.state == "proposed"
)
_LATER = select(_d.c.discount_until, _d.c.discount_cents).where(
    _d.c.tenant == _TENANT, _d.c.voucher == bindparam("voucher")
)
_OPEN_CHANGE = select(_b.c.id).where(
    _b.c.tenant == _TENANT,
    _b.c.supplier == bindparam("supplier"),
    _b.c.iban == bindparam("iban"),
    _b.c.state == "proposed",
)


@dataclass(frozen=True, slots=True)
class Proposals:
    """The proposals of a tenant, open in a transaction. `entered` is the instant of entry."""

    connection: Connection
    masters: Masters
    entered: str

    def payment(self, args: ProposePayment) -> Payment:
        """Propose to pay a posted invoice to the account of the master record.

        Raises Missing: no such supplier or invoice. Contradiction: supplier not active, another
        IBAN than the master's, not posted, a credit note, another currency, more than is open, a
        discount that the voucher does not grant on that day.
        """
        supplier = self.masters.supplier(args.supplier_id)
        voucher = self._posted(args)
        _check_payee(supplier, args)
        _check_voucher(voucher, args)
        self._check_discount(voucher, args)
        self._check_left(voucher, args)
        t = schema.payment
        number = next_no(self.connection, self.masters.tenant, t.c.id)
        remittance = f"{voucher.invoice_no} {voucher.invoice_date:%d.%m.%Y}"[:_REMITTANCE]
        self.connection.execute(
            insert(t).values(
                **args.model_dump(exclude={"supplier_id", "invoice_no"}),
                tenant=self.masters.tenant,
                id=number,
                supplier=supplier.id,
                voucher=voucher.id,
                creditor_name=supplier.name,
                remittance=remittance,
                entered=self.entered,
            )
        )
        return Payment(
            payment_no=f"Z-{number:06d}",
            supplier_id=supplier.id,
            voucher_no=f"{voucher.year}-{voucher.number:06d}",
            creditor_name=supplier.name,
            iban=args.iban,
            amount_cents=args.amount_cents,
            currency=args.currency,
            remittance=remittance,
            execute_on=args.execute_on,
            scheme="sepa" if args.currency == _SEPA else "foreign",
        )

    def bank_change(self, args: ProposeBankChange) -> BankChange:
        """Propose new bank details; one open proposal per supplier and account.

        Raises Missing: no such supplier. Contradiction: the master record has this account already.
        """
        supplier = self.masters.supplier(args.supplier_id)
        if supplier.iban == args.iban:
            raise Contradiction("the master record has this account already", where="erp.supplier")
        number = self._open_change(args) or self._enter_change(args, supplier)
        return BankChange(
            proposal_no=f"B-{number:06d}",
            supplier_id=supplier.id,
            iban=args.iban,
            known_iban=supplier.iban,
            call_back=supplier.tel,
        )

    def _posted(self, args: ProposePayment) -> Row[Any]:
        own = {"supplier": args.supplier_id, "key": number_key(args.invoice_no)}
        found = self.connection.execute(_POSTED, {"of": self.masters.tenant, **own}).one_or_none()
        if found is None:
            raise Missing(
                f"no posted voucher for invoice `{args.invoice_no}`",
                where="erp.payment",
                mend="post the invoice first",
            )
        return found

    def _check_discount(self, voucher: Row[Any], args: ProposePayment) -> None:
        own = {"of": self.masters.tenant, "voucher": voucher.id}
        granted = [voucher, *self.connection.execute(_LATER, own)]
        open_ = [d for d in granted if d.discount_until and args.execute_on <= d.discount_until]
        if args.discount_cents > max((d.discount_cents or 0 for d in open_), default=0):
            raise Contradiction(
                "the voucher grants no such discount on that day", where="erp.payment"
            )

    def _check_left(self, voucher: Row[Any], args: ProposePayment) -> None:
        own = {"of": self.masters.tenant, "voucher": voucher.id}
        left = voucher.payable_cents - self.connection.execute(_PROPOSED, own).scalar_one()
        if args.amount_cents + args.discount_cents > left:
            raise Contradiction(
                f"only {left} cents are open", where="erp.payment", detail={"open_cents": left}
            )

    def _open_change(self, args: ProposeBankChange) -> int | None:
        own = {"of": self.masters.tenant, "supplier": args.supplier_id, "iban": args.iban}
        return self.connection.execute(_OPEN_CHANGE, own).scalar_one_or_none()

    def _enter_change(self, args: ProposeBankChange, supplier: Supplier) -> int:
        t = schema.bank_change
        number = next_no(self.connection, self.masters.tenant, t.c.id)
        self.connection.execute(
            insert(t).values(
                tenant=self.masters.tenant,
                id=number,
                supplier=supplier.id,
                iban=args.iban,
                known_iban=supplier.iban,
                document_sha256=args.document_sha256,
                entered=self.entered,
            )
        )
        return number


def _check_payee(supplier: Supplier, args: ProposePayment) -> None:
    if supplier.status != "active":
        raise Contradiction(f"supplier `{supplier.id}` is {supplier.status}", where="erp.payment")
    if supplier.iban != args.iban:
        raise Contradiction(
            "the account is not the one of the master record",
            where="erp.payment",
            mend="read the supplier again; a new account goes through a bank change",
        )


def _check_voucher(voucher: Row[Any], args: ProposePayment) -> None:
    if voucher.credit:
        raise Contradiction("a credit note is set off, not paid", where="erp.payment")
    if voucher.currency != args.currency:
        raise Contradiction(f"the voucher is in {voucher.currency}", where="erp.payment")

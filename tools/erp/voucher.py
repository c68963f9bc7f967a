"""Vouchers: supplier invoices on their way into the books.

The fields of `DraftVoucher` are the one definition of what a voucher says; `PostVoucher` has the
same. Amounts are whole cents in `currency` and positive as printed; `credit` turns the sides round.
"""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from leitstand.tool import Recorded
from leitstand.values import Frozen, Identifier, Kept, Money, Text, Word
from tools.erp.ledger import InvoiceKind

TaxCase = Literal[
    "domestic", "reverse_charge_13b", "intra_eu", "exempt", "small_business", "export_other"
]
"""How VAT is treated. domestic: VAT as charged is input VAT (§ 15 UStG). reverse_charge_13b and
intra_eu: the buyer owes it (§ 13b, § 1a UStG). exempt, small_business (§ 19 UStG) and export_other:
no VAT at all."""

Permyriad = Annotated[int, Field(strict=True, ge=0, le=10_000)]
Number = Annotated[Text, Field(min_length=1, max_length=120)]
Currency = Annotated[str, Field(strict=True, pattern=r"^[A-Z]{3}$"), Kept()]
Sha256 = Annotated[str, Field(strict=True, pattern=r"^[0-9a-f]{64}$")]


class TaxShare(Frozen):
    """What one VAT rate has of the invoice: rate in permyriad (1900 is 19 %), base and tax.

    Where the buyer owes the tax, `tax_cents` is 0 and the rate is the one to assess it by.
    """

    rate_permyriad: Permyriad
    net_cents: Money
    tax_cents: Money


class MatchedLine(Frozen):
    """How much of an order line this invoice takes: counted as invoiced from then on."""

    line: Number
    qty: Decimal


class VoucherDiscount(Frozen):
    """A cash discount (Skonto) of that many cents when paid by that day."""

    discount_until: date
    discount_percent: Decimal
    discount_cents: Money


class DraftVoucher(Frozen):
    """Enter a supplier's invoice as a draft voucher; posting it is a person's release.

    `account` is a key of the chart (`material`), not an account number. `taxes` splits net and tax
    by rate. `payable_cents` is what is still to be paid after prepayments. `discount_*` describe
    the highest cash discount that can be had, `later_discounts` lower ones that last longer.
    `exchange_micros` is what one unit of a foreign currency is
    in millionths of the books' currency; without it the ERP takes its own rate of the day.
    """

    supplier_id: Annotated[Identifier, Recorded("erp.supplier.find", "value.supplier.id")]
    invoice_no: Number
    invoice_date: date
    posting_date: date
    currency: Currency = "EUR"
    gross_cents: Money
    net_cents: Money
    tax_cents: Money
    payable_cents: Money
    tax_case: TaxCase
    taxes: tuple[TaxShare, ...] = ()
    account: Annotated[
        Word, Field(max_length=120), Recorded("erp.supplier.find", "value.supplier.account")
    ]
    kind: InvoiceKind = "invoice"
    credit: bool = False
    order_no: Annotated[Number | None, Recorded("erp.order.get", "value.po")] = None
    matched: tuple[MatchedLine, ...] = ()
    document_sha256: Annotated[Sha256, Recorded("dms.document.get", "value.sha256")]
    due_date: date | None = None
    discount_until: date | None = None
    discount_percent: Decimal | None = None
    discount_cents: Money | None = None
    later_discounts: tuple[VoucherDiscount, ...] = ()
    exchange_micros: Annotated[int, Field(strict=True, gt=0, le=10**12)] | None = None

    @model_validator(mode="after")
    def _closes(self) -> Self:
        if self.net_cents + self.tax_cents != self.gross_cents:
            msg = "net_cents and tax_cents do not add up to gross_cents"
            raise ValueError(msg)
        if self.tax_case != "domestic" and self.tax_cents:
            msg = f"tax_case `{self.tax_case}` takes no VAT from the invoice: tax_cents must be 0"
            raise ValueError(msg)
        if self.tax_cents and not self.taxes:
            msg = "taxes must split tax_cents by rate"
            raise ValueError(msg)
        if self.taxes and not self._shares_close():
            msg = "taxes do not add up to net_cents and tax_cents"
            raise ValueError(msg)
        return self

    def _shares_close(self) -> bool:
        net = sum(share.net_cents for share in self.taxes)
        return net == self.net_cents and sum(s.tax_cents for s in self.taxes) == self.tax_cents


class PostVoucher(DraftVoucher):
    """Post a supplier's invoice: it gets its number and can only be reversed afterwards.

    A draft of the same invoice is taken up by it; the fields given here are the ones that count.
    """


class DiscardVoucher(Frozen):
    """Discard a draft voucher: its invoice number is free again."""

    voucher_no: Identifier


class ReverseVoucher(Frozen):
    """Reverse a posted voucher by a counter-entry with the opposite sign (Generalumkehr)."""

    voucher_no: Annotated[Identifier, Recorded("erp.ledger.find", "value.invoices.*.voucher_no")]
    posting_date: date
    reason: Literal["duplicate", "wrong_account", "wrong_amount", "wrong_supplier", "withdrawn"]


class VoucherLine(Frozen):
    """One side of a booking: debit positive, credit negative, in cents of the books' currency.

    `key` says what the account is for (`material`, `vst19`, `creditor`), `account` its number in
    the tenant's chart.
    """

    key: Word
    account: Text
    amount_cents: Money


class Voucher(Frozen):
    """A voucher as the ERP holds it; `lines` add up to zero.

    `self_assessed_cents` is the VAT that the buyer owes and deducts at once (§ 13b, § 1a UStG).
    `reverses` names the voucher that this one takes back.
    """

    voucher_no: Identifier
    state: Literal["draft", "posted", "discarded", "reversed"]
    supplier_id: Identifier
    invoice_no: Text
    posting_date: date
    currency: Word
    gross_cents: Money
    lines: tuple[VoucherLine, ...] = ()
    self_assessed_cents: Money = 0
    reverses: Text = ""
    version: int = 1

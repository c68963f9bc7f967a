"""The typed invoice: what EN 16931 says an invoice holds, read the same from UBL and CII.

Every value is what the sender wrote, never what we think is right: amounts are `Decimal` as
printed, nothing is summed, rounded or defaulted here. A value that is absent is `None` or an empty
tuple; one that is present but cannot be read (a date that is none, an amount with a comma) is
`None` and stands in `Invoice.unread`. All text comes from an untrusted document.

`Invoice.paths` names for each value the place it was read from, so that a person can be shown it:
`("lines[0].net", "/Invoice/cac:InvoiceLine[1]/cbc:LineExtensionAmount")`. The business terms in
the docstrings are those of EN 16931-1; `terms.toml` holds them with their places in both syntaxes.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal, cast

from leitstand.values import Code, Frozen
from tools.einvoice.parts import (
    Address,
    Adjustment,
    Attachment,
    Discount,
    Identifier,
    Line,
    Note,
    Party,
    Payment,
    Preceding,
    Tax,
    ThirdPartyPayment,
    Unread,
)
from tools.einvoice.terms import INVOICE, Group

Syntax = Literal["ubl-invoice", "ubl-creditnote", "cii"]
"""The three document types of EN 16931: two of UBL 2.1 and UN/CEFACT CII."""


class FreeText(Frozen):
    """A text the sender chose freely: the field it stands in, its business term, the text."""

    field: str
    term: str
    text: str


class Invoice(Frozen):
    """One invoice or credit note after EN 16931, the same for UBL and CII.

    Header: number BT-1, issue_date BT-2, type_code BT-3 (380 invoice, 381 credit note, 384
    correction, 389 self-billed, 326 partial, …), currency BT-5, tax_currency BT-6, tax_point_date
    BT-7, tax_point_code BT-8 (as in UNTDID 2005: 3, 35, 432), due_date BT-9, buyer_reference BT-10
    (Leitweg-ID towards the state), project_reference BT-11, contract_reference BT-12,
    order_reference BT-13, sales_order_reference BT-14, receipt_reference BT-15,
    despatch_reference BT-16, tender_reference BT-17, object_id BT-18, buyer_account BT-19,
    terms_text BT-20, process BT-23, specification BT-24.
    Delivery: delivery_name BT-70, delivery_location BT-71, delivery_date BT-72, period BG-14.
    Payment: payments BG-16, creditor_id BT-90, discounts (Skonto read out of BT-20).
    Totals: line_total BT-106, allowance_total BT-107, charge_total BT-108, net_total BT-109,
    tax_total BT-110, tax_total_accounting BT-111 (in `tax_currency`), gross_total BT-112,
    prepaid BT-113, rounding BT-114, payable BT-115; exchange_rate and exchange_date where a sender
    names them (Factur-X EXTENDED).
    All amounts but BT-111 are in `currency`.
    """

    syntax: Syntax
    specification: Code | None = None
    process: Code | None = None
    number: str | None = None
    issue_date: date | None = None
    type_code: Code | None = None
    currency: Code | None = None
    tax_currency: Code | None = None
    tax_point_date: date | None = None
    tax_point_code: Code | None = None
    due_date: date | None = None
    buyer_reference: str | None = None
    project_reference: str | None = None
    contract_reference: str | None = None
    order_reference: str | None = None
    sales_order_reference: str | None = None
    receipt_reference: str | None = None
    despatch_reference: str | None = None
    tender_reference: str | None = None
    object_id: Identifier | None = None
    buyer_account: str | None = None
    terms_text: str | None = None
    notes: tuple[Note, ...] = ()
    preceding: tuple[Preceding, ...] = ()
    seller: Party = Party()
    buyer: Party = Party()
    payee: Party | None = None
    tax_representative: Party | None = None
    delivery_name: str | None = None
    delivery_location: Identifier | None = None
    delivery_address: Address | None = None
    delivery_date: date | None = None
    period_start: date | None = None
    period_end: date | None = None
    payments: tuple[Payment, ...] = ()
    creditor_id: str | None = None
    discounts: tuple[Discount, ...] = ()
    allowances: tuple[Adjustment, ...] = ()
    charges: tuple[Adjustment, ...] = ()
    line_total: Decimal | None = None
    allowance_total: Decimal | None = None
    charge_total: Decimal | None = None
    net_total: Decimal | None = None
    tax_total: Decimal | None = None
    tax_total_accounting: Decimal | None = None
    gross_total: Decimal | None = None
    prepaid: Decimal | None = None
    rounding: Decimal | None = None
    payable: Decimal | None = None
    exchange_rate: Decimal | None = None
    exchange_date: date | None = None
    third_party: tuple[ThirdPartyPayment, ...] = ()
    taxes: tuple[Tax, ...] = ()
    lines: tuple[Line, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    unread: tuple[Unread, ...] = ()
    paths: tuple[tuple[str, str], ...] = ()

    @property
    def ibans(self) -> tuple[str, ...]:
        """All accounts to be paid to (BT-84), in document order, each once."""
        return tuple(dict.fromkeys(p.iban for p in self.payments if p.iban))

    @property
    def credit_note(self) -> bool:
        """Whether the amounts go back to the buyer (UNTDID 1001 credit codes of EN 16931)."""
        return self.syntax == "ubl-creditnote" or self.type_code in CREDIT_CODES

    @property
    def for_third_parties(self) -> Decimal:
        """What is to be paid on top of the gross amount, for others (BG-DEX-09)."""
        return sum((t.amount for t in self.third_party if t.amount is not None), Decimal(0))

    @property
    def counted_lines(self) -> tuple[Line, ...]:
        """The lines that add up to BT-106.

        XRechnung Extension counts parents and not their sub-lines; Factur-X EXTENDED the other way
        round, marking what counts as DETAIL.
        """
        if self.syntax == "cii":
            return tuple(x for x in self.lines if x.kind in (None, "DETAIL"))
        return tuple(x for x in self.lines if x.parent_id is None)

    @property
    def period(self) -> tuple[date | None, date | None]:
        """First and last day that is invoiced: BG-14, else the lines' periods (BG-26) as one.

        Periods of lines that leave days out between them are none of the invoice.
        """
        if self.period_start or self.period_end:
            return self.period_start, self.period_end
        spans = [(x.period_start, x.period_end) for x in self.counted_lines]
        known = sorted((start, end) for start, end in spans if start and end)
        until = known[0][1] if known else None
        for start, end in known:
            if until is None or start > until + timedelta(days=1):
                return None, None
            until = max(until, end)
        return (known[0][0] if known else None), until

    @property
    def free_texts(self) -> tuple[FreeText, ...]:
        """Every text the sender chose freely, for the search for instructions and bank details.

        All text counts but codes and checked numbers: a sender may write what he likes into names,
        addresses and references too.
        """
        return tuple(_free_texts(self, INVOICE, ""))

    def same_content(self, other: "Invoice") -> bool:
        """Whether both say the same, whatever syntax they were written in."""
        return self.content() == other.content()

    def content(self) -> dict[str, object]:
        """All values without syntax, places and what could not be read."""
        return self.model_dump(exclude={"syntax", "paths", "unread"})


CREDIT_CODES = frozenset(
    ("81", "83", "261", "262", "296", "308", "381", "396", "420", "458", "532")
)
"""UNTDID 1001 codes that EN 16931 lists as credit notes."""


def _free_texts(record: Frozen, group: Group, place: str) -> Iterator[FreeText]:
    for name, value in vars(record).items():
        if value is None:
            continue
        field = f"{place}{name}"
        if isinstance(value, str) and name in group.fields and name not in group.coded:
            yield FreeText(field=field, term=group.fields[name].term, text=value)
        elif isinstance(value, Identifier) and name in group.fields:
            yield FreeText(field=field, term=group.fields[name].term, text=value.value)
        elif isinstance(value, Frozen) and name in group.groups:
            yield from _free_texts(value, group.groups[name], f"{field}.")
        elif isinstance(value, tuple):
            yield from _each_text(cast("tuple[object, ...]", value), group, field, name)


def _each_text(
    values: tuple[object, ...], group: Group, field: str, name: str
) -> Iterator[FreeText]:
    for index, value in enumerate(values):
        if isinstance(value, Identifier) and name in group.fields:
            term = group.fields[name].term
            yield FreeText(field=f"{field}[{index}]", term=term, text=value.value)
        elif isinstance(value, Frozen) and name in group.groups:
            yield from _free_texts(value, group.groups[name], f"{field}[{index}].")

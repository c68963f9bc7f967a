"""The supplier ledger: invoices that are already in the books, and the accounting periods."""

import datetime as dt
import unicodedata
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from leitstand.values import Frozen, Identifier, Reading, Text, Word

InvoiceKind = Literal["invoice", "prepayment", "partial", "final"]
"""An ordinary invoice, one before delivery, one for a part, or the one that settles all parts."""

InvoiceStatus = Literal["draft", "posted", "paid", "discarded", "reversed"]
"""draft, posted and paid are live: their number is taken. The other two no longer count."""


class InvoicedLine(Frozen):
    """How much of an order line an invoice took."""

    line: Text
    qty: Decimal


class PostedInvoice(Frozen):
    """An invoice in the ledger. Amounts are positive; a credit note says so in `credit`.

    `voucher_no` is empty for invoices that were carried over from an earlier system, `lines` where
    the quantities were not kept.
    """

    supplier: Identifier
    number: Text
    date: dt.date | None = None
    gross: Decimal
    currency: Word = "EUR"
    status: InvoiceStatus = "posted"
    kind: InvoiceKind = "invoice"
    credit: bool = False
    po: Text | None = None
    lines: tuple[InvoicedLine, ...] = ()
    document_sha256: Text | None = None
    voucher_no: Text = ""

    @property
    def live(self) -> bool:
        """Whether the invoice counts: neither discarded nor reversed."""
        return self.status in {"draft", "posted", "paid"}


class Ledger(Frozen):
    """All invoices of one supplier, newest first, discarded and reversed ones included."""

    supplier: Identifier
    invoices: tuple[PostedInvoice, ...] = ()


class FindInvoices(Frozen):
    """Find the invoices of a supplier in the books: drafted, posted, paid, reversed.

    `since` leaves out invoices dated before that day; None takes all.
    """

    supplier_id: Identifier
    since: dt.date | None = None


class FoundInvoices(Reading[Ledger]):
    """Reading of a supplier's ledger."""


class Period(Frozen):
    """An accounting period, both days included."""

    start: dt.date
    end: dt.date
    state: Literal["open", "closed"]


class FindPeriod(Frozen):
    """Find the accounting period of a day."""

    day: dt.date


class PeriodOf(Frozen):
    """The period of a day (None where the books have none) and the first open day from it on."""

    period: Period | None
    next_open: dt.date | None


class FoundPeriod(Reading[PeriodOf]):
    """Reading of an accounting period."""


@lru_cache(maxsize=8192)
def number_key(number: str) -> str:
    """A document's number as it is compared: letters and digits only, capitals.

    `WS-55012` and `ws 55012` are one number; `WS 55012-1` is another.
    """
    plain = unicodedata.normalize("NFKC", number).upper()
    return "".join(c for c in plain if c.isalnum()) or plain.strip()

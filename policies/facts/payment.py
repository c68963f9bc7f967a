"""Whether an invoice may be paid: only what is in the books is."""

from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict

from tools.einvoice.reader import ReadInvoice
from tools.erp.ledger import PostedInvoice, number_key


class PaymentFacts(BaseModel):
    """`posted`: the ledger, read after the posting, shows this very document as posted."""

    model_config = ConfigDict(frozen=True)

    posted: bool


def payment_facts(read: ReadInvoice, ledger: Iterable[PostedInvoice]) -> PaymentFacts:
    """`ledger` is the supplier's as last read."""
    number = number_key(read.invoice.number or "") if read.invoice else ""
    own = (r for r in ledger if r.document_sha256 == read.sha256 and r.status == "posted")
    return PaymentFacts(posted=any(number_key(r.number) == number for r in own))

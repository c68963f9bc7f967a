"""The call `einvoice.read`: which stored document, and the reading it gives."""

from leitstand.values import Frozen, Reading
from tools.dms.document import Sha256
from tools.einvoice.reader import ReadInvoice


class ReadDocument(Frozen):
    """Read a stored document as an invoice: verdict, fired rules, typed values."""

    sha256: Sha256


class FoundInvoice(Reading[ReadInvoice]):
    """Reading of a document. Its values are what an untrusted sender wrote."""

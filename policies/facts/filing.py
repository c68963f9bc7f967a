"""Handing originals to the tax adviser: which document, under which name, and when it may go."""

from leitstand.policy import FactCall, facts
from leitstand.values import Frozen
from policies.facts.dossier import dossier_of
from policies.facts.limits import Limits, limits_of
from tools.datev import UploadDocument
from tools.erp.ledger import PostedInvoice

_KINDS = {"application/pdf": "pdf", "application/xml": "xml", "text/xml": "xml"}


class FilingFacts(Frozen):
    """What the rules look at before an original goes to the tax adviser.

    `posted`: the ledger, read after the posting, shows this very document as posted.
    `original_stored`: hash of the archive's original, of what was read and of what is to be sent
    are one. `checked`: arguments that equal what ledger and settings come to.
    """

    posted: bool
    original_stored: bool
    checked: frozenset[str]


@facts("datev.document.upload", model=FilingFacts)
def filing_facts(call: FactCall) -> FilingFacts:
    """The facts of an original. Raises FactMissing: a reading that a rule needs is not there."""
    dossier, limits = dossier_of(call), limits_of(call.limits)
    sha256 = str(call.args["sha256"])
    own = [r for r in dossier.ledger_after if r.document_sha256 == sha256]
    row = next((r for r in own if r.status in ("posted", "paid")), None)
    expected = filing_of(limits, row, str(call.args["media_type"])) if row else None
    known = expected.model_dump(mode="json") if expected else {}
    return FilingFacts(
        posted=row is not None,
        original_stored=dossier.stored_sha256 == dossier.read.sha256 == sha256,
        checked=frozenset(n for n, v in call.args.items() if n in known and known[n] == v),
    )


def filing_of(limits: Limits, row: PostedInvoice, media_type: str) -> UploadDocument | None:
    """What is handed over of an invoice in the books, named by its voucher and by nothing foreign.

    None where the tenant has no connection, or the file is none that DATEV takes.
    """
    ending = _KINDS.get(media_type)
    if limits.datev is None or ending is None or not row.voucher_no or not row.document_sha256:
        return None
    return UploadDocument(
        sha256=row.document_sha256,
        filename=f"{row.voucher_no}.{ending}",
        media_type=media_type,
        document_type=limits.datev.document_type,
        note=row.voucher_no,
        filed=limits.datev.filed,
    )

"""Real invoices as plain PDFs: what is read of their pages, held against what their XML says."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.einvoice.baseline import baseline
from tools.einvoice.pdf import Pdfs
from tools.paper import Paper, read_paper
from tools.paper.patterns import Field
from tools.paper.values import compact

__all__ = ["Measured", "measure"]

_KEYS: Mapping[Field, str] = {
    "number": "invoice_no",
    "issue_date": "issue_date",
    "net": "net",
    "tax": "vat",
    "gross": "gross",
    "iban": "iban",
    "vat_id": "seller_vat",
}
_CENT = Decimal("0.01")


@dataclass(frozen=True)
class One:
    """One field of one file: what is true, what was read and how sure, what the baseline reads.

    `shown`: the page shows what the XML says; one corpus file has another invoice's page.
    """

    file: str
    field: Field
    truth: str | None
    read: str | None
    confidence: int
    baseline: str | None
    shown: bool


@dataclass(frozen=True)
class Measured:
    """All fields of all files."""

    ones: tuple[One, ...]
    files: int

    def right(self, field: Field) -> tuple[int, int, int]:
        """How often the reading and the baseline are right, of how many that have a truth."""
        known = [one for one in self.ones if one.field == field and one.truth is not None]
        ours = sum(one.read == one.truth for one in known)
        theirs = sum(one.baseline == one.truth for one in known)
        return ours, theirs, len(known)

    def accepted(self, threshold: int) -> list[One]:
        """What is sure enough to be taken over."""
        return [one for one in self.ones if one.read and one.confidence >= threshold]

    def calibration_error(self) -> tuple[float, int]:
        """Expected calibration error (0 to 1), and of how many readings: one bin a confidence."""
        bins: dict[int, list[bool]] = defaultdict(list)
        for one in self.ones:
            if one.read is not None and one.shown:
                bins[one.confidence].append(one.read == one.truth)
        count = sum(map(len, bins.values()))
        off = sum(abs(sum(hits) - len(hits) * sure / 100) for sure, hits in bins.items())
        return off / count, count


async def measure(pdfs: Pdfs, domain: Path, manifest: Iterable[Mapping[str, Any]]) -> Measured:
    """Every PDF of the manifest of which something is known, read as if no XML were in it."""
    ones: list[One] = []
    files = 0
    for row in manifest:
        truth: Mapping[str, Any] = (
            row.get("truth") or row.get("visible_truth") or row.get("fields") or {}
        )
        if not row["file"].endswith(".pdf") or not truth.get("invoice_no"):
            continue
        pages = await pdfs.sheets((domain / row["file"]).read_bytes())
        text = "\n".join(page.text for page in pages)
        ones += _compare(row, truth, read_paper(pages), baseline(text))
        files += 1
    return Measured(tuple(ones), files)


def _compare(
    row: Mapping[str, Any],
    truth: Mapping[str, Any],
    paper: Paper,
    reference: Mapping[str, str | None],
) -> list[One]:
    visible = row.get("truth_visible", {})
    found = {field: paper.field(field) for field in _KEYS}
    return [
        One(
            file=row["file"],
            field=field,
            truth=_truth(field, truth.get(key)),
            read=one.copied.value if (one := found[field]) else None,
            confidence=one.confidence if one else 0,
            baseline=reference.get(field),
            shown=visible.get(key) is not False,
        )
        for field, key in _KEYS.items()
    ]


def _truth(field: Field, value: Any) -> str | None:  # noqa: ANN401 - a text, a list or null
    if field == "iban":
        return compact(value[0]) if value else None
    if value is not None and field in ("net", "tax", "gross"):
        return str(Decimal(value).quantize(_CENT))
    return value

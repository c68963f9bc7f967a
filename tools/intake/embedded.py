"""Intakes of this machine: a list of hashes for each, and readings that are made once."""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from leitstand.errors import Missing
from leitstand.values import check_identifier
from tools.einvoice.document import FoundInvoice, ReadDocument
from tools.einvoice.port import EInvoices
from tools.intake.sibling import FindSiblings, FoundSiblings, Sibling, sibling_of

__all__ = ["FolderIntakes", "RememberedEInvoices"]


@dataclass(slots=True)
class RememberedEInvoices:
    """`tools.einvoice.EInvoices` that reads each document once and keeps the last `size` readings.

    A document is named by its content, so a reading does not grow old while the process runs.
    """

    inner: EInvoices
    size: int = 1024
    _known: OrderedDict[str, asyncio.Future[FoundInvoice]] = field(
        default_factory=OrderedDict[str, "asyncio.Future[FoundInvoice]"], init=False
    )

    async def read(self, args: ReadDocument) -> FoundInvoice:
        """What a document is and says. A reading that failed is tried again."""
        known = self._known.get(args.sha256)
        if known is None or (known.done() and (known.cancelled() or known.exception())):
            known = asyncio.ensure_future(self.inner.read(args))
            self._known[args.sha256] = known
            if len(self._known) > self.size:
                self._known.popitem(last=False)
        self._known.move_to_end(args.sha256)
        return await asyncio.shield(known)


@dataclass(frozen=True, slots=True)
class FolderIntakes:
    """`tools.intake.Intakes` over files `<intake>.json` of a folder, each a list of hashes."""

    folder: Path
    invoices: EInvoices

    def take_in(self, intake: str, hashes: Iterable[str], before: Iterable[str] = ()) -> None:
        """Write down what came in together; `before` are files of which there was another copy.

        Raises ValueError: `intake` is no identifier.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        received = sorted([*set(hashes), *set(before)])
        self._file(intake).write_bytes(orjson.dumps(received))

    async def siblings(self, args: FindSiblings) -> FoundSiblings:
        """The other invoices of an intake; the document itself where an earlier copy is one.

        Raises Missing: the intake was not written down, or a document of it is not stored.
        """
        file = self._file(args.intake)
        if not file.is_file():
            raise Missing(f"no intake `{args.intake}`", where="einvoice.siblings")
        hashes: list[str] = orjson.loads(file.read_bytes())
        if args.sha256 in hashes:
            hashes.remove(args.sha256)
        others = dict.fromkeys(hashes)
        reads = await asyncio.gather(*(self.invoices.read(ReadDocument(sha256=h)) for h in others))
        found: list[Sibling] = [s for r in reads if (s := sibling_of(r.value))]
        return FoundSiblings(value=tuple(found), source=f"intake:{args.intake}")

    def _file(self, intake: str) -> Path:
        return self.folder / f"{check_identifier(intake).replace('/', '_')}.json"

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
from tools.intake.intake import Intake
from tools.intake.sibling import FindSiblings, FoundSiblings

_INTAKES = 4
"""Intakes that are kept in mind: those that are worked off at the same time."""


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
    _wholes: OrderedDict[bytes, asyncio.Future[Intake]] = field(
        default_factory=OrderedDict[bytes, "asyncio.Future[Intake]"], init=False
    )

    def take_in(self, intake: str, hashes: Iterable[str], before: Iterable[str] = ()) -> None:
        """Write down what came in together; `before` are files of which there was another copy.

        Raises ValueError: `intake` is no identifier.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        received = sorted([*set(hashes), *set(before)])
        self._file(intake).write_bytes(orjson.dumps(received))

    async def siblings(self, args: FindSiblings) -> FoundSiblings:
        """What else may be from the same seller; the document itself where an earlier copy is one.

        Raises Missing: the intake was not written down, or a document of it is not stored.
        """
        file = self._file(args.intake)
        if not file.is_file():
            raise Missing(f"no intake `{args.intake}`", where="einvoice.siblings")
        written = file.read_bytes()
        hashes: list[str] = orjson.loads(written)
        own = await self.invoices.read(ReadDocument(sha256=args.sha256))
        whole = await self._whole(written, dict.fromkeys(hashes))
        copies = hashes.count(args.sha256)
        found = tuple(s for s in whole.beside(own.value) if s.sha256 != args.sha256 or copies > 1)
        return FoundSiblings(value=found, source=f"intake:{args.intake}")

    async def _whole(self, written: bytes, hashes: Iterable[str]) -> Intake:
        """The intake as it is written down, made once for all who ask side by side."""
        known = self._wholes.get(written)
        if known is None or (known.done() and (known.cancelled() or known.exception())):
            known = asyncio.ensure_future(self._made(hashes))
            self._wholes[written] = known
            if len(self._wholes) > _INTAKES:
                self._wholes.popitem(last=False)
        return await asyncio.shield(known)

    async def _made(self, hashes: Iterable[str]) -> Intake:
        reads = (self.invoices.read(ReadDocument(sha256=sha256)) for sha256 in hashes)
        return Intake.of(found.value for found in await asyncio.gather(*reads))

    def _file(self, intake: str) -> Path:
        return self.folder / f"{check_identifier(intake).replace('/', '_')}.json"

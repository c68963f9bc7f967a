"""Reading e-invoices on this machine: documents from the archive, rules in worker processes."""

from dataclasses import dataclass
from typing import Protocol

from leitstand.errors import Unreachable
from tools.dms.document import FoundDocument, GetDocument
from tools.einvoice.document import FoundInvoice, ReadDocument
from tools.einvoice.reader import Reader
from tools.einvoice.rulesets import RulesRefused


class Originals(Protocol):
    """Where stored documents come from: `tools.dms.embedded.EmbeddedDms` is one."""

    async def get(self, args: GetDocument) -> FoundDocument:
        """What is known of a document, its size above all."""
        ...

    async def content(self, sha256: str) -> bytes:
        """The bytes of a document; Missing if there is none."""
        ...


@dataclass(frozen=True, slots=True)
class LocalEInvoices:
    """`tools.einvoice.EInvoices` over an archive of originals."""

    originals: Originals
    reader: Reader

    async def read(self, args: ReadDocument) -> FoundInvoice:
        """What a document is and says.

        Raises Missing: the archive does not hold it. Unreachable: the rules are not in place.
        """
        known = (await self.originals.get(GetDocument(sha256=args.sha256))).value
        found = self.reader.refuse(args.sha256, known.size) if known else None
        if found is None:
            content = await self.originals.content(args.sha256)
            try:
                found = await self.reader.read(content)
            except RulesRefused as error:
                raise Unreachable(error.text, where="einvoice", mend=error.mend) from error
        return FoundInvoice(value=found, source=f"dms:{args.sha256}")

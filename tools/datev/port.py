"""The port of DATEV's documents."""

from typing import Protocol

from leitstand.tool import Port
from tools.datev.document import UploadDocument, UploadedDocument


class Documents(Port, Protocol):
    """The in-box of Belege online. Raises only `CallFailed`."""

    async def upload(self, args: UploadDocument, key: str) -> UploadedDocument:
        """Hand over an original; a repeat under the same key is told and changes nothing."""
        ...

"""Documents at DATEV: which stored original is handed over, and what became of it.

Lengths and the repository of three levels are those of `accounting:documents` 2.1 (OpenAPI of
DATEV eG).
"""

from typing import Annotated, Self

from pydantic import Field, model_validator

from leitstand.digest import plain
from leitstand.tool import Recorded
from leitstand.values import Frozen, Kept, Text
from tools.dms.document import Sha256

Guid = Annotated[str, Field(strict=True, pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
Level = Annotated[Text, Field(max_length=30), Kept()]
NamedLevel = Annotated[Text, Field(min_length=1, max_length=30), Kept()]


Filed = tuple[NamedLevel, NamedLevel, NamedLevel]
"""Where a document is filed: category, folder and register; all three or none."""


class UploadDocument(Frozen):
    """Hand a stored original to the tax adviser: Belege online in DATEV Unternehmen online.

    `document_type` is a name that the client has there; empty: without a type.
    """

    sha256: Annotated[Sha256, Recorded("dms.document.get", "value.sha256")]
    filename: Annotated[Text, Field(min_length=1, max_length=400)]
    media_type: Annotated[Text, Field(min_length=1, max_length=120), Kept()]
    document_type: Level = ""
    note: Annotated[Text, Field(max_length=255)] = ""
    filed: Filed | None = None

    @model_validator(mode="after")
    def _plain_name(self) -> Self:
        """A name is no path: it says nothing of where a file lies."""
        if "/" in self.filename or "\\" in self.filename:
            msg = "`filename` is a name, not a path"
            raise ValueError(msg)
        return self


class UploadedDocument(Frozen):
    """A document that DATEV holds under `guid`.

    `repeated`: DATEV had it already, from an earlier try of the same write whose answer was lost.
    `confirmed`: its answer names the size that was sent; a repeat has no such answer.
    """

    guid: Guid
    sha256: Sha256
    repeated: bool = False
    confirmed: bool = False


def guid_of(key: str) -> str:
    """The GUID of the write with this idempotency key: always the same, and nobody else's.

    In the form of RFC 9562, version 8 (sha256 of the key).
    """
    digest = bytearray(_digest(key))
    digest[6] = digest[6] & 0x0F | 0x80
    digest[8] = digest[8] & 0x3F | 0x80
    text = digest.hex()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def _digest(key: str) -> bytes:
    return bytes.fromhex(plain(f"datev.document\n{key}".encode()))[:16]

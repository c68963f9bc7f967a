"""Documents: originals that are stored once and never changed, named by their content."""

from typing import Annotated

from pydantic import Field

from leitstand.values import Frozen, Kept, Reading, Text, Word

Sha256 = Annotated[str, Field(strict=True, pattern=r"^[0-9a-f]{64}$")]


class StoreOriginal(Frozen):
    """Store a received original before anything else is done with it (GoBD Rz. 119, § 14b UStG).

    The bytes are in the spool under `sha256`; the DMS reads them there and checks hash and `size`.
    """

    sha256: Sha256
    media_type: Annotated[Text, Field(max_length=120), Kept()]
    size: Annotated[int, Field(strict=True, ge=0)]
    filename: Annotated[Text, Field(max_length=400)] = ""


class Document(Frozen):
    """A stored original: hash, type, size in bytes and the name it first came under."""

    sha256: Sha256
    media_type: Word
    size: int
    filename: Text = ""


class GetDocument(Frozen):
    """Get what the DMS knows of a document; the content is not part of the answer."""

    sha256: Sha256


class FoundDocument(Reading[Document | None]):
    """Reading of a document; None where the DMS has no such content."""

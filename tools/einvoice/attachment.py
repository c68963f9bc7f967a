"""Files embedded in an XML invoice: what they are, never their bytes."""

import base64
import binascii
import hashlib

from tools.einvoice.sniff import has_eicar, sniff
from tools.einvoice.xml import NAMESPACES, Element

_OBJECT = "cac:Attachment/cbc:EmbeddedDocumentBinaryObject | ram:AttachmentBinaryObject"


def describe(document: Element) -> dict[str, object]:
    """Size, hash, kind and EICAR mark of a supporting document's files, as fields of `Attachment`.

    Empty if nothing is embedded. Several files in one document, which the rules forbid, are
    described as one, so that none escapes the search.
    """
    objects: list[Element] = document.xpath(_OBJECT, namespaces=NAMESPACES)
    if not objects:
        return {}
    contents = [_decode(node.text or "") for node in objects]
    whole = b"".join(content or b"" for content in contents)
    return {
        "size": len(whole),
        "sha256": hashlib.sha256(whole).hexdigest(),
        "content": sniff(whole),
        "eicar": any(has_eicar(content or b"") for content in contents),
        "readable": None not in contents,
    }


def _decode(text: str) -> bytes | None:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return None

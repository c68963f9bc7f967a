"""XML from strangers: no DTD, no entities, no network, and a cap on size, markup and depth.

Comments and processing instructions are dropped while parsing, so that a value which a comment cuts
in two (`RE-1<!-- -->23`) is the same for schema, rules and reading. The original stays untouched.
"""

import codecs
import re
from typing import TypeAlias

from lxml import etree

from tools.einvoice.fault import Fault, Unfit, fault
from tools.einvoice.limits import Limits

Element: TypeAlias = etree._Element  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]
"""An element of a parsed document."""

NAMESPACES = {
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
    "rsm": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
    "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "udt": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
    "qdt": "urn:un:unece:uncefact:data:standard:QualifiedDataType:100",
}
"""The namespaces of both syntaxes under the prefixes that paths use."""

_DECLARED = re.compile(r"""<\?xml[^>]*?encoding\s*=\s*["']([^"'>]{1,40})["']""")
_HEAD = 400
_MARK = re.compile(r"[^\s\ufeff]")
_SKIPPED = (("<?", "?>"), ("<!--", "-->"))
_BEGINS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\x00", "utf-16-le"),
    (b"\x00<", "utf-16-be"),
)
"""How a document begins that tells its own encoding, whatever it declares (XML 1.0, appendix F)."""


def parse(data: bytes, limits: Limits) -> Element:
    """The root element of an XML document.

    Raises Unfit with the finding: xml-too-large, xml-encoding, xml-doctype, xml-too-deep,
    xml-malformed.
    """
    if len(data) > limits.xml_bytes:
        raise Unfit(fault("xml-too-large", what=f"{len(data)} B > {limits.xml_bytes} B"))
    text = _decode(data, limits)
    marks = text.count("<") + text.count("=")
    if marks > limits.xml_marks:
        raise Unfit(fault("xml-too-large", what=f"{marks} × '<', '=' > {limits.xml_marks}"))
    if _has_doctype(text):
        raise Unfit(fault("xml-doctype"))
    root = _parse(text, limits)
    if root.getroottree().docinfo.internalDTD is not None:
        raise Unfit(fault("xml-doctype"))
    if root.xpath("/" + "/".join("*" * (limits.xml_depth + 1))):
        raise Unfit(fault("xml-too-deep", limit=limits.xml_depth))
    return root


def serialize(root: Element) -> str:
    """The document as text without declaration, as schema and reading saw it."""
    return etree.tostring(root, encoding="unicode")


def _decode(data: bytes, limits: Limits) -> str:
    """The text that is checked and parsed: there is no second reading of the bytes."""
    name = _encoding(data)
    try:
        known = codecs.lookup(name).name
        if known not in {codecs.lookup(e).name for e in limits.encodings}:
            raise Unfit(fault("xml-encoding", encoding=name))
        return data.decode(known).removeprefix("\ufeff")
    except (LookupError, ValueError) as error:
        raise Unfit(fault("xml-encoding", encoding=name)) from error


def _encoding(data: bytes) -> str:
    """The encoding that a document's first bytes show, else the one it declares, else UTF-8."""
    shown = next((name for begin, name in _BEGINS if data.startswith(begin)), None)
    if shown:
        return shown
    declared = _DECLARED.search(data[:_HEAD].decode("latin-1"))
    return declared[1] if declared else "utf-8"


def _has_doctype(text: str) -> bool:
    """Whether a DOCTYPE stands before the root element; linear in what precedes it."""
    at = 0
    while True:
        at = len(text) if (mark := _MARK.search(text, at)) is None else mark.start()
        end = next((end for start, end in _SKIPPED if text.startswith(start, at)), None)
        if end is None:
            return text.startswith("<!DOCTYPE", at)
        found = text.find(end, at + 2)
        if found < 0:
            return False
        at = found + len(end)


def _parse(text: str, limits: Limits) -> Element:
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        recover=False,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    )
    try:
        return etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError as error:
        raise Unfit(_syntax(error, limits)) from error
    except ValueError as error:
        raise Unfit(fault("xml-malformed", reason=str(error))) from error


def _syntax(error: etree.XMLSyntaxError, limits: Limits) -> Fault:
    message = str(error.msg)
    if "depth" in message.lower():
        return fault("xml-too-deep", limit=limits.xml_depth)
    if "huge" in message.lower() or "too long" in message.lower():
        return fault("xml-too-large", what=message)
    return fault("xml-malformed", reason=message[: limits.quote_characters])

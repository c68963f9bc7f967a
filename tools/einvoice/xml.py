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

_DECLARED = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([^"'>]{1,40})["']""")
_MARK = re.compile(r"[^\s\ufeff]")
_SKIPPED = (("<?", "?>"), ("<!--", "-->"))
_UTF16 = ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def parse(data: bytes, limits: Limits) -> Element:
    """The root element of an XML document.

    Raises Unfit with the finding: xml-too-large, xml-encoding, xml-doctype, xml-too-deep,
    xml-malformed.
    """
    if len(data) > limits.xml_bytes:
        raise Unfit(fault("xml-too-large", what=f"{len(data)} B > {limits.xml_bytes} B"))
    text = _decode(data, limits)
    marks = text.count("<")
    if marks > limits.xml_marks:
        raise Unfit(fault("xml-too-large", what=f"{marks} × '<' > {limits.xml_marks}"))
    if _has_doctype(text):
        raise Unfit(fault("xml-doctype"))
    root = _parse(data, limits)
    if root.getroottree().docinfo.internalDTD is not None:
        raise Unfit(fault("xml-doctype"))
    if root.xpath("/" + "/".join("*" * (limits.xml_depth + 1))):
        raise Unfit(fault("xml-too-deep", limit=limits.xml_depth))
    return root


def serialize(root: Element) -> str:
    """The document as text without declaration, as schema and reading saw it."""
    return etree.tostring(root, encoding="unicode")


def _decode(data: bytes, limits: Limits) -> str:
    declared = _DECLARED.search(data[:200])
    name = next((e for bom, e in _UTF16 if data.startswith(bom)), "utf-8")
    if declared:
        name = declared.group(1).decode("ascii", "replace")
    try:
        known = codecs.lookup(name).name
        allowed = {codecs.lookup(e).name for e in limits.encodings}
        if known not in allowed:
            raise Unfit(fault("xml-encoding", encoding=name))
        return data.decode(known)
    except (LookupError, UnicodeError) as error:
        raise Unfit(fault("xml-encoding", encoding=name)) from error


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


def _parse(data: bytes, limits: Limits) -> Element:
    parser = etree.XMLParser(
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
        return etree.fromstring(data, parser)
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

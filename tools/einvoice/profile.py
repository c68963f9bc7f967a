"""What a parsed document is: its syntax and, by its specification (BT-24), its profile."""

import re
from copy import deepcopy
from dataclasses import dataclass
from typing import Literal

from lxml import etree

from tools.einvoice.fault import Fault, Unfit
from tools.einvoice.forms import form_of, not_read
from tools.einvoice.rulesets import ProfileRules, Rulesets
from tools.einvoice.xml import NAMESPACES, Element

DocumentType = Literal["ubl-invoice", "ubl-creditnote", "cii", "zugferd-1"]
"""The document types that are read or at least checked against a schema."""

_UBL = "urn:oasis:names:specification:ubl:schema:xsd"
_ROOTS: dict[str, DocumentType] = {
    f"{{{_UBL}:Invoice-2}}Invoice": "ubl-invoice",
    f"{{{_UBL}:CreditNote-2}}CreditNote": "ubl-creditnote",
    f"{{{NAMESPACES['rsm']}}}CrossIndustryInvoice": "cii",
    "{urn:ferd:CrossIndustryDocument:invoice:1p0}CrossIndustryDocument": "zugferd-1",
}
_ENVELOPE = "{http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader}StandardBusinessDocument"
_SPECIFICATION = {
    "ubl": "cbc:CustomizationID",
    "cii": "rsm:ExchangedDocumentContext/ram:GuidelineSpecifiedDocumentContextParameter/ram:ID",
}


@dataclass(frozen=True, slots=True)
class Profile:
    """A document's type, dialect, specification as written, and the rules that apply to it."""

    document: DocumentType
    dialect: str
    specification: str
    rules: ProfileRules

    @property
    def schema(self) -> str:
        """The id of the schema it is checked against."""
        return self.rules.schema.get(self.dialect, self.document)

    @property
    def rulesets(self) -> tuple[str, ...]:
        """The ids of the rule sets it is checked against, in order."""
        return self.rules.rulesets[self.dialect]

    @property
    def name(self) -> str:
        """The profile's id; an unknown one with what the document claims to be."""
        known = self.rules.id
        return known if known != "unknown" else f"unknown:{self.specification}"


def detect(root: Element, table: Rulesets) -> Profile:
    """The profile of a document.

    Raises Unfit with the finding not-an-invoice or foreign-invoice: the root element is none of an
    invoice that is read here, whatever its content claims.
    """
    document = _ROOTS.get(str(root.tag))
    if document is None:
        raise Unfit(_not_read(root))
    dialect = document.partition("-")[0] if document != "zugferd-1" else document
    path = _SPECIFICATION.get(dialect)
    specification = (root.findtext(path, namespaces=NAMESPACES) or "").strip() if path else ""
    for rules in table.profiles:
        if dialect in rules.rulesets and re.fullmatch(rules.specification, specification):
            return Profile(document, dialect, specification, rules)
    raise Unfit(_not_read(root))


def is_foreign(root: Element) -> bool:
    """Whether the document is a known business document that is no invoice read here."""
    return form_of(root) is not None


def taken_out(root: Element) -> Element:
    """The invoice in an envelope (Standard Business Document, as Peppol sends it), else the root.

    An envelope of several documents is left as it is: which of them counts nobody can know.
    """
    if root.tag != _ENVELOPE:
        return root
    inside = [child for child in root if child.tag != f"{_ENVELOPE}Header"]
    return deepcopy(inside[0]) if len(inside) == 1 and is_invoice(inside[0]) else root


def is_invoice(root: Element) -> bool:
    """Whether the root element is that of an invoice, in a version that is read or not."""
    return str(root.tag) in _ROOTS


def _not_read(root: Element) -> Fault:
    return not_read(form_of(root), etree.QName(root).localname)

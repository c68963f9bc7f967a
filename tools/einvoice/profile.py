"""What a parsed document is: its syntax and, by its specification (BT-24), its profile."""

import re
from dataclasses import dataclass
from typing import Literal

from lxml import etree

from tools.einvoice.fault import Unfit, fault
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
_FOREIGN = {"SCRDMCCBDACIOMessageStructure": "order-x", "FatturaElettronica": "fattura-pa"}
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

    Raises Unfit with the finding not-an-invoice: the root element is none of an invoice that is
    read here, whatever its content claims.
    """
    document = _ROOTS.get(str(root.tag))
    if document is None:
        raise Unfit(fault("not-an-invoice", root=root_name(root)))
    dialect = document.partition("-")[0] if document != "zugferd-1" else document
    path = _SPECIFICATION.get(dialect)
    specification = (root.findtext(path, namespaces=NAMESPACES) or "").strip() if path else ""
    for rules in table.profiles:
        if dialect in rules.rulesets and re.fullmatch(rules.specification, specification):
            return Profile(document, dialect, specification, rules)
    raise Unfit(fault("not-an-invoice", root=root_name(root)))


def root_name(root: Element) -> str:
    """The root element for people: a known foreign format by its name, else the element's own."""
    name = etree.QName(root).localname
    return _FOREIGN.get(name, name)


def is_foreign(root: Element) -> bool:
    """Whether the document is a known business document that is no invoice read here."""
    return etree.QName(root).localname in _FOREIGN


def is_invoice(root: Element) -> bool:
    """Whether the root element is that of an invoice, in a version that is read or not."""
    return str(root.tag) in _ROOTS

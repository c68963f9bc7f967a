"""What a document is, by root element and specification identifier."""

import pytest

from tests.einvoice.samples import XRECHNUNG, Sample, cii, ubl
from tools.einvoice import xml
from tools.einvoice.fault import Unfit
from tools.einvoice.limits import DEFAULT
from tools.einvoice.profile import detect
from tools.einvoice.rulesets import DEFAULT as TABLE

CEN = "urn:cen.eu:en16931:2017"


@pytest.mark.parametrize(
    ("specification", "ubl_profile", "cii_profile"),
    [
        (XRECHNUNG, "xrechnung-3.0", "xrechnung-3.0"),
        (
            f"{XRECHNUNG}#conformant#urn:xeinkauf.de:kosit:extension:xrechnung_3.0",
            *["xrechnung-ext"] * 2,
        ),
        (f"{XRECHNUNG}#compliant#urn:xeinkauf.de:kosit:xrechnung:cvd_0.9", *["xrechnung-cvd"] * 2),
        (f"{CEN}#compliant#urn:xoev-de:kosit:standard:xrechnung_2.1", *["xrechnung-old"] * 2),
        (f"{CEN}#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0", "peppol", "peppol"),
        (CEN, "en16931", "en16931"),
        ("urn:factur-x.eu:1p0:minimum", "unknown:urn:factur-x.eu:1p0:minimum", "minimum"),
        ("urn:zugferd.de:2p0:basicwl", "unknown:urn:zugferd.de:2p0:basicwl", "basicwl"),
        (
            f"{CEN}#compliant#urn:factur-x.eu:1p0:basic",
            f"unknown:{CEN}#compliant#urn:factur-x.eu:1p0:basic",
            "basic",
        ),
        (
            f"{CEN}:compliant:factur-x.eu:1p0:extended",
            f"unknown:{CEN}:compliant:factur-x.eu:1p0:extended",
            "extended",
        ),
        ("", "unknown:", "unknown:"),
        ("my own", "unknown:my own", "unknown:my own"),
    ],
)
def test_profiles(specification: str, ubl_profile: str, cii_profile: str) -> None:
    """Each specification leads to its profile, in the dialect it exists in."""
    sample = Sample(specification=specification)
    found = [detect(xml.parse(d, DEFAULT), TABLE) for d in (ubl(sample), cii(sample))]
    assert [profile.name for profile in found] == [ubl_profile, cii_profile]
    assert [profile.document for profile in found] == ["ubl-invoice", "cii"]


def test_schema_and_rules_of_a_profile() -> None:
    """A profile leads to a schema and to rule sets that exist."""
    for document in (ubl(), cii(), cii(Sample(specification="urn:factur-x.eu:1p0:minimum"))):
        profile = detect(xml.parse(document, DEFAULT), TABLE)
        assert profile.schema in TABLE.schemas
        assert profile.rulesets
        assert set(profile.rulesets) <= set(TABLE.rulesets)


@pytest.mark.parametrize(
    ("data", "code", "named"),
    [
        (b"<myinvoice/>", "not-an-invoice", "myinvoice"),
        (b"<Invoice><ID>1</ID></Invoice>", "not-an-invoice", "Invoice"),
        (b'<a:SCRDMCCBDACIOMessageStructure xmlns:a="x"/>', "not-an-invoice", "order-x"),
        (b'<p:FatturaElettronica xmlns:p="x"/>', "foreign-invoice", "fattura-pa"),
        (b'<Invoice xmlns="http://isdoc.cz/namespace/2013"/>', "foreign-invoice", "ISDOC"),
        (b'<i:CrossIndustryInvoice xmlns:i="urn:ferd:x:2p0"/>', "foreign-invoice", "ZUGFeRD 2.0"),
        (b'<Order xmlns="urn:oasis:names:specification:ubl:x"/>', "not-an-invoice", "UBL Order"),
    ],
)
def test_other_documents_are_no_invoice(data: bytes, code: str, named: str) -> None:
    """A root element of another namespace or kind is none of an invoice, and is named."""
    with pytest.raises(Unfit) as caught:
        detect(xml.parse(data, DEFAULT), TABLE)
    assert caught.value.fault.code == code
    assert named in caught.value.fault.en


def test_every_profile_names_what_exists() -> None:
    """The table is closed: no profile names a schema, rule set or level that is not there."""
    for profile in TABLE.profiles:
        assert set(profile.schema.values()) <= set(TABLE.schemas)
        for ids in profile.rulesets.values():
            assert set(ids) | profile.advisory >= set(ids)
            assert set(ids) <= set(TABLE.rulesets)
        assert profile.advisory <= {i for ids in profile.rulesets.values() for i in ids}
        assert set(profile.severity.values()) <= {"fatal", "warning", "information"}

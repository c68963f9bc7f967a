"""From bytes to verdict: every file ends in a validation, real ones in the known verdict."""

import asyncio
import base64
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.einvoice.paper import bomb, pdf
from tests.einvoice.samples import Sample, cii, ubl
from tests.einvoice.test_sniff import EICAR
from tests.einvoice.test_xml import LAUGHS, XXE
from tools.einvoice.limits import DEFAULT
from tools.einvoice.reader import Reader, ReadInvoice

REFERENCE = b"<cbc:BuyerReference>KST-MAT</cbc:BuyerReference>"
STAGES = {
    "sniff": "extract",
    "pdf": "extract",
    "xml": "extract",
    "profile": "detect",
    "schema": "xsd",
    "rules": "schematron",
}
"""The manifest's words for our stages: it calls all that comes before the profile `extract`."""


async def test_valid_invoice(reader: Reader) -> None:
    """A proper invoice is valid, with its values, its hash and the rules it was judged by."""
    for data in (ubl(), cii()):
        read = await reader.read(data)
        found = read.validation
        assert (found.verdict, found.stage, found.label) == ("valid", "rules", "none")
        assert (found.bmf_classes, found.vat_relevant, found.text()) == ((), False, "")
        assert len(found.rulesets) == 2
        assert read.invoice is not None
        assert read.sha256 == read.xml_sha256
        assert ReadInvoice.model_validate_json(read.model_dump_json()) == read


async def test_hybrid_pdf(reader: Reader) -> None:
    """The XML inside a PDF counts; the page text and the hash of both stand beside."""
    data = pdf(("factur-x.xml", cii()), text="RE-2026-0815")
    read = await reader.read(data)
    assert (read.validation.verdict, read.validation.kind) == ("valid", "pdf")
    assert read.xml_sha256 == (await reader.read(cii())).sha256 != read.sha256
    assert (read.xml_name, read.pages, read.text) == ("factur-x.xml", 1, "RE-2026-0815")


async def test_broken_rule_without_weight_for_the_law(reader: Reader) -> None:
    """A missing buyer reference breaks the CIUS and touches nothing § 14 UStG asks for."""
    found = (await reader.read(ubl().replace(REFERENCE, b""))).validation
    assert (found.verdict, found.bmf_class) == ("invalid", "Geschaeftsregelfehler")
    assert found.errors == ("BR-DE-15",)
    assert not found.vat_relevant
    assert "BR-DE-15" in found.text("de")


async def test_broken_rule_of_weight(reader: Reader) -> None:
    """A wrong sum touches the tax amount."""
    wrong = b'TaxInclusiveAmount currencyID="EUR">%s<'
    found = (await reader.read(ubl().replace(wrong % b"606.90", wrong % b"706.90"))).validation
    assert "BR-CO-15" in found.errors
    assert found.vat_relevant


async def test_missing_content_of_a_valid_invoice(reader: Reader) -> None:
    """Without a time of supply the rules only warn; under § 14 UStG it is no proper invoice."""
    found = (await reader.read(ubl(Sample(delivered="")))).validation
    assert (found.verdict, found.label, found.warnings) == ("valid", "none", ("BR-DE-TMP-32",))
    assert [fault.code for fault in found.content] == ["content-supply-time"]
    assert found.bmf_classes == ("Inhaltsfehler",)
    assert found.vat_relevant


async def test_breach_of_the_schema(reader: Reader) -> None:
    """A schema breach is a format error; what could be read is there to be shown."""
    data = ubl().replace(b"cbc:BuyerReference>", b"cbc:BuyerReferenz>")
    read = await reader.read(data)
    assert (read.validation.verdict, read.validation.stage) == ("invalid", "schema")
    assert read.validation.bmf_class == "Formatfehler"
    assert "BuyerReferenz" in read.validation.text()
    assert read.invoice is not None
    assert read.validation.rules == ()


async def test_malware_in_an_attachment(reader: Reader) -> None:
    """The EICAR string inside an XML or a PDF puts the file under quarantine."""
    inside = (
        b"<cac:AdditionalDocumentReference><cbc:ID>1</cbc:ID><cac:Attachment>"
        b'<cbc:EmbeddedDocumentBinaryObject mimeCode="text/csv" filename="a.csv">'
        + base64.b64encode(b"x" * 7 + EICAR)
        + b"</cbc:EmbeddedDocumentBinaryObject></cac:Attachment></cac:AdditionalDocumentReference>"
    )
    at = b"<cac:AccountingSupplierParty>"
    read = await reader.read(ubl().replace(at, inside + at))
    assert read.validation.quarantine
    assert read.validation.verdict == "valid"
    assert read.invoice is not None
    assert [(a.filename, a.eicar, a.content) for a in read.invoice.attachments] == [
        ("a.csv", True, "text")
    ]
    hybrid = await reader.read(pdf(("factur-x.xml", cii()), ("virus.txt", EICAR)))
    assert hybrid.validation.quarantine
    assert hybrid.validation.verdict == "valid"


BAD: dict[str, tuple[Callable[[], bytes], str, str]] = {
    "nothing": (lambda: b"", "file-empty", "unreadable"),
    "blanks": (lambda: b" \n" * 10, "file-empty", "unreadable"),
    "200 MB": (lambda: b"<" + b"a" * 200_000_000, "file-too-large", "refused"),
    "large XML": (lambda: b"<a>" + b"x" * 21_000_000 + b"</a>", "xml-too-large", "refused"),
    "large text": (lambda: b"<a>" + b"x" * 11_000_000 + b"</a>", "xml-too-large", "refused"),
    "many elements": (lambda: b"<a>" + b"<b/>" * 700_000 + b"</a>", "xml-too-large", "refused"),
    "zip bomb": (lambda: b"PK\x03\x04" + b"\x00" * 1000, "file-archive", "refused"),
    "gzip": (lambda: b"\x1f\x8b\x08" + b"\x00" * 1000, "file-archive", "refused"),
    "virus": (lambda: EICAR, "file-malware", "refused"),
    "picture": (lambda: b"\x89PNG\r\n\x1a\n", "file-kind", "no-structured-data"),
    "letter": (lambda: b"Sehr geehrte Damen und Herren", "file-kind", "no-structured-data"),
    "web page": (lambda: b"<!DOCTYPE html><html></html>", "file-kind", "no-structured-data"),
    "xxe": (lambda: XXE, "xml-doctype", "refused"),
    "billion laughs": (lambda: LAUGHS, "xml-doctype", "refused"),
    "deep": (lambda: b"<a>" * 10_000 + b"</a>" * 10_000, "xml-too-deep", "refused"),
    "wrong encoding": (lambda: ubl().decode().encode("latin-1"), "xml-encoding", "unreadable"),
    "unknown encoding": (
        lambda: ubl().replace(b'encoding="UTF-8"', b'encoding="UTF-9"'),
        "xml-encoding",
        "unreadable",
    ),
    "cut off": (lambda: ubl()[:-100], "xml-malformed", "unreadable"),
    "no invoice": (lambda: b"<note/>", "not-an-invoice", "not-an-invoice"),
    "EDIFACT": (
        lambda: b"UNA:+.? 'UNB+UNOC:3+4+4+261128:1200+1'\r\nUNH+1+INVOIC:D:96A:UN'BGM+380+R1+9'",
        "foreign-invoice",
        "not-an-invoice",
    ),
    "X12": (lambda: b"ISA*00*   *00*P*>~GS*IN*A*B~ST*810*1~", "foreign-invoice", "not-an-invoice"),
    "orders by EDIFACT": (
        lambda: b"UNB+UNOC:3+4+4+261128:1200+1'UNH+1+ORDERS:D:96A:UN'",
        "not-an-invoice",
        "not-an-invoice",
    ),
    "two in an envelope": (lambda: sbd(ubl(), cii()), "not-an-invoice", "not-an-invoice"),
    "order in PDF": (
        lambda: pdf(("order-x.xml", b'<a:SCRDMCCBDACIOMessageStructure xmlns:a="urn:x"/>')),
        "not-an-invoice",
        "not-an-invoice",
    ),
    "broken PDF": (lambda: b"%PDF-1.7\n" + bytes(range(256)) * 10, "pdf-broken", "unreadable"),
    "locked PDF": (lambda: pdf(password="geheim"), "pdf-locked", "unreadable"),
    "plain PDF": (lambda: pdf(text="Rechnung"), "pdf-no-xml", "no-structured-data"),
    "PDF bomb": (lambda: bomb(100_000_000), "pdf-attachment-too-large", "refused"),
    "two invoices": (
        lambda: pdf(("a.xml", cii()), ("b.xml", ubl())),
        "pdf-several-invoices",
        "refused",
    ),
    "XXE in PDF": (lambda: pdf(("factur-x.xml", XXE)), "xml-doctype", "refused"),
}
"""Files that nobody should send: what they are, the finding, the verdict."""


@pytest.mark.parametrize("name", BAD)
async def test_bad_input(reader: Reader, name: str) -> None:
    """Every bad file ends in its finding in two languages, and the next good one is read."""
    make, code, verdict = BAD[name]
    read = await reader.read(make())
    found = read.validation
    assert (found.faults[-1].code, found.verdict) == (code, verdict)
    assert read.invoice is None
    assert found.text("de")
    assert found.text("en")
    assert found.text("de") != found.text("en")
    assert found.standing == "no-e-invoice"
    assert found.bmf_class == "Formatfehler"
    assert found.vat_relevant
    assert (await reader.read(ubl())).validation.verdict == "valid"


def sbd(*documents: bytes) -> bytes:
    """Documents in the envelope that Peppol sends them in."""
    space = "http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader"
    root = f'<e:StandardBusinessDocument xmlns:e="{space}">'.encode()
    inside = b"".join(document.partition(b"?>")[2] for document in documents)
    head = b"<e:StandardBusinessDocumentHeader/>"
    return root + head + inside + b"</e:StandardBusinessDocument>"


async def test_an_invoice_in_an_envelope_is_read(reader: Reader) -> None:
    """As Peppol delivers it: the invoice counts, whatever the envelope says."""
    alone, inside = await reader.read(ubl()), await reader.read(sbd(ubl()))
    assert inside.validation.verdict == "valid"
    assert inside.invoice == alone.invoice
    assert inside.sha256 != alone.sha256


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "iso-8859-15", "windows-1252"])
async def test_the_encoding_changes_nothing(reader: Reader, encoding: str) -> None:
    """With instructions for programs in it, too, which nobody follows."""
    told = encoding.removesuffix("-sig")
    text = ubl().decode().replace("UTF-8", told, 1)
    text = text.replace("?>", '?><?xml-stylesheet href="http://x.example/a.xsl"?><?php x ?>', 1)
    read = await reader.read(text.encode(encoding))
    assert read.validation.verdict == "valid"
    assert read.invoice == (await reader.read(ubl())).invoice


async def test_of_zugferd_1_the_pages_are_read(reader: Reader, domain: Path) -> None:
    """An invoice of another kind goes the way of paper: what stands on it counts."""
    old = (domain / "invoices/odd/zugferd-comfort.xml").read_bytes()
    text = "Rechnung Nr. RE-2026-77 vom 03.11.2026 Gesamtbetrag 119,00 EUR"
    read = await reader.read(pdf(("ZUGFeRD-invoice.xml", old), text=text))
    assert read.validation.verdict == "legacy-valid"
    assert read.paper is not None


async def test_file_too_large_to_fetch(reader: Reader) -> None:
    """A file known to be too large is answered without its bytes."""
    assert reader.refuse("0" * 64, DEFAULT.file_bytes) is None
    read = reader.refuse("0" * 64, DEFAULT.file_bytes + 1)
    assert read is not None
    assert read.validation.verdict == "refused"


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300), st.integers(0, 3000), st.booleans())
def test_any_damage_ends_in_a_validation(
    reader: Reader,
    junk: bytes,
    at: int,
    xml: bool,  # noqa: FBT001
) -> None:
    """An invoice with anything put into it, anywhere, is answered."""
    data = ubl() if xml else pdf(("factur-x.xml", cii()))
    at = min(at, len(data))
    read = asyncio.run(reader.read(data[:at] + junk + data[at + len(junk) :]))
    assert read.validation.verdict
    assert read.validation.verdict == "valid" or read.validation.text()


async def test_rule_engine_that_gives_no_answer() -> None:
    """Without an answer of the rules a file is unchecked, not invalid, and keeps its values."""
    async with Reader() as broken:
        broken.rules.close()
        read = await broken.read(ubl())
    found = read.validation
    assert (found.verdict, found.stage, found.bmf_class) == ("unchecked", "rules", "none")
    assert found.faults[-1].code == "rules-no-answer"
    assert found.vat_relevant
    assert read.invoice is not None


async def test_value_that_stands_twice_stops_a_rule_set_and_not_the_others(reader: Reader) -> None:
    """Where the rules expect one value and find two, the invoice is invalid, not unchecked."""
    after = b"<ram:TaxBasisTotalAmount>"
    twice = b"<ram:LineTotalAmount>1.00</ram:LineTotalAmount>" + after
    data = cii(Sample(reference="")).replace(after, twice)
    found = (await reader.read(data)).validation
    assert (found.verdict, found.bmf_class) == ("invalid", "Geschaeftsregelfehler")
    assert {"?", "BR-DE-15"} <= set(found.errors)
    stopped = next(rule for rule in found.rules if rule.id == "?")
    assert "more than one item" in stopped.text
    assert stopped.vat_relevant
    assert (await reader.read(cii())).validation.verdict == "valid"


@pytest.mark.slow
async def test_manifest(reader: Reader, domain: Path, manifest: list[dict[str, Any]]) -> None:
    """Verdict, stage, class, profile, broken and warning rules of all real files are as listed.

    The list marks rules of Factur-X that only advise with `FX:`, which our rule sets say apart; of
    schema breaches it holds the parser's text, which is no rule; and it names the profile of files
    that are no invoice by their root element.
    """
    for row in manifest:
        data = (domain / row["file"]).read_bytes()
        found = (await reader.read(data)).validation
        errors = [e for e in row["error_rules"] if not e.startswith(("XSD:", "pdf:"))]
        warnings = {w.removeprefix("FX:") for w in row["warning_rules"]}
        assert found.verdict == row["verdict"], row["id"]
        assert STAGES[found.stage] == row["verdict_stage"], row["id"]
        assert found.label == row["bmf_class"], row["id"]
        assert list(found.errors) == errors, row["id"]
        assert set(found.warnings) == warnings, row["id"]
        if row["verdict"] != "not-an-invoice":
            assert found.profile == row["profile"], row["id"]
    assert len(manifest) == 169


async def test_mutants_break_exactly_the_expected_rules(
    reader: Reader, domain: Path, manifest: list[dict[str, Any]]
) -> None:
    """One defect breaks the rule that was aimed at, and no other makes the invoice invalid."""
    mutants = [row for row in manifest if "mutant" in row["tags"]]
    for row in mutants:
        found = (await reader.read((domain / row["file"]).read_bytes())).validation
        expected = set(row["expected_rules"])
        assert expected <= {rule.id for rule in found.rules}, row["id"]
        assert set(found.errors) == (expected if found.verdict == "invalid" else set()), row["id"]
    assert len(mutants) == 46


@pytest.mark.slow
def test_memory_stays_within_bounds(root: Path) -> None:
    """All bad files one after the other: the process lives and no process holds over 600 MB.

    Its own peak is asked of /proc: what getrusage says includes the process that started it.
    """
    script = """
import asyncio, json, resource
from tests.einvoice.test_reader import BAD
from tools.einvoice import Reader
async def main():
    async with Reader() as reader:
        for make, code, _ in BAD.values():
            assert (await reader.read(make())).validation.faults[-1].code == code
    status = dict(line.split(":", 1) for line in open("/proc/self/status"))
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    print(json.dumps([int(status["VmHWM"].split()[0]), children]))
asyncio.run(main())
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env={"PYTHONPATH": f"{root}:{root / 'src'}"},
        cwd=root,
    )
    assert done.returncode == 0, done.stderr
    assert all(int(kilobytes) <= 600_000 for kilobytes in done.stdout.strip("[]\n").split(","))

"""UBL and CII are read into the same invoice, with the place of every value."""

import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, cast
from xml.sax.saxutils import escape

from hypothesis import given
from hypothesis import strategies as st

from tests.einvoice.conftest import rows
from tests.einvoice.samples import Sample, SampleLine, cii, ubl
from tools.einvoice import profile, reading, rulesets, values, xml
from tools.einvoice.invoice import Invoice
from tools.einvoice.limits import DEFAULT
from tools.einvoice.xml import NAMESPACES, Element

TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Co", "Zs")), min_size=1
).map(str.strip)
WORD = TEXT.filter(bool)
LINES = st.builds(
    SampleLine,
    name=WORD,
    quantity=st.decimals("0.001", 10_000, places=3),
    price=st.decimals(0, 10_000, places=2),
)
SAMPLES = st.builds(
    Sample,
    number=WORD,
    reference=WORD,
    order=WORD,
    seller=WORD,
    note=WORD,
    terms=WORD,
    lines=st.lists(LINES, min_size=1, max_size=4).map(tuple),
)


def load(data: bytes) -> tuple[Element, Invoice]:
    """The parsed and the read document."""
    root = xml.parse(data, DEFAULT)
    document = profile.detect(root, rulesets.DEFAULT).document
    assert document != "zugferd-1"
    return root, reading.read(root, document)


@given(SAMPLES)
def test_twins_are_equal(sample: Sample) -> None:
    """The same content in both syntaxes gives the same invoice, whatever the texts are."""
    assert load(ubl(sample))[1].content() == load(cii(sample))[1].content()


@given(SAMPLES)
def test_content_is_what_was_written(sample: Sample) -> None:
    """Values come out as they were put in."""
    invoice = load(ubl(sample))[1]
    assert (invoice.number, invoice.seller.name) == (sample.number, sample.seller)
    assert (invoice.net_total, invoice.tax_total) == (sample.net, sample.tax)
    assert (invoice.gross_total, invoice.payable) == (sample.gross, sample.gross)
    assert [(x.name, x.quantity, x.price) for x in invoice.lines] == [
        (x.name, x.quantity, x.price) for x in sample.lines
    ]
    assert [(n.subject, n.text) for n in invoice.notes] == [("AAI", sample.note)]


def test_skonto_is_read_out_of_the_terms() -> None:
    """The cash discount of the terms of payment is a value of its own."""
    (discount,) = load(cii())[1].discounts
    assert (discount.days, discount.percent) == (14, Decimal("2.00"))


def test_accounts_lose_blanks() -> None:
    """An IBAN in groups of four is the same account."""
    sample = Sample(iban="de43 2904 0090 0602 0510 17")
    assert load(ubl(sample))[1].ibans == ("DE43290400900602051017",)


def test_values_that_cannot_be_read_are_told() -> None:
    """A wrong amount or date is None, and stands with its place among the unread."""
    data = ubl().replace(b">510.00</cbc:TaxExclusive", b">510,00</cbc:TaxExclusive")
    invoice = load(data.replace(b"2026-11-03<", b"03.11.2026<"))[1]
    assert (invoice.net_total, invoice.delivery_date) == (None, None)
    assert [(u.field, u.value, u.expected) for u in invoice.unread] == [
        ("delivery_date", "03.11.2026", "date"),
        ("net_total", "510,00", "decimal"),
    ]
    assert invoice.unread[1].path == "/Invoice/cac:LegalMonetaryTotal/cbc:TaxExclusiveAmount"


def test_tax_in_a_second_currency_is_kept_apart() -> None:
    """BT-110 is in the invoice's currency, BT-111 in that of the accounts, in any order."""
    second = b'<cac:TaxTotal><cbc:TaxAmount currencyID="CHF">90.00</cbc:TaxAmount></cac:TaxTotal>'
    code = b"</cbc:DocumentCurrencyCode>"
    data = ubl().replace(code, code + b"<cbc:TaxCurrencyCode>CHF</cbc:TaxCurrencyCode>")
    first = load(data.replace(b"<cac:TaxTotal>", second + b"<cac:TaxTotal>"))[1]
    last = load(data.replace(b"<cac:LegalMonetaryTotal>", second + b"<cac:LegalMonetaryTotal>"))[1]
    for invoice in (first, last):
        assert (invoice.tax_total, invoice.tax_total_accounting) == (
            Decimal("96.90"),
            Decimal("90.00"),
        )
        assert len(invoice.taxes) == 1


def test_sub_lines_stand_after_their_parent() -> None:
    """Sub-lines of XRechnung Extension are lines with a parent and do not count twice."""
    sub = b"<cac:SubInvoiceLine><cbc:ID>1.1</cbc:ID></cac:SubInvoiceLine></cac:InvoiceLine>"
    invoice = load(ubl().replace(b"</cac:InvoiceLine>", sub))[1]
    assert [(x.id, x.parent_id) for x in invoice.lines] == [("1", None), ("1.1", "1")]
    assert [x.id for x in invoice.counted_lines] == ["1"]


def test_every_path_leads_to_its_value() -> None:
    """The place told for a field holds its value."""
    for data in (ubl(), cii()):
        root, invoice = load(data)
        assert check_paths(root, invoice) > 40


def check_paths(root: Element, invoice: Invoice) -> int:
    """How many paths of an invoice were followed; fails over one that leads elsewhere."""
    for field, path in invoice.paths:
        absolute = re.sub(r"^/(Invoice|CreditNote)", "/*", path)
        nodes = cast("list[Any]", root.xpath(absolute, namespaces=NAMESPACES))
        texts = [values.text_of(node) for node in nodes]
        assert any(texts), (field, path)
        shown = at(invoice, field)
        if isinstance(shown, str):
            plain = [values.compact(text) for text in texts]
            joined = "\n".join(text for text in texts if text)
            assert (
                shown in texts
                or shown in plain
                or shown == joined
                or field.endswith(("tax_point_code", ".text"))
            ), (field, path, shown)
        elif isinstance(shown, Decimal):
            assert shown in [values.decimal(text) for text in texts], (field, path)
    return len(invoice.paths)


def at(invoice: Invoice, field: str) -> object:
    """The value of a field named as in `Invoice.paths`; an identifier gives its text."""
    found: Any = invoice
    for name, index in re.findall(r"([a-z_0-9]+)(?:\[([0-9]+)\])?", field):
        found = getattr(found, name)
        found = found[int(index)] if index else found
    return getattr(found, "value", found)


def real(domain: Path) -> Iterator[Path]:
    """All real documents in XML."""
    for folder in ("invoices/kosit", "invoices/cii", "invoices/ubl", "invoices/mutants"):
        yield from sorted((domain / folder).glob("*.xml"))
    yield from sorted((domain / "ap-world" / "invoices").glob("*.xml"))


def test_paths_of_real_invoices_lead_to_their_values(domain: Path) -> None:
    """The same for every real invoice."""
    for file in real(domain):
        root, invoice = load(file.read_bytes())
        assert check_paths(root, invoice) > 10, file.name
        assert not invoice.unread or "BR-" in file.name or "PEPPOL" in file.name, file.name


FIELDS = {
    "number": "number",
    "date": "issue_date",
    "type": "type_code",
    "seller": "seller.name",
    "seller_vat": "seller.vat_id",
    "buyer": "buyer.name",
    "iban": "payments[0].iban",
    "po": "order_reference",
    "net": "net_total",
    "tax": "tax_total",
    "gross": "gross_total",
    "payable": "payable",
    "due": "due_date",
    "currency": "currency",
}


def test_ap_world_fields(domain: Path) -> None:
    """Every field of the 35 cases is as listed, unless the document itself says otherwise.

    The list holds what the sender meant; the cases of a wrong sum and of a credit note without a
    due date differ from it in the document, which is what the reader must report.
    """
    folder = domain / "ap-world"
    for case in rows(folder / "cases.jsonl"):
        data = (folder / case["file"]).read_bytes()
        root, invoice = load(data)
        texts = {values.text_of(element) for element in root.iter()}
        assert set(case["fields"]) == set(FIELDS)
        for name, expected in case["fields"].items():
            field = FIELDS[name]
            found = at(invoice, field) if "[" not in field or invoice.payments else None
            shown = None if found is None else str(found)
            assert shown == expected or expected not in texts, (case["case"], name)
            assert found is not None or expected is None or expected not in texts


def test_manifest_fields(domain: Path, manifest: list[dict[str, Any]]) -> None:
    """Number, dates, parties, sums and accounts of all real XML invoices are as listed."""
    seen = 0
    for row in manifest:
        file = domain / row["file"]
        if row["syntax"] not in ("cii", "ubl-inv", "ubl-cn") or file.suffix != ".xml":
            continue
        known, invoice = row["fields"], load(file.read_bytes())[1]
        seen += 1
        assert (invoice.number, str(invoice.issue_date)) == (
            known["invoice_no"],
            known["issue_date"][:10],
        ), row["id"]
        assert (invoice.type_code, invoice.currency) == (known["type"], known["currency"])
        assert invoice.seller.name == known["seller"], row["id"]
        assert invoice.seller.vat_id == (
            known["seller_vat"] and values.compact(known["seller_vat"])
        )
        for name, value in (
            ("net", invoice.net_total),
            ("gross", invoice.gross_total),
            ("payable", invoice.payable),
        ):
            assert value == (None if known[name] is None else Decimal(known[name])), row["id"]
        assert set(invoice.ibans) == {values.compact(iban) for iban in known["iban"]}, row["id"]
    assert seen > 100


def test_real_twins_are_equal(domain: Path, manifest: list[dict[str, Any]]) -> None:
    """Invoices published in both syntaxes are read alike, field by field.

    Some pairs differ in their own text (names swapped, an address shortened). So a field may differ
    in one pair only if its places are proven by another pair, where it holds the same value in both
    syntaxes, or if the two documents do not hold the value equally often. A total that one writes
    as zero and the other leaves out is no difference.
    """
    agreeing: set[str] = set()
    differing: list[tuple[str, Path, Path]] = []
    equal, pairs = 0, list(twins(domain, manifest))
    for one, other in pairs:
        left, right = (flat(load(file.read_bytes())[1].content()) for file in (one, other))
        keys = {key for key in left.keys() | right.keys() if left.get(key) or right.get(key)}
        apart = {key for key in keys if left.get(key) != right.get(key)}
        apart = {key for key in apart if key.replace(".scheme", ".value") not in apart - {key}}
        agreeing |= {plain(key) for key in keys - apart}
        differing += [(key, one, other) for key in apart]
        equal += not apart
    for key, one, other in differing:
        assert plain(key) in agreeing or not shared(key, one, other), (key, one.name)
    assert len(pairs) == 16
    assert equal >= len(pairs) / 2


def plain(key: str) -> str:
    """A field without the numbers of its groups."""
    return re.sub(r"\[[0-9]+\]", "", key)


def shared(key: str, one: Path, other: Path) -> bool:
    """Whether both documents hold the values of a differing field equally often, wherever."""
    texts = [file.read_text("utf-8") for file in (one, other)]
    found = [flat(load(file.read_bytes())[1].content()).get(key) for file in (one, other)]
    marks = [f">{escape(str(value))}<" for value in found if value is not None]
    return all(texts[0].count(mark) == texts[1].count(mark) for mark in marks)


def twins(domain: Path, manifest: list[dict[str, Any]]) -> Iterator[tuple[Path, Path]]:
    """Pairs of files of one KoSIT test case, one UBL and one CII."""
    families: dict[str, dict[str, Path]] = {}
    for row in manifest:
        if row["family"].startswith("kosit-") and row["verdict"] == "valid":
            kind = row["syntax"].partition("-")[0]
            families.setdefault(row["family"], {})[kind] = domain / row["file"]
    for found in families.values():
        if len(found) == 2:
            yield found["ubl"], found["cii"]


def flat(content: object, at: str = "") -> dict[str, object]:
    """All single values of a record under their names."""
    if isinstance(content, dict):
        items = cast("dict[str, object]", content).items()
        return {k: v for name, x in items for k, v in flat(x, f"{at}.{name}").items()}
    if isinstance(content, tuple):
        several = enumerate(cast("tuple[object, ...]", content))
        return {k: v for i, x in several for k, v in flat(x, f"{at}[{i}]").items()}
    return {at: content}


def test_tax_numbers_that_differ_are_none() -> None:
    """Of two VAT ids nobody knows which one counts; the same one twice, however written, is one."""
    one = '<ram:SpecifiedTaxRegistration><ram:ID schemeID="VA">DE999999026</ram:ID>'
    more = one.replace("DE999999026", "{}") + "</ram:SpecifiedTaxRegistration>"
    text = cii().decode()
    assert text.count(one) == 1
    invoice = load(text.replace(one, more.format("DE136695976") + one).encode())[1]
    assert invoice.seller.vat_id is None
    [unread] = invoice.unread
    assert (unread.field, unread.expected) == ("seller.vat_id", "one value")
    assert unread.value == "DE136695976 | DE999999026"
    same = load(text.replace(one, more.format("de 999 999 026") + one).encode())[1]
    assert (same.seller.vat_id, same.unread) == ("DE999999026", ())

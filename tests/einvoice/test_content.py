"""The contents that § 14 (4) and § 14a UStG ask for."""

from decimal import Decimal

import pytest

from tests.einvoice.samples import Sample, ubl
from tests.einvoice.test_reading import load
from tools.einvoice.content import DEFAULT, is_ancillary
from tools.einvoice.invoice import Invoice, Line, Note, Party, Tax


def complete() -> Invoice:
    """An invoice that lacks nothing and is not small."""
    return load(ubl())[1]


def lacks(invoice: Invoice, **changes: object) -> list[str]:
    """The codes of what an invoice lacks after some changes."""
    changed = invoice.model_copy(update=changes)
    return [fault.code.removeprefix("content-") for fault in DEFAULT.missing(changed)]


def test_complete_invoice_lacks_nothing() -> None:
    """All contents are seen where they stand."""
    assert lacks(complete()) == []


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"seller": Party(vat_id="DE999999026")}, "seller"),
        ({"buyer": Party(name="Nordwerk")}, "buyer"),
        ({"issue_date": None}, "date"),
        ({"number": None}, "number"),
        ({"delivery_date": None}, "supply-time"),
        ({"lines": ()}, "items"),
        ({"lines": (Line(name="Dichtung"),)}, "items"),
        ({"lines": (Line(quantity=Decimal(1)),)}, "items"),
        ({"taxes": (Tax(category="S", rate=Decimal(19), amount=Decimal(1)),)}, "net-per-rate"),
        ({"taxes": (Tax(category="S", base=Decimal(1), amount=Decimal(1)),)}, "tax-per-rate"),
    ],
)
def test_each_content_is_missed(changes: dict[str, object], missing: str) -> None:
    """Taking one content away is found, with its paragraph, and nothing else."""
    assert lacks(complete(), **changes) == [missing]


def test_tax_number_is_as_good_as_a_vat_id() -> None:
    """Either number of the supplier will do, also that of a tax representative."""
    invoice = complete()
    bare = invoice.seller.model_copy(update={"vat_id": None})
    numbered = bare.model_copy(update={"tax_number": "201/113/40209"})
    assert lacks(invoice, seller=bare) == ["tax-id"]
    assert lacks(invoice, seller=numbered) == []
    assert lacks(invoice, seller=bare, tax_representative=Party(vat_id="DE1")) == []


def test_time_of_supply_may_be_a_period_or_stand_in_the_lines() -> None:
    """A period of the invoice or of every line names the time; prepayments need none."""
    invoice = complete()
    day = invoice.delivery_date
    line = invoice.lines[0]
    dated = line.model_copy(update={"period_end": day})
    assert lacks(invoice, delivery_date=None, period_start=day) == []
    assert lacks(invoice, delivery_date=None, lines=(dated,)) == []
    assert lacks(invoice, delivery_date=None, lines=(dated, line)) == ["supply-time"]
    postage = line.model_copy(update={"name": "Porto + Versandkosten"})
    assert lacks(invoice, delivery_date=None, lines=(dated, postage)) == []
    assert lacks(invoice, delivery_date=None, lines=(postage,)) == ["supply-time"]
    assert lacks(invoice, delivery_date=None, type_code="386") == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Leistungsdatum entspricht Rechnungsdatum", True),
        ("Soweit nicht anders angegeben, entspricht das Lieferdatum dem Rechnungsdatum.", True),
        ("Rechnungsdatum = Liefer-/Leistungsdatum", True),
        ("Date of supply is the date of the invoice.", True),
        ("Das Lieferdatum entspricht nicht dem Rechnungsdatum.", False),
        ("Das Lieferdatum steht im Lieferschein. Das Rechnungsdatum gilt für das Ziel.", False),
    ],
)
def test_a_note_may_name_the_day_of_issue_as_that_of_supply(text: str, *, told: bool) -> None:
    """UStAE 14.5 (16): the usual sentence is enough, in a note or in the terms of payment."""
    invoice = complete()
    for said in ({"notes": (Note(text=text),)}, {"terms_text": text}):
        assert lacks(invoice, delivery_date=None, **said) == ([] if told else ["supply-time"])


@pytest.mark.parametrize("category", ["E", "AE", "K", "G", "O"])
def test_exemptions_need_a_note(category: str) -> None:
    """Where no tax is shown, a reason or its code must say why."""
    tax = Tax(category=category, rate=Decimal(0), base=Decimal(510), amount=Decimal(0))
    noted = tax.model_copy(update={"exemption_code": "VATEX-EU-AE"})
    assert lacks(complete(), taxes=(tax,)) == ["exemption-note"]
    assert lacks(complete(), taxes=(noted,)) == []


def test_intra_community_supply_needs_both_vat_ids() -> None:
    """§ 14a (3) UStG asks for the VAT IDs of both sides."""
    invoice = complete()
    tax = Tax(
        category="K",
        rate=Decimal(0),
        base=Decimal(510),
        amount=Decimal(0),
        exemption_reason="Innergemeinschaftliche Lieferung",
    )
    buyer = invoice.buyer.model_copy(update={"vat_id": None})
    assert lacks(invoice, taxes=(tax,), buyer=buyer) == ["both-vat-ids"]


def test_small_invoices_are_relieved() -> None:
    """§ 33 UStDV: up to 250 EUR gross, number, buyer and time of supply may be missing."""
    invoice = complete().model_copy(
        update={"gross_total": Decimal("250.00"), "number": None, "delivery_date": None}
    )
    assert DEFAULT.small(invoice)
    assert lacks(invoice, buyer=Party()) == []
    assert [f.code for f in DEFAULT.relieved(invoice)] == ["content-number", "content-supply-time"]
    assert lacks(invoice, gross_total=Decimal("250.01")) == ["number", "supply-time"]
    assert lacks(invoice, currency="CHF") == ["number", "supply-time"]
    assert lacks(invoice, issue_date=None) == ["date"]


def test_small_businesses_are_relieved() -> None:
    """§ 34a UStDV: who names § 19 UStG and shows no tax needs neither number nor time of supply."""
    tax = Tax(
        category="E",
        rate=Decimal(0),
        base=Decimal(510),
        amount=Decimal(0),
        exemption_reason="Kein Ausweis von Umsatzsteuer gemäß § 19 UStG",
    )
    invoice = complete().model_copy(update={"taxes": (tax,), "tax_total": Decimal(0)})
    assert DEFAULT.small_business(invoice)
    assert lacks(invoice, number=None, delivery_date=None) == []
    silent = tax.model_copy(update={"exemption_reason": "steuerfrei"})
    assert lacks(invoice, taxes=(silent,), number=None) == ["number"]
    noted = (Note(text="Kleinunternehmer"),)
    assert lacks(invoice, taxes=(silent,), number=None, notes=noted) == []
    assert not DEFAULT.small_business(invoice.model_copy(update={"tax_total": Decimal(1)}))


def test_findings_speak_german_and_english() -> None:
    """Each finding names its paragraph in both languages and its class."""
    (found,) = DEFAULT.missing(load(ubl(Sample(delivered="")))[1])
    assert found.bmf_class == "Inhaltsfehler"
    assert "§ 14 Abs. 4 Satz 1 Nr. 6 UStG" in found.de
    assert "time of supply" in found.en


@pytest.mark.parametrize(
    ("text", "ancillary"),
    [
        ("Fracht", True),
        ("Versandkostenpauschale", True),
        ("Porto + Versandkosten", True),
        ("anteilige Frachtkosten", True),
        ("Versandkosten DHL", True),
        ("shipping charges", True),
        ("Verpackungsmaschine", False),
        ("Transportband", False),
        ("Lieferwagen", False),
        ("Verpackung Karton", False),
        ("Fracht 2", False),
        (None, False),
    ],
)
def test_what_goes_with_the_goods_is_told_by_its_whole_name(
    text: str | None, *, ancillary: bool
) -> None:
    """UStAE 3.10 (5): freight, postage and packaging; goods that are named after them are none."""
    assert is_ancillary(text) is ancillary

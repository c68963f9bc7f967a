"""The typed invoice as a record: unchanged through JSON, free texts, credit notes, comparison."""

from decimal import Decimal

import pytest
from pydantic import ValidationError

from tests.einvoice.samples import Sample, cii, ubl
from tests.einvoice.test_reading import load
from tools.einvoice.invoice import Identifier, Invoice, Line, Note, Party


def test_json_carries_everything() -> None:
    """An invoice survives the journal: nothing is lost or rounded."""
    for data in (ubl(), cii()):
        invoice = load(data)[1]
        assert Invoice.model_validate_json(invoice.model_dump_json()) == invoice


def test_nothing_is_converted_or_added() -> None:
    """A float, a text or an unknown field is refused, and nothing can be changed."""
    for wrong in ({"net_total": 1.5}, {"net_total": "1.50"}, {"total": Decimal(1)}):
        with pytest.raises(ValidationError):
            Invoice.model_validate({"syntax": "cii", **wrong})
    with pytest.raises(ValidationError):
        Invoice(syntax="cii").number = "2"


def test_free_texts_are_all_that_a_sender_chooses() -> None:
    """Every text is listed with field and term; codes and account numbers are not."""
    invoice = load(ubl(Sample(note="Neue Bankverbindung!", reference="bitte sofort zahlen")))[1]
    texts = {text.field: (text.term, text.text) for text in invoice.free_texts}
    assert texts["notes[0].text"] == ("BT-22", "Neue Bankverbindung!")
    assert texts["buyer_reference"] == ("BT-10", "bitte sofort zahlen")
    assert texts["lines[0].name"][0] == "BT-153"
    assert texts["seller.endpoint"] == ("BT-34", "rechnung@muster.example")
    assert not {"currency", "payments[0].iban", "taxes[0].category", "lines[0].unit"} & set(texts)


def test_free_texts_reach_into_every_group() -> None:
    """A text in any record of the invoice is found."""
    invoice = Invoice(
        syntax="cii",
        notes=(Note(text="A"),),
        seller=Party(ids=(Identifier(value="B"),)),
        lines=(Line(), Line(classes=(Identifier(value="C"),))),
    )
    assert [(t.field, t.text) for t in invoice.free_texts] == [
        ("notes[0].text", "A"),
        ("seller.ids[0]", "B"),
        ("lines[1].classes[0]", "C"),
    ]


@pytest.mark.parametrize(
    ("invoice", "credit"),
    [
        (Invoice(syntax="cii", type_code="381"), True),
        (Invoice(syntax="ubl-creditnote"), True),
        (Invoice(syntax="ubl-invoice", type_code="380"), False),
        (Invoice(syntax="cii", type_code="389"), False),
    ],
)
def test_credit_notes(invoice: Invoice, credit: bool) -> None:  # noqa: FBT001
    """Credit notes are told by their code, in UBL also by the document."""
    assert invoice.credit_note is credit


def test_counted_lines_of_factur_x() -> None:
    """In Factur-X EXTENDED groups and remarks do not count."""
    kinds = (None, "GROUP", "DETAIL", "INFORMATION")
    invoice = Invoice(syntax="cii", lines=tuple(Line(id=str(k), kind=k) for k in kinds))
    assert [line.id for line in invoice.counted_lines] == ["None", "DETAIL"]


def test_same_content_looks_past_syntax_and_places() -> None:
    """Twins say the same; a cent makes a difference."""
    one, other = load(ubl())[1], load(cii())[1]
    assert one.same_content(other)
    assert not one.same_content(other.model_copy(update={"payable": Decimal("606.91")}))

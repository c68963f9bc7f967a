"""G-A22: what the page of a hybrid PDF shows of its invoice data."""

from decimal import Decimal

import pytest

from policies.facts.document import document_facts
from policies.facts.limits import limits_of
from tests.agents.worlds import World
from tools.einvoice import ReadInvoice
from tools.einvoice.invoice import Invoice, Party, Payment
from tools.einvoice.verdict import Validation

INVOICE = Invoice(
    syntax="cii",
    number="RE 4711",
    gross_total=Decimal("1244.59"),
    seller=Party(vat_id="DE999999026"),
    payments=(Payment(iban="DE43290400900602051017"),),
)
PAGE = "Rechnung RE 4711\nUSt-IdNr. DE 999 999 026\nIBAN DE43 2904 0090 0602 0510 17\nSumme {} EUR"


def unseen(page: str) -> frozenset[str]:
    """The fields that a page does not show."""
    validation = Validation(
        verdict="valid", stage="content", bmf_class="none", standing="e-invoice", kind="pdf"
    )
    read = ReadInvoice(sha256="0" * 64, validation=validation, invoice=INVOICE, text=page)
    return document_facts(read, None, limits_of(World().policy)).page_missing


@pytest.mark.parametrize("amount", ["1.244,59", "1,244.59", "1244,59", "1 244,59", "1'244.59"])
def test_amounts_in_all_usual_writings(amount: str) -> None:
    """German, English, Swiss, with and without thousands."""
    assert not unseen(PAGE.format(amount))


@pytest.mark.parametrize("amount", ["21.244,59", "1.244,591", "11244,59", "3.1244,59", "1.244,95"])
def test_an_amount_is_no_part_of_a_longer_one(amount: str) -> None:
    """Twenty thousand more is another amount."""
    assert unseen(PAGE.format(amount)) == {"gross"}


def test_a_number_is_no_part_of_a_longer_one() -> None:
    """RE 47110 is another invoice; a blank within a number makes none."""
    page = PAGE.format("1.244,59")
    assert unseen(page.replace("4711", "47110")) == {"number"}
    assert not unseen(page.replace("RE 4711", "RE4711"))
    assert not unseen(page.replace("0602", "06\n02"))


def test_an_empty_page_shows_nothing() -> None:
    """A scan without a text layer: a person compares."""
    assert unseen("") == {"number", "gross", "vat_id", "iban_1"}

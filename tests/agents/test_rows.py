"""What a row of an invoice shows of a plain PDF: what was read of its pages, and how sure it is."""

import json
from datetime import date

import pytest

from agents.rows import invoice_row
from leitstand.project import Told
from tests.einvoice.paper import pdf
from tools.einvoice import Reader


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            "Rechnung Nr. R-7\nNetto 100,00\nMwSt. 19 % 19,00\nGesamtbetrag 119,00",
            "R-7 (98 %), 119,00 (98 %)",
        ),
        ("Rechnung Nr. R-7\nGesamtbetrag 119,00", "R-7 (98 %), 119,00 (88 %)"),
        ("Sehr geehrte Damen und Herren", ""),
        ("", ""),
    ],
)
async def test_plain_pdf(text: str, shown: str) -> None:
    """Number and gross amount as they stand there, each with its confidence; nothing else."""
    async with Reader() as reader:
        read = await reader.read(pdf(text=text))
    readings = {"einvoice.read": {"value": json.loads(read.model_dump_json())}}
    told = Told("hold", {}, ("G-A01",), (), readings, {}, {}, date(2026, 11, 28))
    assert invoice_row(told)["read"] == shown

"""What a row shows of a plain PDF: what was read of its pages and how sure it is, no booking."""

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
    """Number and gross amount as they stand there, each with its confidence; no account, no day."""
    async with Reader() as reader:
        read = await reader.read(pdf(text=text))
    readings = {"einvoice.read": {"value": json.loads(read.model_dump_json())}}
    limits = {"accounts": {"material": {"skr03": "3400", "skr04": "5400"}}}
    args = {"account": "material", "posting_date": "2026-11-28"}
    told = Told("hold", {}, ("G-A01",), (), readings, args, limits, date(2026, 11, 28))
    row = invoice_row(told)
    assert row["read"] == shown
    assert row["accounts"] == {"skr03": None, "skr04": None}
    assert row["posting_date"] is None

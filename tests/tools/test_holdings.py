"""A company's files: the page that says how they are written names what is read of them."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel

from tools.erp import Contract, GoodsReceipt, PurchaseOrder
from tools.erp.supplier import SupplierRow
from tools.holdings import InvoiceRow, RateRow
from tools.sanctions.screening import ListEntry

LISTS: dict[str, type[BaseModel]] = {
    "suppliers": SupplierRow,
    "purchase_orders": PurchaseOrder,
    "goods_receipts": GoodsReceipt,
    "contracts": Contract,
    "posted_invoices": InvoiceRow,
    "exchange_rates": RateRow,
    "sanctions": ListEntry,
}


def columns(row: type[BaseModel]) -> Iterator[tuple[str, bool]]:
    """Columns of a row and of the lines in it, each with whether it has to be there."""
    for name, field in row.model_fields.items():
        yield name, field.is_required()
        for inner in get_args(field.annotation):
            if isinstance(inner, type) and issubclass(inner, BaseModel):
                yield from columns(inner)


@pytest.mark.parametrize("file", LISTS)
def test_the_page_names_the_columns_of_a_file(root: Path, file: str) -> None:
    """All of them and no other, and in bold those that have to be there."""
    page = (root / "docs" / "how-to" / "batch.md").read_text("utf-8")
    [told] = re.findall(rf"^\| `{file}\.jsonl` \| (.*) \|$", page, re.MULTILINE)
    told, found = re.sub(r"\([^)]*\)", "", told), dict(columns(LISTS[file]))
    assert {*re.findall(r"`(\w+)`", told)} == {*found}
    assert {*re.findall(r"\*\*`(\w+)`\*\*", told)} == {name for name, must in found.items() if must}

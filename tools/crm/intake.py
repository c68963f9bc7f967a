"""Customers as a file of a company states them."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from leitstand.values import Frozen, Identifier, Text, cents_of
from tools.crm.customer import Customer
from tools.rows import Reader

Amount = Annotated[Decimal, Field(max_digits=14, decimal_places=2)]


class _CustomerRow(Frozen):
    id: Identifier
    name: Text
    mail: Text = ""
    credit_limit: Amount | None = None
    open: Amount = Decimal(0)
    status: Text = "active"


def read_customers(reader: Reader) -> Sequence[Customer] | None:
    """The rows of `customers.jsonl`, amounts in units of the currency; None where there is none."""
    rows = reader.read("customers", _CustomerRow, lambda c: c.id)
    return None if rows is None else [_customer(row) for row in rows]


def _customer(row: _CustomerRow) -> Customer:
    limit = row.credit_limit
    return Customer(
        id=row.id,
        name=row.name,
        mail=row.mail,
        credit_limit_cents=None if limit is None else cents_of(limit),
        open_cents=cents_of(row.open),
        status=row.status,
    )

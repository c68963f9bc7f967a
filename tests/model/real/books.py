"""What stands in the company's systems: read from their tables, whatever any journal says."""

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

__all__ = ["Entries", "Entry", "changed", "entries"]

_QUERIES: Mapping[str, str] = {
    "voucher": "SELECT id, supplier AS supplier_id, invoice_no, invoice_date, posting_date,"
    " currency, gross, net_cents, tax_cents, payable_cents, tax_case, account, kind, credit,"
    " po AS order_no, document_sha256, due_date, discount_until, discount_percent,"
    " discount_cents, exchange_micros FROM erp_voucher",
    "payment": "SELECT p.id, p.supplier AS supplier_id, v.invoice_no, p.iban, p.amount_cents,"
    " p.discount_cents, p.currency, p.execute_on FROM erp_payment p"
    " JOIN erp_voucher v ON v.tenant = p.tenant AND v.id = p.voucher",
    "bank_change": "SELECT id, supplier AS supplier_id, iban, document_sha256 FROM erp_bank_change",
    "master": "SELECT id, iban, mail, account, status FROM erp_supplier",
    "mail": "SELECT id, recipient, subject, body, template FROM mail_outbox",
}


class Entry(NamedTuple):
    """A row of one of the company's lists."""

    of: str
    id: str
    row: Mapping[str, Any]


Entries = Mapping[tuple[str, str], Entry]
"""By list and number."""


def changed(before: Entries, after: Entries) -> list[Entry]:
    """What was entered or altered in between."""
    return [entry for key, entry in after.items() if before.get(key) != entry]


def entries(state: Path) -> Entries:
    """Everything that stands in the systems of a state folder now, as JSON would say it."""
    found: dict[tuple[str, str], Entry] = {}
    with sqlite3.connect(f"file:{state / 'business.sqlite'}?mode=ro", uri=True) as connection:
        connection.row_factory = sqlite3.Row
        for of, query in _QUERIES.items():
            for row in connection.execute(query):
                entry = _entry(of, dict(row))
                found[entry.of, entry.id] = entry
    connection.close()
    return found


def _entry(of: str, row: dict[str, Any]) -> Entry:
    number = str(row.pop("id"))
    if of == "voucher":
        row["gross_cents"] = round(float(row.pop("gross")) * 100)
        row["credit"] = bool(row["credit"])
    return Entry(of, number, row)

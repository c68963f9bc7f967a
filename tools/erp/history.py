"""Carrying over history: invoices that an earlier system has in its books."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, or_, select, update

from tools.database import next_no
from tools.erp import schema
from tools.erp.ledger import PostedInvoice, number_key

_v = schema.voucher
_MOVE = (
    update(_v)
    .where(_v.c.tenant == bindparam("of"), _v.c.id == bindparam("which"))
    .where(_v.c.version == bindparam("seen"))
    .values(state="paid", version=_v.c.version + 1)
)

Line = tuple[str | None, str]
"""Order and line."""


@dataclass(frozen=True, slots=True)
class History:
    """Invoices to carry over into a tenant's books. `lines` are the order lines that are known.

    Carried invoices are taken over once; later loads can only mark them as paid.
    """

    connection: Connection
    tenant: str
    entered: str
    lines: frozenset[Line]
    warnings: list[str] = field(default_factory=list[str])

    def carry(self, invoices: Iterable[PostedInvoice]) -> None:
        """Carry over what is not in the books yet; what counts goes before what was reversed."""
        there = self._there()
        new: dict[tuple[str, str], PostedInvoice] = {}
        for invoice in sorted(invoices, key=lambda i: not i.live):
            key = invoice.supplier, number_key(invoice.number)
            if (known := there.get(key)) is not None:
                self._compare(known, invoice)
            elif new.setdefault(key, invoice) is not invoice and invoice.live:
                self._warn(invoice, "stands there twice")
        if new:
            self._enter(list(new.values()))

    def _there(self) -> Mapping[tuple[str, str], Row[Any]]:
        """The vouchers that take a number, and all that were carried over before."""
        live = or_(_v.c.state.in_(["draft", "posted", "paid"]), _v.c.origin == "carried")
        query = select(_v).where(_v.c.tenant == self.tenant, live).order_by(_v.c.id)
        return {(row.supplier, row.invoice_key): row for row in self.connection.execute(query)}

    def _compare(self, known: Row[Any], invoice: PostedInvoice) -> None:
        if not invoice.live:
            return
        if (known.gross, known.invoice_date) != (invoice.gross, invoice.date):
            self._warn(invoice, "is in the books with other values")
        elif known.state == "posted" and invoice.status == "paid":
            own = {"of": self.tenant, "which": known.id, "seen": known.version}
            self.connection.execute(_MOVE, own)

    def _warn(self, invoice: PostedInvoice, why: str) -> None:
        about = f"posted invoice {invoice.number} of {invoice.supplier}"
        self.warnings.append(f"{about} {why}: left out")

    def _enter(self, invoices: list[PostedInvoice]) -> None:
        first = next_no(self.connection, self.tenant, _v.c.id)
        heads = [self._head(first + i, invoice) for i, invoice in enumerate(invoices)]
        self.connection.execute(insert(_v), heads)
        taken = [
            row
            for h, invoice in zip(heads, invoices, strict=True)
            for row in self._taken(h, invoice)
        ]
        if taken:
            self.connection.execute(insert(schema.matched), taken)

    def _head(self, number: int, invoice: PostedInvoice) -> dict[str, Any]:
        kept = {"supplier", "gross", "currency", "kind", "credit", "document_sha256"}
        return invoice.model_dump(include=kept) | {
            "tenant": self.tenant,
            "id": number,
            "invoice_no": invoice.number,
            "invoice_key": number_key(invoice.number),
            "invoice_date": invoice.date,
            "po": invoice.po,
            "origin": "carried",
            "entered": self.entered,
            "state": invoice.status,
        }

    def _taken(self, head: dict[str, Any], invoice: PostedInvoice) -> list[dict[str, Any]]:
        own = {"tenant": self.tenant, "voucher": head["id"], "po": head["po"]}
        return [
            own | line.model_dump() | {"position": position}
            for position, line in enumerate(invoice.lines)
            if (invoice.po, line.line) in self.lines
        ]

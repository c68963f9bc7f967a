"""Orders and what arrived of them: purchases of Tryton and the moves of its stock.

The lines of an order are numbered from 1 in Tryton's own sequence. What arrived counts once its
move is done.
"""

from dataclasses import dataclass
from decimal import Decimal

from leitstand.errors import Contradiction
from tools.erp.ledger import number_key
from tools.erp.order import OrderLine, PurchaseOrder
from tools.erp.receipt import GoodsReceipt, ReceiptLine
from tools.erp.tryton.access import Session
from tools.erp.tryton.wire import Row, many, one

_FIELDS = (
    "number",
    "state",
    "purchase_date",
    "invoice_method",
    "currency.code",
    "party.code",
    "lines.type",
    "lines.quantity",
    "lines.unit_price",
    "lines.description",
    "lines.product.code",
    "lines.product.name",
    "lines.unit.id",
    "lines.moves.state",
    "lines.moves.quantity",
    "lines.moves.unit.id",
    "lines.moves.effective_date",
    "lines.moves.shipment",
    "shipments.number",
)
_OPEN = ("confirmed", "processing", "done")
"""States in which an order binds: `done` means that all has arrived, not that all is invoiced."""


@dataclass(frozen=True, slots=True)
class Trade:
    """The purchases that a session sees."""

    session: Session

    async def order(self, number: str) -> PurchaseOrder | None:
        """The order of that number, as written or else the only one that differs in marks."""
        row = await self._purchase(number)
        return None if row is None else _order(row)

    async def receipts(self, number: str) -> tuple[GoodsReceipt, ...]:
        """What arrived of an order, oldest first.

        Raises Contradiction: something arrived in another unit than it was ordered in.
        """
        row = await self._purchase(number)
        if row is None:
            return ()
        named = {f"stock.shipment.in,{s['id']}": s["number"] for s in many(row, "shipments")}
        arrived: dict[str, list[tuple[str, Row]]] = {}
        for name, line in _lines(row):
            for move in many(line, "moves"):
                if move["state"] == "done":
                    _check_unit(row, line, move)
                    gr = named.get(move["shipment"]) or f"M-{move['id']}"
                    arrived.setdefault(gr, []).append((name, move))
        receipts = [_receipt(gr, row["number"], moves) for gr, moves in arrived.items()]
        return tuple(sorted(receipts, key=lambda r: (str(r.date or ""), r.gr)))

    async def invoiced_by_hand(self, number: str) -> PurchaseOrder | None:
        """An order for a voucher. Raises Contradiction: Tryton itself makes invoices of it."""
        row = await self._purchase(number)
        if row is not None and row["invoice_method"] != "manual":
            raise Contradiction(
                f"Tryton makes the invoice of order `{number}` itself ({row['invoice_method']})",
                where="erp.voucher",
                mend="set the invoice method of orders to manual, or book this one in Tryton",
            )
        return None if row is None else _order(row)

    async def _purchase(self, number: str) -> Row | None:
        domain = [["number", "ilike", alike(number)]]
        rows = await self.session.search("purchase.purchase", domain, *_FIELDS)
        like = [row for row in rows if number_key(row["number"]) == number_key(number)]
        found = [row for row in like if row["number"] == number] or like
        return found[0] if len(found) == 1 else None


def alike(number: str) -> str:
    """A pattern that every spelling of a number fits; to be compared by `number_key` then."""
    return "%".join(("", *number_key(number).replace("\\", "").replace("_", "\\_"), ""))


def _lines(row: Row) -> list[tuple[str, Row]]:
    lines = (line for line in many(row, "lines") if line["type"] == "line")
    return [(str(position), line) for position, line in enumerate(lines, start=1)]


def _order(row: Row) -> PurchaseOrder:
    return PurchaseOrder(
        po=row["number"],
        supplier=row["party"]["code"],
        date=row["purchase_date"],
        status="open" if row["state"] in _OPEN else row["state"],
        currency=row["currency"]["code"],
        lines=tuple(_order_line(name, line) for name, line in _lines(row)),
    )


def _order_line(name: str, line: Row) -> OrderLine:
    product = one(line, "product")
    return OrderLine(
        line=name,
        sku=product.get("code") or None,
        name=product.get("name") or line["description"] or "",
        qty=Decimal(line["quantity"]),
        price=line["unit_price"],
    )


def _check_unit(row: Row, line: Row, move: Row) -> None:
    if move["unit"]["id"] != line["unit"]["id"]:
        text = f"of order `{row['number']}` something arrived in another unit than it was ordered"
        raise Contradiction(text, where="erp.receipt")


def _receipt(gr: str, po: str, moves: list[tuple[str, Row]]) -> GoodsReceipt:
    return GoodsReceipt(
        gr=gr,
        po=po,
        date=max((m["effective_date"] for _, m in moves if m["effective_date"]), default=None),
        lines=tuple(ReceiptLine(line=n, qty=Decimal(m["quantity"])) for n, m in moves),
    )

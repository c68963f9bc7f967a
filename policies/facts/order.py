"""G-A11: what an invoice rests on, a purchase order or a recurring contract."""

from collections.abc import Iterable
from typing import Literal

from pydantic import BaseModel, ConfigDict

from policies.facts.limits import Limits
from tools.einvoice.invoice import Invoice
from tools.erp.contract import Contract
from tools.erp.order import PurchaseOrder
from tools.erp.supplier import Supplier

_CORRECTION = "384"

Basis = Literal[
    "order", "contract", "preceding", "none", "unknown_order", "closed_order", "foreign_order",
    "ended_contract",
]  # fmt: skip
"""order, contract: open and the supplier's own. preceding: a credit note or correction that names
its invoice. The others carry none: not named, unknown, closed, another supplier's, ended."""


class OrderFacts(BaseModel):
    """`basis`: what carries the invoice, or why nothing does."""

    model_config = ConfigDict(frozen=True)

    basis: Basis


def order_facts(
    invoice: Invoice,
    supplier: Supplier | None,
    order: PurchaseOrder | None,
    contracts: Iterable[Contract],
    limits: Limits,
) -> OrderFacts:
    """`order` is what the ERP has under the invoice's number; `contracts` are the supplier's."""
    return OrderFacts(basis=basis_of(invoice, supplier, order, tuple(contracts), limits))


def basis_of(
    invoice: Invoice,
    supplier: Supplier | None,
    order: PurchaseOrder | None,
    contracts: tuple[Contract, ...],
    limits: Limits,
) -> Basis:
    """What carries the invoice; an order that it names goes before a contract."""
    if invoice.order_reference:
        return _of_order(order, supplier, limits, credit=invoice.credit_note)
    if contract_for(invoice, contracts) is not None:
        return "contract"
    corrects = invoice.credit_note or invoice.type_code == _CORRECTION
    if corrects and any(p.number for p in invoice.preceding):
        return "preceding"
    return "ended_contract" if contracts else "none"


def contract_for(invoice: Invoice, contracts: Iterable[Contract]) -> Contract | None:
    """The supplier's contract that runs at the time of supply.

    The one that the invoice names, else the one whose amount is nearest.
    """
    if invoice.order_reference:
        return None
    running = _running(invoice, contracts)
    named = [c for c in running if c.contract == invoice.contract_reference]
    net = invoice.net_total or 0
    return min(named or running, key=lambda c: (abs(c.monthly_net - net), c.contract), default=None)


def contracts_like(invoice: Invoice, contract: Contract | None, all_: Iterable[Contract]) -> int:
    """How many contracts of the amount of `contract` run at that time; 0 where there is none."""
    alike = (
        c for c in _running(invoice, all_) if contract and c.monthly_net == contract.monthly_net
    )
    return sum(1 for _ in alike)


def _running(invoice: Invoice, contracts: Iterable[Contract]) -> list[Contract]:
    day = invoice.period[0] or invoice.delivery_date or invoice.issue_date
    return [c for c in contracts if day is not None and c.runs(day)]


def _of_order(
    order: PurchaseOrder | None, supplier: Supplier | None, limits: Limits, *, credit: bool
) -> Basis:
    """A closed order carries no invoice any more; what is given back on it still belongs to it."""
    if order is None:
        return "unknown_order"
    if supplier is None or order.supplier != supplier.id:
        return "foreign_order"
    is_open = order.status.casefold() in limits.open_order_statuses
    return "order" if is_open or credit else "closed_order"

"""G-A11: what an invoice rests on, a purchase order or a recurring contract."""

from collections.abc import Iterable
from typing import Literal

from pydantic import BaseModel, ConfigDict

from policies.facts.limits import Limits
from tools.einvoice.invoice import Invoice
from tools.erp.contract import Contract
from tools.erp.ledger import number_key
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
    if order is not None or (invoice.order_reference and not contract_for(invoice, contracts)):
        return _of_order(order, supplier, limits, credit=invoice.credit_note)
    if contract_for(invoice, contracts) is not None:
        return "contract"
    corrects = invoice.credit_note or invoice.type_code == _CORRECTION
    if corrects and any(p.number for p in invoice.preceding):
        return "preceding"
    return "ended_contract" if contracts else "none"


def contract_for(invoice: Invoice, contracts: Iterable[Contract]) -> Contract | None:
    """The supplier's contract that runs at the time of supply.

    The one that the invoice names (BT-12), else the one whose amount is nearest. Where it names an
    order it rests on none, unless what stands there (BT-13) is a contract's number.
    """
    running = _running(invoice, contracts)
    if invoice.order_reference:
        return next((c for c in running if _is_called(c, invoice.order_reference)), None)
    named = [c for c in running if _is_called(c, invoice.contract_reference)]
    net = invoice.net_total or 0
    return min(named or running, key=lambda c: (abs(c.monthly_net - net), c.contract), default=None)


def _is_called(contract: Contract, number: str | None) -> bool:
    return number_key(number or "") == number_key(contract.contract)


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

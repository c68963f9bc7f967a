"""The ERP: typed tools over suppliers, orders, receipts, contracts, vouchers and payments.

Adapters stand beside: `tools.erp.embedded` keeps the books in SQLite.
"""

from leitstand.tool import tool
from tools.erp.contract import Contract, FindContracts, FoundContracts
from tools.erp.ledger import (
    FindInvoices,
    FindPeriod,
    FoundInvoices,
    FoundPeriod,
    InvoicedLine,
    InvoiceKind,
    InvoiceStatus,
    Ledger,
    Period,
    PeriodOf,
    PostedInvoice,
    number_key,
)
from tools.erp.order import FoundOrder, GetOrder, OrderLine, PurchaseOrder
from tools.erp.payment import BankChange, Payment, ProposeBankChange, ProposePayment
from tools.erp.port import Erp
from tools.erp.receipt import FoundReceipts, GoodsReceipt, ListReceipts, ReceiptLine
from tools.erp.supplier import (
    Candidate,
    Discount,
    FindSupplier,
    FoundSupplier,
    Supplier,
    SupplierMatch,
)
from tools.erp.voucher import (
    DiscardVoucher,
    DraftVoucher,
    MatchedLine,
    PostVoucher,
    ReverseVoucher,
    TaxCase,
    TaxShare,
    Voucher,
    VoucherDiscount,
    VoucherLine,
)

__all__ = [
    "BankChange",
    "Candidate",
    "Contract",
    "DiscardVoucher",
    "Discount",
    "DraftVoucher",
    "Erp",
    "FindContracts",
    "FindInvoices",
    "FindPeriod",
    "FindSupplier",
    "FoundContracts",
    "FoundInvoices",
    "FoundOrder",
    "FoundPeriod",
    "FoundReceipts",
    "FoundSupplier",
    "GetOrder",
    "GoodsReceipt",
    "InvoiceKind",
    "InvoiceStatus",
    "InvoicedLine",
    "Ledger",
    "ListReceipts",
    "MatchedLine",
    "OrderLine",
    "Payment",
    "Period",
    "PeriodOf",
    "PostVoucher",
    "PostedInvoice",
    "ProposeBankChange",
    "ProposePayment",
    "PurchaseOrder",
    "ReceiptLine",
    "ReverseVoucher",
    "Supplier",
    "SupplierMatch",
    "TaxCase",
    "TaxShare",
    "Voucher",
    "VoucherDiscount",
    "VoucherLine",
    "discard_voucher",
    "draft_voucher",
    "find_contracts",
    "find_invoices",
    "find_period",
    "find_supplier",
    "get_order",
    "list_receipts",
    "number_key",
    "post_voucher",
    "propose_bank_change",
    "propose_payment",
    "reverse_voucher",
]


async def _voucher(key: str, erp: Erp) -> Voucher | None:
    return await erp.voucher_of(key)


async def _payment(key: str, erp: Erp) -> Payment | None:
    return await erp.payment_of(key)


async def _bank_change(key: str, erp: Erp) -> BankChange | None:
    return await erp.bank_change_of(key)


@tool("erp.supplier.find")
async def find_supplier(args: FindSupplier, erp: Erp) -> FoundSupplier:
    """Find a supplier by VAT ID, tax number, bank account or name."""
    return await erp.find_supplier(args)


@tool("erp.order.get")
async def get_order(args: GetOrder, erp: Erp) -> FoundOrder:
    """Get a purchase order by its number."""
    return await erp.get_order(args)


@tool("erp.receipt.list")
async def list_receipts(args: ListReceipts, erp: Erp) -> FoundReceipts:
    """List the goods receipts of an order."""
    return await erp.list_receipts(args)


@tool("erp.contract.find")
async def find_contracts(args: FindContracts, erp: Erp) -> FoundContracts:
    """Find the contracts of a supplier."""
    return await erp.find_contracts(args)


@tool("erp.ledger.find")
async def find_invoices(args: FindInvoices, erp: Erp) -> FoundInvoices:
    """Find the invoices of a supplier that are in the books."""
    return await erp.find_invoices(args)


# A month may be closed meanwhile: it is read again before a signature counts.
@tool("erp.period.find", watch=True)
async def find_period(args: FindPeriod, erp: Erp) -> FoundPeriod:
    """Find the accounting period of a day and the next open day."""
    return await erp.find_period(args)


@tool(
    "erp.voucher.draft",
    writes="erp.voucher.draft",
    key=("supplier_id", "invoice_no"),
    undo="erp.voucher.discard",
    idempotent=True,
    reconcile=_voucher,
)
async def draft_voucher(args: DraftVoucher, erp: Erp, key: str) -> Voucher:
    """Enter a supplier's invoice as a draft voucher."""
    return await erp.draft_voucher(args, key)


@tool(
    "erp.voucher.post",
    writes="erp.voucher.posting",
    key=("supplier_id", "invoice_no"),
    undo="erp.voucher.reverse",
    idempotent=True,
    reconcile=_voucher,
)
async def post_voucher(args: PostVoucher, erp: Erp, key: str) -> Voucher:
    """Post a supplier's invoice."""
    return await erp.post_voucher(args, key)


@tool(
    "erp.voucher.discard",
    writes="erp.voucher.draft",
    key=("voucher_no",),
    idempotent=True,
    reconcile=_voucher,
)
async def discard_voucher(args: DiscardVoucher, erp: Erp, key: str) -> Voucher:
    """Discard a draft voucher."""
    return await erp.discard_voucher(args, key)


@tool(
    "erp.voucher.reverse",
    writes="erp.voucher.posting",
    key=("voucher_no",),
    idempotent=True,
    reconcile=_voucher,
)
async def reverse_voucher(args: ReverseVoucher, erp: Erp, key: str) -> Voucher:
    """Reverse a posted voucher by a counter-entry."""
    return await erp.reverse_voucher(args, key)


@tool(
    "erp.payment.propose",
    writes="erp.payment",
    key=("supplier_id", "invoice_no"),
    idempotent=True,
    reconcile=_payment,
)
async def propose_payment(args: ProposePayment, erp: Erp, key: str) -> Payment:
    """Propose the payment of a posted invoice to the account of the master record."""
    return await erp.propose_payment(args, key)


@tool(
    "supplier.bank_change.propose",
    writes="supplier.bank_change",
    idempotent=True,
    reconcile=_bank_change,
)
async def propose_bank_change(args: ProposeBankChange, erp: Erp, key: str) -> BankChange:
    """Propose new bank details for two people to check; the master record stays as it is."""
    return await erp.propose_bank_change(args, key)

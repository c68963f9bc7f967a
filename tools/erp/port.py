"""The port of the ERP: what Leitstand asks of any system that keeps the books."""

from typing import Protocol

from leitstand.tool import Port
from tools.erp.contract import FindContracts, FoundContracts
from tools.erp.ledger import FindInvoices, FindPeriod, FoundInvoices, FoundPeriod
from tools.erp.order import FoundOrder, GetOrder
from tools.erp.payment import BankChange, Payment, ProposeBankChange, ProposePayment
from tools.erp.receipt import FoundReceipts, ListReceipts
from tools.erp.supplier import FindSupplier, FoundSupplier
from tools.erp.voucher import DiscardVoucher, DraftVoucher, PostVoucher, ReverseVoucher, Voucher


class Erp(Port, Protocol):
    """An ERP. Every write takes the idempotency key: a key that is known gives the first result.

    All methods raise only `CallFailed`: Missing where a list was never loaded or a record that a
    write needs is absent, Contradiction where the books speak against it, Unreachable.
    """

    async def find_supplier(self, args: FindSupplier) -> FoundSupplier:
        """Suppliers that a document's seller may be."""
        ...

    async def get_order(self, args: GetOrder) -> FoundOrder:
        """An order by its number."""
        ...

    async def list_receipts(self, args: ListReceipts) -> FoundReceipts:
        """What arrived of an order."""
        ...

    async def find_contracts(self, args: FindContracts) -> FoundContracts:
        """The contracts of a supplier."""
        ...

    async def find_invoices(self, args: FindInvoices) -> FoundInvoices:
        """The ledger of a supplier."""
        ...

    async def find_period(self, args: FindPeriod) -> FoundPeriod:
        """The accounting period of a day."""
        ...

    async def draft_voucher(self, args: DraftVoucher, key: str) -> Voucher:
        """A draft voucher; the invoice number is taken from then on."""
        ...

    async def post_voucher(self, args: PostVoucher, key: str) -> Voucher:
        """A posted voucher with its number and its balanced lines."""
        ...

    async def discard_voucher(self, args: DiscardVoucher, key: str) -> Voucher:
        """The draft, discarded."""
        ...

    async def reverse_voucher(self, args: ReverseVoucher, key: str) -> Voucher:
        """The counter-voucher."""
        ...

    async def propose_payment(self, args: ProposePayment, key: str) -> Payment:
        """A payment proposal for a posted voucher."""
        ...

    async def propose_bank_change(self, args: ProposeBankChange, key: str) -> BankChange:
        """A proposal to change bank details; the master record stays as it is."""
        ...

    async def voucher_of(self, key: str) -> Voucher | None:
        """The voucher that was written under `key`, for reconciling."""
        ...

    async def payment_of(self, key: str) -> Payment | None:
        """The payment proposal that was written under `key`."""
        ...

    async def bank_change_of(self, key: str) -> BankChange | None:
        """The bank change that was proposed under `key`."""
        ...

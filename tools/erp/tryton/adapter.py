"""Tryton as the ERP: the port of `tools.erp`, each call in a session of its own."""

from dataclasses import dataclass

from pydantic import BaseModel

from tools.database import Tenancy
from tools.erp.contract import FindContracts, FoundContracts
from tools.erp.embedded import EmbeddedErp
from tools.erp.ledger import FindInvoices, FindPeriod, FoundInvoices, FoundPeriod
from tools.erp.order import FoundOrder, GetOrder
from tools.erp.payment import BankChange, Payment, ProposeBankChange, ProposePayment
from tools.erp.receipt import FoundReceipts, ListReceipts
from tools.erp.supplier import FindSupplier, FoundSupplier
from tools.erp.tryton.access import Access
from tools.erp.tryton.attempts import Attempts
from tools.erp.tryton.company import Company
from tools.erp.tryton.invoices import Invoices
from tools.erp.tryton.mark import Stamp, stamp_of
from tools.erp.tryton.parties import Parties
from tools.erp.tryton.payments import Payments
from tools.erp.tryton.trade import Trade
from tools.erp.tryton.vouchers import Vouchers
from tools.erp.voucher import DiscardVoucher, DraftVoucher, PostVoucher, ReverseVoucher, Voucher


@dataclass(frozen=True, slots=True)
class TrytonErp:
    """`tools.erp.Erp` of one company in Tryton. Contracts are the company's own, kept here."""

    access: Access
    company: Company
    attempts: Attempts
    own: EmbeddedErp

    @property
    def site(self) -> Tenancy:
        """Where the company's own part lies; whoever disconnects closes it."""
        return self.own.site

    async def find_supplier(self, args: FindSupplier) -> FoundSupplier:
        """Suppliers that a document's seller may be."""
        async with self.access.session() as session:
            found = await Parties(session, self.company).find(args)
        known = f"/{found.supplier.id}" if found.supplier else "s"
        return FoundSupplier(value=found, source=f"tryton:supplier{known}")

    async def get_order(self, args: GetOrder) -> FoundOrder:
        """An order by its number."""
        async with self.access.session() as session:
            found = await Trade(session).order(args.order_no)
        place = f"tryton:order/{found.po}" if found else "tryton:orders"
        return FoundOrder(value=found, source=place)

    async def list_receipts(self, args: ListReceipts) -> FoundReceipts:
        """What arrived of an order."""
        async with self.access.session() as session:
            found = await Trade(session).receipts(args.order_no)
        return FoundReceipts(value=found, source="tryton:receipts")

    async def find_contracts(self, args: FindContracts) -> FoundContracts:
        """The contracts of a supplier: Tryton has none, the company's own list counts."""
        return await self.own.find_contracts(args)

    async def find_invoices(self, args: FindInvoices) -> FoundInvoices:
        """The ledger of a supplier."""
        async with self.access.session() as session:
            invoices = Invoices(session, self.company)
            found = await invoices.ledger(args.supplier_id, args.since)
        return FoundInvoices(value=found, source=f"tryton:supplier/{args.supplier_id}/ledger")

    async def find_period(self, args: FindPeriod) -> FoundPeriod:
        """The accounting period of a day."""
        async with self.access.session() as session:
            found = await Invoices(session, self.company).period(args.day)
        return FoundPeriod(value=found, source="tryton:periods")

    async def draft_voucher(self, args: DraftVoucher, key: str) -> Voucher:
        """A draft voucher."""
        async with self.attempts.attempt(key), self.access.session() as session:
            stamp = _stamp("erp.voucher.draft", args, key)
            return await Vouchers(session, self.company).draft(args, stamp)

    async def post_voucher(self, args: PostVoucher, key: str) -> Voucher:
        """A posted voucher."""
        async with self.attempts.attempt(key), self.access.session() as session:
            stamp = _stamp("erp.voucher.post", args, key)
            return await Vouchers(session, self.company).post(args, stamp)

    async def discard_voucher(self, args: DiscardVoucher, key: str) -> Voucher:
        """A discarded draft."""
        async with self.attempts.attempt(key), self.access.session() as session:
            stamp = _stamp("erp.voucher.discard", args, key)
            return await Vouchers(session, self.company).discard(args, stamp)

    async def reverse_voucher(self, args: ReverseVoucher, key: str) -> Voucher:
        """The credit note that takes a posted voucher back."""
        async with self.attempts.attempt(key), self.access.session() as session:
            stamp = _stamp("erp.voucher.reverse", args, key)
            return await Vouchers(session, self.company).reverse(args, stamp)

    async def propose_payment(self, args: ProposePayment, key: str) -> Payment:
        """A payment that is submitted."""
        async with self.attempts.attempt(key), self.access.session() as session:
            stamp = _stamp("erp.payment.propose", args, key)
            return await Payments(session, self.company).propose(args, stamp)

    async def propose_bank_change(self, args: ProposeBankChange, key: str) -> BankChange:
        """A note at the party."""
        async with self.attempts.attempt(key), self.access.session() as session:
            stamp = _stamp("supplier.bank_change.propose", args, key)
            return await Payments(session, self.company).change_bank(args, stamp)

    async def voucher_of(self, key: str) -> Voucher | None:
        """The voucher that was written under `key`, once it is in the state that was asked for."""
        async with self.access.session() as session:
            invoices = Invoices(session, self.company)
            found = await invoices.done(key)
            return None if found is None else invoices.voucher(found)

    async def payment_of(self, key: str) -> Payment | None:
        """The payment that was submitted under `key`."""
        async with self.access.session() as session:
            return await Payments(session, self.company).written(key)

    async def bank_change_of(self, key: str) -> BankChange | None:
        """The note that was written under `key`."""
        async with self.access.session() as session:
            return await Payments(session, self.company).noted(key)


def _stamp(tool: str, args: BaseModel, key: str) -> Stamp:
    return stamp_of(key, tool, args)

"""The embedded ERP: the books of a tenant in SQLite."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from pydantic import BaseModel
from sqlalchemy import Connection

from tools.database import Tenancy
from tools.erp import lookup, schema
from tools.erp.books import Books
from tools.erp.contract import FindContracts, FoundContracts
from tools.erp.intake import Holdings, take_in
from tools.erp.ledger import FindInvoices, FindPeriod, FoundInvoices, FoundPeriod
from tools.erp.masters import Masters, load_masters, revision_of
from tools.erp.order import FoundOrder, GetOrder, PurchaseOrder
from tools.erp.payment import BankChange, Payment, ProposeBankChange, ProposePayment
from tools.erp.proposals import Proposals
from tools.erp.receipt import FoundReceipts, GoodsReceipt, ListReceipts
from tools.erp.supplier import FindSupplier, FoundSupplier, SupplierMatch
from tools.erp.voucher import DiscardVoucher, DraftVoucher, PostVoucher, ReverseVoucher, Voucher
from tools.once import Write

R = TypeVar("R", bound=BaseModel)


@dataclass(slots=True)
class EmbeddedErp:
    """`tools.erp.Erp` for one tenant of a database."""

    site: Tenancy
    _held: Masters | None = field(default=None, init=False)

    async def prepare(self) -> None:
        """Create the tables that are not there yet."""
        await self.site.database.create(schema.metadata)

    async def take_in(self, holdings: Holdings) -> list[str]:
        """Take in master data and history; returns warnings."""
        site = self.site
        return await site.write(lambda c: take_in(c, site.tenant, holdings, site.entered))

    async def find_supplier(self, args: FindSupplier) -> FoundSupplier:
        """Suppliers that a document's seller may be."""
        found = await self.site.read(lambda c: self._match(c, args))
        known = f"/{found.supplier.id}" if found.supplier else "s"
        return FoundSupplier(value=found, source=f"erp:supplier{known}")

    async def get_order(self, args: GetOrder) -> FoundOrder:
        """An order by its number."""
        found = await self.site.read(lambda c: self._order(c, args))
        return FoundOrder(value=found, source=f"erp:order/{found.po}" if found else "erp:orders")

    async def list_receipts(self, args: ListReceipts) -> FoundReceipts:
        """What arrived of an order."""
        found = await self.site.read(lambda c: self._receipts(c, args))
        return FoundReceipts(value=found, source="erp:receipts")

    async def find_contracts(self, args: FindContracts) -> FoundContracts:
        """The contracts of a supplier."""
        site = self.site
        found = await site.read(lambda c: lookup.contracts(c, site.tenant, args.supplier_id))
        return FoundContracts(value=found, source=f"erp:supplier/{args.supplier_id}/contracts")

    async def find_invoices(self, args: FindInvoices) -> FoundInvoices:
        """The ledger of a supplier."""
        site = self.site
        found = await site.read(
            lambda c: lookup.ledger(c, site.tenant, args.supplier_id, args.since)
        )
        return FoundInvoices(value=found, source=f"erp:supplier/{args.supplier_id}/ledger")

    async def find_period(self, args: FindPeriod) -> FoundPeriod:
        """The accounting period of a day."""
        found = await self.site.read(lambda c: self._masters(c).period(args.day))
        return FoundPeriod(value=found, source="erp:periods")

    async def draft_voucher(self, args: DraftVoucher, key: str) -> Voucher:
        """A draft voucher."""
        write = Write(self.site.tenant, "erp.voucher.draft", key, args)
        return await self._once(write, Voucher, lambda c: self._books(c).draft(args))

    async def post_voucher(self, args: PostVoucher, key: str) -> Voucher:
        """A posted voucher."""
        write = Write(self.site.tenant, "erp.voucher.post", key, args)
        return await self._once(write, Voucher, lambda c: self._books(c).post(args))

    async def discard_voucher(self, args: DiscardVoucher, key: str) -> Voucher:
        """A discarded draft."""
        write = Write(self.site.tenant, "erp.voucher.discard", key, args)
        return await self._once(write, Voucher, lambda c: self._books(c).discard(args))

    async def reverse_voucher(self, args: ReverseVoucher, key: str) -> Voucher:
        """The counter-voucher of a posted one."""
        write = Write(self.site.tenant, "erp.voucher.reverse", key, args)
        return await self._once(write, Voucher, lambda c: self._books(c).reverse(args))

    async def propose_payment(self, args: ProposePayment, key: str) -> Payment:
        """A payment proposal."""
        write = Write(self.site.tenant, "erp.payment.propose", key, args)
        return await self._once(write, Payment, lambda c: self._proposals(c).payment(args))

    async def propose_bank_change(self, args: ProposeBankChange, key: str) -> BankChange:
        """A proposed change of bank details."""
        write = Write(self.site.tenant, "supplier.bank_change.propose", key, args)
        return await self._once(write, BankChange, lambda c: self._proposals(c).bank_change(args))

    async def voucher_of(self, key: str) -> Voucher | None:
        """The voucher that was written under `key`."""
        return await self._find(key, Voucher)

    async def payment_of(self, key: str) -> Payment | None:
        """The payment proposal that was written under `key`."""
        return await self._find(key, Payment)

    async def bank_change_of(self, key: str) -> BankChange | None:
        """The bank change that was proposed under `key`."""
        return await self._find(key, BankChange)

    async def _once(self, write: Write, result: type[R], work: Callable[[Connection], R]) -> R:
        return await self.site.write(lambda c: schema.keys.once(c, write, result, lambda: work(c)))

    async def _find(self, key: str, result: type[R]) -> R | None:
        return await self.site.read(lambda c: schema.keys.find(c, self.site.tenant, key, result))

    def _masters(self, connection: Connection) -> Masters:
        """The masters in their present state.

        Both threads of the database come here; they only put one frozen object for another.
        """
        tenant = self.site.tenant
        revision = revision_of(connection, tenant)
        masters = self._held
        if masters is None or masters.revision != revision:
            masters = self._held = load_masters(connection, tenant, revision)
        return masters

    def _match(self, connection: Connection, args: FindSupplier) -> SupplierMatch:
        masters = self._masters(connection)
        masters.demand("suppliers")
        return masters.directory.find(args)

    def _order(self, connection: Connection, args: GetOrder) -> PurchaseOrder | None:
        self._masters(connection).demand("purchase_orders")
        return lookup.order(connection, self.site.tenant, args.order_no)

    def _receipts(self, connection: Connection, args: ListReceipts) -> tuple[GoodsReceipt, ...]:
        self._masters(connection).demand("goods_receipts")
        return lookup.receipts(connection, self.site.tenant, args.order_no)

    def _books(self, connection: Connection) -> Books:
        return Books(connection, self._masters(connection), self.site.entered)

    def _proposals(self, connection: Connection) -> Proposals:
        return Proposals(connection, self._masters(connection), self.site.entered)

"""The tables of the embedded ERP, with the constraints that keep the books honest.

Every primary and foreign key begins with the tenant. What is posted is append-only by trigger,
numbers are gapless by trigger, a posting adds up to zero by trigger, and an invoice number is live
once per supplier by a unique index. The database refuses what the code above it would get wrong.
"""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)

from tools.database import Exact
from tools.erp.triggers import protect
from tools.once import Keys

metadata = MetaData()
keys = Keys(metadata, "erp")


def _id(name: str) -> Column[str]:
    return Column(name, String, primary_key=True)


def _no(name: str) -> Column[int]:
    return Column(name, Integer, primary_key=True, autoincrement=False)


def _text(name: str, default: str | None = None) -> Column[str]:
    return Column(name, String, nullable=False, server_default=default)


def _refers(
    columns: str, table: str, target: str, *, deferred: bool = False
) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["tenant", *columns.split()],
        [f"erp_{table}.{name}" for name in ("tenant", *target.split())],
        deferrable=deferred or None,
        initially="DEFERRED" if deferred else None,
    )


def _version() -> Column[int]:
    return Column("version", Integer, nullable=False, server_default="1")


tenant = Table(
    "erp_tenant",
    metadata,
    _id("tenant"),
    _text("framework", "skr03"),
    _text("currency", "EUR"),
    CheckConstraint("framework IN ('skr03', 'skr04')"),
)
loaded = Table("erp_loaded", metadata, _id("tenant"), _id("list"), _text("sha256"))
revision = Table("erp_revision", metadata, _id("tenant"), Column("n", Integer, nullable=False))
account = Table(
    "erp_account",
    metadata,
    _id("tenant"),
    _id("key"),
    _text("skr03"),
    _text("skr04"),
    ForeignKeyConstraint(["tenant"], ["erp_tenant.tenant"]),
)
period = Table(
    "erp_period",
    metadata,
    _id("tenant"),
    Column("start", Date, primary_key=True),
    Column("end", Date, nullable=False),
    _text("state"),
    CheckConstraint("state IN ('open', 'closed')"),
    CheckConstraint('"end" >= start'),
    ForeignKeyConstraint(["tenant"], ["erp_tenant.tenant"]),
)
rate = Table(
    "erp_rate",
    metadata,
    _id("tenant"),
    _id("currency"),
    Column("day", Date, primary_key=True),
    Column("micros", Integer, nullable=False),
    _text("source", ""),
    CheckConstraint("micros > 0"),
    ForeignKeyConstraint(["tenant"], ["erp_tenant.tenant"]),
)
supplier = Table(
    "erp_supplier",
    metadata,
    _id("tenant"),
    _id("id"),
    _text("name"),
    _text("street", ""),
    _text("zip", ""),
    _text("city", ""),
    _text("country", ""),
    Column("vat", String),
    Column("stnr", String),
    Column("iban", String),
    _text("tel", ""),
    _text("mail", ""),
    _text("creditor", ""),
    Column("account", String),
    Column("terms_days", Integer),
    Column("skonto", String),
    _text("status", "active"),
    Column("screened", Date),
    _version(),
    ForeignKeyConstraint(["tenant"], ["erp_tenant.tenant"]),
)
cleared = Table(
    "erp_cleared",
    metadata,
    _id("tenant"),
    _id("supplier"),
    _id("entry"),
    _refers("supplier", "supplier", "id"),
)
order = Table(
    "erp_order",
    metadata,
    _id("tenant"),
    _id("po"),
    _text("po_key"),
    _text("supplier"),
    Column("date", Date),
    _text("requester", ""),
    _text("status", "open"),
    _text("currency", "EUR"),
    _version(),
    _refers("supplier", "supplier", "id"),
    Index("erp_order_key", "tenant", "po_key"),
)
order_line = Table(
    "erp_order_line",
    metadata,
    _id("tenant"),
    _id("po"),
    _id("line"),
    Column("position", Integer, nullable=False),
    Column("sku", String),
    _text("name", ""),
    Column("qty", Exact, nullable=False),
    Column("price", Exact, nullable=False),
    _refers("po", "order", "po"),
)
receipt = Table(
    "erp_receipt",
    metadata,
    _id("tenant"),
    _id("gr"),
    _text("po"),
    Column("date", Date),
    _refers("po", "order", "po"),
    Index("erp_receipt_order", "tenant", "po"),
)
receipt_line = Table(
    "erp_receipt_line",
    metadata,
    _id("tenant"),
    _id("gr"),
    _no("position"),
    _text("line"),
    Column("qty", Exact, nullable=False),
    _refers("gr", "receipt", "gr"),
)
contract = Table(
    "erp_contract",
    metadata,
    _id("tenant"),
    _id("contract"),
    _text("supplier"),
    _text("type", ""),
    Column("monthly_net", Exact, nullable=False),
    Column("cost_center", String),
    Column("valid_from", Date),
    Column("valid_to", Date),
    _refers("supplier", "supplier", "id"),
    Index("erp_contract_supplier", "tenant", "supplier"),
)
voucher = Table(
    "erp_voucher",
    metadata,
    _id("tenant"),
    _no("id"),
    _text("supplier"),
    _text("invoice_no"),
    _text("invoice_key"),
    Column("invoice_date", Date),
    Column("posting_date", Date),
    _text("currency", "EUR"),
    Column("gross", Exact, nullable=False),
    Column("net_cents", Integer),
    Column("tax_cents", Integer),
    Column("payable_cents", Integer),
    Column("tax_case", String),
    Column("account", String),
    _text("kind", "invoice"),
    Column("credit", Boolean, nullable=False, server_default="0"),
    Column("po", String),
    Column("document_sha256", String),
    Column("due_date", Date),
    Column("discount_until", Date),
    Column("discount_percent", Exact),
    Column("discount_cents", Integer),
    Column("exchange_micros", Integer),
    _text("origin", "booked"),
    _text("entered"),
    _text("state"),
    _version(),
    CheckConstraint("state IN ('draft', 'replaced', 'discarded', 'posted', 'paid', 'reversed')"),
    CheckConstraint(
        "origin = 'carried' OR (origin = 'booked' AND net_cents IS NOT NULL AND tax_cents IS NOT"
        " NULL AND payable_cents IS NOT NULL AND account IS NOT NULL AND tax_case IS NOT NULL"
        " AND posting_date IS NOT NULL AND document_sha256 IS NOT NULL)"
    ),
    _refers("supplier", "supplier", "id"),
    _refers("po", "order", "po"),
    _refers("account", "account", "key"),
)
Index(
    "erp_voucher_live",
    voucher.c.tenant,
    voucher.c.supplier,
    voucher.c.invoice_key,
    unique=True,
    sqlite_where=voucher.c.state.in_(["draft", "posted", "paid"]),
)
Index("erp_voucher_supplier", voucher.c.tenant, voucher.c.supplier)
matched = Table(
    "erp_matched",
    metadata,
    _id("tenant"),
    _no("voucher"),
    _no("position"),
    _text("po"),
    _text("line"),
    Column("qty", Exact, nullable=False),
    _refers("voucher", "voucher", "id"),
    _refers("po line", "order_line", "po line"),
)
later_discount = Table(
    "erp_later_discount",
    metadata,
    _id("tenant"),
    _no("voucher"),
    _no("position"),
    Column("discount_until", Date, nullable=False),
    Column("discount_percent", Exact, nullable=False),
    Column("discount_cents", Integer, nullable=False),
    _refers("voucher", "voucher", "id"),
)
posting = Table(
    "erp_posting",
    metadata,
    _id("tenant"),
    _no("year"),
    _no("number"),
    Column("voucher", Integer, nullable=False),
    Column("day", Date, nullable=False),
    Column("self_assessed_cents", Integer, nullable=False, server_default="0"),
    Column("reverses_year", Integer),
    Column("reverses_number", Integer),
    _text("reason", ""),
    _text("entered"),
    _refers("voucher", "voucher", "id"),
    _refers("reverses_year reverses_number", "posting", "year number"),
    UniqueConstraint("tenant", "reverses_year", "reverses_number"),
    Index("erp_posting_voucher", "tenant", "voucher"),
)
line = Table(
    "erp_line",
    metadata,
    _id("tenant"),
    _no("year"),
    _no("number"),
    _no("position"),
    _text("key"),
    _text("account"),
    Column("amount_cents", Integer, nullable=False),
    _refers("year number", "posting", "year number", deferred=True),
    _refers("key", "account", "key"),
)
payment = Table(
    "erp_payment",
    metadata,
    _id("tenant"),
    _no("id"),
    _text("supplier"),
    Column("voucher", Integer, nullable=False),
    _text("creditor_name"),
    _text("iban"),
    Column("amount_cents", Integer, nullable=False),
    Column("discount_cents", Integer, nullable=False),
    _text("currency"),
    _text("remittance"),
    Column("execute_on", Date, nullable=False),
    _text("state", "proposed"),
    _text("entered"),
    CheckConstraint("amount_cents > 0 AND discount_cents >= 0"),
    CheckConstraint("state IN ('proposed', 'withdrawn')"),
    _refers("supplier", "supplier", "id"),
    _refers("voucher", "voucher", "id"),
    Index("erp_payment_voucher", "tenant", "voucher"),
)
bank_change = Table(
    "erp_bank_change",
    metadata,
    _id("tenant"),
    _no("id"),
    _text("supplier"),
    _text("iban"),
    Column("known_iban", String),
    _text("document_sha256"),
    _text("state", "proposed"),
    _text("entered"),
    CheckConstraint("state IN ('proposed', 'accepted', 'refused')"),
    _refers("supplier", "supplier", "id"),
    Index(
        "erp_bank_change_open",
        "tenant",
        "supplier",
        "iban",
        unique=True,
        sqlite_where=Column("state", String) == "proposed",
    ),
)


protect(
    metadata,
    {
        voucher.name: ("state", "version"),
        payment.name: ("state",),
        posting.name: (),
        line.name: (),
        matched.name: (),
        later_discount.name: (),
    },
    counted=(tenant.name, loaded.name, account.name, period.name, supplier.name, cleared.name),
)

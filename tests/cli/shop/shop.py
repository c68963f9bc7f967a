"""A corner shop that books its bills: the tests' own small project."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Protocol

from leitstand.clock import Clock
from leitstand.errors import Missing
from leitstand.policy import FactCall, facts
from leitstand.project import Told
from leitstand.tool import Connection, Port, Recorded, tool
from leitstand.values import Frozen, Identifier, Money, Reading, Text

# ---- tools ----


class ReadBill(Frozen):
    """Read a bill that came in."""

    name: Text


class Bill(Frozen):
    """What the bill says."""

    number: Text
    supplier: Identifier
    gross_cents: Money


class FoundBill(Reading[Bill]):
    """Reading of a bill."""


class FindSupplier(Frozen):
    """Find a supplier by id."""

    id: Identifier


class Supplier(Frozen):
    """A master record."""

    id: Identifier
    name: Text
    blocked: bool = False


class FoundSupplier(Reading[Supplier]):
    """Reading of a master record."""


class PostBill(Frozen):
    """Post a bill."""

    number: Text
    supplier_id: Annotated[Identifier, Recorded("shop.supplier.find", "value.id")]
    gross_cents: Money
    account: Literal["goods", "office"]
    day: date
    note: Text | None = None


class Posted(Frozen):
    """What was posted."""

    voucher_no: Identifier


class ReverseBill(Frozen):
    """Take a posted bill back."""

    voucher_no: Identifier


class Shop(Port, Protocol):
    """The shop's books."""

    async def bill(self, name: str) -> Bill:
        """A bill that came in."""
        ...

    async def supplier(self, name: str) -> Supplier:
        """A master record."""
        ...

    async def post(self, args: PostBill, key: str) -> Posted:
        """Post, once a key."""
        ...

    async def reverse(self, args: ReverseBill, key: str) -> Posted:
        """Take back."""
        ...

    async def found(self, key: str) -> Posted | None:
        """What a key did."""
        ...


@tool("shop.bill.read", authority="document")
async def read_bill(args: ReadBill, shop: Shop) -> FoundBill:
    """Read a bill."""
    return FoundBill(value=await shop.bill(args.name), source=f"bill:{args.name}", confidence=90)


@tool("shop.supplier.find", watch=True)
async def find_supplier(args: FindSupplier, shop: Shop) -> FoundSupplier:
    """Find a supplier."""
    return FoundSupplier(value=await shop.supplier(args.id), source=f"shop:supplier/{args.id}")


async def _found(key: str, shop: Shop) -> Posted | None:
    return await shop.found(key)


@tool(
    "shop.bill.post",
    writes="shop.bill",
    key=("supplier_id", "number"),
    undo="shop.bill.reverse",
    idempotent=True,
    reconcile=_found,
)
async def post_bill(args: PostBill, shop: Shop, key: str) -> Posted:
    """Post a bill."""
    return await shop.post(args, key)


@tool("shop.bill.reverse", writes="shop.bill", idempotent=True, reconcile=_found)
async def reverse_bill(args: ReverseBill, shop: Shop, key: str) -> Posted:
    """Reverse a bill."""
    return await shop.reverse(args, key)


# ---- facts ----


class BillFacts(Frozen):
    """What the rules judge on."""

    limit_cents: int
    four_eyes_cents: int
    blocked: bool
    checked: frozenset[str] = frozenset()


@facts("shop.bill.post", model=BillFacts)
def bill_facts(call: FactCall) -> BillFacts:
    """Limits of the tenant, and whether the supplier is blocked."""
    supplier, bill = call.evidence.one(find_supplier), call.evidence.one(read_bill)
    same = bill is not None and bill.value.gross_cents == call.args["gross_cents"]
    return BillFacts(
        limit_cents=call.limits["limit_cents"],
        four_eyes_cents=call.limits["four_eyes_cents"],
        blocked=supplier is not None and supplier.value.blocked,
        checked=frozenset(("number", "day", *(["gross_cents"] if same else []))),
    )


# ---- the systems, in one SQLite file ----


class SqliteShop:
    """The shop's books in `shop.sqlite`; suppliers in `suppliers.json` beside it."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self._file = sqlite3.connect(state / "shop.sqlite", check_same_thread=False)
        self._file.execute(
            "create table if not exists voucher (key text primary key, no text, args text)"
        )

    async def bill(self, name: str) -> Bill:
        """A bill out of the folder of what came in."""
        path = self.state / "bills" / name
        if not path.is_file():
            raise Missing(f"no bill `{name}`", where="shop")
        try:
            return Bill.model_validate_json(path.read_bytes())
        except ValueError as error:
            raise Missing("this is no bill", where="shop") from error

    async def supplier(self, name: str) -> Supplier:
        """A master record; unknown ones are made up, so that the tests need no list."""
        path = self.state / "suppliers.json"
        known: dict[str, Any] = json.loads(path.read_bytes()) if path.is_file() else {}
        return Supplier(**({"id": name, "name": f"{name.title()} GmbH"} | known.get(name, {})))

    async def post(self, args: PostBill, key: str) -> Posted:
        """Post once a key."""
        if (known := await self.found(key)) is not None:
            return known
        count = self._file.execute("select count(*) from voucher").fetchone()[0]
        row = (key, f"B-{count + 1}", args.model_dump_json())
        self._file.execute("insert into voucher values (?, ?, ?)", row)
        self._file.commit()
        return Posted(voucher_no=row[1])

    async def reverse(self, args: ReverseBill, key: str) -> Posted:
        """Not needed here."""
        raise Missing("nothing to reverse", where="shop")

    async def found(self, key: str) -> Posted | None:
        """What was posted under a key."""
        row = self._file.execute("select no from voucher where key = ?", (key,)).fetchone()
        return Posted(voucher_no=row[0]) if row else None

    def close(self) -> None:
        """Close the file."""
        self._file.close()


async def connect(
    state: Path, world: Path | None, tenant: str, clock: Clock
) -> Sequence[Connection]:
    """The shop's one connection."""
    return (Connection("shop", Shop, SqliteShop(state)),)


def disconnect(connections: Sequence[Connection]) -> None:
    """Close it."""
    for connection in connections:
        if isinstance(connection.adapter, SqliteShop):
            connection.adapter.close()


async def take_in(state: Path, files: Sequence[Path]) -> Sequence[Mapping[str, Any]]:
    """Keep the files and name them."""
    folder = state / "bills"
    folder.mkdir(parents=True, exist_ok=True)
    for file in files:
        (folder / file.name).write_bytes(file.read_bytes())
    return [{"name": file.name} for file in files]


def limits(world: Path) -> dict[str, Any]:
    """The tenant's data."""
    return json.loads((world / "policy.json").read_bytes())


def columns(told: Told) -> dict[str, object]:
    """What rows of bills show."""
    bill = told.readings.get("shop.bill.read", {}).get("value", {})
    account = told.limits["accounts"].get(told.args.get("account", ""), "")
    return {"read": f"{bill.get('supplier', '')} {bill.get('number', '')}", "account_no": account}

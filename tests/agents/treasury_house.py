"""A house that pays: posted invoices with payments proposed in its books, and people who sign."""

import json
import shutil
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import text

from tests.agents.house import TENANT, House, Result
from tests.agents.paper import WORLD
from tools.database import Database
from tools.einvoice import Reader
from tools.erp import PostVoucher, ProposePayment, TaxShare, Voucher, VoucherDiscount
from tools.erp.embedded import EmbeddedErp

__all__ = ["OWN", "TODAY", "booked", "erp_of", "open_house", "orders", "run", "signed", "world_of"]

OWN = {"holder": "Nordwerk Maschinenbau GmbH", "iban": "DE02120300000000202051"}
TODAY = date(2026, 11, 20)
SIGNERS = {"ben": "department_head", "dora": "managing_director"}


def world_of(folder: Path, settings: Mapping[str, Any] | None = OWN) -> Path:
    """The reference world without its invoices, with an own account."""
    shutil.copytree(WORLD, folder, ignore=shutil.ignore_patterns("invoices", "hr", "sales"))
    (folder / "treasury.json").unlink()
    if settings is not None:
        (folder / "treasury.json").write_text(json.dumps(settings), "utf-8")
    return folder


async def open_house(world: Path, state: Path) -> House:
    """The house over such a world, with the two who sign payment orders."""
    house = await House.open(world, state, Reader())
    for name, role in SIGNERS.items():
        house.hire(name, role)
    return house


def erp_of(house: House) -> EmbeddedErp:
    """The embedded books of a house."""
    return next(c.adapter for c in house.connections if isinstance(c.adapter, EmbeddedErp))


async def booked(
    house: House,
    number: str,
    supplier: Mapping[str, Any],
    *,
    cents: int = 119_00,
    execute_on: date = TODAY,
    discounts: tuple[VoucherDiscount, ...] = (),
) -> Voucher:
    """An invoice of 19 % VAT, posted, with its payment proposed; the last discount is taken off."""
    net = cents * 100 // 119
    invoice = PostVoucher(
        supplier_id=supplier["id"],
        invoice_no=number,
        invoice_date=date(2026, 11, 2),
        posting_date=date(2026, 11, 2),
        gross_cents=cents,
        net_cents=net,
        tax_cents=cents - net,
        payable_cents=cents,
        tax_case="domestic",
        taxes=(TaxShare(rate_permyriad=1900, net_cents=net, tax_cents=cents - net),),
        account="material",
        document_sha256="0" * 64,
        later_discounts=discounts[1:],
        **(discounts[0].model_dump() if discounts else {}),
    )
    erp = erp_of(house)
    voucher = await erp.post_voucher(invoice, f"post-{number}")
    off = discounts[-1].discount_cents if discounts else 0
    payment = ProposePayment(
        supplier_id=supplier["id"],
        invoice_no=number,
        iban=supplier["iban"],
        amount_cents=cents - off,
        discount_cents=off,
        execute_on=execute_on,
    )
    await erp.propose_payment(payment, f"pay-{number}")
    return voucher


async def run(house: House, **given: str) -> tuple[str, Result]:
    """A payment run, begun as a schedule begins it."""
    ulid = await house.runtime.start(
        "treasury", given, tenant=TENANT, requester="intake", title="run"
    )
    await house.runtime.run_until_idle()
    return ulid, await house.result(ulid)


async def signed(house: House, ulid: str) -> Result:
    """The same run after both have signed."""
    await house.sign(ulid, "ben")
    return await house.sign(ulid, "dora")


async def orders(house: House) -> list[tuple[Any, ...]]:
    """What the orders hold: number, sum, payments."""
    query = """SELECT o.id, o.total_cents, group_concat(t.payment) FROM treasury_order o
        JOIN treasury_transfer t ON t.tenant = o.tenant AND t."order" = o.id GROUP BY o.id"""
    database = Database.at(house.state / "business.sqlite")
    try:
        return [tuple(row) for row in await database.read(lambda c: c.execute(text(query)).all())]
    finally:
        database.close()

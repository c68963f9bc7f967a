"""The accounting role over a real Tryton: what it wrote is read back by somebody else."""

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable
from decimal import Decimal
from pathlib import Path

from tests.agents.bills import Bill, Position, Row
from tests.agents.house import House
from tests.agents.ubl import ubl
from tests.tools.erp.tryton import books
from tests.tools.erp.tryton.server import Server
from tools.einvoice import Reader
from tools.erp.tryton.settings import Settings

SELLER: Row = {
    "name": "Keller Dichtungstechnik GmbH",
    "street": "Hafenstr. 3",
    "zip": "28195",
    "city": "Bremen",
    "country": "DE",
    "vat": books.SUPPLIER_VAT,
    "stnr": None,
    "iban": books.SUPPLIER_IBAN,
    "mail": "rechnung@keller.example",
}


def bill(house: House, number: str, order: str, lines: list[tuple[str, Decimal, int]]) -> bytes:
    """An invoice of the supplier over lines of an order."""
    rows = [
        Position(line, "WD1", "Wellendichtring", Decimal(qty), price) for line, price, qty in lines
    ]
    made = Bill(
        number,
        books.DAY,
        books.DAY + dt.timedelta(days=30),
        SELLER,
        dict(house.limits["company"]),
        rows,
        order=order,
        iban=SELLER["iban"],
        holder=SELLER["name"],
        delivered=books.DAY,
    )
    return ubl(made)


def at_home(state: Path, world: Path, play: Callable[[House], Awaitable[None]]) -> None:
    """Play in a fresh house."""

    async def run() -> None:
        async with Reader() as reader:
            house = await House.open(world, state, reader)
            try:
                await play(house)
            finally:
                house.close()

    asyncio.run(run())


def test_an_invoice_is_drafted_signed_posted_and_proposed_for_payment(
    tmp_path: Path,
    tryton: Server,
    settings: Callable[..., Settings],
    tryton_world: Callable[[Settings], Path],
) -> None:
    """Order and receipts come from Tryton; draft, posting and payment are there afterwards."""
    with tryton.person() as boss:
        small = books.order(boss, "S1", [(Decimal("8.90"), 20)])
        large = books.order(boss, "S1", [(Decimal("42.50"), 12), (Decimal("8.90"), 40)])

    async def play(house: House) -> None:
        house.hire("brandt", "department_head")
        found = await house.run(
            {
                "small": bill(house, "RE-100", small, [("1", Decimal("8.90"), 20)]),
                "large": bill(
                    house,
                    "RE-200",
                    large,
                    [("1", Decimal("42.50"), 12), ("2", Decimal("8.90"), 40)],
                ),
            }
        )
        assert found["small"].decision == "auto_draft", found["small"]
        assert found["small"].exit["result"]["voucher_no"].startswith("D-")
        assert found["large"].decision == "approve", found["large"]
        assert "erp.voucher.post" not in found["large"].tools
        signed = await house.sign(house.cases["large"], "brandt")
        assert signed.exit["kind"] == "done", signed.exit
        assert signed.exit["result"]["voucher_no"].startswith("ER2026-")

    at_home(tmp_path / "state", tryton_world(settings(tryton)), play)
    with tryton.person() as boss:
        fields = ("reference", "state", "total_amount", "party.code", "move")
        draft, posted = boss.read("account.invoice", [["type", "=", "in"]], *fields)
        assert (draft["reference"], draft["state"]) == ("RE-100", "draft")
        assert (posted["reference"], posted["state"]) == ("RE-200", "posted")
        assert (draft["total_amount"], posted["total_amount"]) == (
            Decimal("211.82"),
            Decimal("1030.54"),
        )
        sides = boss.read(
            "account.move.line", [["move", "=", posted["move"]]], "account.code", "debit", "credit"
        )
        booked = {side["account."]["code"]: side["debit"] - side["credit"] for side in sides}
        assert booked == {
            "3400": Decimal("866.00"),
            "1576": Decimal("164.54"),
            "1600": Decimal("-1030.54"),
        }
        (payment,) = boss.read(
            "account.payment",
            [],
            "state",
            "amount",
            "sepa_payable_bank_account_number.number_compact",
            "line.move",
        )
        assert (payment["state"], payment["amount"]) == ("submitted", Decimal("1030.54"))
        payee = payment["sepa_payable_bank_account_number."]["number_compact"]
        assert payee == books.SUPPLIER_IBAN
        assert payment["line."]["move"] == posted["move"]

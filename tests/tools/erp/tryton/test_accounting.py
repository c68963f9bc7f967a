"""The accounting role over a real Tryton: what it wrote is read back by somebody else."""

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable
from decimal import Decimal
from pathlib import Path

import pytest

from tests.agents.bills import Bill, Position, Row
from tests.agents.house import House
from tests.agents.ubl import ubl
from tests.tools.erp.tryton import books
from tests.tools.erp.tryton.relay import When, relay
from tests.tools.erp.tryton.server import Server
from tools.einvoice import Reader
from tools.erp.tryton.settings import Settings

pytestmark = pytest.mark.slow

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
    """Order and receipts come from Tryton; draft, posting and payment are there then (R39)."""
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
        domain = [["reference", "in", ["RE-100", "RE-200"]]]
        draft, posted = boss.read("account.invoice", domain, *fields)
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
            [["line.move", "=", posted["move"]]],
            "state",
            "amount",
            "sepa_payable_bank_account_number.number_compact",
            "line.move",
        )
        assert (payment["state"], payment["amount"]) == ("submitted", Decimal("1030.54"))
        payee = payment["sepa_payable_bank_account_number."]["number_compact"]
        assert payee == books.SUPPLIER_IBAN
        assert payment["line."]["move"] == posted["move"]


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_server_that_dies_while_it_posts_is_asked_again(
    tmp_path: Path,
    tryton: Server,
    settings: Callable[..., Settings],
    tryton_world: Callable[[Settings], Path],
    when: When,
) -> None:
    """The guard waits, asks by its key and sends again: one voucher, one payment."""
    number = f"RE-3{when}"
    with tryton.person() as boss:
        order = books.order(boss, "S1", [(Decimal("95.00"), 10)])

    async def run() -> None:
        fatal = "POST /erp/rest/model/account.invoice"
        async with relay(tryton, "", when) as line, Reader() as reader:
            world = tryton_world(settings(tryton, base_url=line.url))
            house = await House.open(world, tmp_path / "state", reader)
            try:
                house.hire("brandt", "department_head")
                lines = [("1", Decimal("95.00"), 10)]
                await house.run({number: bill(house, number, order, lines)})
                line.fatal = fatal
                waiting = await house.sign(house.cases[number], "brandt")
                assert not waiting.exit
                assert "erp.voucher.post" not in waiting.tools
                tryton.start()
                house.clock.start += dt.timedelta(seconds=120)
                await house.runtime.run_until_idle()
                found = await house.result(house.cases[number])
                assert found.exit["kind"] == "done", found.exit
            finally:
                house.close()

    asyncio.run(run())
    with tryton.person() as boss:
        rows = boss.read("account.invoice", [["reference", "=", number]], "state", "move")
        assert [row["state"] for row in rows] == ["posted"]
        line = [["line.move", "=", rows[0]["move"]]]
        assert len(boss.read("account.payment", line, "state")) == 1

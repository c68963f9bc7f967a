"""The treasury role: what is due becomes one file for the bank, once, under two signatures."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from tests.agents.house import House
from tests.agents.paper import WORLD
from tests.agents.treasury_house import (
    OWN,
    TODAY,
    booked,
    erp_of,
    open_house,
    orders,
    run,
    signed,
    world_of,
)
from tools.erp import ReverseVoucher, Voucher, VoucherDiscount
from tools.sanctions import ListEntry
from tools.sanctions.embedded import EmbeddedSanctions

Play = Callable[[House], Awaitable[None]]
LINES = (WORLD / "suppliers.jsonl").read_text("utf-8").splitlines()
KELLER, WESER, BRANDT = (json.loads(line) for line in LINES[:3])
SPACE = "{urn:iso:std:iso:20022:tech:xsd:pain.001.001.09}"


def at_home(
    folder: Path, play: Play, settings: Mapping[str, Any] | None = OWN, world: Path | None = None
) -> None:
    """Play in a fresh house over a world of its own."""

    async def go() -> None:
        house = await open_house(world or world_of(folder / "world", settings), folder / "state")
        try:
            await play(house)
        finally:
            house.close()

    asyncio.run(go())


def transfers_of(house: House, name: str) -> list[tuple[str, str, str, str]]:
    """The transfers in a file for the bank: payment, payee, account, amount."""
    root = etree.parse(house.state / "treasury" / name).getroot()
    assert root.tag == f"{SPACE}Document"
    return [
        (
            one.findtext(f".//{SPACE}EndToEndId") or "",
            one.findtext(f"{SPACE}Cdtr/{SPACE}Nm") or "",
            one.findtext(f"{SPACE}CdtrAcct//{SPACE}IBAN") or "",
            one.findtext(f".//{SPACE}InstdAmt") or "",
        )
        for one in root.iter(f"{SPACE}CdtTrfTxInf")
    ]


def test_what_is_due_is_one_file_once_two_have_signed(tmp_path: Path) -> None:
    """One signature is not enough; with the second the file is there, and nothing is due again."""

    async def play(house: House) -> None:
        await booked(house, "A-1", KELLER, cents=119_00)
        await booked(house, "A-2", BRANDT, cents=59_50)
        await booked(house, "A-3", WESER, execute_on=TODAY + timedelta(days=1))
        ulid, waiting = await run(house)
        (card,) = waiting.waits
        assert card["tool"] == "treasury.order.prepare"
        roles = ["department_head", "managing_director"]
        assert (sorted(card["verdict"]["roles"]), card["verdict"]["approvers"]) == (roles, 2)
        assert (await house.sign(ulid, "ben")).exit == {}
        assert not (house.state / "treasury").exists()
        result = (await house.sign(ulid, "dora")).exit["result"]
        assert result["order_no"] == "ZL-000001"
        assert (result["transfers"], result["total_cents"], result["left"]) == (2, 178_50, [])
        assert transfers_of(house, result["file"]) == [
            ("Z-000001", "Keller Dichtungstechnik GmbH", KELLER["iban"], "119.00"),
            ("Z-000002", "Buero Brandt e.K.", BRANDT["iban"], "59.50"),
        ]
        assert await orders(house) == [(1, 178_50, "1,2")]
        again = (await run(house))[1]
        assert again.exit["result"] == {"transfers": 0}
        later = (TODAY + timedelta(days=1)).isoformat()
        _, third = await run(house, until=later)
        assert [t["payment_no"] for t in third.waits[0]["args"]["transfers"]] == ["Z-000003"]

    at_home(tmp_path, play)


def test_the_same_person_does_not_sign_twice(tmp_path: Path) -> None:
    """Four eyes: the second signature of one person is none."""

    async def play(house: House) -> None:
        await booked(house, "A-1", KELLER)
        ulid, _ = await run(house)
        await house.sign(ulid, "ben")
        assert (await house.sign(ulid, "ben")).exit == {}
        assert await orders(house) == []

    at_home(tmp_path, play)


def test_two_runs_at_once_pay_once(tmp_path: Path) -> None:
    """What is due is read again before a signature counts: the later run finds it gone."""

    async def play(house: House) -> None:
        await booked(house, "A-1", KELLER)
        first, _ = await run(house)
        second, _ = await run(house)
        assert (await signed(house, first)).exit["kind"] == "done"
        late = await house.sign(second, "ben")
        assert late.exit["kind"] == "exception"
        assert late.exit["result"]["guardrails"] == ["order-as-due"]
        assert await orders(house) == [(1, 119_00, "1")]

    at_home(tmp_path, play)


async def reverse(house: House, voucher: Voucher) -> None:
    """Somebody takes a voucher back in the books."""
    back = ReverseVoucher(
        voucher_no=voucher.voucher_no, posting_date=TODAY, reason="wrong_supplier"
    )
    await erp_of(house).reverse_voucher(back, "back")


async def put_on_list(house: House, name: str) -> None:
    """The sanctions list of today has a name."""
    adapters = (c.adapter for c in house.connections)
    register = next(a for a in adapters if isinstance(a, EmbeddedSanctions))
    await register.take_in([ListEntry(id="9", name=name)])


async def _lapsed(house: House) -> None:
    day = TODAY - timedelta(days=1)
    off = VoucherDiscount(discount_until=day, discount_percent=Decimal(2), discount_cents=2_38)
    await booked(house, "A-9", BRANDT, discounts=(off,), execute_on=day)


async def _listed(house: House) -> None:
    await booked(house, "A-9", BRANDT)
    await put_on_list(house, BRANDT["name"])


@pytest.mark.parametrize(
    ("trouble", "said", "roles"),
    [
        (_lapsed, "Skontofrist abgelaufen", {"treasury"}),
        (_listed, "Treffer der Sanktionsprüfung", {"compliance_officer", "treasury"}),
    ],
)
def test_what_may_not_be_paid_is_left_to_people(
    trouble: Play, said: str, roles: set[str], tmp_path: Path
) -> None:
    """The sound one is paid, the other is named with its reason, and people have a task."""

    async def play(house: House) -> None:
        await booked(house, "A-1", KELLER)
        await trouble(house)
        ulid, _ = await run(house)
        end = await signed(house, ulid)
        assert end.exit["result"]["left"] == [f"Z-000002: {said}"]
        assert await orders(house) == [(1, 119_00, "1")]
        (task,) = [e for e in end.effects if e.tool == "task.create"]
        assert set(task.args["roles"]) == roles

    at_home(tmp_path, play)


def test_what_is_reversed_after_a_card_was_shown_is_not_paid(tmp_path: Path) -> None:
    """The books are read again before the signatures count: the rest is asked for anew."""

    async def play(house: House) -> None:
        voucher = await booked(house, "A-1", KELLER)
        ulid, _ = await run(house)
        await reverse(house, voucher)
        end = await house.sign(ulid, "ben")
        assert end.exit["kind"] == "exception"
        assert end.exit["result"]["guardrails"] == ["order-as-due"]
        assert end.exit["roles"] == ["treasury"]
        assert await orders(house) == []

    at_home(tmp_path, play)


def test_a_lower_discount_that_lasts_longer_is_no_reason(tmp_path: Path) -> None:
    """3 % have lapsed, 2 % have not: a payment that takes off 2 % is in time."""

    async def play(house: House) -> None:
        high = VoucherDiscount(
            discount_until=TODAY - timedelta(days=3),
            discount_percent=Decimal(2),
            discount_cents=2_38,
        )
        low = high.model_copy(update={"discount_until": TODAY + timedelta(days=3)})
        await booked(house, "A-1", KELLER, discounts=(high, low))
        _, found = await run(house)
        assert len(found.waits) == 1

    at_home(tmp_path, play)


@pytest.mark.parametrize("settings", [None, {}, {"holder": "Nordwerk"}])
def test_without_an_own_account_nothing_is_prepared(
    settings: Mapping[str, Any] | None, tmp_path: Path
) -> None:
    """A typed exit that says what to set."""

    async def play(house: House) -> None:
        await booked(house, "A-1", KELLER)
        _, found = await run(house)
        assert (found.exit["kind"], found.exit["cause"]) == ("exception", "data missing")
        assert "treasury.json" in found.exit["reason"]

    at_home(tmp_path, play, settings)


@pytest.mark.parametrize("days", [-1, 31])
def test_a_day_that_cannot_be_meant_is_refused(days: int, tmp_path: Path) -> None:
    """Past, or further ahead than the company allows."""

    async def play(house: House) -> None:
        await booked(house, "A-1", KELLER, execute_on=TODAY - timedelta(days=9))
        day = (TODAY + timedelta(days=days)).isoformat()
        _, found = await run(house, execute_on=day)
        assert found.exit["result"]["guardrails"] == ["order-day"]
        assert found.tools == ["task.create"]

    at_home(tmp_path, play)


def test_without_a_list_nobody_is_paid_unless_the_company_says_so(tmp_path: Path) -> None:
    """`screening = false` is the company's own decision."""
    for number, (own, kind) in enumerate(((OWN, "exception"), ({**OWN, "screening": False}, ""))):
        folder = tmp_path / str(number)
        world = world_of(folder / "world", own)
        (world / "sanctions.jsonl").unlink()

        async def play(house: House, kind: str = kind) -> None:
            await booked(house, "A-1", KELLER)
            _, found = await run(house)
            assert found.exit.get("kind", "") == kind
            assert len(found.waits) == (0 if kind else 1)

        at_home(folder, play, world=world)

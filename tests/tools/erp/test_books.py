"""The books: drafts, postings, reversals, and what the database itself refuses."""

import asyncio
import contextlib
import datetime as dt
import functools
import itertools
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel
from sqlalchemy import Connection, text

from leitstand.errors import CallFailed, Contradiction, Missing
from tools.database import Database, Tenancy
from tools.erp import (
    DiscardVoucher,
    DraftVoucher,
    FindInvoices,
    MatchedLine,
    PostedInvoice,
    PostVoucher,
    ReverseVoucher,
    Voucher,
)
from tools.erp.embedded import EmbeddedErp
from tools.erp.intake import Holdings

Fields = Callable[..., dict[str, Any]]
NOVEMBER = dt.date(2026, 11, 20)
TENANTS = itertools.count()


async def ledger(erp: EmbeddedErp, supplier: str = "S1") -> tuple[PostedInvoice, ...]:
    """The supplier's invoices."""
    return (await erp.find_invoices(FindInvoices(supplier_id=supplier))).value.invoices


async def sql(database: Database, statement: str, **values: object) -> list[Any]:
    """Rows of a statement that goes round all code above the database."""

    def run(connection: Connection) -> list[Any]:
        result = connection.execute(text(statement), values)
        return list(result.all()) if result.returns_rows else []

    return await database.write(run)


async def test_a_draft_takes_the_invoice_number(erp: EmbeddedErp, invoice: Fields) -> None:
    """A draft previews its lines and takes the number in any spelling until it is discarded."""
    draft = await erp.draft_voucher(DraftVoucher(**invoice(invoice_no="WS-55012")), "k1")
    assert (draft.state, len(draft.lines)) == ("draft", 3)
    with pytest.raises(Contradiction, match="already draft"):
        await erp.draft_voucher(DraftVoucher(**invoice(invoice_no="ws 55012")), "k2")
    gone = await erp.discard_voucher(DiscardVoucher(voucher_no=draft.voucher_no), "k3")
    assert gone.state == "discarded"
    await erp.draft_voucher(DraftVoucher(**invoice(invoice_no="ws 55012")), "k4")
    assert [i.status for i in await ledger(erp)] == ["draft", "discarded"]


async def test_a_posting_takes_up_its_draft(erp: EmbeddedErp, invoice: Fields) -> None:
    """Posting counts with the fields it is given; the draft is gone and the number still taken."""
    await erp.draft_voucher(DraftVoucher(**invoice()), "k1")
    posted = await erp.post_voucher(PostVoucher(**invoice(account="igE")), "k2")
    assert (posted.voucher_no, posted.lines[0].account) == ("2026-000001", "3425")
    (entry,) = await ledger(erp)
    assert (entry.status, entry.voucher_no, entry.gross) == ("posted", "2026-000001", Decimal(119))
    with pytest.raises(Contradiction, match="already posted") as refusal:
        await erp.post_voucher(PostVoucher(**invoice()), "k3")
    assert refusal.value.detail == {"invoice_no": "RE-1", "state": "posted"}


async def test_the_same_key_writes_once(erp: EmbeddedErp, invoice: Fields) -> None:
    """A repeated call gives the first result, side by side too; other arguments are refused."""
    args = PostVoucher(**invoice())
    answers = await asyncio.gather(*(erp.post_voucher(args, "same") for _ in range(8)))
    assert len({a.voucher_no for a in answers}) == 1
    assert len(await ledger(erp)) == 1
    with pytest.raises(Contradiction, match="another write"):
        await erp.post_voucher(PostVoucher(**invoice(invoice_no="RE-2")), "same")
    with pytest.raises(Contradiction, match="another write"):
        await erp.draft_voucher(DraftVoucher(**invoice()), "same")


async def test_reconciling_finds_by_key(erp: EmbeddedErp, invoice: Fields) -> None:
    """What was written is found by its key and by no other; what failed is not found."""
    posted = await erp.post_voucher(PostVoucher(**invoice()), "k1")
    assert await erp.voucher_of("k1") == posted
    assert await erp.voucher_of("k2") is None
    assert await erp.payment_of("k1") is None
    with pytest.raises(Contradiction):
        await erp.post_voucher(PostVoucher(**invoice()), "k3")
    assert await erp.voucher_of("k3") is None


async def test_a_closed_period_is_refused(erp: EmbeddedErp, invoice: Fields) -> None:
    """Nothing is posted into a closed month; the refusal names the next open day."""
    october = dt.date(2026, 10, 28)
    with pytest.raises(Contradiction, match="closed period") as refusal:
        await erp.post_voucher(PostVoucher(**invoice(posting_date=october)), "k1")
    assert refusal.value.detail == {"next_open": "2026-11-01"}
    with pytest.raises(Contradiction, match="no period"):
        await erp.post_voucher(PostVoucher(**invoice(posting_date=dt.date(2030, 1, 1))), "k2")
    late = invoice(invoice_date=october, posting_date=dt.date(2026, 11, 1))
    assert (await erp.post_voucher(PostVoucher(**late), "k3")).posting_date.month == 11


async def test_a_reversal_is_a_counter_entry(erp: EmbeddedErp, invoice: Fields) -> None:
    """Generalumkehr: same accounts, opposite sign, a number of its own, once; then free again."""
    posted = await erp.post_voucher(PostVoucher(**invoice()), "k1")
    args = ReverseVoucher(
        voucher_no=posted.voucher_no, posting_date=NOVEMBER, reason="wrong_account"
    )
    counter = await erp.reverse_voucher(args, "k2")
    assert counter.reverses == posted.voucher_no
    assert [(x.account, -x.amount_cents) for x in counter.lines] == [
        (x.account, x.amount_cents) for x in posted.lines
    ]
    with pytest.raises(Contradiction, match="is reversed"):
        await erp.reverse_voucher(args, "k3")
    again = await erp.post_voucher(PostVoucher(**invoice()), "k4")
    assert [posted.voucher_no, counter.voucher_no, again.voucher_no] == [
        "2026-000001",
        "2026-000002",
        "2026-000003",
    ]


@pytest.mark.parametrize("number", ["2026-000009", "D-000009", "D-x", "nonsense", "2026-1-1"])
async def test_an_unknown_voucher_is_missing(erp: EmbeddedErp, number: str) -> None:
    """Discarding or reversing what is not there is missing data."""
    with pytest.raises(Missing):
        await erp.discard_voucher(DiscardVoucher(voucher_no=number), "k1")
    args = ReverseVoucher(voucher_no=number, posting_date=NOVEMBER, reason="withdrawn")
    with pytest.raises(Missing):
        await erp.reverse_voucher(args, "k2")


async def test_only_drafts_are_discarded_only_postings_reversed(
    erp: EmbeddedErp, invoice: Fields
) -> None:
    """The course of a voucher has no short cuts."""
    posted = await erp.post_voucher(PostVoucher(**invoice()), "k1")
    with pytest.raises(Contradiction, match="only drafts"):
        await erp.discard_voucher(DiscardVoucher(voucher_no=posted.voucher_no), "k2")
    draft = await erp.draft_voucher(DraftVoucher(**invoice(invoice_no="RE-2")), "k3")
    args = ReverseVoucher(voucher_no=draft.voucher_no, posting_date=NOVEMBER, reason="duplicate")
    with pytest.raises(Contradiction, match="only posted"):
        await erp.reverse_voucher(args, "k4")


async def test_quantities_of_an_order_are_remembered(erp: EmbeddedErp, invoice: Fields) -> None:
    """What an invoice takes of an order stands in the ledger for the next three-way match."""
    matched = (MatchedLine(line="1", qty=Decimal("4.5")),)
    fields = invoice(order_no="BE-26-0101", matched=matched)
    await erp.draft_voucher(DraftVoucher(**fields), "k1")
    await erp.post_voucher(PostVoucher(**fields), "k2")
    (entry,) = await ledger(erp)
    assert entry.po == "BE-26-0101"
    assert [(x.line, x.qty) for x in entry.lines] == [("1", Decimal("4.5"))]


@pytest.mark.parametrize(
    ("changed", "failure"),
    [
        ({"supplier_id": "S7"}, Missing),
        ({"order_no": "BE-26-0999"}, Missing),
        ({"order_no": "BE-26-0102"}, Contradiction),
        ({"matched": (MatchedLine(line="1", qty=Decimal(1)),)}, Contradiction),
        (
            {"order_no": "BE-26-0101", "matched": (MatchedLine(line="7", qty=Decimal(1)),)},
            Missing,
        ),
        ({"currency": "USD"}, Missing),
        ({"account": "travel"}, Missing),
    ],
)
async def test_what_the_books_speak_against(
    erp: EmbeddedErp, invoice: Fields, changed: dict[str, Any], failure: type[CallFailed]
) -> None:
    """Unknown suppliers, orders, lines, rates and accounts write nothing."""
    with pytest.raises(failure):
        await erp.post_voucher(PostVoucher(**invoice(**changed)), "k1")
    assert await ledger(erp) == ()


async def test_foreign_currency_needs_a_rate(erp: EmbeddedErp, invoice: Fields) -> None:
    """The books' own rate of the days before is taken, or the one that was given."""
    fields = {"tax_case": "intra_eu", "tax_cents": 0, "gross_cents": 10_000, "currency": "CHF"}
    own = await erp.draft_voucher(DraftVoucher(**invoice(**fields)), "k1")
    assert own.lines[-1].amount_cents == -10_712
    given = invoice(**fields, invoice_no="RE-2", exchange_micros=1_100_000)
    assert (await erp.draft_voucher(DraftVoucher(**given), "k2")).lines[-1].amount_cents == -11_000
    early = invoice(**fields, invoice_no="RE-3", invoice_date=dt.date(2026, 11, 1))
    with pytest.raises(Missing, match="no exchange rate"):
        await erp.draft_voucher(DraftVoucher(**early), "k3")


async def test_tenants_never_see_each_other(
    erp: EmbeddedErp, database: Database, holdings: Holdings, invoice: Fields
) -> None:
    """Same ids, numbers and keys in another company of the same file are another company's."""
    other = EmbeddedErp(Tenancy(database, "south"))
    await other.take_in(holdings)
    await erp.post_voucher(PostVoucher(**invoice()), "k1")
    assert await ledger(other) == ()
    assert await other.voucher_of("k1") is None
    own = await other.post_voucher(PostVoucher(**invoice(account="igE")), "k1")
    assert own.voucher_no == "2026-000001"
    with pytest.raises(Missing):
        await EmbeddedErp(Tenancy(database, "west")).post_voucher(PostVoucher(**invoice()), "k1")
    await erp.reverse_voucher(
        ReverseVoucher(voucher_no="2026-000001", posting_date=NOVEMBER, reason="withdrawn"), "k2"
    )
    assert [i.status for i in await ledger(other)] == ["posted"]


FORBIDDEN = {
    "voucher is changed": "UPDATE erp_voucher SET gross = '1'",
    "voucher is deleted": "DELETE FROM erp_voucher",
    "voucher goes back": "UPDATE erp_voucher SET state = 'draft'",
    "voucher vanishes": "UPDATE erp_voucher SET state = 'discarded'",
    "line is changed": "UPDATE erp_line SET amount_cents = 0",
    "line is deleted": "DELETE FROM erp_line",
    "line is added": ("INSERT INTO erp_line VALUES ('nord', 2026, 1, 9, 'material', '3400', 0)"),
    "posting is changed": "UPDATE erp_posting SET day = '2026-12-01'",
    "posting is deleted": "DELETE FROM erp_posting",
    "a number is left out": (
        "INSERT INTO erp_posting (tenant, year, number, voucher, day, entered)"
        " VALUES ('nord', 2026, 7, 1, '2026-11-06', '')"
    ),
    "a posting without lines": (
        "INSERT INTO erp_posting (tenant, year, number, voucher, day, entered)"
        " VALUES ('nord', 2026, 2, 1, '2026-11-06', '')"
    ),
    "an account is made up": "UPDATE erp_voucher SET account = 'none'",
    "a supplier vanishes": "DELETE FROM erp_supplier",
    "an order of nobody": (
        "INSERT INTO erp_order (tenant, po, po_key, supplier) VALUES ('nord', 'x', 'x', 'S99')"
    ),
    "an order of a neighbour": (
        "INSERT INTO erp_order (tenant, po, po_key, supplier) VALUES ('south', 'x', 'x', 'S1')"
    ),
    "an invoice number twice": (
        "INSERT INTO erp_voucher (tenant, id, supplier, invoice_no, invoice_key, gross, origin,"
        " entered, state) VALUES ('nord', 99, 'S1', 'RE-1', 'RE1', '1', 'carried', '', 'posted')"
    ),
    "a voucher without amounts": (
        "INSERT INTO erp_voucher (tenant, id, supplier, invoice_no, invoice_key, gross, entered,"
        " state) VALUES ('nord', 99, 'S1', 'x', 'x', '1', '', 'posted')"
    ),
    "a key twice": "INSERT INTO erp_key VALUES ('nord', 'k1', '', '', '')",
}


@pytest.mark.parametrize("name", FORBIDDEN)
async def test_the_database_itself_refuses(
    erp: EmbeddedErp, database: Database, invoice: Fields, name: str
) -> None:
    """Constraints and triggers hold without the code above them."""
    await erp.post_voucher(PostVoucher(**invoice()), "k1")
    with pytest.raises(Contradiction, match="refused the entry"):
        await sql(database, FORBIDDEN[name])


async def test_an_unbalanced_or_late_posting_is_refused_by_the_database(
    erp: EmbeddedErp, database: Database, invoice: Fields
) -> None:
    """Lines that do not add up, and a closed day, are refused where no code checks them."""
    await erp.post_voucher(PostVoucher(**invoice()), "k1")
    line = "INSERT INTO erp_line VALUES ('nord', 2026, 2, {}, 'material', '3400', {})"
    posting = (
        "INSERT INTO erp_posting (tenant, year, number, voucher, day, entered)"
        " VALUES ('nord', 2026, 2, 1, '{}', '')"
    )
    for amount, day, says in ((-99, "2026-11-06", "differ"), (-100, "2026-10-06", "not_open")):
        statements = (line.format(1, 100), line.format(2, amount), posting.format(day))
        with pytest.raises(Contradiction, match=says):
            await database.write(functools.partial(_run_all, statements))
    assert await sql(database, "SELECT * FROM erp_line WHERE number = 2") == []


def _run_all(statements: tuple[str, ...], connection: Connection) -> None:
    for statement in statements:
        connection.execute(text(statement))


class Step(BaseModel):
    """One thing that is done to one of a few invoices."""

    act: str
    number: int
    credit: bool
    cents: int


STEPS = st.lists(
    st.builds(
        Step,
        act=st.sampled_from(["draft", "post", "discard", "reverse"]),
        number=st.integers(1, 3),
        credit=st.booleans(),
        cents=st.integers(1, 10**7),
    ),
    max_size=14,
)


# Each example has a tenant of its own, so one file serves all.
@pytest.mark.slow
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
async def test_any_course_keeps_the_books(
    steps: list[Step], database: Database, holdings: Holdings
) -> None:
    """After drafts, postings, discards and reversals in any order the books are right.

    Every posting adds up to zero, numbers are gapless, nothing posted ever changed, each invoice
    is live at most once, each reversed voucher has one counter-entry.
    """
    tenant = f"t{next(TENANTS)}"
    erp = EmbeddedErp(Tenancy(database, tenant))
    await erp.prepare()
    await erp.take_in(holdings)
    seen: list[Any] = []
    held: dict[int, Voucher] = {}
    for position, step in enumerate(steps):
        with contextlib.suppress(Contradiction, Missing):
            held[step.number] = await _do(erp, step, held.get(step.number), f"k{position}")
        lines = await sql(database, LINES, t=tenant)
        assert lines[: len(seen)] == seen, "something posted changed"
        seen = lines
    assert {total for (total,) in await sql(database, SUMS, t=tenant)} <= {0}
    numbers = await sql(database, NUMBERS, t=tenant)
    assert [number for number, _ in numbers] == list(range(1, len(numbers) + 1))
    assert {count for (count,) in await sql(database, LIVE, t=tenant)} <= {1}
    undone = [reverses for _, reverses in numbers if reverses is not None]
    assert len(undone) == len(set(undone))
    assert len([i for i in await ledger(erp) if i.status == "reversed"]) == len(undone)


LINES = "SELECT * FROM erp_line WHERE tenant = :t ORDER BY year, number, position"
SUMS = "SELECT sum(amount_cents) FROM erp_line WHERE tenant = :t GROUP BY year, number"
NUMBERS = "SELECT number, reverses_number FROM erp_posting WHERE tenant = :t ORDER BY number"
LIVE = """SELECT count(*) FROM erp_voucher WHERE tenant = :t AND state IN ('draft', 'posted')
    GROUP BY supplier, invoice_key"""


async def _do(erp: EmbeddedErp, step: Step, held: Voucher | None, key: str) -> Voucher:
    if step.act in {"discard", "reverse"}:
        number = held.voucher_no if held else "2026-000001"
        if step.act == "discard":
            return await erp.discard_voucher(DiscardVoucher(voucher_no=number), key)
        args = ReverseVoucher(voucher_no=number, posting_date=NOVEMBER, reason="withdrawn")
        return await erp.reverse_voucher(args, key)
    tax = step.cents * 19 // 100
    fields: dict[str, Any] = {
        "supplier_id": "S1",
        "invoice_no": f"RE-{step.number}",
        "invoice_date": NOVEMBER,
        "posting_date": NOVEMBER,
        "gross_cents": step.cents + tax,
        "net_cents": step.cents,
        "tax_cents": tax,
        "payable_cents": step.cents + tax,
        "tax_case": "domestic",
        "taxes": ({"rate_permyriad": 1900, "net_cents": step.cents, "tax_cents": tax},),
        "account": "material",
        "credit": step.credit,
        "document_sha256": "0" * 64,
    }
    if step.act == "draft":
        return await erp.draft_voucher(DraftVoucher(**fields), key)
    return await erp.post_voucher(PostVoucher(**fields), key)

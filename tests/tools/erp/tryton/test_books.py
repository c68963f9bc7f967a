"""The adapter over a real Tryton: what it refuses, and that a key writes once whatever happens."""

import datetime as dt
from collections.abc import AsyncIterator, Callable
from decimal import Decimal
from typing import Any

import pytest

from leitstand.clock import FixedClock
from leitstand.errors import Contradiction, Missing, Unreachable
from tests.tools.erp.tryton import books
from tests.tools.erp.tryton.conftest import SETTLE, key_of
from tests.tools.erp.tryton.relay import When, relay
from tests.tools.erp.tryton.server import Server
from tools.erp import (
    DiscardVoucher,
    DraftVoucher,
    FindInvoices,
    FindPeriod,
    FindSupplier,
    GetOrder,
    ListReceipts,
    PostVoucher,
    ProposeBankChange,
    ProposePayment,
    ReverseVoucher,
)
from tools.erp.tryton.adapter import TrytonErp
from tools.erp.tryton.settings import Settings

Make = Callable[..., TrytonErp]
Fields = Callable[..., dict[str, Any]]
At = Callable[[str], TrytonErp]


@pytest.fixture
async def erp(tryton: Server, settings: Callable[..., Settings], adapter: Make) -> TrytonErp:
    """The books under the role's own key."""
    return adapter(settings(tryton))


@pytest.fixture
def fields(invoice: Fields, number: str) -> Fields:
    """Fields of a voucher whose number nobody has."""

    def of(**changed: object) -> dict[str, Any]:
        return invoice(invoice_no=number, **changed)

    return of


@pytest.fixture
def args(fields: Fields) -> PostVoucher:
    """The same as a posting."""
    return PostVoucher(**fields())


@pytest.fixture
def at(tryton: Server, settings: Callable[..., Settings], adapter: Make) -> At:
    """The books at another address; each as after a start of the program."""
    return lambda url: adapter(settings(tryton, base_url=url))


@pytest.fixture(autouse=True)
async def alive(tryton: Server) -> AsyncIterator[None]:
    """Whoever killed the server leaves one that runs."""
    yield
    if tryton.process is None:
        tryton.start()


def entered(tryton: Server, number: str) -> list[dict[str, Any]]:
    """The invoices of a number, as a person sees them."""
    with tryton.person() as boss:
        domain = [["type", "=", "in"], ["reference", "ilike", number]]
        return boss.read("account.invoice", domain, "state", "number", "total_amount")


@pytest.mark.slow
async def test_one_key_is_one_voucher(
    erp: TrytonErp, tryton: Server, fields: Fields, number: str
) -> None:
    """Two runs with one key write once; the key with other words is refused."""
    args, key = DraftVoucher(**fields()), key_of(number)
    first = await erp.draft_voucher(args, key)
    assert await erp.draft_voucher(args, key) == first
    assert await erp.voucher_of(key) == first
    assert await erp.voucher_of(key_of("other")) is None
    with pytest.raises(Contradiction, match="used for another write"):
        await erp.draft_voucher(args.model_copy(update={"document_sha256": "1" * 64}), key)
    assert [row["state"] for row in entered(tryton, number)] == ["draft"]


@pytest.mark.slow
async def test_a_number_is_taken_once(
    erp: TrytonErp, tryton: Server, fields: Fields, number: str
) -> None:
    """Another case, another spelling: the invoice is told to be there already."""
    await erp.post_voucher(PostVoucher(**fields()), key_of(number))
    spelt = number.lower().replace("-", " ")
    for written in (number, spelt):
        args = DraftVoucher.model_validate(fields() | {"invoice_no": written})
        with pytest.raises(Contradiction, match="already posted"):
            await erp.draft_voucher(args, key_of(f"again {written}"))
    assert len(entered(tryton, number)) == 1


async def test_what_a_person_entered_is_not_taken_up(
    erp: TrytonErp, tryton: Server, fields: Fields, number: str
) -> None:
    """A draft that somebody made in Tryton is theirs: it is neither posted nor doubled."""
    with tryton.person() as boss:
        party = boss.one("party.party", ["code", "=", "S1"])
        boss.create(
            "account.invoice",
            type="in",
            party=party,
            invoice_address=boss.one("party.address", ["party", "=", party]),
            currency=boss.one("currency.currency", ["code", "=", "EUR"]),
            account=boss.one("account.account", ["code", "=", "1600"]),
            journal=boss.one("account.journal", ["type", "=", "expense"]),
            reference=number,
        )
    with pytest.raises(Contradiction, match="already draft"):
        await erp.post_voucher(PostVoucher(**fields()), key_of(number))
    assert [row["state"] for row in entered(tryton, number)] == ["draft"]


async def test_a_closed_period_is_told(
    erp: TrytonErp, tryton: Server, fields: Fields, number: str
) -> None:
    """October is closed: the next open day is named and nothing is left behind."""
    october = dt.date(2026, 10, 5)
    found = (await erp.find_period(FindPeriod(day=october))).value
    assert found.period is not None
    assert (found.period.state, found.next_open) == ("closed", dt.date(2026, 11, 1))
    with pytest.raises(Contradiction, match="closed period") as caught:
        await erp.post_voucher(PostVoucher(**fields(posting_date=october)), key_of(number))
    assert caught.value.detail == {"next_open": "2026-11-01"}
    assert entered(tryton, number) == []


async def test_another_sum_is_not_entered(
    erp: TrytonErp, tryton: Server, fields: Fields, number: str
) -> None:
    """Where Tryton computes another VAT than the invoice says, nothing stays in the books."""
    share = {"rate_permyriad": 1900, "net_cents": 10_000, "tax_cents": 1_905}
    args = fields(gross_cents=11_905, tax_cents=1_905, taxes=(share,), payable_cents=11_905)
    with pytest.raises(Contradiction, match=r"comes to 119\.00, the invoice to 119\.05"):
        await erp.draft_voucher(DraftVoucher(**args), key_of(number))
    assert entered(tryton, number) == []


async def test_what_the_key_may_not_do_is_told(
    tryton: Server, settings: Callable[..., Settings], adapter: Make, fields: Fields, number: str
) -> None:
    """A wrong key and a user without the groups: data missing, nothing written."""
    args = DraftVoucher(**fields())
    stranger = adapter(settings(tryton, "stranger"))
    with pytest.raises(Missing, match="may not do this"):
        await stranger.draft_voucher(args, key_of(number))
    tryton.keys["nobody"] = "0" * 64
    nobody = adapter(settings(tryton, "nobody"))
    with pytest.raises(Missing, match="does not take the key"):
        await nobody.find_supplier(FindSupplier(name="Keller"))
    with pytest.raises(Missing, match="does not take the key"):
        await nobody.draft_voucher(args, key_of(f"{number} nobody"))
    assert entered(tryton, number) == []


@pytest.mark.slow
async def test_a_rule_of_trytons_own_is_kept(
    erp: TrytonErp, tryton: Server, args: PostVoucher
) -> None:
    """Where two people have to click, an answer of 200 is no posting: a person is told of it."""
    with tryton.person("admin", tryton.keys["admin"]) as admin:
        button = admin.one(
            "ir.model.button", ["model", "=", "account.invoice"], ["name", "=", "post"]
        )
        rule = admin.create(
            "ir.model.button.rule", button=button, number_user=2, description="four eyes"
        )
        try:
            with pytest.raises(Contradiction, match="somebody else's click"):
                await erp.post_voucher(args, key_of(args.invoice_no))
        finally:
            admin.call("ir.model.button.rule", "delete", [rule])
    assert entered(tryton, args.invoice_no) == []


@pytest.mark.slow
async def test_a_draft_is_posted_reversed_and_entered_anew(
    erp: TrytonErp, tryton: Server, fields: Fields, number: str
) -> None:
    """The draft itself becomes the posting; its reversal frees the number."""
    await erp.draft_voucher(DraftVoucher(**fields()), key_of(f"{number} draft"))
    posted = await erp.post_voucher(PostVoucher(**fields()), key_of(f"{number} post"))
    assert {line.account: line.amount_cents for line in posted.lines} == {
        "3400": 10_000,
        "1576": 1_900,
        "1600": -11_900,
    }
    assert await erp.voucher_of(key_of(f"{number} post")) == posted
    back = ReverseVoucher(
        voucher_no=posted.voucher_no, posting_date=books.DAY, reason="wrong_amount"
    )
    key = key_of(f"{number} back")
    reversal = await erp.reverse_voucher(back, key)
    assert await erp.reverse_voucher(back, key) == reversal == await erp.voucher_of(key)
    assert reversal.reverses == posted.voucher_no
    assert sum(line.amount_cents for line in (*posted.lines, *reversal.lines)) == 0
    found = (await erp.find_invoices(FindInvoices(supplier_id="S1"))).value.invoices
    assert [i.status for i in found if i.number == number] == ["reversed"]
    with pytest.raises(Contradiction, match="only posted ones"):
        await erp.reverse_voucher(back, key_of(f"{number} back again"))
    anew = await erp.post_voucher(PostVoucher(**fields()), key_of(f"{number} anew"))
    assert anew.voucher_no != posted.voucher_no
    states = [row["state"] for row in entered(tryton, number)]
    assert sorted(states) == ["cancelled", "posted"]


@pytest.mark.slow
async def test_a_reversal_that_broke_off_is_ended(
    at: At, tryton: Server, clock: FixedClock, args: PostVoucher
) -> None:
    """The credit note is there, the invoice still stands: not done, and set off by the repeat."""
    posted = await at(tryton.url).post_voucher(args, key_of(args.invoice_no))
    back = ReverseVoucher(voucher_no=posted.voucher_no, posting_date=books.DAY, reason="duplicate")
    key = key_of(f"{args.invoice_no} back")
    async with relay(tryton, "PUT /erp/rest/model/account.invoice", "before") as line:
        with pytest.raises(Unreachable):
            await at(line.url).reverse_voucher(back, key)
    tryton.start()
    assert await at(tryton.url).voucher_of(key) is None
    clock.start += dt.timedelta(seconds=SETTLE + 1)
    reversal = await at(tryton.url).reverse_voucher(back, key)
    assert reversal == await at(tryton.url).voucher_of(key)
    with tryton.person() as boss:
        like = boss.read("account.invoice", [["reference", "like", f"{args.invoice_no}%"]], "state")
    assert len(like) == 2
    assert like[0]["state"] == "cancelled"


@pytest.mark.slow
async def test_a_draft_is_discarded(
    erp: TrytonErp, tryton: Server, fields: Fields, number: str
) -> None:
    """It is cancelled in Tryton and its number is free; a posted one is not discarded."""
    draft = await erp.draft_voucher(DraftVoucher(**fields()), key_of(number))
    args, key = DiscardVoucher(voucher_no=draft.voucher_no), key_of(f"{number} away")
    gone = await erp.discard_voucher(args, key)
    assert (gone.state, await erp.discard_voucher(args, key)) == ("discarded", gone)
    posted = await erp.post_voucher(PostVoucher(**fields()), key_of(f"{number} post"))
    with pytest.raises(Contradiction, match="only drafts"):
        await erp.discard_voucher(DiscardVoucher(voucher_no=posted.voucher_no), key_of("no"))
    assert sorted(row["state"] for row in entered(tryton, number)) == ["cancelled", "posted"]


async def test_a_credit_note_stands_on_the_other_side(
    erp: TrytonErp, fields: Fields, number: str
) -> None:
    """Its amounts are positive as printed, its sides turned round, and it is never paid."""
    args = fields(credit=True)
    posted = await erp.post_voucher(PostVoucher(**args), key_of(number))
    assert {line.key: line.amount_cents for line in posted.lines} == {
        "material": -10_000,
        "vst19": -1_900,
        "creditor": 11_900,
    }
    with pytest.raises(Contradiction, match="set off, not paid"):
        await erp.propose_payment(paid(number), key_of(f"{number} pay"))


def paid(number: str, **changed: Any) -> ProposePayment:  # noqa: ANN401 - any field
    """The payment of an invoice of 119 €."""
    given: dict[str, Any] = {
        "supplier_id": "S1",
        "invoice_no": number,
        "iban": books.SUPPLIER_IBAN,
        "amount_cents": 11_900,
        "execute_on": books.DAY,
    }
    return ProposePayment(**{**given, **changed})


@pytest.mark.slow
async def test_a_payment_is_proposed_once_and_never_processed(
    erp: TrytonErp, tryton: Server, fields: Fields, number: str
) -> None:
    """To the account of the master record alone, not more than is open, submitted for people."""
    with pytest.raises(Missing, match="no posted voucher"):
        await erp.propose_payment(paid(number), key_of(f"{number} early"))
    posted = await erp.post_voucher(PostVoucher(**fields()), key_of(number))
    for changed, said in (
        ({"iban": "DE89370400440532013000"}, "not the one of the master record"),
        ({"amount_cents": 11_901}, "are open"),
        ({"amount_cents": 11_000, "discount_cents": 900}, "no such discount"),
        ({"currency": "CHF"}, "is in EUR"),
    ):
        with pytest.raises(Contradiction, match=said):
            await erp.propose_payment(paid(number, **changed), key_of(f"{number} {said}"))
    key = key_of(f"{number} pay")
    first = await erp.propose_payment(paid(number), key)
    assert await erp.propose_payment(paid(number), key) == first == await erp.payment_of(key)
    assert (first.voucher_no, first.iban) == (posted.voucher_no, books.SUPPLIER_IBAN)
    with pytest.raises(Contradiction, match="only 0 cents"):
        await erp.propose_payment(paid(number), key_of(f"{number} twice"))
    back = ReverseVoucher(voucher_no=posted.voucher_no, posting_date=books.DAY, reason="duplicate")
    with pytest.raises(Contradiction, match="is submitted"):
        await erp.reverse_voucher(back, key_of(f"{number} back"))
    with tryton.person() as boss:
        rows = boss.read("account.payment", [["reference", "ilike", f"{number} %"]], "state")
    assert [row["state"] for row in rows] == ["submitted"]


async def test_new_bank_details_are_a_note(erp: TrytonErp, tryton: Server, number: str) -> None:
    """People read it at the supplier; the master record stays as it is."""
    args = ProposeBankChange(
        supplier_id="S1", iban="DE89370400440532013000", document_sha256="0" * 64
    )
    key = key_of(f"{number} bank")
    change = await erp.propose_bank_change(args, key)
    assert await erp.propose_bank_change(args, key) == change == await erp.bank_change_of(key)
    assert change.known_iban == books.SUPPLIER_IBAN
    found = (await erp.find_supplier(FindSupplier(vat=books.SUPPLIER_VAT))).value.supplier
    assert found is not None
    assert found.iban == books.SUPPLIER_IBAN
    with tryton.person() as boss:
        notes = boss.read("ir.note", [["message", "like", f"%{key}"]], "message")
    assert len(notes) == 1
    assert args.iban in notes[0]["message"]


@pytest.mark.slow
async def test_orders_and_receipts_are_read(erp: TrytonErp, tryton: Server) -> None:
    """What was ordered and what arrived, exact; an order that nobody knows is none."""
    with tryton.person() as boss:
        number = books.order(boss, "S1", [(Decimal("42.5"), 12), (Decimal("8.9"), 40)])
    order = (await erp.get_order(GetOrder(order_no=f" {number}"))).value
    assert order is not None
    assert (order.supplier, order.status) == ("S1", "open")
    assert [(x.line, x.qty, x.price) for x in order.lines] == [
        ("1", 12, Decimal("42.5")),
        ("2", 40, Decimal("8.9")),
    ]
    (receipt,) = (await erp.list_receipts(ListReceipts(order_no=number))).value
    assert (receipt.po, receipt.date) == (number, books.DAY)
    assert [(x.line, x.qty) for x in receipt.lines] == [("1", 12), ("2", 40)]
    assert (await erp.get_order(GetOrder(order_no="no such order"))).value is None


@pytest.mark.slow
@pytest.mark.parametrize("step", ["create", "post"])
@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_server_that_dies_leaves_one_voucher(
    tryton: Server, at: At, clock: FixedClock, args: PostVoucher, step: str, when: When
) -> None:
    """It dies while it creates or posts: nothing is repeated early, one voucher is there."""
    key, fatal = key_of(args.invoice_no), "POST /erp/rest/model/account.invoice"
    if step == "post":
        draft = DraftVoucher(**args.model_dump())
        found = await at(tryton.url).draft_voucher(draft, key_of(f"{args.invoice_no} draft"))
        fatal = f"{fatal}/{found.voucher_no.removeprefix('D-')}/post"
    async with relay(tryton, fatal, when) as line:
        with pytest.raises(Unreachable):
            await at(line.url).post_voucher(args, key)
    tryton.start()
    erp = at(tryton.url)
    known = await erp.voucher_of(key)
    assert (known is not None) == (step == "post" and when == "after")
    if known is None:
        with pytest.raises(Unreachable, match="may arrive"):
            await erp.post_voucher(args, key)
    clock.start += dt.timedelta(seconds=SETTLE + 1)
    posted = await erp.post_voucher(args, key)
    assert posted.state == "posted"
    assert [row["state"] for row in entered(tryton, args.invoice_no)] == ["posted"]

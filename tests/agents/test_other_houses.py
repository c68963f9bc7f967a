"""What other companies' invoices showed: no second payment, no second month, own account keys."""

from pathlib import Path

import pytest

from tests.agents.house import House, Result
from tests.agents.paper import Item, Paper
from tests.agents.test_accounting import at_home, invoice
from tests.agents.worlds import World

RENT = Item(None, "", "Gewerbemiete Halle 1", "1", "2850.00")
OURS = "DE02100500000054540402"


def rent(number: str, day: str, start: str, end: str) -> bytes:
    """An invoice of the landlord for a month."""
    paper = Paper("AP-D16").number(number).issued(day, "2026-12-20")
    paper.set("//cac:InvoicePeriod/cbc:StartDate", start)
    return paper.set("//cac:InvoicePeriod/cbc:EndDate", end).data


def judged(state: Path, world: World, files: dict[str, bytes]) -> dict[str, Result]:
    """What becomes of files in a world."""
    results: dict[str, Result] = {}

    async def play(house: House) -> None:
        results.update(await house.run(files))

    at_home(state / "state", play, world.write(state / "world"))
    return results


@pytest.mark.parametrize(("code", "paid"), [("59", 0), ("57", 0), ("58", 1)])
def test_what_the_supplier_debits_is_not_transferred(tmp_path: Path, code: str, paid: int) -> None:
    """AP-D33, signed: posted in each case, and a payment is proposed only where we transfer."""
    data = Paper("AP-D33").set("//cbc:PaymentMeansCode", code).data

    async def play(house: House) -> None:
        house.hire("brandt", "department_head")
        await house.run({"a": data})
        found = await house.sign(house.cases["a"], "brandt")
        assert "erp.voucher.post" in found.tools
        assert found.tools.count("erp.payment.propose") == paid

    at_home(tmp_path, play)


def test_the_account_that_is_debited_is_no_announcement(tmp_path: Path) -> None:
    """Our own account, named as the one to be debited, may stand in a text; another may not."""
    debit = Paper().set("//cbc:PaymentMeansCode", "59").debited(OURS)
    said = f"Der Betrag wird von Ihrem Konto {OURS} eingezogen."
    known = debit.note(said).data
    other = Paper().number("RE-77").note(said).data
    found = judged(tmp_path, World(), {"known": known, "other": other})
    assert "G-A08" not in found["known"].guardrails
    assert "G-A08" in found["other"].guardrails


def test_a_month_of_a_contract_comes_once(tmp_path: Path) -> None:
    """The second invoice for November is held whatever its number; December passes beside it."""
    world = World()
    november, december = ("2026-11-01", "2026-11-30"), ("2026-12-01", "2026-12-31")
    files = {
        "first": rent("MV 4711", "2026-11-02", *november),
        "again": rent("X-90-B", "2026-11-09", *november),
        "next": rent("K 8", "2026-11-10", *december),
    }
    found = judged(tmp_path, world, files)
    assert found["first"].guardrails == {"G-A18"}
    assert (found["again"].decision, found["again"].guardrails) == ("hold", {"G-A10"})
    assert found["next"].guardrails == {"G-A18"}


@pytest.mark.parametrize(("contracts", "marks"), [(1, {"G-A10"}), (2, {"G-A18"})])
def test_as_many_a_month_as_contracts(tmp_path: Path, contracts: int, marks: set[str]) -> None:
    """A month that is in the books is held, unless a second contract of that amount runs."""
    world = World()
    world.posted("S4", "ZZ-1", "2026-11-03", "3391.50")
    for number in range(2, contracts + 1):
        row = {**world.lists["contracts"][0], "contract": f"MV-0{number}"}
        world.lists["contracts"].append(row)
    found = judged(tmp_path, world, {"rent": invoice("AP-D16")})
    assert found["rent"].guardrails == marks


def test_nobody_signs_what_the_books_will_refuse(tmp_path: Path) -> None:
    """An account key that the chart lacks holds an invoice of every tier, and says which."""
    world = World()
    world.supplier("S1")["account"] = "materials"
    found = judged(tmp_path, world, {"small": invoice("AP-D17"), "large": invoice("AP-D33")})
    for result in found.values():
        assert str(result.exit["reason"]).startswith("Der Kontenplan hat das Konto nicht")
        assert str(result.exit["reason"]).endswith("(`materials`)")
        assert result.exit["cause"] == "data missing"
        assert result.exit["result"]["decision"] == "hold"
        assert result.exit["result"]["guardrails"] == ["account-in-chart"]
        assert result.approval == (["clerk"], 1)
        assert set(result.tools) == {"dms.store_original", "task.create"}


@pytest.mark.parametrize(
    ("reason", "decision"),
    [
        ("Steuerfrei nach § 4 Nr. 11 UStG", "approve"),
        ("Steuerschuldnerschaft des Leistungsempfängers (§ 13b UStG)", "hold"),
        ("Steuerfreie innergemeinschaftliche Lieferung", "hold"),
    ],
)
def test_an_exemption_is_none_where_the_buyer_owes(
    tmp_path: Path, reason: str, decision: str
) -> None:
    """Category E with the words of § 13b would be booked without the VAT that we owe."""
    found = judged(tmp_path, World(), {"a": Paper().exempt("E", reason).data})
    assert (found["a"].decision, found["a"].guardrails) == (decision, {"G-A14"})


def test_a_chart_may_be_worded_as_the_house_likes(tmp_path: Path) -> None:
    """Keys of accounts are texts: with blanks, umlauts and signs."""
    world = World()
    key = "Bürobedarf & Porto"
    world.policy["accounts"][key] = {"skr03": "4930", "skr04": "6815"}
    world.supplier("S1")["account"] = key
    found = judged(tmp_path, world, {"a": invoice("AP-D17")})["a"]
    assert found.decision == "auto_draft"
    assert found.proposal["account"] == key


def test_a_reversed_entry_hides_no_booked_one(tmp_path: Path) -> None:
    """A number that was reversed and entered again is in the books, in either order of rows."""
    for name, states in (("one", ("reversed", "paid")), ("other", ("paid", "reversed"))):
        world = World()
        for state, number in zip(states, ("RE-2026-4007", "RE 2026 4007"), strict=True):
            world.posted("S1", number, "2026-11-06", "606.90", status=state)
        found = judged(tmp_path / name, world, {"a": invoice("AP-D17")})["a"]
        assert (found.decision, found.guardrails) == ("reject", {"G-A10"})


def test_a_reversed_number_may_stand_twice(tmp_path: Path) -> None:
    """Reversed and entered anew under one number is no contradiction of the list."""
    world = World()
    world.posted("S1", "RE-1", "2026-10-06", "100.00", status="storniert")
    world.posted("S1", "RE-1", "2026-10-09", "120.00", status="bezahlt")
    found = judged(tmp_path, world, {"a": Paper().number("RE-1").data})["a"]
    assert found.decision == "reject"


TWICE = (("X-1", "Rohr 2 m", "3", "10.00"), ("X-1", "Rohr 2 m", "5", "10.00"))
DEARER = (("X-1", "Rohr 2 m", "3", "10.00"), ("X-1", "Rohr 2 m", "5", "12.00"))


def article(*rows: tuple[str, str]) -> bytes:
    """An invoice for pieces of one article that names no lines of the order."""
    return Paper().order("4711").items(*(Item(None, "X-1", "Rohr 2 m", *row) for row in rows)).data


@pytest.mark.parametrize(
    ("ordered", "invoiced", "marks"),
    [
        (TWICE, [("3", "10.00"), ("5", "10.00")], set[str]()),
        (TWICE, [("8", "10.00")], set[str]()),
        (TWICE, [("9", "10.00")], {"G-A12"}),
        (DEARER, [("5", "12.00"), ("3", "10.00")], set[str]()),
        (DEARER, [("8", "12.00")], {"G-A12"}),
    ],
)
def test_one_article_on_two_lines_of_an_order(
    tmp_path: Path,
    ordered: tuple[tuple[str, str, str, str], ...],
    invoiced: list[tuple[str, str]],
    marks: set[str],
) -> None:
    """Two dates of delivery are two lines: no piece more than arrived, none at the dearer price."""
    world = World()
    world.order("4711", "S1", *ordered)
    world.receive("4711", l1="3", l2="5")
    found = judged(tmp_path, world, {"a": article(*invoiced)})["a"]
    assert found.guardrails == marks

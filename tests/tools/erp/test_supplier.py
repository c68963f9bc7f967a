"""Finding suppliers: what decides, what only suggests, and what contradicts itself."""

import dataclasses
from decimal import Decimal

import pytest

from leitstand.errors import Contradiction, Missing
from tools.database import Database, Tenancy
from tools.erp import Discount, FindSupplier, Supplier
from tools.erp.embedded import EmbeddedErp
from tools.erp.intake import Holdings
from tools.erp.supplier import SupplierRow


async def test_vat_id_decides(erp: EmbeddedErp) -> None:
    """The VAT ID names the supplier, whatever blanks it is written with and whatever the name."""
    found = await erp.find_supplier(FindSupplier(vat="de 999 999 026", name="Somebody Else"))
    assert found.value.supplier is not None
    assert (found.value.supplier.id, found.value.found_by) == ("S1", "vat")
    assert found.source == "erp:supplier/S1"


async def test_tax_number_decides_without_vat_id(erp: EmbeddedErp) -> None:
    """A small business without VAT ID is found by its tax number."""
    found = await erp.find_supplier(FindSupplier(stnr="60/123/45678"))
    assert found.value.supplier is not None
    assert (found.value.supplier.id, found.value.found_by) == ("S3", "stnr")


async def test_name_and_account_only_suggest(erp: EmbeddedErp) -> None:
    """A name or a bank account never makes a supplier known: both are candidates, best first."""
    asked = FindSupplier(name="Keller Dichtungstechnik", iban="DE43 2904 0090 0602 0510 17")
    found = (await erp.find_supplier(asked)).value
    assert found.supplier is None
    best = found.candidates[0]
    assert (best.supplier.id, best.traits) == ("S1", ("iban", "name"))
    assert 800 < best.name_permille < 1000


async def test_the_same_name_is_a_thousand_permille(erp: EmbeddedErp) -> None:
    """Similarity is whole permille; an equal name in other spelling has all of them."""
    found = (await erp.find_supplier(FindSupplier(name="SCHREINEREI Petra  Lohse"))).value
    assert found.candidates[0].name_permille == 1000


async def test_nobody_is_found_for_nothing(erp: EmbeddedErp) -> None:
    """Empty and unknown traits find nobody."""
    for asked in (FindSupplier(), FindSupplier(vat="", name="!"), FindSupplier(vat="ATU1")):
        assert (await erp.find_supplier(asked)).value.supplier is None


@pytest.mark.parametrize(("status", "found"), [("active", None), ("inactive", "S1")])
async def test_a_supplier_found_twice_is_a_contradiction(
    erp: EmbeddedErp, holdings: Holdings, status: str, found: str | None
) -> None:
    """Two active records with one VAT ID contradict each other; an inactive one steps back (R2)."""
    twin = Supplier(id="S9", name="Keller Zweigwerk", vat="DE999999026", status=status)
    await erp.take_in(dataclasses.replace(holdings, suppliers=(*holdings.suppliers, twin)))
    asked = FindSupplier(vat="DE999999026")
    if found is None:
        with pytest.raises(Contradiction, match="S1, S9") as refusal:
            await erp.find_supplier(asked)
        assert refusal.value.cause == "contradictory results"
    else:
        match = (await erp.find_supplier(asked)).value
        assert match.supplier is not None
        assert match.supplier.id == found


async def test_a_change_of_the_master_is_seen_at_once(
    erp: EmbeddedErp, holdings: Holdings, database: Database
) -> None:
    """Masters are held in memory, yet a change by anybody is seen by the next search."""
    await erp.find_supplier(FindSupplier(vat="DE999999026"))
    moved = holdings.suppliers[0].model_copy(update={"iban": "DE89370400440532013000"})
    other = EmbeddedErp(Tenancy(database, "nord"))
    await other.take_in(dataclasses.replace(holdings, suppliers=(moved,)))
    found = (await erp.find_supplier(FindSupplier(vat="DE999999026"))).value.supplier
    assert found is not None
    assert (found.iban, found.version) == ("DE89370400440532013000", 2)


async def test_without_a_supplier_list_nobody_is_unknown(database: Database) -> None:
    """Where no list was loaded, "not found" would be a lie: the search says what is missing."""
    empty = EmbeddedErp(Tenancy(database, "empty"))
    await empty.prepare()
    with pytest.raises(Missing, match="no tenant"):
        await empty.find_supplier(FindSupplier(name="Keller"))
    await empty.take_in(Holdings(lists={}))
    with pytest.raises(Missing, match="no list of suppliers") as refusal:
        await empty.find_supplier(FindSupplier(name="Keller"))
    assert refusal.value.cause == "data missing"


@pytest.mark.parametrize(
    ("skonto", "discounts"),
    [
        (None, ()),
        ("2%/14", (Discount(percent=Decimal(2), days=14),)),
        (
            "3 %/8, 1,5%/20",
            (Discount(percent=Decimal(3), days=8), Discount(percent=Decimal("1.5"), days=20)),
        ),
        ("netto", ()),
    ],
)
def test_agreed_discounts_are_read_from_the_master(
    skonto: str | None, discounts: tuple[Discount, ...]
) -> None:
    """`2%/14` is two percent within 14 days; several are kept in order."""
    assert Supplier(id="S1", name="X", skonto=skonto).discounts == discounts


@pytest.mark.parametrize(
    ("written", "terms"),
    [
        ("2 % in 14 Tagen", [("2", 14)]),
        ("10 Tage 3 %, 30 Tage netto", [("3", 10)]),
        ("3%/10, 2,5%/20", [("3", 10), ("2.5", 20)]),
        ("2% innerhalb 8 Tagen, 30 Tage netto", [("2", 8)]),
        ("0 %", []),
        ("netto", []),
    ],
)
def test_agreed_discounts_are_read_as_people_write_them(
    written: str, terms: list[tuple[str, int]]
) -> None:
    """In words, turned round, beside the net term."""
    found = SupplierRow(id="K-1", name="Hof KG", skonto=written).discounts
    assert [(str(d.percent), d.days) for d in found] == terms


def test_a_discount_that_cannot_be_read_is_refused() -> None:
    """Lost unread, nobody would notice that an invoice grants less."""
    with pytest.raises(ValueError, match="2% sofort"):
        SupplierRow(id="K-1", name="Hof KG", skonto="2% sofort")


def test_an_account_is_the_same_however_it_is_printed() -> None:
    """Payments and changes are compared with it by value."""
    printed = Supplier(id="K-1", name="Hof KG", iban="de43 2904 0090 0602 0510 17")
    assert printed.iban == "DE43290400900602051017"

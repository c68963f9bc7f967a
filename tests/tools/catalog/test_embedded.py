"""The embedded catalogue finds what a text may speak of, and nothing else."""

from leitstand.clock import FixedClock
from tools.catalog import FindProducts, Product
from tools.catalog.embedded import EmbeddedCatalog
from tools.database import Database, Tenancy

PRODUCTS = [
    Product(sku="NW-100", name="Förderband FB-2000", price_cents=1),
    Product(sku="NW-210", name="Tragrolle 50 mm", price_cents=2),
    Product(sku="OEL5", name="Hydrauliköl", price_cents=3, aliases=("Schmierstoff",)),
]


async def test_products_are_found_by_words_codes_and_aliases(
    database: Database, clock: FixedClock
) -> None:
    """Of one tenant alone; a catalogue that is set anew replaces the old one."""
    catalog = EmbeddedCatalog(Tenancy(database, "nord", clock))
    await catalog.prepare()
    await catalog.take_in(PRODUCTS)

    async def found(text: str) -> set[str]:
        return {p.sku for p in (await catalog.find(FindProducts(text=text))).value}

    assert await found("Was kosten Förderbänder?") == {"NW-100"}
    assert "NW-210" in await found("20 Tragrollen")
    assert await found("Schmierstoffe") == {"OEL5"}
    assert await found("Hallo") == set()
    south = EmbeddedCatalog(Tenancy(database, "south", clock))
    assert not (await south.find(FindProducts(text="Tragrolle"))).value
    await catalog.take_in(PRODUCTS[:1])
    assert await found("20 Tragrollen") == set()

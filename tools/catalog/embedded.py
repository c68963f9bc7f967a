"""The embedded catalogue: products in SQLite, with an index of the words they are found by."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import (
    Column,
    Connection,
    ForeignKeyConstraint,
    MetaData,
    String,
    Table,
    delete,
    func,
    insert,
    select,
)

from tools.catalog.product import FindProducts, FoundProducts, Product
from tools.catalog.words import keys
from tools.database import Tenancy

_MOST = 400
"""Candidates that one answer holds at most."""
_AT_ONCE = 500

_metadata = MetaData()
_product = Table(
    "catalog_product",
    _metadata,
    Column("tenant", String, primary_key=True),
    Column("sku", String, primary_key=True),
    Column("data", String, nullable=False),
)
_key = Table(
    "catalog_key",
    _metadata,
    Column("tenant", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("sku", String, primary_key=True),
    ForeignKeyConstraint(["tenant", "sku"], ["catalog_product.tenant", "catalog_product.sku"]),
)


@dataclass(frozen=True, slots=True)
class EmbeddedCatalog:
    """`tools.catalog.Catalog` for one tenant of a database."""

    site: Tenancy

    async def prepare(self) -> None:
        """Create the tables that are not there yet."""
        await self.site.database.create(_metadata)

    async def take_in(self, products: Iterable[Product]) -> None:
        """Set the catalogue."""
        rows = tuple(products)
        await self.site.write(lambda c: self._put(c, rows))

    async def find(self, args: FindProducts) -> FoundProducts:
        """The products that share a word or a code with a text, the closest first."""
        wanted = sorted(keys(args.text))
        found = await self.site.read(lambda c: self._find(c, wanted))
        first = sorted(found[:_MOST], key=lambda p: p.sku)
        return FoundProducts(value=tuple(first), source="catalog", more=len(found) > _MOST)

    def _put(self, connection: Connection, rows: tuple[Product, ...]) -> None:
        own = {"tenant": self.site.tenant}
        for table in (_key, _product):
            connection.execute(delete(table).where(table.c.tenant == self.site.tenant))
        if not rows:
            return
        connection.execute(
            insert(_product),
            [{**own, "sku": p.sku, "data": p.model_dump_json()} for p in rows],
        )
        names = ((p, " \n ".join((p.name, p.sku, *p.aliases))) for p in rows)
        connection.execute(
            insert(_key),
            [{**own, "sku": p.sku, "key": key} for p, name in names for key in sorted(keys(name))],
        )

    def _find(self, connection: Connection, wanted: list[str]) -> list[Product]:
        shared: dict[str, int] = {}
        for start in range(0, len(wanted), _AT_ONCE):
            part = wanted[start : start + _AT_ONCE]
            query = (
                select(_key.c.sku, func.count())
                .where(_key.c.tenant == self.site.tenant, _key.c.key.in_(part))
                .group_by(_key.c.sku)
            )
            for sku, count in connection.execute(query):
                shared[sku] = shared.get(sku, 0) + count
        best = sorted(shared, key=lambda sku: (-shared[sku], sku))[: _MOST + 1]
        query = select(_product.c.data).where(
            _product.c.tenant == self.site.tenant, _product.c.sku.in_(best)
        )
        data = {p.sku: p for p in map(Product.model_validate_json, connection.scalars(query))}
        return [data[sku] for sku in best]

"""Embedded pricing: the company's rules in SQLite."""

from dataclasses import dataclass

from sqlalchemy import Column, Connection, MetaData, String, Table, delete, insert, select

from leitstand.errors import Missing
from tools.database import Tenancy
from tools.pricing.calculation import calculate
from tools.pricing.price import CalculatePrice, FoundPrice
from tools.pricing.rules import PriceRules

_metadata = MetaData()
_rules = Table(
    "pricing_rules",
    _metadata,
    Column("tenant", String, primary_key=True),
    Column("data", String, nullable=False),
)


@dataclass(frozen=True, slots=True)
class EmbeddedPricing:
    """`tools.pricing.Pricing` for one tenant of a database."""

    site: Tenancy

    async def prepare(self) -> None:
        """Create the table if it is not there yet."""
        await self.site.database.create(_metadata)

    async def take_in(self, rules: PriceRules) -> None:
        """Set the price rules."""
        await self.site.write(lambda c: self._put(c, rules))

    async def calculate(self, args: CalculatePrice) -> FoundPrice:
        """What lines cost a customer. Raises Missing: the company has no price rules."""
        rules = await self.site.read(self._read)
        return FoundPrice(value=calculate(rules, args), source="pricing:rules")

    def _put(self, connection: Connection, rules: PriceRules) -> None:
        own = {"tenant": self.site.tenant}
        connection.execute(delete(_rules).where(_rules.c.tenant == self.site.tenant))
        connection.execute(insert(_rules), {**own, "data": rules.model_dump_json()})

    def _read(self, connection: Connection) -> PriceRules:
        query = select(_rules.c.data).where(_rules.c.tenant == self.site.tenant)
        data = connection.execute(query).scalar_one_or_none()
        if data is None:
            raise Missing(
                "the company has no price rules", where="pricing", mend="add price_rules.json"
            )
        return PriceRules.model_validate_json(data)

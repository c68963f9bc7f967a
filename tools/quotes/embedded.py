"""The embedded quotes, in SQLite: a number belongs to one quote, a version is never changed."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    Integer,
    MetaData,
    String,
    Table,
    desc,
    func,
    insert,
    select,
    update,
)

from leitstand.errors import Contradiction, Missing
from tools.database import Tenancy, next_no
from tools.once import Keys, Write
from tools.quotes.quote import CreateQuote, FoundQuote, GetQuote, Quote

_KEPT_YEARS = 6
"""§ 257 (4) HGB, § 147 (3) AO: letters of trade that were sent."""

_metadata = MetaData()
_keys = Keys(_metadata, "quote")
_quote = Table(
    "quote_quote",
    _metadata,
    Column("tenant", String, primary_key=True),
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("number", String, nullable=False),
    Column("data", String, nullable=False),
    Column("state", String, nullable=False),
    Column("entered", String, nullable=False),
    CheckConstraint("state IN ('draft', 'sent')"),
)


@dataclass(frozen=True, slots=True)
class EmbeddedQuotes:
    """`tools.quotes.Quotes` for one tenant of a database."""

    site: Tenancy

    async def prepare(self) -> None:
        """Create the tables that are not there yet."""
        await self.site.database.create(_metadata)

    async def get(self, args: GetQuote) -> FoundQuote:
        """The latest version of a quote."""
        found = await self.site.read(lambda c: self._latest(c, args.quote_no))
        return FoundQuote(value=found, source=f"quotes:{args.quote_no}")

    async def create(self, args: CreateQuote, key: str) -> Quote:
        """A new quote, or a new version of one.

        Raises Missing: there is no quote of this number. Contradiction: it is another customer's.
        """
        write = Write(self.site.tenant, "quote.create_draft", key, args)
        return await self.site.write(
            lambda c: _keys.once(c, write, Quote, lambda: self._enter(c, args))
        )

    async def quote_of(self, key: str) -> Quote | None:
        """The quote that was drafted under `key`."""
        return await self.site.read(lambda c: _keys.find(c, self.site.tenant, key, Quote))

    async def mark_sent(self, quote_no: str, day: date) -> Quote:
        """A person has sent the latest version: it stays as it is, and is kept.

        Raises Missing: there is no quote of this number.
        """
        return await self.site.write(lambda c: self._send(c, quote_no, day))

    def _enter(self, connection: Connection, args: CreateQuote) -> Quote:
        today = date.fromisoformat(self.site.entered[:10])
        if args.quote_no is None:
            number, version = next_no(connection, self.site.tenant, _quote.c.id), 1
            quote_no = f"Q-{number:06d}"
        else:
            before = self._demand(connection, args.quote_no)
            if before.customer_id != args.customer_id:
                raise Contradiction(f"{args.quote_no} is another customer's", where="quotes")
            quote_no, version = args.quote_no, before.version + 1
            number = self._id(connection, quote_no)
        quote = Quote(
            **{n: getattr(args, n) for n in CreateQuote.model_fields if n in _SAME},
            quote_no=quote_no,
            version=version,
            quoted_on=today,
            valid_until=today + timedelta(days=args.valid_days),
        )
        own = {"tenant": self.site.tenant, "id": number, "version": version, "number": quote_no}
        data = {"data": quote.model_dump_json(), "state": "draft", "entered": self.site.entered}
        connection.execute(insert(_quote), own | data)
        return quote

    def _send(self, connection: Connection, quote_no: str, day: date) -> Quote:
        quote = self._demand(connection, quote_no)
        if quote.state == "sent":
            return quote
        kept = date(day.year + _KEPT_YEARS, 12, 31)
        sent = quote.model_copy(update={"state": "sent", "sent_on": day, "keep_until": kept})
        connection.execute(
            update(_quote)
            .where(
                _quote.c.tenant == self.site.tenant,
                _quote.c.number == quote_no,
                _quote.c.version == quote.version,
            )
            .values(data=sent.model_dump_json(), state="sent")
        )
        return sent

    def _demand(self, connection: Connection, quote_no: str) -> Quote:
        found = self._latest(connection, quote_no)
        if found is None:
            raise Missing(f"there is no quote `{quote_no}`", where="quotes")
        return found

    def _latest(self, connection: Connection, quote_no: str) -> Quote | None:
        query = (
            select(_quote.c.data)
            .where(_quote.c.tenant == self.site.tenant, _quote.c.number == quote_no)
            .order_by(desc(_quote.c.version))
            .limit(1)
        )
        data = connection.execute(query).scalar_one_or_none()
        return None if data is None else Quote.model_validate_json(data)

    def _id(self, connection: Connection, quote_no: str) -> int:
        query = select(func.max(_quote.c.id)).where(
            _quote.c.tenant == self.site.tenant, _quote.c.number == quote_no
        )
        return connection.execute(query).scalar_one()


_SAME = frozenset(CreateQuote.model_fields) & frozenset(Quote.model_fields) - {"quote_no"}

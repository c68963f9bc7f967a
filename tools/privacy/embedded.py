"""The embedded register of data subjects' requests, in SQLite: what was done, none of the data."""

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import Column, Connection, Date, Integer, MetaData, String, Table, insert

from tools.database import Tenancy, next_no
from tools.once import Keys, Write
from tools.privacy.request import Answered, AnswerRequest, FoundRequest, ReadRequest, Request

_metadata = MetaData()
_keys = Keys(_metadata, "privacy")
_answer = Table(
    "privacy_answer",
    _metadata,
    Column("tenant", String, primary_key=True),
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("article", String, nullable=False),
    Column("received", Date, nullable=False),
    Column("entered", String, nullable=False),
)
_measure = Table(
    "privacy_measure",
    _metadata,
    Column("tenant", String, primary_key=True),
    Column("answer", Integer, primary_key=True, autoincrement=False),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("record", String, nullable=False),
    Column("action", String, nullable=False),
    Column("keep_until", Date),
    Column("basis", String),
)


@dataclass(frozen=True, slots=True)
class EmbeddedPrivacy:
    """`tools.privacy.Privacy` for one tenant of a database."""

    site: Tenancy

    async def prepare(self) -> None:
        """Create the tables that are not there yet."""
        await self.site.database.create(_metadata)

    async def read(self, args: ReadRequest) -> FoundRequest:
        """A request as it came in."""
        return FoundRequest(value=Request(**dict(args)), source="privacy:request")

    async def answer(self, args: AnswerRequest, key: str) -> Answered:
        """Carry out a request; the proof holds none of the data."""
        write = Write(self.site.tenant, "privacy.request.answer", key, args)
        return await self.site.write(
            lambda c: _keys.once(c, write, Answered, lambda: self._enter(c, args))
        )

    async def answered(self, key: str) -> Answered | None:
        """What was carried out under `key`."""
        return await self.site.read(lambda c: _keys.find(c, self.site.tenant, key, Answered))

    def _enter(self, connection: Connection, args: AnswerRequest) -> Answered:
        tenant, number = self.site.tenant, next_no(connection, self.site.tenant, _answer.c.id)
        own = {"article": args.article, "received": args.received, "entered": self.site.entered}
        connection.execute(insert(_answer), {"tenant": tenant, "id": number, **own})
        rows = [
            {"tenant": tenant, "answer": number, "place": place, **dict(measure)}
            for place, measure in enumerate(args.measures)
        ]
        connection.execute(insert(_measure), rows)
        done = Counter(measure.action for measure in args.measures)
        return Answered(
            answer_no=f"DS-{number:06d}",
            erased=done["erase"],
            kept=done["restrict_and_keep"],
            disclosed=done["disclose"],
        )

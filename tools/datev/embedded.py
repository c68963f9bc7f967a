"""The embedded in-box: what would have been handed to DATEV, in SQLite."""

from dataclasses import dataclass

from sqlalchemy import JSON, Column, Connection, MetaData, String, Table, insert

from tools.database import Tenancy
from tools.datev.document import UploadDocument, UploadedDocument, guid_of
from tools.once import Keys, Write

_metadata = MetaData()
_keys = Keys(_metadata, "datev")
_document = Table(
    "datev_document",
    _metadata,
    Column("tenant", String, primary_key=True),
    Column("guid", String, primary_key=True),
    Column("sha256", String, nullable=False),
    Column("said", JSON, nullable=False),
    Column("entered", String, nullable=False),
)


@dataclass(frozen=True, slots=True)
class EmbeddedDocuments:
    """`tools.datev.Documents` for one tenant of a database."""

    site: Tenancy

    async def prepare(self) -> None:
        """Create the tables that are not there yet."""
        await self.site.database.create(_metadata)

    async def upload(self, args: UploadDocument, key: str) -> UploadedDocument:
        """An entry of the list; the same key gives the same entry. Raises Contradiction."""
        write = Write(self.site.tenant, "datev.document.upload", key, args)
        return await self.site.write(
            lambda c: _keys.once(c, write, UploadedDocument, lambda: self._enter(c, args, key))
        )

    def _enter(self, connection: Connection, args: UploadDocument, key: str) -> UploadedDocument:
        row = {
            "tenant": self.site.tenant,
            "guid": guid_of(key),
            "sha256": args.sha256,
            "said": args.model_dump(mode="json", exclude={"sha256"}),
            "entered": self.site.entered,
        }
        connection.execute(insert(_document), row)
        return UploadedDocument(guid=guid_of(key), sha256=args.sha256, confirmed=True)

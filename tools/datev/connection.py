"""The connection that a world's settings ask for: DATEV itself, or the list on this machine."""

from collections.abc import Sequence
from pathlib import Path

from leitstand.clock import Clock
from leitstand.tool import Connection
from tools.database import Database, Tenancy
from tools.datev.embedded import EmbeddedDocuments
from tools.datev.http import HttpDocuments, Originals
from tools.datev.part import DATEV
from tools.datev.port import Documents
from tools.datev.settings import Settings, read_settings

_NAME = "datev"


async def embedded(state: Path, world: Path, tenant: str, clock: Clock) -> tuple[Connection, ...]:
    """The list on this machine, where the tenant has a connection; without settings nothing."""
    if _settings(world) is None:
        return ()
    site = Tenancy(Database.at(state / "business.sqlite"), tenant, clock)
    documents = EmbeddedDocuments(site)
    await documents.prepare()
    return (Connection(_NAME, Documents, documents),)


def online(
    connections: Sequence[Connection], world: Path | None, originals: Originals, clock: Clock
) -> tuple[Connection, ...]:
    """The same connections, with DATEV itself in place of the list where the settings say so."""
    settings = _settings(world) if world is not None else None
    if settings is None or settings.system == "embedded":
        return tuple(connections)
    documents = HttpDocuments(settings, originals, clock)
    return tuple(_replaced(one, documents) for one in connections)


def _settings(world: Path) -> Settings | None:
    place = DATEV.folder(world)
    return read_settings(place) if place is not None else None


def _replaced(connection: Connection, documents: HttpDocuments) -> Connection:
    if not isinstance(connection.adapter, EmbeddedDocuments):
        return connection
    connection.adapter.site.database.close()
    return Connection(_NAME, Documents, documents)

"""The connection that a world's settings ask for: the books in Tryton, or those on this machine."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from leitstand.tool import Connection
from tools.erp import Erp
from tools.erp.chart import Chart, standard_accounts
from tools.erp.embedded import EmbeddedErp
from tools.erp.tryton.access import Access
from tools.erp.tryton.adapter import TrytonErp
from tools.erp.tryton.attempts import Attempts
from tools.erp.tryton.company import Company
from tools.erp.tryton.part import TRYTON
from tools.erp.tryton.settings import Settings, read_settings
from tools.holdings import read_holdings
from tools.rows import Reader

_CALL = 30.0
"""Seconds that a tool's call lasts at most: until then a request of it may be sent."""


async def online(
    connections: Sequence[Connection], world: Path, policy: dict[str, Any]
) -> tuple[Connection, ...]:
    """The same connections, with the books in Tryton where the world's settings say so.

    Raises ProjectRefused: the settings cannot be used. WorldRefused: the company's own rows.
    """
    place = TRYTON.folder(world)
    settings = read_settings(place) if place is not None else None
    if settings is None or settings.system == "embedded":
        return tuple(connections)
    return tuple([await _replaced(one, settings, world, policy) for one in connections])


async def _replaced(
    connection: Connection, settings: Settings, world: Path, policy: dict[str, Any]
) -> Connection:
    own = connection.adapter
    if not isinstance(own, EmbeddedErp):
        return connection
    reader = Reader(world)
    holdings = read_holdings(reader, policy)
    accounts = dict(standard_accounts()) | {a.key: a for a in holdings.accounts}
    company = Company(
        settings,
        Chart(accounts, holdings.framework),
        {s.id: s for s in holdings.suppliers},
        holdings.currency,
    )
    attempts = Attempts(own.site, _CALL + settings.settle_seconds)
    await attempts.prepare()
    erp = TrytonErp(Access(settings), company, attempts, own)
    return Connection(connection.name, Erp, erp, settle=settings.settle_seconds)

"""A company's world: a folder of JSON files, loaded into the embedded systems of a tenant.

    policy.json             limits, roles, accounts, company; `chart` (skr03 or skr04), `currency`
    suppliers.jsonl         master records
    purchase_orders.jsonl   orders with lines
    goods_receipts.jsonl    what arrived
    contracts.jsonl         recurring contracts                                    may be absent
    posted_invoices.jsonl   invoices in the books of an earlier system             may be absent
    exchange_rates.jsonl    currency, date, rate (units of the own currency)       may be absent
    customers.jsonl         customers of the CRM                                   may be absent
    sanctions.jsonl         the sanctions list

A list that is absent is not an empty one: where its absence would change what a search means, the
search answers Missing. Columns that nobody knows are ignored with a warning, bad rows refused.
"""

import logging
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

from leitstand.clock import Clock, SystemClock
from leitstand.tool import Connection
from leitstand.values import Frozen, Identifier, Text, cents_of
from tools.crm import Crm, Customer
from tools.crm.embedded import EmbeddedCrm
from tools.database import Database, Tenancy
from tools.dms import Dms, Spool
from tools.dms.embedded import EmbeddedDms
from tools.erp import Erp
from tools.erp.embedded import EmbeddedErp
from tools.holdings import read_holdings
from tools.mail import Mails
from tools.mail.embedded import EmbeddedMails
from tools.rows import Reader, WorldRefused, parse_json
from tools.sanctions import ListEntry, Sanctions
from tools.sanctions.embedded import EmbeddedSanctions
from tools.task import Tasks
from tools.task.embedded import EmbeddedTasks

__all__ = ["connect", "disconnect", "limits", "load", "spool"]

_LOG = logging.getLogger("leitstand.world")


class _CustomerRow(Frozen):
    id: Identifier
    name: Text
    mail: Text = ""
    credit_limit: Decimal = Decimal(0)
    open: Decimal = Decimal(0)
    status: Text = "active"


def spool(state: Path) -> Spool:
    """The spool of a state folder: received bytes go there before anything else."""
    return Spool(state / "spool")


def limits(world: Path) -> dict[str, Any]:
    """`policy.json` of a world with exact numbers: integers as int, all others as Decimal.

    Raises WorldRefused: absent, not UTF-8, no JSON object.
    """
    path = world / "policy.json"
    try:
        parsed = parse_json(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise WorldRefused(
            f"policy.json cannot be read: {error.strerror}", where=str(world)
        ) from error
    except ValueError as error:
        raise WorldRefused(f"policy.json is no JSON: {error}", where=str(world)) from error
    if not isinstance(parsed, dict):
        raise WorldRefused("policy.json is not an object", where=str(world))
    return cast("dict[str, Any]", parsed)


async def connect(
    state: Path, world: Path | None, tenant: str, clock: Clock | None = None
) -> tuple[Connection, ...]:
    """Connections to the embedded systems of a tenant; `world` is loaded first where it is given.

    The books lie in `business.sqlite` of `state`, originals in `archive.sqlite`. Loading the same
    world again changes nothing. `disconnect` gives the connections back.

    Raises WorldRefused: the world has bad rows; nothing of it was taken in.
    """
    connections = _connections(state, tenant, clock or SystemClock())
    try:
        for connection in connections:
            await cast("Any", connection.adapter).prepare()
        if world is not None:
            for warning in await load(connections, world):
                _LOG.warning("%s: %s", world.name, warning)
    except BaseException:
        disconnect(connections)
        raise
    return connections


async def load(connections: Iterable[Connection], world: Path) -> tuple[str, ...]:
    """Load a world into the systems behind `connections`; returns warnings.

    Raises WorldRefused: bad rows, all named; nothing was taken in.
    """
    systems = {connection.port: cast("Any", connection.adapter) for connection in connections}
    policy, reader = limits(world), Reader(world)
    holdings = read_holdings(reader, policy)
    customers = reader.read("customers", _CustomerRow, lambda c: c.id)
    sanctions = reader.read("sanctions", ListEntry, lambda e: e.id)
    reader.check()
    warnings = await systems[Erp].take_in(holdings)
    await systems[Mails].take_in(_company(policy))
    if customers is not None:
        await systems[Crm].take_in([_customer(row) for row in customers])
    if sanctions is not None:
        await systems[Sanctions].take_in(sanctions)
    return (*reader.warnings, *warnings)


def disconnect(connections: Iterable[Connection]) -> None:
    """Give connections back; the files are closed with the last use in this process."""
    for connection in connections:
        cast("Any", connection.adapter).site.database.close()


def _connections(state: Path, tenant: str, clock: Clock) -> tuple[Connection, ...]:
    def site(file: str) -> Tenancy:
        return Tenancy(Database.at(state / file), tenant, clock)

    books = "business.sqlite"
    return (
        Connection("erp", Erp, EmbeddedErp(site(books))),
        Connection("crm", Crm, EmbeddedCrm(site(books))),
        Connection("mail", Mails, EmbeddedMails(site(books))),
        Connection("task", Tasks, EmbeddedTasks(site(books))),
        Connection("sanctions", Sanctions, EmbeddedSanctions(site(books))),
        Connection("dms", Dms, EmbeddedDms(site("archive.sqlite"), spool(state))),
    )


def _company(policy: dict[str, Any]) -> str:
    company = policy.get("company")
    return str(cast("dict[str, Any]", company).get("name", "")) if isinstance(company, dict) else ""


def _customer(row: _CustomerRow) -> Customer:
    return Customer(
        id=row.id,
        name=row.name,
        mail=row.mail,
        credit_limit_cents=cents_of(row.credit_limit),
        open_cents=cents_of(row.open),
        status=row.status,
    )

"""A company's world: a folder of JSON files, loaded into the embedded systems of a tenant.

    policy.json             limits, roles, accounts, company; `chart` (skr03 or skr04), `currency`;
                            may be absent where there are no books to keep
    suppliers.jsonl         master records
    purchase_orders.jsonl   orders with lines
    goods_receipts.jsonl    what arrived
    contracts.jsonl         recurring contracts                                    may be absent
    posted_invoices.jsonl   invoices in the books of an earlier system             may be absent
    exchange_rates.jsonl    currency, date, rate (units of the own currency)       may be absent
    customers.jsonl         customers of the CRM                                   may be absent
    datev.json              a connection to DATEV, see `tools.datev.settings`      may be absent
    treasury.json           the own account, see `tools.treasury.part`             may be absent
    tryton.json             books in Tryton, see `tools.erp.tryton.settings`       may be absent

What other departments add lies in folders of their names, or beside these files (`tools.part`).

A list that is absent is not an empty one: where its absence would change what a search means, the
search answers Missing. Columns that nobody knows are ignored with a warning, bad rows refused.
"""

import datetime as dt
import logging
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, cast

from leitstand.clock import Clock, SystemClock
from leitstand.tool import Connection
from tools.catalog import Catalog
from tools.catalog.embedded import EmbeddedCatalog
from tools.compliance import COMPLIANCE
from tools.crm import Crm
from tools.crm.embedded import EmbeddedCrm
from tools.crm.intake import read_customers
from tools.database import Database, Tenancy
from tools.datev.part import DATEV
from tools.dms import Dms, Spool
from tools.dms.embedded import EmbeddedDms
from tools.dms.part import DMS
from tools.erp import Erp
from tools.erp.embedded import EmbeddedErp
from tools.erp.tryton.part import TRYTON
from tools.holdings import read_holdings
from tools.hr import Hr
from tools.hr.embedded import EmbeddedHr
from tools.hr.intake import HR
from tools.mail import Mails
from tools.mail.embedded import EmbeddedMails
from tools.part import Enter, Part
from tools.payroll import Payroll
from tools.payroll.embedded import EmbeddedPayroll
from tools.pricing import Pricing
from tools.pricing.embedded import EmbeddedPricing
from tools.privacy import Privacy
from tools.privacy.embedded import EmbeddedPrivacy
from tools.quotes import Quotes
from tools.quotes.embedded import EmbeddedQuotes
from tools.rows import Reader, WorldRefused, read_json
from tools.sales import SALES
from tools.sanctions import Sanctions
from tools.sanctions.embedded import EmbeddedSanctions
from tools.task import Tasks
from tools.task.embedded import EmbeddedTasks
from tools.tickets import Service
from tools.tickets.embedded import EmbeddedService
from tools.treasury import Treasury
from tools.treasury.embedded import EmbeddedTreasury
from tools.treasury.part import TREASURY

_LOG = logging.getLogger("leitstand.world")

_PARTS: tuple[Part, ...] = (COMPLIANCE, DATEV, DMS, HR, SALES, TREASURY, TRYTON)
"""Departments beside the books."""
_POLICY = "policy.json"
_DAYS = ("today", "closed_periods_until", "next_open_posting_date")
_MIDNIGHT = re.compile(r"(\d{4}-\d\d-\d\d)[T ]00:00(?::00(?:\.0+)?)?(?:Z|\+00:00)?")
"""A day with the time that databases put behind it."""
_BOOKS = ("suppliers", "purchase_orders", "goods_receipts", "posted_invoices")


def spool(state: Path) -> Spool:
    """The spool of a state folder: received bytes go there before anything else."""
    return Spool(state / "spool")


def limits(world: Path) -> dict[str, Any]:
    """`policy.json` with exact numbers, integers as int, all others as Decimal; and the parts' own.

    Raises WorldRefused: absent where there are books, or nothing at all is there; no JSON object.
    """
    parts = {part.name: part.limits(place) for part, place in _parts(world)}
    path = world / _POLICY
    kept = any((world / f"{name}.jsonl").is_file() for name in _BOOKS)
    policy = _policy(path) if kept or not parts or path.is_file() else {}
    return {**policy, **{name: data for name, data in parts.items() if data}}


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
    entering = [_books(reader, policy)]
    readers = [reader]
    for part, place in _parts(world):
        readers.append(Reader(place))
        entering.append(part.read(readers[-1]))
    for one in readers:
        one.check()
    warnings = [warning for enter in entering for warning in await enter(systems)]
    return (*(w for one in readers for w in one.warnings), *warnings)


def disconnect(connections: Iterable[Connection]) -> None:
    """Give connections back; the files are closed with the last use in this process."""
    for connection in connections:
        cast("Any", connection.adapter).site.database.close()


def _books(reader: Reader, policy: dict[str, Any]) -> Enter:
    """The rows of accounting, and of what it shares with others."""
    kept = (reader.folder / _POLICY).is_file()
    holdings = read_holdings(reader, policy) if kept else None
    customers = read_customers(reader)

    async def enter(systems: Mapping[type, Any]) -> tuple[str, ...]:
        warnings = await systems[Erp].take_in(holdings) if holdings is not None else ()
        await systems[Mails].take_in(_company(policy))
        if customers is not None:
            await systems[Crm].take_in(customers)
        return tuple(warnings)

    return enter


def _parts(world: Path) -> list[tuple[Part, Path]]:
    """The parts that a world has, and where they lie."""
    found = ((part, part.folder(world)) for part in _PARTS)
    return [(part, place) for part, place in found if place is not None]


def _policy(path: Path) -> dict[str, Any]:
    found = read_json(path, dict)
    if found is None:
        raise WorldRefused(f"{path.name} cannot be read: there is none", where=str(path.parent))
    for name in _DAYS:
        if (day := _MIDNIGHT.fullmatch(str(found.get(name)))) is not None:
            found[name] = day[1]
    _check_today(found.get("today"), path)
    return found


def _check_today(day: object, path: Path) -> None:
    """The clock of the state begins at this day, before anything else of the world is read."""
    try:
        dt.date.fromisoformat(str(day)) if day else None
    except ValueError as error:
        what = f"{path.name}: today: `{day}` is no day such as 2026-11-20"
        raise WorldRefused(what, where=str(path.parent)) from error


def _connections(state: Path, tenant: str, clock: Clock) -> tuple[Connection, ...]:
    def site(file: str) -> Tenancy:
        return Tenancy(Database.at(state / file), tenant, clock)

    books = "business.sqlite"
    return (
        Connection("erp", Erp, EmbeddedErp(site(books))),
        Connection("crm", Crm, EmbeddedCrm(site(books))),
        Connection("mail", Mails, EmbeddedMails(site(books))),
        Connection("task", Tasks, EmbeddedTasks(site(books))),
        Connection("catalog", Catalog, EmbeddedCatalog(site(books))),
        Connection("pricing", Pricing, EmbeddedPricing(site(books))),
        Connection("quotes", Quotes, EmbeddedQuotes(site(books))),
        Connection("service", Service, EmbeddedService(site(books))),
        Connection("hr", Hr, EmbeddedHr(site("hr.sqlite"))),
        Connection("payroll", Payroll, EmbeddedPayroll(site("hr.sqlite"))),
        Connection("sanctions", Sanctions, EmbeddedSanctions(site(books))),
        Connection("privacy", Privacy, EmbeddedPrivacy(site(books))),
        Connection("dms", Dms, EmbeddedDms(site("archive.sqlite"), spool(state))),
        Connection("treasury", Treasury, EmbeddedTreasury(site(books), state / "treasury")),
    )


def _company(policy: dict[str, Any]) -> str:
    company = policy.get("company")
    return str(cast("dict[str, Any]", company).get("name", "")) if isinstance(company, dict) else ""

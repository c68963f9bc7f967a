"""The office: all systems of a tenant together, and how files come in.

`tools.world` holds the books; here the reading of e-invoices, the intakes and the tenant's own data
are put beside them. `take_in` keeps the bytes of received files before anything looks at them.
"""

import asyncio
import atexit
import mimetypes
import os
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from leitstand.clock import Clock
from leitstand.digest import canonical, plain
from leitstand.errors import ProjectRefused
from leitstand.tool import Connection
from tools.datev.connection import embedded, online
from tools.datev.http import HttpDocuments
from tools.dms.embedded import EmbeddedDms
from tools.einvoice import (
    EInvoices,
    FoundInvoice,
    LocalEInvoices,
    ReadDocument,
    Reader,
    page,
    read_document,
)
from tools.erp.tryton.connection import online as tryton
from tools.intake import FolderIntakes, Intakes, RememberedEInvoices
from tools.reporting import ReportingOffice
from tools.reporting.embedded import EmbeddedReportingOffice
from tools.tenant import FixedTenant, Tenant
from tools.world import connect as connect_books
from tools.world import disconnect as disconnect_books
from tools.world import limits, spool

_WORKERS = min(2, os.cpu_count() or 1)
_BESIDE = frozenset({EInvoices, Intakes, ReportingOffice, Tenant})


async def connect(
    state: Path, world: Path | None, tenant: str, clock: Clock
) -> tuple[Connection, ...]:
    """Connections to all systems of a tenant; `disconnect` gives them back.

    Raises WorldRefused: bad rows; ProjectRefused: there is no world to load the tenant from.
    """
    connections = await twin(state, world, tenant, clock)
    archive = next(c.adapter for c in connections if isinstance(c.adapter, EmbeddedDms))
    connections = online(connections, world, archive, clock)
    return connections if world is None else await tryton(connections, world, limits(world))


async def twin(
    state: Path, world: Path | None, tenant: str, clock: Clock
) -> tuple[Connection, ...]:
    """The same with embedded systems alone: nothing leaves this machine. Raises as `connect`."""
    if world is None:
        raise ProjectRefused("the tenant has no data", mend="name `world` in the project's table")
    books = await connect_books(state, world, tenant, clock)
    archive = next(c.adapter for c in books if isinstance(c.adapter, EmbeddedDms))
    invoices = RememberedEInvoices(LocalEInvoices(archive, _reader()))
    return (
        *books,
        Connection("einvoice", EInvoices, invoices),
        Connection("intake", Intakes, _intakes(state, invoices)),
        Connection("reporting", ReportingOffice, reporting_office(state)),
        Connection("tenant", Tenant, FixedTenant(limits(world))),
        *await embedded(state, world, tenant, clock),
    )


def reporting_office(state: Path) -> EmbeddedReportingOffice:
    """The reporting office of a state folder: reports go there before anybody reads them."""
    return EmbeddedReportingOffice(state / "reporting_office")


def document(tool: str, result: Mapping[str, Any], language: str, at: str = "") -> str | None:
    """A received invoice as a page for people, the value at `at` marked; nothing of other tools."""
    if tool != read_document.name:
        return None
    found = FoundInvoice.model_validate_json(canonical(result))
    return page(found.value, "en" if language == "en" else "de", at)


def disconnect(connections: Iterable[Connection]) -> None:
    """Give connections back."""
    kept = (c for c in connections if c.port not in _BESIDE)
    disconnect_books(c for c in kept if not isinstance(c.adapter, HttpDocuments))


async def take_in(state: Path, files: Sequence[Path]) -> Sequence[Mapping[str, Any]]:
    """Keep files that came in together; the input of an accounting case for each, in their order.

    Of files with the same bytes only the first can be new: the others are told of it.
    Several files are one intake, named by their contents: the same files are the same intake.
    Raises OSError: a file cannot be read.
    """
    return _together(state, [await asyncio.to_thread(_taken, state, file) for file in files])


async def keep(state: Path, files: Sequence[tuple[str, bytes]]) -> Sequence[Mapping[str, Any]]:
    """As `take_in`, of names and bytes."""
    return _together(state, [await asyncio.to_thread(_kept, state, *file) for file in files])


@cache
def _reader() -> Reader:
    """The process's one reader: its workers know no tenant, and take a second to compile rules.

    They start with the first document that is read, and end with the process.
    """
    reader = Reader(workers=_WORKERS)
    atexit.register(reader.close)
    return reader


def _together(state: Path, given: Sequence[dict[str, Any]]) -> Sequence[Mapping[str, Any]]:
    received = [str(one["sha256"]) for one in given]
    hashes = sorted(set(received))
    if len(given) < 2:  # noqa: PLR2004 - one file is no intake
        return [{**one, "intake": ""} for one in given]
    first = f"intake-{plain(canonical(hashes))[:16]}"
    later, intakes = f"{first}-again", _intakes(state, None)
    intakes.take_in(first, hashes)
    intakes.take_in(later, hashes, before=hashes)
    seen = (sha256 in received[:i] for i, sha256 in enumerate(received))
    return [{**one, "intake": later if s else first} for one, s in zip(given, seen, strict=True)]


def _taken(state: Path, file: Path) -> dict[str, Any]:
    with file.open("rb") as opened:
        return _described(file.name, *spool(state).take(opened))


def _kept(state: Path, name: str, content: bytes) -> dict[str, Any]:
    return _described(name, spool(state).put(content), len(content))


def _described(name: str, sha256: str, size: int) -> dict[str, Any]:
    claimed, _ = mimetypes.guess_type(name)
    return {
        "sha256": sha256,
        "media_type": claimed or "application/octet-stream",
        "size": size,
        "filename": _printable(name),
    }


def _printable(name: str) -> str:
    """A file's name, every character that does not print as `?`."""
    return "".join(c if c.isprintable() else "?" for c in name)[:400]


def _intakes(state: Path, invoices: EInvoices | None) -> FolderIntakes:
    return FolderIntakes(state / "intakes", invoices or _Nobody())


class _Nobody:
    """Reads nothing: an intake is written down before there is a reader."""

    async def read(self, args: ReadDocument) -> FoundInvoice:
        raise ProjectRefused("no reader is connected")

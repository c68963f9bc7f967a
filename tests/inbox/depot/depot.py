"""A depot's two systems, in JSON files that a test writes: an ERP and a portal."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Protocol

from leitstand.clock import Clock
from leitstand.errors import Unreachable
from leitstand.tool import Connection, Port, Recorded, tool
from leitstand.values import Frozen, Identifier, Money, Reading


class Find(Frozen):
    """Which delivery."""

    no: Identifier


class Delivery(Frozen):
    """A delivery as a system has it."""

    supplier_id: Identifier | None = None
    cents: Money


class Found(Reading[Delivery]):
    """Reading of a delivery."""


class Book(Frozen):
    """What to book."""

    no: Identifier
    supplier_id: Annotated[Identifier, Recorded("erp.delivery.find", "value.supplier_id")]
    cents: Annotated[Money, Recorded("erp.delivery.find", "value.cents")]


class Note(Frozen):
    """A note that a delivery has come."""

    no: Identifier


class Booked(Frozen):
    """The number that was given."""

    voucher_no: Identifier


class Erp(Port, Protocol):
    """What the depot needs of its ERP."""

    async def find(self, no: str) -> Delivery:
        """A delivery."""
        ...

    async def write(self, what: str, args: Frozen, key: str) -> str:
        """Write once a key."""
        ...

    async def written(self, key: str) -> str | None:
        """What a key did."""
        ...


class Portal(Port, Protocol):
    """What the supplier says."""

    async def find(self, no: str) -> Delivery:
        """A delivery."""
        ...


async def _booked(key: str, erp: Erp) -> Booked | None:
    found = await erp.written(key)
    return None if found is None else Booked(voucher_no=found)


@tool("erp.delivery.find", timeout=2.0)
async def find_delivery(args: Find, erp: Erp) -> Found:
    """The delivery in the ERP."""
    return Found(value=await erp.find(args.no), source=f"ERP {args.no}")


@tool("portal.delivery.find", timeout=2.0, authority="document")
async def find_notice(args: Find, portal: Portal) -> Found:
    """The delivery as its supplier announces it."""
    return Found(value=await portal.find(args.no), source=f"portal {args.no}")


@tool("erp.delivery.note", writes="note", key=("no",), timeout=2.0, reconcile=_booked)
async def note_delivery(args: Note, erp: Erp, key: str) -> Booked:
    """Note that the delivery has come."""
    return Booked(voucher_no=await erp.write("note", args, key))


@tool("erp.delivery.book", writes="booking", key=("no",), timeout=2.0, reconcile=_booked)
async def book_delivery(args: Book, erp: Erp, key: str) -> Booked:
    """Book the delivery."""
    return Booked(voucher_no=await erp.write("booking", args, key))


class Files:
    """A system in `NAME.json`: deliveries by number, `down` while it does not answer."""

    def __init__(self, file: Path) -> None:
        self._file = file

    async def find(self, no: str) -> Delivery:
        """What the file says."""
        return Delivery.model_validate(self._read()["deliveries"][no])

    async def write(self, what: str, args: Frozen, key: str) -> str:
        """Keep it, once a key."""
        rows = self._read()
        done: dict[str, Any] = rows.setdefault("done", {})
        if key not in done:
            number = f"{what}-{len(done) + 1}"
            done[key] = {"no": number, "what": what, "args": args.model_dump(mode="json")}
            self._file.write_text(json.dumps(rows), "utf-8")
        return str(done[key]["no"])

    async def written(self, key: str) -> str | None:
        """What a key did."""
        known = self._read().get("done", {}).get(key)
        return None if known is None else str(known["no"])

    def _read(self) -> dict[str, Any]:
        rows: dict[str, Any] = json.loads(self._file.read_bytes())
        if rows.get("down"):
            raise Unreachable(f"{self._file.stem} does not answer", where=self._file.stem)
        return rows


async def connect(
    state: Path, world: Path | None, tenant: str, clock: Clock
) -> Sequence[Connection]:
    """Both systems, beside the cases."""
    del world, tenant, clock
    return (
        Connection("erp", Erp, Files(state / "erp.json")),
        Connection("portal", Portal, Files(state / "portal.json")),
    )


def limits(world: Path) -> Mapping[str, Any]:
    """The tenant's data."""
    return json.loads((world / "policy.json").read_bytes())

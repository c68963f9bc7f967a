"""A parcel office that refunds lost parcels: a small project whose role asks a model."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Protocol

from leitstand.clock import Clock
from leitstand.errors import Missing
from leitstand.policy import FactCall, facts
from leitstand.tool import Connection, Port, Recorded, tool
from leitstand.values import Frozen, Identifier, Money, Reading, Text

# ---- tools ----


class ReadLetter(Frozen):
    """Read a letter that came in."""

    name: Text


class Letter(Frozen):
    """What the letter says."""

    text: Text


class FoundLetter(Reading[Letter]):
    """Reading of a letter."""


class FindSender(Frozen):
    """Find a sender by name."""

    name: Text


class Sender(Frozen):
    """A sender on record."""

    id: Identifier
    name: Text


class FoundSender(Reading[Sender]):
    """Reading of a record."""


class Refund(Frozen):
    """Refund a lost parcel."""

    sender_id: Annotated[Identifier, Recorded("parcel.sender.find", "value.id")]
    parcel: Text
    cents: Money


class Refunded(Frozen):
    """What was refunded."""

    refund_no: Identifier


class Office(Port, Protocol):
    """The parcel office's records."""

    async def letter(self, name: str) -> Letter:
        """A letter that came in."""
        ...

    async def sender(self, name: str) -> Sender:
        """A sender on record."""
        ...

    async def refund(self, args: Refund, key: str) -> Refunded:
        """Refund, once a key."""
        ...

    async def found(self, key: str) -> Refunded | None:
        """What a key did."""
        ...


@tool("parcel.letter.read", authority="document")
async def read_letter(args: ReadLetter, office: Office) -> FoundLetter:
    """Read a letter."""
    return FoundLetter(
        value=await office.letter(args.name), source=f"letter:{args.name}", confidence=90
    )


@tool("parcel.sender.find")
async def find_sender(args: FindSender, office: Office) -> FoundSender:
    """Find a sender by name."""
    found = await office.sender(args.name)
    return FoundSender(value=found, source=f"office:sender/{found.id}")


async def _found(key: str, office: Office) -> Refunded | None:
    return await office.found(key)


@tool(
    "parcel.refund.pay",
    writes="parcel.refund",
    key=("sender_id", "parcel"),
    idempotent=True,
    reconcile=_found,
)
async def refund(args: Refund, office: Office, key: str) -> Refunded:
    """Refund a parcel."""
    return await office.refund(args, key)


# ---- facts ----


class RefundFacts(Frozen):
    """Nothing is checked: whatever a model chose stays what a model chose."""

    checked: frozenset[str] = frozenset()


@facts("parcel.refund.pay", model=RefundFacts)
def refund_facts(call: FactCall) -> RefundFacts:
    """The same for every refund."""
    return RefundFacts()


# ---- the systems, in files ----


class Files:
    """Letters and refunds in files; senders in a list."""

    def __init__(self, state: Path, senders: Mapping[str, str]) -> None:
        self._state, self._senders = state, senders

    async def letter(self, name: str) -> Letter:
        """A letter out of the folder of what came in."""
        path = self._state / "letters" / name
        if not path.is_file():
            raise Missing(f"no letter `{name}`", where="office")
        return Letter.model_validate_json(path.read_bytes())

    async def sender(self, name: str) -> Sender:
        """A sender on record."""
        if name not in self._senders:
            raise Missing(f"no sender `{name}`", where="office")
        return Sender(id=self._senders[name], name=name)

    async def refund(self, args: Refund, key: str) -> Refunded:
        """Once a key."""
        path = self._state / "refunds" / key.replace("/", "_")
        path.parent.mkdir(exist_ok=True)
        if not path.is_file():
            path.write_text(f"F-{len(list(path.parent.iterdir())) + 1}")
        return Refunded(refund_no=path.read_text())

    async def found(self, key: str) -> Refunded | None:
        """What was refunded under a key."""
        path = self._state / "refunds" / key.replace("/", "_")
        return Refunded(refund_no=path.read_text()) if path.is_file() else None


async def connect(
    state: Path, world: Path | None, tenant: str, clock: Clock
) -> Sequence[Connection]:
    """The office's one connection."""
    known: dict[str, str] = json.loads((world / "senders.json").read_bytes()) if world else {}
    return (Connection("office", Office, Files(state, known)),)


async def take_in(state: Path, files: Sequence[Path]) -> Sequence[Mapping[str, Any]]:
    """Keep the letters and name them."""
    folder = state / "letters"
    folder.mkdir(parents=True, exist_ok=True)
    for file in files:
        (folder / file.name).write_bytes(file.read_bytes())
    return [{"name": file.name} for file in files]


def limits(world: Path) -> dict[str, Any]:
    """The tenant's data."""
    return json.loads((world / "policy.json").read_bytes())

"""The installed base: which machines stand at customers'."""

from typing import Annotated

from pydantic import Field

from leitstand.values import Frozen, Identifier, Reading


class Machine(Frozen):
    """A machine by its serial number: which product it is, and whose, if that is known."""

    serial: Identifier
    sku: Identifier
    customer_id: Identifier | None = None


class FindMachines(Frozen):
    """Find machines by serial numbers; signs and blanks in them do not count."""

    serials: Annotated[tuple[Identifier, ...], Field(max_length=100)]


class FoundMachines(Reading[tuple[Machine, ...]]):
    """Reading of the machines that there are, by serial number."""

"""The ways on from a step: to other steps, with what it writes into the state."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

Update = Mapping[str, object]
"""What a step writes: values by field of the state. Alone, the case goes on at the one `then`."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A step started once more, side by side with its siblings, on a state of its own.

    The state is the sender's, with the fields of `update` replaced (no reducer applies).
    """

    step: str
    update: Update


@dataclass(frozen=True, slots=True)
class Goto:
    """Where a case goes next, and what the step writes first. Several targets run side by side."""

    targets: tuple[str | Sent, ...]
    update: Update


def goto(*targets: str | Sent, **update: object) -> Goto:
    """Go on at `targets`, each named in the step's `then`; `update` are fields of the state."""
    return Goto(targets, MappingProxyType(update))


def send(step: str, /, **update: object) -> Sent:
    """Start `step` on the present state with fields of `update` replaced: fan-out over items."""
    return Sent(step, MappingProxyType(update))

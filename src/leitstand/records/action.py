"""An action: one tool call with its final, canonical arguments."""

from dataclasses import dataclass
from typing import Any

Address = str
"""Where a call stands in a case: `step#visit/branch.path:n` (KERNEL no. 1)."""


@dataclass(frozen=True, slots=True)
class Action:
    """A tool call that the guard decides on.

    `args` is the canonical JSON of the validated arguments. `proposed` is the digest of what the
    agent wanted, `acted` of what is to run; they differ after an edit or a redaction. `editor`
    names the person whose edit `args` are, else it is empty.
    """

    address: Address
    tool: str
    args: dict[str, Any]
    proposed: str
    acted: str
    evidence: tuple[str, ...] = ()
    editor: str = ""

"""A fault: what `journal verify` finds wrong, where, and what to do about it."""

from dataclasses import dataclass
from typing import Literal

Harm = Literal["altered", "truncated", "missing"]

_ADVICE = {
    "altered": "compare with a backup and anchors kept elsewhere; trust nothing of it from there",
    "truncated": "fetch what is gone from a backup; ask the systems for effects that it named",
    "missing": "fetch it from a backup; ask the systems for effects that it named",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that was altered, cut off at its end, or taken away.

    `where` is a case's ULID or `tenant <name>` for its anchors. `seq` is the event (or the anchor's
    number) from which on nothing is proven, -1 for the whole.
    """

    kind: Harm
    where: str
    seq: int
    text: str

    @property
    def advice(self) -> str:
        """What to do now."""
        return _ADVICE[self.kind]

    def __str__(self) -> str:
        """One line for people."""
        place = f"{self.where} from {self.seq} on" if self.seq >= 0 else self.where
        return f"{self.kind}: {place}: {self.text} ({self.advice})"

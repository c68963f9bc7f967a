"""A verdict: what the guard says of an action, with the rules that decided."""

from enum import IntEnum
from typing import Literal

from pydantic import AliasChoices, Field

from leitstand.errors import Cause
from leitstand.values import Frozen


class Decision(IntEnum):
    """The lattice; the most severe of all rules that apply wins."""

    ALLOW = 0
    REDACT = 1
    APPROVE = 2
    ESCALATE = 3
    DENY = 4


Level = Literal["info", "note", "approve", "hold", "escalate", "reject"]
"""What a rule means for the case as a whole, least severe first; `info` leaves no mark."""


class Hit(Frozen):
    """A rule that applied.

    `decision` routes the action, `level` the case. `roles` and `approvers` say who may discharge
    the rule, `rank` which of several rules of one level names the roles. `cause` is the exit's
    cause if the case ends here. `listed` is false where only a deciding level names the rule.
    `fix_de` and `fix_en` say what to do; in journals before there were two languages it is `fix`.
    """

    rule: str
    decision: Decision
    level: Level
    roles: tuple[str, ...] = ()
    approvers: int = 0
    rank: int = 0
    cause: Cause | None = None
    reason_de: str = ""
    reason_en: str = ""
    fix_de: str = ""
    fix_en: str = Field(default="", validation_alias=AliasChoices("fix_en", "fix"))
    owner: str = ""
    version: str = "1"
    listed: bool = True

    def said(self, what: Literal["reason", "fix"], language: Literal["de", "en"]) -> str:
        """The reason, or what to do, in a language, or else in the other."""
        texts = {"de": getattr(self, f"{what}_de"), "en": getattr(self, f"{what}_en")}
        return str(texts[language] or texts["de"] or texts["en"])


class Verdict(Frozen):
    """The guard's answer on one action.

    `hits` holds every rule that applied, marks included, most severe first. `level`, `roles`,
    `approvers` and `cause` are those of the case as a whole. `bundle` is the hash of all policies,
    `slice` the hash of those that can apply to this action: an approval is bound to the slice.
    `facts` is the snapshot that was decided on (flat; ints, booleans, strings, lists of strings).
    """

    decision: Decision
    hits: tuple[Hit, ...] = ()
    level: Level = "info"
    roles: tuple[str, ...] = ()
    approvers: int = 0
    cause: Cause | None = None
    bundle: str = ""
    slice: str = ""
    facts: dict[str, object] = Field(default_factory=dict[str, object])
    redact: tuple[str, ...] = ()
    error: str = ""

    @property
    def rules(self) -> tuple[str, ...]:
        """Ids of the rules that left a mark, as lists show them (information left out)."""
        marks = (h for h in self.hits if h.level != "info" and (h.listed or h.level == self.level))
        return tuple(dict.fromkeys(h.rule for h in marks))

    @property
    def notes(self) -> tuple[str, ...]:
        """Ids of the rules that only inform."""
        return tuple(dict.fromkeys(h.rule for h in self.hits if h.level == "info"))

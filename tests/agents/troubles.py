"""Troubles: a bill, the marks that it must leave, and what follows from them.

The decision is the most severe of all levels; who is asked follows from the rule that decides.
"""

from dataclasses import dataclass, field

from tests.agents.bills import Bill
from tests.agents.companies import Company

LEVELS = ("auto_draft", "approve", "hold", "escalate", "reject")
NOTE, APPROVE, HOLD, ESCALATE, REJECT = LEVELS
_PEOPLE = (
    ("G-C01", "compliance_officer", 1),
    ("G-A08", "treasury", 2),
    ("G-A09", "purchasing_lead", 1),
)


@dataclass
class Trouble:
    """A bill and the marks it must leave; `others` came in with it. `spoilt`: what was changed."""

    company: Company
    bill: Bill
    marks: dict[str, str] = field(default_factory=dict[str, str])
    others: "list[Trouble]" = field(default_factory=list["Trouble"])
    spoilt: frozenset[str] = frozenset()

    @property
    def decision(self) -> str:
        """The most severe of all levels."""
        over = bool(self.company.tier(self.bill.gross)["approvers"])
        levels = [*self.marks.values(), APPROVE if over else NOTE]
        return max(levels, key=LEVELS.index)

    @property
    def rules(self) -> set[str]:
        """All that leave a mark; the tier is listed only where it decides."""
        over = bool(self.company.tier(self.bill.gross)["approvers"])
        tier = {"G-A18"} if over and self.decision == APPROVE else set[str]()
        return set(self.marks) | tier

    @property
    def approval(self) -> tuple[list[str], int]:
        """Who has to act, and how many."""
        if self.decision == NOTE:
            return [], 0
        if self.decision == APPROVE:
            tiers = self.company.policy["approval_tiers"]
            own = self.company.tier(self.bill.gross)
            asked = own if own["approvers"] else next(t for t in tiers if t["approvers"])
            return sorted(asked["roles"]), asked["approvers"]
        if self.decision == ESCALATE:
            graver = [p for p in _PEOPLE if self.marks.get(p[0]) == ESCALATE]
            return [graver[0][1]], graver[0][2]
        return ["clerk"], 1

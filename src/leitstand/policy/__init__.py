"""Policy: facts are measured in Python, rules judge in Cedar, the most severe wins."""

from leitstand.policy.bundle import Bundle, texts_of
from leitstand.policy.change import changes, owners_of
from leitstand.policy.decide import Request, decide, denied, gravest
from leitstand.policy.facts import (
    Evidence,
    FactCall,
    FactMissing,
    Facts,
    Measured,
    Resolved,
    facts,
    facts_in,
    measure,
)
from leitstand.policy.finding import Finding
from leitstand.policy.lint import check, lint
from leitstand.policy.memo import Memo
from leitstand.policy.rule import Rule
from leitstand.policy.schema import Slot, slots_of

__all__ = [
    "Bundle",
    "Evidence",
    "FactCall",
    "FactMissing",
    "Facts",
    "Finding",
    "Measured",
    "Memo",
    "Request",
    "Resolved",
    "Rule",
    "Slot",
    "changes",
    "check",
    "decide",
    "denied",
    "facts",
    "facts_in",
    "gravest",
    "lint",
    "measure",
    "owners_of",
    "slots_of",
    "texts_of",
]

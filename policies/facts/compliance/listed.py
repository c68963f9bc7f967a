"""G-C01: whether somebody resembles an entry of the sanctions list."""

from collections.abc import Mapping
from typing import Any

from leitstand.policy import FactCall, facts
from leitstand.values import Frozen
from policies.facts.compliance.limits import ComplianceLimits, compliance_limits
from tools.sanctions import Match, Screening, screen
from tools.sanctions.letters import is_comparable


class ListedFacts(Frozen):
    """What the screening says of the one name that is entered or frozen.

    `screened`: against a list that is not empty, under just this name. `comparable`: it is written
    in letters that can be compared. `listed`: it is a hit.
    """

    screened: bool
    comparable: bool
    listed: bool
    checked: frozenset[str]


@facts("sanctions.screening.log", "sanctions.block.set", model=ListedFacts)
def listed_facts(call: FactCall) -> ListedFacts:
    """The arguments against the screening that they rest on."""
    found = call.evidence.one(screen)
    screening = found.value if found else Screening(names=())
    hits = hits_of(screening.matches, compliance_limits(call.limits))
    known: Mapping[str, Any] = {
        "name": screening.names[0] if len(screening.names) == 1 else None,
        "list_version": screening.list_version,
        "list_sha256": screening.list_sha256,
        "entries": [hit.entry for hit in hits],
    }
    same = frozenset(name for name, value in call.args.items() if known.get(name) == value)
    screened = screening.entries > 0 and "name" in same and "list_version" in same
    return ListedFacts(
        screened=screened,
        comparable=is_comparable(str(call.args["name"])),
        listed=bool(hits),
        checked=same,
    )


def hits_of(matches: tuple[Match, ...], limits: ComplianceLimits) -> tuple[Match, ...]:
    """The matches that count: alike enough, or a listed name that is wholly contained."""
    return tuple(m for m in matches if m.contained or m.score >= limits.screening_permille)

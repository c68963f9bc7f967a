"""The reception: what could not be sorted becomes a case of its own, for a person to look at.

Nothing of the mail's text is in it: where it lies says its place, what it may be say the rules.
"""

from leitstand.desk import Desk
from leitstand.role import CONTRADICTORY, DATA_MISSING, Exit, Role, exception
from leitstand.values import Frozen, Identifier, Text
from policies.facts.routing import Candidate

__all__ = ["ReceptionCase", "role"]

_REASONS = {
    "unclear": "Der Eingang lässt sich keiner Stelle zuordnen.",
    "contradictory": "Der Eingang passt zu mehreren Stellen.",
    "forged": "Der Absender ist nicht, wer er zu sein vorgibt.",
    "no role": "Für den Eingang gibt es in diesem Unternehmen keine Stelle.",
}


class ReceptionCase(Frozen):
    """What came in: through which trigger, its subject without anything of anybody's health.

    `why` is a key of the reasons above, `marks` what stood out, `people` whose it is now.
    """

    trigger: Text
    why: Identifier | Text
    subject: Text = ""
    candidates: tuple[Candidate, ...] = ()
    marks: tuple[Identifier, ...] = ()
    people: tuple[Identifier, ...]


role = Role(
    "reception",
    ReceptionCase,
    tools=[],
    queue={
        "system unreachable": ["clerk"],
        "data missing": ["clerk"],
        "contradictory results": ["clerk"],
    },
)


@role.step()
async def look(case: ReceptionCase, desk: Desk) -> Exit:
    """Leave it to the people who know the house."""
    cause = DATA_MISSING if case.why == "unclear" else CONTRADICTORY
    reason = _REASONS.get(case.why, _REASONS["unclear"])
    return exception(
        cause,
        reason,
        roles=case.people,
        candidates=[c.model_dump(mode="json") for c in case.candidates],
        marks=list(case.marks),
    )

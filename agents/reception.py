"""The reception: what could not be sorted becomes a case of its own, for a person to look at.

Nothing of the mail's text is in it: where it lies says its place, what it may be say the rules.
"""

from leitstand.desk import Desk
from leitstand.role import CONTRADICTORY, DATA_MISSING, Exit, Role, exception
from leitstand.values import Frozen, Identifier, Text
from policies.facts.routing import Candidate

_UNCLEAR = "Der Eingang lässt sich keiner Stelle zuordnen."


class ReceptionCase(Frozen):
    """What came in: through which trigger, its subject without anything of anybody's health.

    `why` it is here, and the `reason` in words (policies/routing.toml); `marks` what stood out,
    `people` whose it is now.
    """

    trigger: Text
    why: Identifier | Text
    reason: Text = _UNCLEAR
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
    cause = DATA_MISSING if case.why in ("unclear", "unread") else CONTRADICTORY
    return exception(
        cause,
        case.reason,
        roles=case.people,
        candidates=[c.model_dump(mode="json") for c in case.candidates],
        marks=list(case.marks),
    )

"""A case of HR: what is given, and how its exits are made."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from leitstand.digest import canonical
from leitstand.errors import Cause, Refused
from leitstand.records import Verdict
from leitstand.role import CONTRADICTORY, DATA_MISSING, Exit, exception, rejected
from leitstand.values import Frozen, Text
from tools.hr import Entry

__all__ = ["HrCase", "HrKind", "Refusal", "handed", "missing", "refusal_of"]

HrKind = Literal["leave", "sick", "working_time", "request", "unknown"]
"""Request for leave, sick note, entries of working time, request by text; none of these."""


class HrCase(Frozen):
    """What came in, without anything that tells of anybody's health.

    `unusable` names what was absent or could not be read. `leave` is the kind of leave, `text` a
    request as written, `sender` who wrote it; of sick notes and requests for leave no text is kept.
    `health_removed`: something was cut out. `sealed`: it reports a wrong, so nothing of it is here.
    `today`: the day on which recorded data came in.
    The rest is written by the steps: number of the employee, ids of readings, what was refused,
    number of the change that was approved.
    """

    kind: HrKind
    employee: Annotated[Text, Field(max_length=200)] = ""
    leave: Annotated[Text, Field(max_length=80)] = ""
    start: date | None = None
    end: date | None = None
    entries: tuple[Entry, ...] = ()
    text: Text = ""
    sender: Annotated[Text, Field(max_length=320)] = ""
    health_removed: bool = False
    today: date | None = None
    unusable: tuple[str, ...] = ()
    sealed: bool = False
    person: str = ""
    evidence: tuple[str, ...] = ()
    refusal: "Refusal | None" = None
    change_no: str = ""


class Refusal(Frozen):
    """What the guard said of a proposal that it did not let through."""

    turned_down: bool = False
    rules: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    cause: Cause = CONTRADICTORY
    reason: str = ""

    def exit(self, undone: tuple[str, ...] = ()) -> Exit:
        """The end of the case: rejected for good, or to the people whom the rules name."""
        result: dict[str, object] = {"guardrails": list(self.rules)}
        if undone:
            result["undone"] = list(undone)
        if self.turned_down:
            return rejected(self.reason, **result)
        return exception(self.cause, self.reason, roles=self.roles, **result)


def refusal_of(refused: Refused) -> Refusal:
    """A refusal of the guard; without a verdict, a fact could not be measured."""
    if "decision" not in refused.detail:
        said = {"cause": refused.detail.get("cause", CONTRADICTORY), "reason": refused.text}
        return Refusal.model_validate(said)
    verdict = Verdict.model_validate_json(canonical(refused.detail))
    reasons = (h.reason_de for h in verdict.hits if h.level == verdict.level)
    return Refusal(
        turned_down=verdict.level == "reject",
        rules=tuple(dict.fromkeys(verdict.rules)),
        roles=verdict.roles,
        cause=verdict.cause or CONTRADICTORY,
        reason=" ".join(dict.fromkeys(reasons)) or verdict.error,
    )


def handed(told: Exit, change_no: str) -> Exit:
    """The end of a change that payroll took over: as payroll's, with its number and theirs."""
    result = {"change_no": change_no, "payroll": {"kind": told.kind, **told.result}}
    return told.model_copy(update={"result": result})


def missing(*names: str) -> Exit:
    """The end of a case that lacks what it needs; `names` say what would resolve it."""
    return exception(DATA_MISSING, "Es fehlt: " + ", ".join(names), missing=list(names))


HrCase.model_rebuild()

"""A case of HR: what is given, and how its exits are made."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from agents.refusal import Refusal
from leitstand.role import Exit
from leitstand.values import Frozen, Text
from tools.hr import Entry

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
    refusal: Refusal | None = None
    change_no: str = ""


def handed(told: Exit, change_no: str) -> Exit:
    """The end of a change that payroll took over: as payroll's, with its number and theirs."""
    result = {"change_no": change_no, "payroll": {"kind": told.kind, **told.result}}
    return told.model_copy(update={"result": result})

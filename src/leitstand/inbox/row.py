"""A row: one case in one line, from its journal: what was decided, by which rules, what changed.

What a role reads and books is its own: a project names a function for the columns of a role's rows.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from leitstand.inbox.dossier import Dossier, Judged, open_dossier
from leitstand.inbox.evidence import readings_of
from leitstand.project import Told
from leitstand.records import Effect, Level
from leitstand.runtime import Leitstand
from leitstand.values import Frozen

RowDecision = Literal["auto_draft", "approve", "hold", "reject", "escalate", "running"]

_DECISIONS: Mapping[Level, RowDecision] = {
    "info": "auto_draft",
    "note": "auto_draft",
    "approve": "approve",
    "hold": "hold",
    "escalate": "escalate",
    "reject": "reject",
}


class Asked(Frozen):
    """Who has to decide or clear up: role ids, and how many people."""

    roles: tuple[str, ...] = ()
    approvers: int = 0


class Proposed(Frozen):
    """The write that was judged most severely: what the role wants done, or has had done."""

    tool: str
    args: dict[str, Any]


class Left(Frozen):
    """How the case ended or where it stands; of an exception, or what is held, cause and reason."""

    kind: str = ""
    cause: str | None = None
    reason: str = ""


class Row(Frozen):
    """One case. `guardrails` are ids of rules that left a mark, `info` those that only inform.

    `effects` are the writes that were sent, from intents and outcomes. `waits` are its open
    checkpoints. `columns` are what the project's function makes of readings and arguments. `ms`
    from start to the last change. `case` is empty where none was made: the file was not to be read.
    """

    file: str
    case: str = ""
    decision: RowDecision
    guardrails: tuple[str, ...] = ()
    info: tuple[str, ...] = ()
    approval: Asked = Asked()
    proposed: Proposed | None = None
    exit: Left
    effects: tuple[Effect, ...] = ()
    waits: tuple[str, ...] = ()
    status: str = ""
    columns: dict[str, Any] = {}
    ms: int = 0

    @property
    def shown(self) -> str:
        """The decision, in the role's own word where it has one."""
        return str(self.columns.get("decision", self.decision))

    @property
    def marks(self) -> tuple[str, ...]:
        """The rules that left a mark, as the role counts them."""
        return tuple(self.columns.get("guardrails", self.guardrails))

    def flat(self) -> dict[str, Any]:
        """The row as data, its columns before the rest; effects by tool, args, key and state."""
        data = self.model_dump(mode="json")
        columns = data.pop("columns")
        names = ("tool", "args", "key", "state")
        data["effects"] = [{n: e[n] for n in names} for e in data["effects"]]
        return {**data, **columns}


async def row_of(leitstand: Leitstand, case: str, file: str) -> Row:
    """The row of a case. Raises Missing: there is no such case."""
    dossier = await open_dossier(leitstand, case)
    gravest = dossier.gravest
    return Row(
        file=file,
        case=case,
        decision=_decision(dossier),
        guardrails=_marks(gravest),
        info=_notes(gravest),
        approval=_asked(dossier),
        proposed=Proposed(tool=gravest.tool, args=gravest.args) if gravest else None,
        exit=_left(dossier),
        effects=dossier.effects,
        waits=tuple(c.id for c in dossier.tape.open_checkpoints()),
        status=dossier.status,
        columns=await _columns(leitstand, dossier),
        ms=round((dossier.changed - dossier.opened) * 1000),
    )


def _decision(dossier: Dossier) -> RowDecision:
    """The most severe level of all verdicts; where nothing was judged, what the end says."""
    gravest, leave = dossier.gravest, dossier.exit
    level = gravest.verdict.level if gravest else "info"
    if level not in ("info", "note"):
        return _DECISIONS[level]
    if leave is not None and leave.kind != "done":
        return "reject" if leave.kind == "rejected" else "hold"
    if dossier.status == "held":
        return "hold"
    return _DECISIONS[level] if leave is not None else "running"


def _asked(dossier: Dossier) -> Asked:
    """From the open checkpoint, else from the refusal that ended the case, else from its exit."""
    for frozen in dossier.tape.open_checkpoints():
        return Asked(roles=tuple(frozen.body["roles"]), approvers=frozen.body["approvers"])
    gravest, leave = dossier.gravest, dossier.exit
    if gravest is not None and gravest.verdict.roles:
        return Asked(roles=gravest.verdict.roles, approvers=gravest.verdict.approvers)
    if leave is not None and leave.kind != "done" and leave.roles:
        return Asked(roles=leave.roles, approvers=1)
    return Asked()


def _left(dossier: Dossier) -> Left:
    leave = dossier.exit
    if leave is None:
        return Left(cause=dossier.reason or None, reason=dossier.held)
    return Left(kind=leave.kind, cause=leave.cause, reason=leave.reason)


async def _columns(leitstand: Leitstand, dossier: Dossier) -> dict[str, Any]:
    make, gravest = leitstand.project.columns.get(dossier.case.role), dossier.gravest
    if make is None:
        return {}
    reads = await readings_of(dossier.journal, leitstand.rules.tools, tuple(dossier.tape.answers))
    told = Told(
        decision=_decision(dossier),
        given=dossier.tape.started["given"],
        guardrails=_marks(gravest),
        info=_notes(gravest),
        readings={r.tool: r.result for r in reads},
        args=gravest.args if gravest else {},
        limits=leitstand.limits,
        today=datetime.fromtimestamp(dossier.opened, leitstand.zone).date(),
    )
    return dict(make(told))


def _marks(gravest: Judged | None) -> tuple[str, ...]:
    return tuple(sorted(set(gravest.verdict.rules))) if gravest else ()


def _notes(gravest: Judged | None) -> tuple[str, ...]:
    return tuple(sorted(set(gravest.verdict.notes))) if gravest else ()

"""A checkpoint that people can name: found by its id, with the case it stands in."""

from collections.abc import Sequence
from dataclasses import dataclass

import orjson
from sqlalchemy import select

from leitstand.errors import ApprovalRefused
from leitstand.guard import checkpoint_of
from leitstand.inbox.dossier import Dossier, open_dossier
from leitstand.inbox.texts import Texts
from leitstand.records import Approval, Checkpoint
from leitstand.runtime import Leitstand
from leitstand.store import Frozen
from leitstand.store.schema import cases, checkpoints

__all__ = ["Pending", "find_pending"]


@dataclass(frozen=True, slots=True)
class Pending:
    """A checkpoint with its case; `given` are the decisions on it so far, those not yet drawn too."""

    dossier: Dossier
    frozen: Frozen
    checkpoint: Checkpoint
    given: tuple[Approval, ...]

    @property
    def signed(self) -> tuple[Approval, ...]:
        """Decisions that carry the action as it is shown."""
        return tuple(a for a in self.given if a.answer != "reject")


async def find_pending(leitstand: Leitstand, name: str, texts: Texts) -> Pending:
    """The checkpoint of this id, or whose id begins so. Raises ApprovalRefused: none, or several."""
    query = (
        select(checkpoints.c.id, cases.c.ulid)
        .join(cases, cases.c.case_no == checkpoints.c.case_no)
        .where(checkpoints.c.tenant == leitstand.tenant, checkpoints.c.id.startswith(name.lower()))
        .limit(5)
    )
    found = await leitstand.store.read(lambda c: [tuple(r) for r in c.execute(query)])
    if not name or not found:
        raise ApprovalRefused(texts.say("refused.unknown", id=name or "?"))
    if len(found) > 1 and (exact := [row for row in found if row[0] == name]) != []:
        found = exact
    if len(found) > 1:
        names = ", ".join(str(row[0]) for row in found)
        raise ApprovalRefused(texts.say("refused.several", id=name, found=names))
    identity, ulid = found[0]
    dossier = await open_dossier(leitstand.store, leitstand.rules.tools, ulid)
    frozen = dossier.tape.by_id[identity]
    given = [Approval.model_validate_json(orjson.dumps(a)) for a in frozen.approvals]
    given += _undrawn(dossier, identity)
    return Pending(dossier, frozen, checkpoint_of(dossier.journal, frozen), tuple(given))


def _undrawn(dossier: Dossier, identity: str) -> Sequence[Approval]:
    """Decisions that wait to be drawn into the journal."""
    bodies = [orjson.loads(s.body) for s in dossier.signals if s.kind == "approval"]
    found = [Approval.model_validate_json(orjson.dumps(b["approval"])) for b in bodies]
    return [a for a in found if a.checkpoint == identity]

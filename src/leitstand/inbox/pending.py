"""A checkpoint that people can name: found by its id, with the case it stands in."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import orjson
from sqlalchemy import select

from leitstand.digest import canonical, plain
from leitstand.errors import ApprovalRefused
from leitstand.guard import checkpoint_of, wanted
from leitstand.inbox.dossier import Dossier, open_dossier
from leitstand.inbox.texts import Texts
from leitstand.records import Approval, Checkpoint
from leitstand.runtime import Leitstand
from leitstand.store import Frozen
from leitstand.store.schema import cases, checkpoints


@dataclass(frozen=True, slots=True)
class Pending:
    """A checkpoint with its case.

    `checkpoint` holds the arguments as people want them by now: those of the latest edit. `given`
    are the decisions on it so far, those too that are not yet drawn into the journal; `signed`
    those of them that carry the action as it stands, one per person.
    """

    dossier: Dossier
    frozen: Frozen
    checkpoint: Checkpoint
    given: tuple[Approval, ...]
    signed: tuple[Approval, ...]
    suppliers: frozenset[str] = frozenset()
    """Who supplied something to the case: they do not decide it."""

    @property
    def seen(self) -> str:
        """A digest of what is shown of it: the action, its evidence, the rules that can apply."""
        shown = self.checkpoint
        return plain(canonical([shown.id, shown.acted, shown.evidence, shown.slice]))[:32]


async def find_pending(leitstand: Leitstand, name: str, texts: Texts) -> Pending:
    """The checkpoint whose id begins so. Raises ApprovalRefused: none, or several."""
    query = (
        select(checkpoints.c.id, checkpoints.c.address, cases.c.ulid)
        .join(cases, cases.c.case_no == checkpoints.c.case_no)
        .where(checkpoints.c.tenant == leitstand.tenant)
        .where(checkpoints.c.id.startswith(name.lower(), autoescape=True))
        .limit(5)
    )
    found = await leitstand.store.read(lambda c: [tuple(r) for r in c.execute(query)])
    if not name or not found:
        mend = "`leitstand inbox` names them"
        raise ApprovalRefused(texts.say("refused.unknown", id=name or "?"), mend=mend)
    if len(found) > 1:
        names = ", ".join(str(row[0]) for row in found)
        raise ApprovalRefused(texts.say("refused.several", id=name, found=names))
    identity, address, ulid = found[0]
    dossier = await open_dossier(leitstand, ulid)
    known = dossier.tape.by_id[identity]
    frozen = replace(known, body={**known.body, "address": address})
    given = tuple(_given(dossier, frozen))
    shown = checkpoint_of(dossier.journal, frozen)
    want = wanted(leitstand.rules, dossier.journal, shown, given)
    checkpoint = shown.model_copy(update={"args": want.args, "acted": want.acted})
    suppliers = dossier.tape.suppliers
    signed = leitstand.rules.grants(checkpoint, given, suppliers=suppliers).approvals
    return Pending(dossier, frozen, checkpoint, given, signed, suppliers)


def _given(dossier: Dossier, frozen: Frozen) -> Iterator[Approval]:
    for body in (*frozen.approvals, *_undrawn(dossier)):
        approval = Approval.model_validate_json(orjson.dumps(body))
        if approval.checkpoint == frozen.id:
            yield approval


def _undrawn(dossier: Dossier) -> Iterator[dict[str, Any]]:
    return (orjson.loads(s.body)["approval"] for s in dossier.signals if s.kind == "approval")

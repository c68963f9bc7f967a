"""The receipt: what came of a decision, with the effect and the way to take it back."""

from typing import Any, Literal

import orjson

from leitstand.inbox.dossier import Dossier, numbers_in, open_dossier
from leitstand.inbox.pending import Pending
from leitstand.inbox.texts import Texts
from leitstand.records import Approval, Effect
from leitstand.runtime import Leitstand
from leitstand.values import Frozen

State = Literal["running", "waits", "done", "rejected", "again", "failed", "held"]


class Receipt(Frozen):
    """What became of a checkpoint after a decision.

    `running`: what comes of it is not known yet. `waits` more signatures, `done` with its effect,
    `rejected`, `again` asked anew as `again` because of `difference`, `failed` in the system or by
    the rules, `held` for an engineer. `next` are checkpoints that the same case has open now.
    `lines` say all of it in words.
    """

    checkpoint: str
    case: str
    person: str
    state: State
    lines: tuple[str, ...]
    effect: Effect | None = None
    undo: str = ""
    missing: int = 0
    roles: tuple[str, ...] = ()
    again: str = ""
    difference: tuple[str, ...] = ()
    next: tuple[str, ...] = ()
    status: str = ""


async def receipt_of(
    leitstand: Leitstand, pending: Pending, approval: Approval, texts: Texts
) -> Receipt:
    """What the case's journal says of this decision now."""
    shown = pending.checkpoint
    dossier = await open_dossier(leitstand, shown.case)
    head: dict[str, Any] = {"checkpoint": shown.id, "case": shown.case, "person": approval.person}
    head["status"] = dossier.status
    if not dossier.resting:
        halted = leitstand.rules.halts.of(dossier.case.role)
        under_way = "receipt.halted" if halted else "receipt.running"
        return Receipt(**head, state="running", lines=(texts.say(under_way),))
    facts = await _facts(leitstand, dossier, pending, approval, texts)
    waiting = tuple(c.id for c in dossier.tape.open_checkpoints())
    following = tuple(w for w in waiting if w not in (shown.id, facts.get("again")))
    lines = [*facts.pop("lines"), *_closing(dossier, following, texts)]
    return Receipt(**head, **facts, lines=tuple(lines), next=following)


async def _facts(
    leitstand: Leitstand, dossier: Dossier, pending: Pending, approval: Approval, texts: Texts
) -> dict[str, Any]:
    shown, tape = pending.checkpoint, dossier.tape
    tool, state = texts.tool(shown.tool), tape.by_id[shown.id].state
    if approval.answer == "reject" and state in ("rejected", "withdrawn"):
        text = texts.say("receipt.rejected", tool=tool, reason=approval.reason)
        return {"state": "rejected", "lines": [text]}
    if state == "used":
        return _used(dossier, shown.address, texts)
    if state == "open":
        return _waits(leitstand, dossier, pending, approval, texts)
    latest = tape.checkpoints.get(shown.address)
    if latest is not None and latest.id != shown.id:
        return _again(latest.id, tuple(latest.body["difference"]), texts)
    failure = (dossier.outcome(shown.address) or {}).get("failure")
    said = texts.told(failure["text"]) if failure else texts.known(f"state.{state}", state)
    return {"state": "failed", "lines": [texts.say("receipt.failed", text=said)]}


def _used(dossier: Dossier, address: str, texts: Texts) -> dict[str, Any]:
    intent = dossier.tape.intents[address]
    effect = next(e for e in dossier.effects if e.key == intent["key"])
    tool = texts.tool(effect.tool)
    if effect.state == "done":
        done = texts.sentence(effect.tool, "done")
        values = {**effect.args, "result": effect.result, "tool": tool}
        line = texts.fill(done or "", values) if done else _done(tool, effect, texts)
        said, undo = texts.fill(texts.sentence(effect.tool, "undo"), values), effect.undo
        back = f"{texts.say('card.reversible')}: {said}" if said else texts.say("receipt.final")
        back = texts.say("receipt.undo", undo=texts.tool(undo)) if undo else back
        return {"state": "done", "lines": [line, back], "effect": effect, "undo": effect.undo}
    failure = (dossier.outcome(address) or {}).get("failure")
    if failure is not None:
        text = texts.say("receipt.failed", text=texts.told(failure["text"]))
        return {"state": "failed", "lines": [text], "effect": effect}
    return {"state": "held", "lines": [texts.say("receipt.held", text=tool)], "effect": effect}


def _done(tool: str, effect: Effect, texts: Texts) -> str:
    names = ", ".join(numbers_in(effect.result, effect.args))
    return texts.say("receipt.done", tool=tool, result=names)


def _waits(
    leitstand: Leitstand, dossier: Dossier, pending: Pending, approval: Approval, texts: Texts
) -> dict[str, Any]:
    """Still open: too few signatures, or not yet one in every role that the rules ask for."""
    shown = pending.checkpoint.model_copy(update={"acted": approval.acted})
    given = dossier.tape.by_id[shown.id].approvals
    everything = [Approval.model_validate_json(orjson.dumps(a)) for a in given]
    grants = leitstand.rules.grants(shown, everything)
    missing = max(shown.approvers - grants.count, 0 if dossier.status == "held" else 1)
    roles = tuple(r for r in shown.roles if r not in grants.roles) or shown.roles
    key = "receipt.waits_one" if missing == 1 else "receipt.waits_many"
    text = texts.say(key, missing=missing, roles=texts.roles(roles))
    return {"state": "waits", "lines": [text], "missing": missing, "roles": roles}


def _again(name: str, difference: tuple[str, ...], texts: Texts) -> dict[str, Any]:
    shown = ", ".join(texts.known(f"reasons.{d}", d) for d in difference)
    text = texts.say("receipt.again", difference=shown, again=name)
    return {"state": "again", "lines": [text], "again": name, "difference": difference}


def _closing(dossier: Dossier, following: tuple[str, ...], texts: Texts) -> list[str]:
    if following:
        return [texts.say("receipt.next", next=", ".join(following))]
    roles = texts.roles(dossier.exit.roles) if dossier.exit else ""
    return [texts.say(f"receipt.case_{dossier.status}", roles=roles or "–")]

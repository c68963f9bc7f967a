"""Deciding a checkpoint: who may, what is signed, and what came of it.

What the guard would refuse later is refused here at once, in words; the guard checks everything
again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from leitstand.approval import Statement, changed, corrections, edit, public_of, sign, write
from leitstand.digest import canonical
from leitstand.errors import ApprovalRefused, ValueRefused
from leitstand.inbox.dossier import open_dossier
from leitstand.inbox.evidence import listed_in
from leitstand.inbox.pending import Pending, find_pending
from leitstand.inbox.receipt import Receipt, receipt_of
from leitstand.inbox.seat import Seat, seat_of
from leitstand.inbox.showing import THREAD
from leitstand.inbox.texts import Texts
from leitstand.records import Answer, Approval, Checkpoint, Correction, Person
from leitstand.runtime import Leitstand
from leitstand.values import Frozen

_HOURS = 24
"""How long a signature carries an action, unless the tenant says `signature_hours`."""


@dataclass(frozen=True, slots=True)
class Signer:
    """A person who has unlocked their key."""

    person: Person
    key: Ed25519PrivateKey

    @staticmethod
    def of(person: Person, secret: bytes) -> "Signer | None":
        """The person with this private key; None: it is not the one that the directory has."""
        key = Ed25519PrivateKey.from_private_bytes(secret)
        return Signer(person, key) if public_of(key) == person.public_key else None


class Decision(Frozen):
    """What a person wants; `edits` maps fields to text as it was typed.

    `seen` is the digest of the card that they were shown, empty where a terminal asks at once.
    """

    checkpoint: str
    seen: str = ""
    answer: Answer
    reason: str = ""
    edits: Mapping[str, str] = {}


async def decide(leitstand: Leitstand, signer: Signer, decision: Decision, texts: Texts) -> Receipt:
    """Sign a decision, run the case on, and say what came of it, or that it is under way.

    Raises ApprovalRefused: decided already, not this person's to decide, signed before, no reason.
    Raises ValueRefused: an edit that is no valid value.
    """
    pending = await find_pending(leitstand, decision.checkpoint, texts)
    _check_version(leitstand, pending, texts)
    seat = _check(leitstand, pending, signer.person, decision, texts)
    approval, found = _signed(leitstand, pending, signer, seat, decision, texts)
    body = {
        "address": pending.checkpoint.address,
        "approval": approval.model_dump(mode="json"),
        "corrections": [c.model_dump(mode="json") for c in found],
    }
    case = pending.checkpoint.case
    await leitstand.store.signal(case, approval.nonce, "approval", orjson.dumps(body))
    await leitstand.go_on(case)
    return await receipt_of(leitstand, pending, approval, texts)


async def answer(
    leitstand: Leitstand, person: Person, case: str, text: str, texts: Texts, *, to: str = ""
) -> str:
    """Tell a case something: `to`, else the one thing that it waits for, else its thread.

    Returns the name under which the case was told. Raises Missing, and ApprovalRefused: it has
    ended, or does not wait for `to`; what a child says no person says for it.
    """
    dossier = await open_dossier(leitstand, case)
    if dossier.exit is not None:
        raise ApprovalRefused(texts.say("refused.ended"), where=case)
    tape = dossier.tape
    due = (t["for"] for a, t in tape.timers.items() if a not in tape.answers)
    waits = sorted({word for word in due if not word.startswith("child:")})
    if to not in {"", THREAD, *waits}:
        raise ApprovalRefused(texts.say("refused.wait", to=to, waits=", ".join(waits)), where=case)
    name = to or (waits[0] if len(waits) == 1 else THREAD)
    at = leitstand.rules.clock.time()
    body = {"person": person.id, "text": text, "at": at}
    identity = leitstand.store.clock.ulid()
    await leitstand.runtime.signal(case, name, body, identity)
    await leitstand.go_on(case)
    return name


def _check_version(leitstand: Leitstand, pending: Pending, texts: Texts) -> None:
    """A case that began with another version of its role would take the signature and not move."""
    case = pending.dossier.case
    known = leitstand.project.roles.get(case.role)
    if known is None or known.version != case.version:
        text = texts.say("refused.version", role=case.role)
        raise ApprovalRefused(text, where=case.ulid, mend="run `leitstand deploy`")


def _check(
    leitstand: Leitstand, pending: Pending, person: Person, decision: Decision, texts: Texts
) -> Seat:
    """The seat in which this person decides. Raises ApprovalRefused."""
    shown = pending.checkpoint
    name = {"name": person.name}
    if decision.seen and pending.frozen.state == "open" and decision.seen != pending.seen:
        raise ApprovalRefused(texts.say("refused.seen"), where=shown.id)
    if pending.frozen.state != "open":
        raise _closed(leitstand, pending, texts)
    _check_eyes(pending, person, texts)
    seat = seat_of(leitstand, pending, person)
    if seat is None:
        roles = texts.roles(shown.roles)
        raise ApprovalRefused(texts.say("refused.role", roles=roles, **name), where=shown.id)
    if decision.answer == "approve" and _has_signed(pending, person):
        raise ApprovalRefused(texts.say("refused.twice", **name), where=shown.id)
    if decision.answer == "reject" and not decision.reason.strip():
        raise ApprovalRefused(texts.say("refused.reason"), where=shown.id)
    return seat


def _check_listed(
    leitstand: Leitstand, shown: Checkpoint, edits: Mapping[str, Any], texts: Texts
) -> None:
    """Raises ValueRefused: none of the words that the tenant's data know for this argument."""
    for name, value in edits.items():
        rows = listed_in(leitstand.limits, texts.places(shown.tool, name))
        if rows and value not in rows:
            raise ValueRefused(f"`{name}`: none of: {', '.join(rows)}", where=shown.id)


def _check_eyes(pending: Pending, person: Person, texts: Texts) -> None:
    """Raises ApprovalRefused: their own action, one that rests on their word, another tenant's."""
    shown, name = pending.checkpoint, {"name": person.name}
    if person.tenant != shown.tenant:
        raise ApprovalRefused(texts.say("refused.tenant", **name))
    if person.id == shown.requester:
        raise ApprovalRefused(texts.say("refused.requester", **name), where=shown.id)
    if person.id in pending.suppliers:
        raise ApprovalRefused(texts.say("handling.supplied", **name), where=shown.id)


def _has_signed(pending: Pending, person: Person) -> bool:
    """Whether they signed, or somebody who stood in for them did."""
    return any(person.id in (a.person, a.on_behalf_of) for a in pending.signed)


def _closed(leitstand: Leitstand, pending: Pending, texts: Texts) -> ApprovalRefused:
    last = pending.given[-1] if pending.given else None
    state = texts.known(f"state.{pending.frozen.state}", pending.frozen.state)
    who = (
        {"person": leitstand.name_of(last.person), "at": last.at}
        if last
        else {"person": "", "at": ""}
    )
    return ApprovalRefused(texts.say("refused.closed", state=state, **who))


def _signed(
    leitstand: Leitstand,
    pending: Pending,
    signer: Signer,
    seat: Seat,
    decision: Decision,
    texts: Texts,
) -> tuple[Approval, tuple[Correction, ...]]:
    """The signed decision, with its corrections. Raises ApprovalRefused, ValueRefused."""
    shown, clock, person = pending.checkpoint, leitstand.rules.clock, signer.person
    reason, whose, found = decision.reason, seat.on_behalf_of, ()
    statement = Statement(answer=decision.answer, reason=reason, on_behalf_of=whose)
    if decision.answer == "edit":
        tool = leitstand.rules.tools[shown.tool]
        new = edit(tool, shown.args, decision.edits).model_dump(mode="json")
        edits = changed(shown.args, new)
        if not edits:
            raise ApprovalRefused(texts.say("refused.same"), where=shown.id)
        _check_listed(leitstand, shown, edits, texts)
        acted = pending.dossier.journal.digest(canonical([shown.tool, new]))
        statement = statement.model_copy(update={"edits": edits, "acted": acted})
        found = corrections(
            shown, shown.args, new, person.id, decision.reason, leitstand.rules.clock.time()
        )
    hold = float(leitstand.limits.get("signature_hours", _HOURS)) * 3600
    approval = sign(write(shown, person, seat.role, statement, clock, hold), signer.key)
    wanted = shown.model_copy(update={"acted": approval.acted})
    grants = leitstand.rules.grants(wanted, [approval])
    if grants.refused:
        key = f"unfit.{grants.refused[0].reason.replace(' ', '_')}"
        raise ApprovalRefused(texts.say(key, person=person.id), where=shown.id)
    return approval, found

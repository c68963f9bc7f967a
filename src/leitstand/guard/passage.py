"""The way of one action from proposal to outcome, and the only path to a write.

validation, evidence, facts, verdict; then allow, redact, freeze or refuse; then intent, connection,
outcome. Every answer is recorded before the step sees it; a recorded answer is never made again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ValidationError

from leitstand.approval import Grants
from leitstand.digest import canonical, plain
from leitstand.errors import (
    ApprovalRefused,
    ArgumentsRefused,
    CallFailed,
    Contradiction,
    Diverged,
    Refused,
    Rejected,
)
from leitstand.guard.call import Call, Pause
from leitstand.guard.failure import failure_of, raised
from leitstand.guard.provenance import tainted
from leitstand.guard.readings import Readings
from leitstand.guard.rules import Asked, Rules
from leitstand.guard.sending import Sending
from leitstand.policy import Evidence, FactCall, FactMissing
from leitstand.records import Approval, Checkpoint, Decision, Event, Verdict
from leitstand.store import Frozen, Journal

__all__ = ["Passage", "checkpoint_of"]

REDACTED = "[entfernt]"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A call with validated arguments (JSON) and the readings found for it."""

    call: Call
    args: dict[str, Any]
    evidence: Evidence
    acted: str
    editor: str = ""


class Passage:
    """One case's way through the guard during one burst."""

    def __init__(self, rules: Rules, sending: Sending, journal: Journal) -> None:
        self._rules = rules
        self._sending = sending
        self._journal = journal
        self._readings = Readings(rules, sending, journal)

    async def perform(self, call: Call) -> BaseModel:
        """The answer of a call: from the tape if it is there, else made under the rules and recorded.

        Raises CallFailed as recorded, Diverged, Pause.
        """
        tape = self._journal.tape
        event = tape.answer(call.address)
        if event is not None:
            return await self._replay(call, event)
        if call.sealed:
            msg = f"the recorded run made no call `{call.tool.name}` here"
            raise Diverged(msg, where=call.address)
        if intent := tape.intents.get(call.address):
            self._same(call, intent["proposed"])
            answer = await self._sending.reconcile(call, intent)
            return await self._settled(call, answer)
        frozen = tape.checkpoints.get(call.address)
        if frozen is not None and frozen.state == "open":
            self._same(call, frozen.body["proposed"])
            return await self._resume(call, frozen)
        return await self._propose(call)

    async def _replay(self, call: Call, event: Event) -> BaseModel:
        body = self._journal.tape.body(event)
        self._same(call, body["proposed"])
        if "failure" in body:
            raise raised(body["failure"])
        return await self._readings.model(call.tool, body, call.address)

    async def _propose(self, call: Call) -> BaseModel:
        try:
            args = _validated(call.tool.args, call.args)
            proposal = Proposal(call, args, await self._readings.find(call.evidence), call.proposed)
            verdict = self._judge(proposal)
            if verdict.decision is Decision.REDACT:
                proposal, verdict = self._redacted(proposal, verdict)
        except CallFailed as error:
            raise self._failed(call, error) from None
        if verdict.decision is Decision.ALLOW:
            return await self._execute(proposal, verdict)
        if verdict.decision is Decision.DENY or not call.may_wait or not call.tool.writes:
            raise self._failed(call, _refusal(call, verdict), verdict)
        return self._freeze(proposal, verdict)

    async def _resume(self, call: Call, frozen: Frozen) -> BaseModel:
        shown = checkpoint_of(self._journal, frozen)
        try:
            proposal, grants = await self._answers(call, frozen, shown)
        except Rejected as error:
            self._close(frozen, "rejected")
            raise self._failed(call, error) from None
        verdict = self._judge(proposal, grants)
        if verdict.decision is Decision.ALLOW:
            return await self._execute(proposal, verdict, frozen, grants)
        if verdict.decision in (Decision.APPROVE, Decision.ESCALATE):
            now = self._shown_now(proposal)
            if now == (shown.evidence, shown.slice):
                raise Pause(f"checkpoint {frozen.id} waits")
            self._close(frozen, "void")
            return self._freeze(proposal, verdict, _difference(shown, now))
        self._close(frozen, "void")
        raise self._failed(call, _refusal(call, verdict), verdict)

    async def _answers(
        self, call: Call, frozen: Frozen, shown: Checkpoint
    ) -> tuple[Proposal, Grants]:
        """The action as people want it by now, and who signed exactly that. Raises Rejected."""
        answers = [Approval.model_validate(a) for a in frozen.approvals]
        args, editor = self._edited(call, shown, answers)
        evidence = await self._readings.again(call.evidence)
        acted = self._digest(call.tool.name, args)
        proposal = Proposal(call, args, evidence, acted, editor)
        evidence_now, slice_now = self._shown_now(proposal)
        current = shown.model_copy(
            update={"acted": acted, "evidence": evidence_now, "slice": slice_now}
        )
        rejecting = [a for a in answers if a.answer == "reject"]
        for answer in self._rules.grants(shown, rejecting).rejections:
            raise Rejected(
                answer.reason or "abgelehnt",
                where=call.tool.name,
                detail={"person": answer.person, "at": int(answer.at)},
            )
        signed = [a for a in answers if a.answer != "reject"]
        return proposal, self._rules.grants(current, signed)

    def _edited(
        self, call: Call, shown: Checkpoint, answers: Sequence[Approval]
    ) -> tuple[dict[str, Any], str]:
        args, editor = dict(shown.args), ""
        for answer in answers:
            if answer.answer == "edit" and self._eligible(shown, answer):
                args, editor = {**args, **answer.edits}, answer.person
        return _validated(call.tool.args, args), editor

    def _eligible(self, shown: Checkpoint, answer: Approval) -> bool:
        edited = shown.model_copy(update={"acted": answer.acted})
        return bool(self._rules.grants(edited, [answer]).count)

    def _judge(self, proposal: Proposal, grants: Grants | None = None) -> Verdict:
        call, case = proposal.call, self._journal.case
        limits = self._rules.limits(case.tenant)
        today = datetime.fromtimestamp(self._rules.clock.time(), UTC).date()
        facts = FactCall(
            tool=call.tool.name,
            args=proposal.args,
            evidence=proposal.evidence,
            limits=limits,
            today=today,
            tenant=case.tenant,
            requester=case.requester,
        )
        try:
            measured = self._rules.bundle.measure(facts)
        except FactMissing as error:
            detail: dict[str, object] = {"cause": error.cause}
            raise Refused(str(error), where=call.tool.name, detail=detail) from error
        marks: tuple[str, ...] = ()
        if call.tool.writes and not proposal.editor:
            marks = tainted(call.tool, proposal.args, proposal.evidence, measured.checked)
        return self._rules.decide(
            case,
            Asked(call.tool.name, proposal.args, measured, marks, bool(proposal.editor)),
            self._journal.tape.done,
            grants,
        )

    def _redacted(self, proposal: Proposal, verdict: Verdict) -> tuple[Proposal, Verdict]:
        args = {k: REDACTED if k in verdict.redact else v for k, v in proposal.args.items()}
        acted = self._digest(proposal.call.tool.name, args)
        changed = Proposal(proposal.call, args, proposal.evidence, acted)
        again = self._judge(changed)
        if again.decision is Decision.REDACT:
            again = again.model_copy(update={"decision": Decision.DENY})
        return changed, again

    async def _execute(
        self,
        proposal: Proposal,
        verdict: Verdict,
        frozen: Frozen | None = None,
        grants: Grants | None = None,
    ) -> BaseModel:
        call = proposal.call
        args = call.tool.args.model_validate_json(canonical(proposal.args))
        if not call.tool.writes:
            try:
                return await self._read(call, args, verdict)
            except CallFailed as error:
                raise self._failed(call, error) from None
        intent = self._intent(proposal, verdict, frozen, grants)
        try:
            answer = await self._sending.send(call, args, intent)
        except Contradiction as error:
            raise self._failed(call, error) from None
        return await self._settled(call, answer)

    async def _read(self, call: Call, args: BaseModel, verdict: Verdict) -> BaseModel:
        result = await self._sending.read(call, args)
        body: dict[str, Any] = {"tool": call.tool.name, "proposed": call.proposed}
        body |= {"args": call.args} if call.tool.watch else {}
        body |= {"verdict": verdict} if verdict.hits else {}
        body |= self._journal.value(canonical(result))
        self._journal.record("answer", call.address, body)
        return await self._readings.model(call.tool, body, call.address)

    async def _settled(self, call: Call, answer: Mapping[str, Any]) -> BaseModel:
        """The recorded outcome of a write, as the step sees it."""
        if "failure" in answer:
            raise raised(answer["failure"])
        return await self._readings.model(call.tool, answer, call.address)

    def _intent(
        self,
        proposal: Proposal,
        verdict: Verdict,
        frozen: Frozen | None,
        grants: Grants | None,
    ) -> dict[str, Any]:
        case, call = self._journal.case, proposal.call
        body: dict[str, Any] = {
            "tool": call.tool.name,
            "args": proposal.args,
            "proposed": call.proposed,
            "acted": proposal.acted,
            "key": effect_key(case.tenant, case.ulid, call.address, call.tool.name),
            "at": self._rules.clock.time(),
            "evidence": list(call.evidence),
            "verdict": verdict,
        }
        if frozen is not None and grants is not None:
            body |= {"checkpoint": frozen.id, "approvals": [a.nonce for a in grants.approvals]}
            body |= {"persons": list(grants.persons)}
        if budgets := self._rules.budgets(case.tenant, call.tool.name, proposal.args):
            body["budgets"] = budgets
        if call.tool.key:
            values = canonical([proposal.args[name] for name in call.tool.key])
            body["business"] = [
                self._sending.connection(call.tool),
                self._rules.business_key(case.tenant, call.tool.writes, values),
            ]
        return body

    def _freeze(
        self, proposal: Proposal, verdict: Verdict, difference: Sequence[str] = ()
    ) -> BaseModel:
        call, case = proposal.call, self._journal.case
        before = self._journal.tape.checkpoints.get(call.address)
        generation = before.generation + 1 if before else 0
        evidence, slice_now = self._shown_now(proposal)
        name = plain(f"{case.ulid}|{call.address}|{generation}".encode())[:10]
        self._journal.record(
            "checkpoint",
            call.address,
            {
                "id": name,
                "tool": call.tool.name,
                "args": proposal.args,
                "proposed": call.proposed,
                "acted": proposal.acted,
                "evidence": evidence,
                "readings": list(call.evidence),
                "slice": slice_now,
                "roles": list(verdict.roles),
                "approvers": max(1, verdict.approvers),
                "opened": self._rules.clock.time(),
                "expires": 0.0,
                "verdict": verdict,
                "difference": list(difference),
            },
        )
        raise Pause(f"checkpoint {name} waits")

    def _close(self, frozen: Frozen, state: str) -> None:
        self._journal.record("void", "", {"id": frozen.id, "state": state})

    def _failed(
        self, call: Call, error: CallFailed, verdict: Verdict | None = None
    ) -> CallFailed:
        body: dict[str, Any] = {
            "tool": call.tool.name,
            "proposed": call.proposed,
            "failure": failure_of(error),
        }
        if call.tool.writes:
            body["args"] = call.args
        if verdict is not None:
            body["verdict"] = verdict
        event = self._journal.record("answer", call.address, body)
        return raised(self._journal.tape.body(event)["failure"])

    def _shown_now(self, proposal: Proposal) -> tuple[str, str]:
        digest = self._readings.digest(proposal.evidence)
        return digest, self._rules.bundle.slice(proposal.call.tool.name)

    def _digest(self, tool: str, args: Mapping[str, Any]) -> str:
        return self._journal.digest(canonical([tool, args]))

    def _same(self, call: Call, recorded: str) -> None:
        self._journal.tape.read(call.address)
        if recorded != call.proposed:
            msg = f"recorded call {recorded[:8]}, now `{call.tool.name}` {call.proposed[:8]}"
            raise Diverged(msg, where=call.address)


def checkpoint_of(journal: Journal, frozen: Frozen) -> Checkpoint:
    """The checkpoint as people are shown it and sign it."""
    body, case = frozen.body, journal.case
    return Checkpoint(
        id=frozen.id,
        case=case.ulid,
        tenant=case.tenant,
        address=body["address"] if "address" in body else _address(journal, frozen),
        tool=body["tool"],
        args=body["args"],
        proposed=body["proposed"],
        acted=body["acted"],
        evidence=body["evidence"],
        slice=body["slice"],
        requester=case.requester,
        roles=tuple(body["roles"]),
        approvers=body["approvers"],
        opened=body["opened"],
        expires=body["expires"],
    )


def effect_key(tenant: str, ulid: str, address: str, tool: str) -> str:
    """The idempotency key of a write: from tenant, case, address and tool alone (KERNEL no. 6)."""
    return plain(f"{tenant}|{ulid}|{address}|{tool}".encode())[:32]


def _address(journal: Journal, frozen: Frozen) -> str:
    found = (a for a, c in journal.tape.checkpoints.items() if c is frozen)
    address = next(found, None)
    if address is None:
        msg = f"checkpoint `{frozen.id}` is not this case's"
        raise ApprovalRefused(msg)
    return address


def _validated(model: type[BaseModel], args: BaseModel | Mapping[str, Any]) -> dict[str, Any]:
    try:
        return model.model_validate_json(canonical(args)).model_dump(mode="json")
    except ValidationError as error:
        faults = "; ".join(
            f"`{'.'.join(map(str, e['loc']))}`: {e['msg']}" for e in error.errors()[:5]
        )
        raise ArgumentsRefused(faults, where=model.__name__) from error


def _refusal(call: Call, verdict: Verdict) -> Refused:
    rules = ", ".join(verdict.rules) or verdict.error or "no rule grants it"
    detail = verdict.model_dump(mode="json", exclude={"facts"})
    return Refused(f"`{call.tool.name}` is refused by {rules}", where=call.tool.name, detail=detail)


def _difference(shown: Checkpoint, now: tuple[str, str]) -> list[str]:
    changed = zip(("evidence", "rules"), (shown.evidence, shown.slice), now, strict=True)
    return [name for name, before, after in changed if before != after]

"""The way of one action from proposal to outcome, and the only path to a write.

validation, evidence, facts, verdict; then allow, redact, freeze or refuse; then intent, connection,
outcome. Every answer is recorded before the step sees it; a recorded answer is never made again.
"""

from collections.abc import Awaitable, Mapping, Sequence
from typing import Any, cast

from pydantic import BaseModel

from leitstand.approval import Grants
from leitstand.digest import canonical, plain
from leitstand.errors import CallFailed, Diverged, Rejected, Unreachable
from leitstand.guard.answers import checkpoint_of, wanted
from leitstand.guard.budget import beyond
from leitstand.guard.call import Call, Pause
from leitstand.guard.failure import failure_of, raised
from leitstand.guard.judging import Judge, Proposal, validated
from leitstand.guard.readings import Readings, stamped
from leitstand.guard.rules import Rules
from leitstand.guard.sending import Sending, Standing, refusal
from leitstand.records import Approval, Checkpoint, Decision, Event, Verdict
from leitstand.store import Frozen, Journal

_ANSWERS = ("value", "blob", "failure")
REREAD = 30.0
"""Seconds until evidence that a system did not give is read again; doubled up to an hour."""


class Passage:
    """One case's way through the guard during one burst."""

    def __init__(self, rules: Rules, sending: Sending, journal: Journal) -> None:
        self._rules, self._sending, self._journal = rules, sending, journal
        self._readings = Readings(rules, sending, journal)
        self._judge = Judge(rules, self._readings, journal)

    async def perform(self, call: Call) -> BaseModel:
        """The answer of a call: from the tape if it is there, else made by the rules and recorded.

        Raises CallFailed as recorded, Diverged, Pause.
        """
        tape = self._journal.tape
        event = tape.answer(call.address)
        if event is not None:
            return await self._replay(call, event)
        if call.sealed or call.address in tape.timers:
            msg = f"the recorded run made no call `{call.tool.name}` here"
            raise Diverged(msg, where=call.address)
        if tape.exit is not None:
            raise Pause("the case has ended: nothing is called any more")
        self.go()
        if intent := tape.intents.get(call.address):
            self._same(call, intent["proposed"])
            standing = await self._standing(call, intent)
            return await self._settled(call, await self._sending.reconcile(call, intent, standing))
        frozen = tape.checkpoints.get(call.address)
        if frozen is not None:
            self._same(call, frozen.body["proposed"])
            if frozen.state == "open":
                return await self._resume(call, frozen)
        if settled := tape.earlier(call.tool.name, call.proposed):
            return await self._replay(call, self._taken_over(call, settled))
        return await self._propose(call)

    def go(self) -> None:
        """Raises Pause while the case's role is halted."""
        self._sending.go()

    def home(self) -> Awaitable[None]:
        """Wait until every call of this case has come home and is recorded."""
        return self._sending.home()

    async def judged(self, call: Call, grants: Grants) -> Verdict:
        """The verdict on a call as if these people had signed it; nothing is recorded or sent.

        Raises CallFailed: arguments or evidence are not fit to be judged.
        """
        args = validated(call.tool.args, call.args)
        evidence = await self._readings.find(call.evidence)
        return self._judge.judged(Proposal(call, args, evidence, call.proposed), grants)[0]

    async def _replay(self, call: Call, event: Event) -> BaseModel:
        body = event.said()
        self._same(call, body["proposed"])
        if "failure" in body:
            raise raised(body["failure"])
        return await self._readings.model(call.tool, body, call.address)

    def _taken_over(self, call: Call, settled: str) -> Event:
        """What an earlier round did, or was refused by people, is the answer here as well."""
        tape = self._journal.tape
        known = tape.answers[settled].said()
        kept = {n: known[n] for n in ("proposed", "acted", *_ANSWERS) if n in known}
        intent = tape.intents.get(settled, {})
        args = {"args": intent.get("args", known.get("args"))}
        body = {"tool": call.tool.name, "from": settled, **args, **kept}
        return self._journal.record("answer", call.address, body)

    async def _propose(self, call: Call) -> BaseModel:
        try:
            args = validated(call.tool.args, call.args)
            evidence = await self._readings.find(call.evidence)
            proposal = Proposal(call, args, evidence, call.proposed)
            verdict, tainted = self._judge.judged(proposal)
            if verdict.decision is Decision.REDACT:
                proposal, verdict, tainted = self._judge.redacted(proposal, verdict)
        except CallFailed as error:
            raise self._failed(call, error) from None
        if verdict.decision is Decision.ALLOW:
            return await self._execute(proposal, verdict)
        if verdict.decision is Decision.DENY or not call.may_wait or not call.tool.writes:
            raise self._failed(call, refusal(call, verdict), verdict)
        return self._freeze(proposal, verdict, tainted)

    async def _resume(self, call: Call, frozen: Frozen) -> BaseModel:
        shown = checkpoint_of(self._journal, frozen)
        answers = [Approval.model_validate(a) for a in frozen.approvals]
        self._rejected(call, frozen, shown, answers)
        if not answers and shown.slice == self._rules.bundle.slice(call.tool.name):
            raise Pause(f"checkpoint {frozen.id} waits")
        try:
            evidence = await self._readings.again(call.evidence)
            want = wanted(self._rules, self._journal, shown, answers)
            editor = want.editor or frozen.body.get(
                "editor", ""
            )  # Edited before it was asked anew.
            proposal = Proposal(call, want.args, evidence, want.acted, editor)
            grants = self._judge.grants(proposal, shown, answers)
            verdict, _ = self._judge.judged(proposal, grants)
        except Unreachable as error:
            raise self._later(frozen, error) from None
        except CallFailed as error:
            raise self._failed(call, error, frozen=frozen) from None
        if verdict.decision is Decision.ALLOW:
            return await self._execute(proposal, verdict, frozen, grants, shown)
        if verdict.decision in (Decision.APPROVE, Decision.ESCALATE):
            now = self._judge.shown(proposal)
            if not (changed := _difference(shown, now, verdict)):
                raise Pause(f"checkpoint {frozen.id} waits")
            self._close(frozen, "void")
            unsigned = self._judge.judged(proposal)  # On the new one nobody has signed.
            return self._freeze(proposal, *unsigned, changed)
        raise self._failed(call, refusal(call, verdict), verdict, frozen)

    def _rejected(
        self, call: Call, frozen: Frozen, shown: Checkpoint, answers: Sequence[Approval]
    ) -> None:
        """Raises Rejected if a person who may decide has said no, whatever has changed since."""
        refusing = [a for a in answers if a.answer == "reject"]
        if not refusing:
            return
        for answer in self._rules.grants(shown, refusing).rejections:
            detail: dict[str, object] = {"person": answer.person, "at": int(answer.at)}
            text = answer.reason or "abgelehnt"
            error = Rejected(text, where=call.tool.name, detail=detail)
            self._close(frozen, "rejected")
            raise self._failed(call, error)

    def _later(self, frozen: Frozen, error: Unreachable) -> Pause:
        """Evidence cannot be shown to hold: no signature is used, and none is lost."""
        tries = self._journal.tape.attempts.get(frozen.id, 0)
        self._journal.record("attempt", "", {"key": frozen.id, "text": error.text})
        wait = min(REREAD * 2**tries, 3600.0)
        return Pause(f"checkpoint {frozen.id}: {error.text}", self._rules.clock.time() + wait)

    async def _execute(
        self,
        proposal: Proposal,
        verdict: Verdict,
        frozen: Frozen | None = None,
        grants: Grants | None = None,
        shown: Checkpoint | None = None,
    ) -> BaseModel:
        call = proposal.call
        args = call.tool.args.model_validate_json(canonical(proposal.args))
        try:
            if not call.tool.writes:
                return await self._read(call, args, verdict)
            intent = self._intent(proposal, verdict, frozen, grants)
            signed = grants.approvals if grants else ()
            standing = self._judge.standing(proposal, shown, signed, intent["at"])
            answer = await self._sending.send(call, args, intent, standing)
        except CallFailed as error:  # Nothing was sent.
            if call.tool.writes and "budgets" in error.detail:
                return self._spent(proposal, error.detail["budgets"], frozen, shown)
            raise self._failed(call, error, frozen=frozen) from None
        return await self._settled(call, answer)

    def _spent(
        self, proposal: Proposal, budgets: object, frozen: Frozen | None, shown: Checkpoint | None
    ) -> BaseModel:
        """Ask the people of the budgets that do not have it, beside whom the rules ask."""
        call, used = proposal.call, cast("Mapping[str, int]", budgets)
        tenant = self._journal.case.tenant
        caps, today = self._rules.caps(tenant, call.tool.name), self._rules.today(tenant)
        row = {c.name: c.row(proposal.args, str(today)) for c in caps}
        hits = [c.hit(row[c.name], used[c.name]) for c in caps if c.name in used]
        verdict, tainted = self._judge.standing(proposal)()
        verdict = beyond(verdict, hits)
        if verdict.decision is Decision.DENY or not call.may_wait:
            raise self._failed(call, refusal(call, verdict), verdict, frozen)
        if frozen is None or shown is None:
            return self._freeze(proposal, verdict, tainted)
        now = self._judge.shown(proposal)
        asked = {h.rule for h in hits} <= _told(frozen) and {*verdict.roles} <= {*shown.roles}
        if asked and now == (shown.evidence, shown.slice):
            raise Pause(f"checkpoint {frozen.id} waits")
        self._close(frozen, "void")
        return self._freeze(proposal, verdict, tainted, _difference(shown, now))

    async def _read(self, call: Call, args: BaseModel, verdict: Verdict) -> BaseModel:
        raw = canonical(await self._sending.read(call, args))
        body: dict[str, Any] = {"tool": call.tool.name, "proposed": call.proposed}
        body["asked"] = call.args  # An action has `args`: those that a person may decide on.
        body |= {"verdict": verdict} if verdict.hits else {}
        body |= self._journal.value(raw)
        self._journal.record("answer", call.address, body)
        return stamped(call.tool, raw, call.address)

    async def _settled(self, call: Call, answer: Mapping[str, Any]) -> BaseModel:
        """The recorded outcome of a write, as the step sees it."""
        if "failure" in answer:
            raise raised(answer["failure"])
        return await self._readings.model(call.tool, answer, call.address)

    async def _standing(self, call: Call, intent: Mapping[str, Any]) -> Standing:
        """How an action that was allowed before stands with the rules, should it be sent again."""
        evidence = await self._readings.find(intent["evidence"])
        editor = intent.get("editor", "")
        proposal = Proposal(call, intent["args"], evidence, intent["acted"], editor)
        frozen = self._journal.tape.by_id.get(intent.get("checkpoint", ""))
        if frozen is None:
            return self._judge.standing(proposal)
        used = [Approval.model_validate(a) for a in frozen.approvals]
        signed = [a for a in used if a.nonce in intent["approvals"]]
        shown = checkpoint_of(self._journal, frozen)
        return self._judge.standing(proposal, shown, signed, intent["at"])

    def _intent(
        self, proposal: Proposal, verdict: Verdict, frozen: Frozen | None, grants: Grants | None
    ) -> dict[str, Any]:
        case, call = self._journal.case, proposal.call
        connection = self._sending.connection(call.tool)
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
        if proposal.editor:
            body["editor"] = proposal.editor
        if caps := self._rules.caps(case.tenant, call.tool.name):
            told, roles = _told(frozen), grants.roles if grants else ()
            today, args = str(self._rules.today(case.tenant)), proposal.args
            body["budgets"] = [c.row(args, today, roles if c.rule in told else ()) for c in caps]
        if call.tool.key:
            values = canonical([proposal.args[name] for name in call.tool.key])
            key = self._rules.business_key(case.tenant, call.tool.writes, values)
            body["business"] = [connection, key]
        return body

    def _freeze(
        self,
        proposal: Proposal,
        verdict: Verdict,
        tainted: Sequence[str],
        difference: Sequence[str] = (),
    ) -> BaseModel:
        call, case = proposal.call, self._journal.case
        before = self._journal.tape.checkpoints.get(call.address)
        generation = before.generation + 1 if before else 0
        evidence, slice_now = self._judge.shown(proposal)
        name = plain(f"{case.ulid}|{call.address}|{generation}".encode())[:16]
        self._journal.record(
            "checkpoint",
            call.address,
            {
                "id": name,
                "tool": call.tool.name,
                "key": call.tool.key,
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
                "tainted": list(tainted),
                **({"editor": proposal.editor} if proposal.editor else {}),
            },
        )
        raise Pause(f"checkpoint {name} waits")

    def _close(self, frozen: Frozen, state: str) -> None:
        self._journal.record("void", "", {"id": frozen.id, "state": state})

    def _failed(
        self,
        call: Call,
        error: CallFailed,
        verdict: Verdict | None = None,
        frozen: Frozen | None = None,
    ) -> CallFailed:
        """Record a failure as the answer, and close the checkpoint that nobody can decide now."""
        if frozen is not None:
            self._close(frozen, "void")
        body: dict[str, Any] = {
            "tool": call.tool.name,
            "proposed": call.proposed,
            "failure": failure_of(error),
        }
        body["args" if call.tool.writes else "asked"] = call.args
        if verdict is not None:
            body["verdict"] = verdict
        event = self._journal.record("answer", call.address, body)
        return raised(event.said()["failure"])

    def _same(self, call: Call, recorded: str) -> None:
        self._journal.tape.read(call.address)
        if recorded != call.proposed:
            msg = f"recorded call {recorded[:8]}, now `{call.tool.name}` {call.proposed[:8]}"
            raise Diverged(msg, where=call.address)


def effect_key(tenant: str, ulid: str, address: str, tool: str) -> str:
    """The idempotency key of a write: from tenant, case, address and tool alone (KERNEL no. 6)."""
    return plain(f"{tenant}|{ulid}|{address}|{tool}".encode())[:32]


def _told(frozen: Frozen | None) -> frozenset[str]:
    """The rules that whoever signs a checkpoint is told of."""
    return frozenset(h["rule"] for h in frozen.body["verdict"]["hits"]) if frozen else frozenset()


def _difference(
    shown: Checkpoint, now: tuple[str, str], verdict: Verdict | None = None
) -> list[str]:
    """What is another than was shown; `people`: after an edit, those who were asked do not do."""
    changed = zip(("evidence", "rules"), (shown.evidence, shown.slice), now, strict=True)
    more = verdict and (
        verdict.approvers > shown.approvers or not {*verdict.roles} <= {*shown.roles}
    )
    names = [name for name, before, after in changed if before != after]
    return [*names, "people"] if more else names

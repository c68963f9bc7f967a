"""Judging: an action's facts and verdict under the rules in force at this moment."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, cast

from pydantic import BaseModel, ValidationError

from leitstand.approval import Grants
from leitstand.approval.signing import BOUND
from leitstand.digest import canonical
from leitstand.errors import ArgumentsRefused, CallFailed, Refused
from leitstand.guard.call import Call
from leitstand.guard.provenance import tainted
from leitstand.guard.readings import Readings
from leitstand.guard.rules import Rules
from leitstand.guard.sending import Standing
from leitstand.policy import Evidence, FactCall, FactMissing, Measured, Request, denied
from leitstand.records import Approval, Checkpoint, Decision, Verdict
from leitstand.store import Journal
from leitstand.values import faults_of

REDACTED = "[entfernt]"
_NOBODY = Grants()
Shown = tuple[str, str]
"""Digest of the readings and hash of the policies: what a signature binds beside the action."""
Marks = tuple[str, ...]


class Proposal(NamedTuple):
    """A call with validated arguments (JSON) and the readings found for it."""

    call: Call
    args: dict[str, Any]
    evidence: Evidence
    acted: str
    editor: str = ""


class Judge:
    """Decides on proposals of one case."""

    def __init__(self, rules: Rules, readings: Readings, journal: Journal) -> None:
        self._rules, self._readings, self._journal = rules, readings, journal

    def judged(self, proposal: Proposal, grants: Grants = _NOBODY) -> tuple[Verdict, Marks]:
        """The verdict under the bundle in force, and the arguments that nothing else grounds.

        Raises Refused: a fact cannot be measured.
        """
        call, case = proposal.call, self._journal.case
        measured = self._measured(proposal)
        by_model = call.by_model or self._readings.of_model(call.evidence)
        marks = self._tainted(proposal, measured, by_model=by_model)
        request = Request(
            tool=call.tool.name,
            role=case.role,
            tenant=case.tenant,
            requester=case.requester,
            args=proposal.args,
            facts=measured.values,
            tainted=frozenset(marks),
            approval_count=grants.count,
            approval_roles=frozenset(grants.roles),
            approval_persons=frozenset(grants.persons),
            edited=bool(proposal.editor),
            done=frozenset(self._journal.tape.done),
        )
        verdict = self._rules.decide(request)
        if marks and by_model and not grants.count and verdict.decision < Decision.APPROVE:
            # Rules are data of the project; that no model writes on its own is none.
            text = f"a model chose {', '.join(marks)}, and no rule asks a person"
            return denied(self._rules.bundle, call.tool.name, text), marks
        return verdict, marks

    def _measured(self, proposal: Proposal) -> Measured:
        call, case = proposal.call, self._journal.case
        facts = FactCall(
            tool=call.tool.name,
            args=proposal.args,
            evidence=proposal.evidence,
            limits=self._rules.limits(case.tenant),
            today=self._rules.today(case.tenant),
            tenant=case.tenant,
            requester=case.requester,
        )
        try:
            return self._rules.bundle.measure(facts)
        except FactMissing as error:
            detail: dict[str, object] = {"cause": error.cause}
            raise Refused(str(error), where=call.tool.name, detail=detail) from error

    def _tainted(self, proposal: Proposal, measured: Measured, *, by_model: bool) -> Marks:
        call = proposal.call
        if not call.tool.writes or proposal.editor:
            return ()
        good = measured.checked
        return tainted(call.tool, proposal.args, proposal.evidence, good, by_model=by_model)

    def redacted(self, proposal: Proposal, verdict: Verdict) -> tuple[Proposal, Verdict, Marks]:
        """The proposal without what the rules take out, judged again. Raises CallFailed."""
        cut = {k: REDACTED if k in verdict.redact else v for k, v in proposal.args.items()}
        args = validated(proposal.call.tool.args, cut)
        acted = self.digest(proposal.call.tool.name, args)
        changed = Proposal(proposal.call, args, proposal.evidence, acted)
        again, marks = self.judged(changed)
        if again.decision is Decision.REDACT:
            again = again.model_copy(update={"decision": Decision.DENY})
        return changed, again, marks

    def shown(self, proposal: Proposal) -> Shown:
        """What a signature on this proposal would be bound to now."""
        digest = self._readings.digest(proposal.evidence)
        return digest, self._rules.bundle.slice(proposal.call.tool.name)

    def grants(
        self,
        proposal: Proposal,
        shown: Checkpoint,
        answers: Sequence[Approval],
        at: float | None = None,
    ) -> Grants:
        """Who has signed exactly this proposal; `at` as of another moment than now."""
        now = (proposal.acted, *self.shown(proposal))
        signed = [a for a in answers if a.answer != "reject"]
        if now != (shown.acted, shown.evidence, shown.slice):
            shown = shown.model_copy(update=dict(zip(BOUND, now, strict=True)))
        return self._rules.grants(shown, signed, at, self._journal.tape.suppliers)

    def standing(
        self,
        proposal: Proposal,
        shown: Checkpoint | None = None,
        answers: Sequence[Approval] = (),
        at: float = 0.0,
    ) -> Standing:
        """How the proposal stands whenever it is asked; signatures count as of `at`, their use."""

        def judge() -> tuple[Verdict, Marks]:
            try:
                grants = self.grants(proposal, shown, answers, at) if shown else _NOBODY
                return self.judged(proposal, grants)
            except CallFailed as error:
                return denied(self._rules.bundle, proposal.call.tool.name, str(error)), ()

        return judge

    def digest(self, tool: str, args: Mapping[str, Any]) -> str:
        """Digest of an action under the case's key."""
        return self._journal.digest(canonical([tool, args]))


def validated(model: type[BaseModel], args: BaseModel | Mapping[str, Any]) -> dict[str, Any]:
    """Arguments as JSON data, strictly validated. Raises ArgumentsRefused."""
    try:
        found = model.model_validate_json(canonical(args)).model_dump(mode="json")
    except ValidationError as error:
        raise ArgumentsRefused(faults_of(error), where=model.__name__) from error
    if isinstance(args, BaseModel) and (turned := _turned(args, found)):
        raise ArgumentsRefused(f"`{turned[0]}`: a boolean is no number", where=model.__name__)
    return found


def _turned(args: BaseModel, found: Mapping[str, Any]) -> list[str]:
    """Fields in which a model that was made without validation has written `True` as 1."""
    return [name for name, value in args.__dict__.items() if _differs(value, found.get(name))]


def _differs(given: object, said: object) -> bool:
    if isinstance(given, bool):
        return said is not given
    if isinstance(given, BaseModel) and isinstance(said, dict):
        return bool(_turned(given, cast("dict[str, Any]", said)))
    if isinstance(given, list | tuple) and isinstance(said, list):
        return any(map(_differs, cast("list[object]", given), cast("list[object]", said)))
    return False

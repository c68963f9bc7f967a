"""A verdict in words, for the supervisor and for `leitstand policy explain`."""

from collections.abc import Iterator

from leitstand.inbox.texts import Texts
from leitstand.records import Decision, Verdict


def explained(verdict: Verdict, texts: Texts) -> Iterator[str]:
    """One line for the decision, then one for each rule that applied, most severe first."""
    yield _head(verdict, texts)
    if verdict.error:
        yield texts.told(verdict.error)
    if verdict.redact:
        yield texts.say("verdict.take", names=", ".join(verdict.redact))
    for hit in verdict.hits:
        key = "verdict.mark" if hit.decision is Decision.ALLOW else "verdict.rule"
        reason = hit.said("reason", texts.language) or _word(hit.decision, texts)
        yield texts.say(key, rule=hit.rule, reason=reason)
        if fix := hit.said("fix", texts.language):
            yield texts.say("verdict.fix", fix=fix)


def _head(verdict: Verdict, texts: Texts) -> str:
    decision, count = _word(verdict.decision, texts), verdict.approvers
    if verdict.decision not in (Decision.APPROVE, Decision.ESCALATE) or not verdict.roles:
        return decision
    both = " + " if count >= len(verdict.roles) > 1 else texts.known("verdict.or")
    key = "verdict.many" if count > 1 else "verdict.one"
    return texts.say(key, decision=decision, count=count, roles=both.join(verdict.roles))


def _word(decision: Decision, texts: Texts) -> str:
    return texts.known(f"verdict.{decision.name.lower()}")

"""A verdict in words, for the supervisor and for `leitstand policy explain`."""

from collections.abc import Iterator

from leitstand.inbox.texts import Texts
from leitstand.policy import Bundle
from leitstand.records import Decision, Hit, Verdict


def measured(
    bundle: Bundle, tool: str, verdict: Verdict, hit: Hit, texts: Texts
) -> tuple[str, ...]:
    """What a rule found, in the project's sentences on the facts that it reads."""
    known = bundle.tools.get(tool)
    rules = [r for r in known.rules.values() if r.says(hit)] if known else []
    places = (place for r in rules for place in known.alone[r.id].named) if known else ()
    facts = dict.fromkeys(name for group, name in places if group == "facts")
    return tuple(texts.measured(facts, verdict.facts))


def explained(verdict: Verdict, texts: Texts, bundle: Bundle, tool: str) -> Iterator[str]:
    """One line for the decision, then some for each rule that applied, most severe first."""
    yield _head(verdict, texts)
    if verdict.error:
        yield texts.told(verdict.error)
    if verdict.redact:
        yield texts.say("verdict.take", names=", ".join(verdict.redact))
    for hit in verdict.hits:
        key = "verdict.mark" if hit.decision is Decision.ALLOW else "verdict.rule"
        reason = hit.said("reason", texts.language) or _word(hit.decision, texts)
        yield texts.say(key, rule=hit.rule, reason=reason)
        yield from (f"  {line}" for line in measured(bundle, tool, verdict, hit, texts))
        if fix := hit.said("fix", texts.language):
            yield texts.say("verdict.fix", fix=fix)


def _head(verdict: Verdict, texts: Texts) -> str:
    decision, count = _word(verdict.decision, texts), verdict.approvers
    if verdict.decision not in (Decision.APPROVE, Decision.ESCALATE) or not verdict.roles:
        return decision
    both = " + " if count >= len(verdict.roles) > 1 else texts.known("verdict.or")
    key = "verdict.many" if count > 1 else "verdict.one"
    roles = both.join(map(texts.role, verdict.roles))
    return texts.say(key, decision=decision, count=count, roles=roles)


def _word(decision: Decision, texts: Texts) -> str:
    return texts.known(f"verdict.{decision.name.lower()}")

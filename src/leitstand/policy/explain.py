"""A verdict in words, for the supervisor and for `leitstand policy explain`."""

from collections.abc import Iterator

from leitstand.records import Decision, Verdict
from leitstand.values import Language

__all__ = ["explain"]

_DECISIONS: dict[Language, dict[Decision, str]] = {
    "de": {
        Decision.ALLOW: "Erlaubt",
        Decision.REDACT: "Erlaubt nach Entfernen von Angaben",
        Decision.APPROVE: "Freigabe nötig",
        Decision.ESCALATE: "Entscheidung einer höheren Stelle nötig",
        Decision.DENY: "Abgelehnt",
    },
    "en": {
        Decision.ALLOW: "Allowed",
        Decision.REDACT: "Allowed once data are taken out",
        Decision.APPROVE: "Approval needed",
        Decision.ESCALATE: "Decision of a higher office needed",
        Decision.DENY: "Refused",
    },
}
_WORDS: dict[Language, dict[str, str]] = {
    "de": {"by": "durch", "one": "1 Person", "many": "{} verschiedene Personen", "or": "oder",
           "mark": "Hinweis", "fix": "Abhilfe", "take": "Entfernt wird"},
    "en": {"by": "by", "one": "1 person", "many": "{} different people", "or": "or",
           "mark": "Note", "fix": "Mend", "take": "Taken out"},
}  # fmt: skip


def explain(verdict: Verdict, language: Language = "de") -> tuple[str, ...]:
    """One line for the decision, then one for each rule that applied, most severe first."""
    return (_head(verdict, language), *_rest(verdict, language))


def _head(verdict: Verdict, language: Language) -> str:
    decision = _DECISIONS[language][verdict.decision]
    if verdict.decision not in (Decision.APPROVE, Decision.ESCALATE) or not verdict.roles:
        return decision
    words = _WORDS[language]
    number = words["many"].format(verdict.approvers) if verdict.approvers > 1 else words["one"]
    joined = " + " if verdict.approvers >= len(verdict.roles) > 1 else f" {words['or']} "
    return f"{decision}: {number} {words['by']} {joined.join(verdict.roles)}"


def _rest(verdict: Verdict, language: Language) -> Iterator[str]:
    words = _WORDS[language]
    if verdict.error:
        yield verdict.error
    if verdict.redact:
        yield f"{words['take']}: {', '.join(verdict.redact)}"
    for hit in verdict.hits:
        mark = f" ({words['mark']})" if hit.decision is Decision.ALLOW else ""
        reason = hit.said("reason", language) or _DECISIONS[language][hit.decision]
        yield f"{hit.rule}{mark}: {reason}"
        if fix := hit.said("fix", language):
            yield f"  {words['fix']}: {fix}"

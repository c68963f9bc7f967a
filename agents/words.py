"""What people read of an answer that a step did not want: a refusal, or a system that failed.

Errors are worded for engineers, in English; supervisors are told the cause in their language first.
"""

from leitstand.digest import canonical
from leitstand.errors import CallFailed, Refused
from leitstand.records import Verdict
from policies.facts.limits import cause_words


def verdict_words(verdict: Verdict) -> str:
    """The reasons of the rules that decided, each once; else what made the guard refuse."""
    reasons = (hit.reason_de for hit in verdict.hits if hit.level == verdict.level)
    return " ".join(dict.fromkeys(reasons)) or verdict.error


def refusal_words(refused: Refused) -> str:
    """The reasons of a refusal; its own text where it comes without a verdict."""
    if "decision" not in refused.detail:
        return failure_words(refused)
    return verdict_words(Verdict.model_validate_json(canonical(refused.detail))) or refused.text


def failure_words(error: CallFailed) -> str:
    """The cause of a failure in words, and what the system said."""
    return f"{cause_words(error.cause)} ({error.text})"

"""The state of a customer's mail on its way."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from leitstand.digest import canonical
from leitstand.errors import CallFailed, Cause, Refused
from leitstand.records import Verdict
from leitstand.role import CONTRADICTORY, DATA_MISSING, Exit, exception
from leitstand.values import Frozen, Identifier

Kind = Literal["quote", "ticket", "mail", "follow_up", ""]
"""A request for a quote, a mail for service, one that tells by what it says; a quote that was sent;
empty: none that is known."""


class SalesCase(Frozen):
    """A mail and how far it has come.

    Given: `kind`, `mail` (the text as it came), `customer_id` where somebody is named, `received`
    the day of the mail, `quote_no` the quote that it is about; for a quote that was sent its number
    and `sent_on`. `evidence` are ids of readings, written by the steps.
    """

    kind: Kind = ""
    mail: Annotated[str, Field(max_length=40_000)] = ""
    customer_id: Identifier | None = None
    received: date | None = None
    quote_no: Identifier | None = None
    sent_on: date | None = None
    evidence: tuple[str, ...] = ()


def broken_off(error: CallFailed) -> Exit:
    """The end of a case that a failure keeps from going on."""
    return exception(error.cause, error.text)


def judged(refused: Refused, open_points: tuple[str, ...] = ()) -> Exit:
    """The end of a case that the rules refuse: why, who takes over, what has to be found out."""
    if "decision" not in refused.detail:
        cause: Cause = refused.detail.get("cause", CONTRADICTORY)  # pyright: ignore[reportAssignmentType]
        return exception(cause, refused.text)
    verdict = Verdict.model_validate_json(canonical(refused.detail))
    reasons = dict.fromkeys(h.reason_de for h in verdict.hits if h.level == verdict.level)
    text = " ".join((*reasons, *_listed(open_points))) or verdict.error
    rules = list(dict.fromkeys(verdict.rules))
    cause = verdict.cause or CONTRADICTORY
    return exception(cause, text, roles=verdict.roles, guardrails=rules, open=list(open_points))


def unclear(
    missing: tuple[str, ...], contradictions: tuple[str, ...], roles: tuple[str, ...]
) -> Exit:
    """The end of a case that says too little, or different things at once."""
    points = (*contradictions, *missing)
    cause = CONTRADICTORY if contradictions else DATA_MISSING
    return exception(cause, " ".join(_listed(points)), roles=roles, open=list(points))


def _listed(points: tuple[str, ...]) -> tuple[str, ...]:
    return (f"Zu klären: {'; '.join(points)}.",) if points else ()

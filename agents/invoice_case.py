"""The state of a supplier's invoice on its way, and how it ends."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from agents.words import failure_words, refusal_words, verdict_words
from leitstand.digest import canonical
from leitstand.errors import CallFailed, Cause, Refused
from leitstand.records import Verdict
from leitstand.role import CONTRADICTORY, Exit
from leitstand.values import Frozen, Kept, Text
from policies.facts.brief import Accounts, Brief, Discount
from tools.dms import Sha256

Decided = Literal["auto_draft", "approve", "hold", "escalate", "reject"]
"""What becomes of an invoice, mildest first."""

_FAULTS = frozenset({"hold", "escalate", "reject"})
"""Levels of rules that keep an invoice from being booked."""


class Approval(Frozen):
    """Who has to act: that many people of these roles."""

    roles: tuple[str, ...] = ()
    approvers: int = 0


class Outcome(Frozen):
    """What the guard decided on an invoice, with all that follows for the books.

    `guardrails` left a mark, `info` only inform. `skonto` is left out where nothing will be paid.
    `cause` and `reason` say why people take over, `faults` are the guardrails that keep the invoice
    from being booked: a letter speaks of no others.
    """

    decision: Decided
    guardrails: tuple[str, ...] = ()
    info: tuple[str, ...] = ()
    approval: Approval = Approval()
    accounts: Accounts | None = None
    posting_date: date | None = None
    skonto: Discount | None = None
    cause: Cause = CONTRADICTORY
    reason: str = ""
    faults: tuple[str, ...] = ()

    def result(self, **more: object) -> dict[str, object]:
        """The outcome as JSON data, with what else is known."""
        return {**self.model_dump(mode="json", exclude={"cause", "reason", "faults"}), **more}


class InvoiceCase(Frozen):
    """An invoice and how far it has come.

    Given: the received file by the `sha256` of its content in the spool, its claimed type, size in
    bytes and name, and the `intake` it came in with (empty: alone). The rest is written by the
    steps: `evidence` are ids of readings, `brief` what they come to.
    """

    sha256: Sha256
    media_type: Annotated[Text, Field(max_length=120), Kept()]
    size: Annotated[int, Field(ge=0)]
    filename: Annotated[Text, Field(max_length=400)] = ""
    intake: Text = ""
    evidence: tuple[str, ...] = ()
    brief: Brief | None = None
    outcome: Outcome | None = None


def outcome_of(brief: Brief, refused: Refused | None = None) -> Outcome:
    """What the guard's answer to the voucher means: nothing refused is a draft.

    A refusal without a verdict (a fact could not be measured) holds the case with the cause it
    names. An account that the chart lacks is named behind the reason.
    """
    known: dict[str, object] = {
        "accounts": brief.accounts,
        "posting_date": brief.draft.posting_date,
        "skonto": None if brief.draft.credit else brief.discount,
    }
    if refused is None:
        return Outcome.model_validate({"decision": "auto_draft", **known})
    if "decision" not in refused.detail:
        return Outcome.model_validate(
            {
                "decision": "hold",
                "cause": refused.detail.get("cause", CONTRADICTORY),
                "reason": refusal_words(refused),
                **known,
            }
        )
    outcome = _judged(Verdict.model_validate_json(canonical(refused.detail)), known)
    if outcome.decision != "hold" or brief.accounts is not None:
        return outcome
    said = f"{outcome.reason} (`{brief.draft.account}`)"
    return outcome.model_copy(update={"reason": said})


def answered(screened: Exit | None) -> dict[str, object]:
    """What another role's case came to, as it stands in the result; nothing where none was."""
    if screened is None:
        return {}
    return {"compliance": {"kind": screened.kind, "reason": screened.reason, **screened.result}}


def broken_off(error: CallFailed) -> Exit:
    """The end of a case that a failure keeps from being judged."""
    return leaves(error.cause, failure_words(error), Outcome(decision="hold").result())


def leaves(
    cause: Cause, reason: str, result: dict[str, object], roles: tuple[str, ...] = ()
) -> Exit:
    """Out of the automation, with what is known; without `roles`, to those of the role's queue."""
    return Exit(kind="exception", cause=cause, reason=reason, roles=roles, result=result)


def _judged(verdict: Verdict, known: dict[str, object]) -> Outcome:
    decision: Decided = "hold" if verdict.level in ("info", "note") else verdict.level
    return Outcome.model_validate(
        {
            **known,
            "decision": decision,
            "guardrails": tuple(dict.fromkeys(verdict.rules)),
            "info": tuple(dict.fromkeys(verdict.notes)),
            "approval": Approval(roles=verdict.roles, approvers=verdict.approvers),
            "skonto": None if decision == "reject" else known["skonto"],
            "cause": verdict.cause or CONTRADICTORY,
            "reason": verdict_words(verdict),
            "faults": tuple(dict.fromkeys(h.rule for h in verdict.hits if h.level in _FAULTS)),
        }
    )

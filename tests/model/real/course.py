"""What a model proposed in a case, and what stopped each of it, from the case's journal."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson

from leitstand.errors import ArgumentsRefused, Rejected
from leitstand.guard import validated
from leitstand.model import Message, Proposed
from leitstand.records import Event, Verdict
from tests.model.real.truth import AGAIN, Truth

__all__ = ["EFFECT", "Proposal", "proposals"]

EFFECT = "nothing"
"""What stopped a write that was carried out."""


@dataclass(frozen=True)
class Proposal:
    """A write that a model wanted: where, with which arguments, which of them are wrong.

    `stopped` is schema, loop, guard (a fact is missing, the business key is taken), rule, person,
    waiting, system or nothing; `by` names it.
    """

    at: str
    tool: str
    args: Mapping[str, Any]
    wrong: tuple[str, ...]
    stopped: str
    by: str


def proposals(events: Sequence[Event], truth: Truth, tool: str) -> Iterator[Proposal]:
    """Every call of `tool` that stands in a message of the model, in order."""
    bodies = [(e.kind, e.address, orjson.loads(e.body)) for e in events if e.body]
    turns = [(a, b) for k, a, b in bodies if k == "answer" and b.get("tool") == "turn"]
    done = False
    for n, (address, body) in enumerate(turns):
        message = Message.model_validate_json(orjson.dumps(body.get("value", {})))
        for i, call in enumerate(message.calls):
            if call.tool == tool:
                at = f"{address}/{i}"
                own = {k: b for k, a, b in bodies if a == at}
                told = _told(turns[n + 1][1], i) if n + 1 < len(turns) else ""
                found = _proposal(at, call, truth, own, told)
                yield replace(found, wrong=found.wrong or (AGAIN,)) if done else found
                done = done or found.stopped == EFFECT


def _proposal(
    at: str, call: Proposed, truth: Truth, own: Mapping[str, dict[str, Any]], told: str
) -> Proposal:
    args = call.args
    try:
        fault, args = "", validated(truth.args, call.args)
    except ArgumentsRefused as error:
        fault = error.text
    wrong = truth.wrong(args) or (("(form)",) if fault else ())
    if own:
        stopped, by = _stopped(own)
    else:  # It never came to the guard.
        stopped, by = ("schema", fault) if fault else ("loop", told or "bounds of the agent")
    return Proposal(at, call.tool, args, wrong, stopped, by)


def _told(turn: Mapping[str, Any], i: int) -> str:
    """What the model was told of a call before its next turn."""
    told = turn["asked"].get("value", {}).get("told", [])
    return str(told[i]["said"].get("error", {}).get("text", "")) if i < len(told) else ""


def _stopped(last: Mapping[str, dict[str, Any]]) -> tuple[str, str]:
    """How it ended, by the last of each kind on record at its place."""
    asked = last.get("checkpoint")
    why = _rules(asked["verdict"]) if asked else ""
    if (answer := last.get("outcome") or last.get("answer")) is None:
        return ("waiting", why) if asked else ("system", "no answer")
    if (failure := answer.get("failure")) is None:
        return EFFECT, why
    if failure["code"] == Rejected.code:
        return "person", why
    if "verdict" in answer:
        return "rule", _rules(answer["verdict"])
    sent = "intent" in last
    return "system" if sent else "guard", f"{failure['code']} {failure['text']}"


def _rules(said: Mapping[str, Any]) -> str:
    verdict = Verdict.model_validate_json(orjson.dumps(said))
    return ", ".join(verdict.rules) or verdict.error

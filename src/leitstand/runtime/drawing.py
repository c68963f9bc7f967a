"""Drawing: signals become events of the journal, in their order, at the start of a burst.

Only the holder of the fence does this (KERNEL no. 15). A signal that cannot be read is put on
record as refused: it stops no case.
"""

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from leitstand.errors import Unreachable
from leitstand.guard import failure_of
from leitstand.records import Approval, Correction
from leitstand.store import Journal, Signal

PARENT_CLOSED = "parent:closed"
"""The signal that the case which handed this one over was closed by a person."""


def draw(signal: Signal, journal: Journal) -> None:
    """Record a signal and mark it as drawn, both with the next commit."""
    try:
        body: dict[str, Any] = orjson.loads(signal.body)
        _DRAWS.get(signal.kind, _message)(signal, journal, body)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        text = f"{type(error).__name__}: {error}"[:500]
        raw = signal.body.decode(errors="replace")
        said = {"name": "", "id": signal.id, "at": signal.at, "body": raw, "refused": text}
        journal.record("signal", "", said)
    journal.draw(signal.id)


def _approval(_signal: Signal, journal: Journal, body: Mapping[str, Any]) -> None:
    approval = Approval.model_validate(body["approval"])
    corrections = [Correction.model_validate(c) for c in body["corrections"]]
    frozen = journal.tape.by_id[approval.checkpoint]
    if any(a["nonce"] == approval.nonce for a in frozen.approvals):
        raise ValueError(f"the signature {approval.nonce} has been given already")
    journal.record("approval", approval.address, approval.model_dump(mode="json"))
    for correction in corrections:
        journal.record("correction", approval.address, correction.model_dump(mode="json"))


def _release(signal: Signal, journal: Journal, body: Mapping[str, Any]) -> None:
    """What a person found out about effects (by key) is their outcome: it is asked for no more."""
    effects: Mapping[str, Mapping[str, Any]] = body.get("effects", {})
    journal.record("released", "", {**body, "id": signal.id})
    for address in journal.tape.unsettled():
        intent = journal.tape.intents[address]
        found = effects.get(intent["key"])
        if found is not None:
            names = ("tool", "key", "proposed", "acted")
            outcome = {name: intent[name] for name in names} | {"at": signal.at}
            journal.record("outcome", address, {**outcome, **_found(found)})


def _found(found: Mapping[str, Any]) -> dict[str, Any]:
    if "value" in found:
        return {"value": found["value"]}
    error = Unreachable(str(found["failure"]))
    return {"failure": failure_of(error)}


def _child(signal: Signal, journal: Journal, body: Mapping[str, Any]) -> None:
    _message(signal, journal, {"name": f"child:{body['child']}", "body": body})


def _cancel(signal: Signal, journal: Journal, body: Mapping[str, Any]) -> None:
    _message(signal, journal, {"name": PARENT_CLOSED, "body": body})


def _message(signal: Signal, journal: Journal, body: Mapping[str, Any]) -> None:
    said = {"name": str(body["name"]), "body": body["body"], "id": signal.id, "at": signal.at}
    journal.record("signal", "", said)


_DRAWS: dict[str, Callable[[Signal, Journal, Mapping[str, Any]], None]] = {
    "approval": _approval,
    "release": _release,
    "child": _child,
    "cancel": _cancel,
}

"""Projections: what an event changes in the tables that people and schedulers ask.

One pure function, used when an event is committed and when `leitstand rebuild` makes the tables
anew: so a projection can never hold what the journal does not.
"""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from leitstand.records import Decision, Event


class Change(NamedTuple):
    """A row to insert into or to update in `table`. `key` is empty for an insert."""

    table: str
    values: dict[str, Any]
    key: tuple[str, object] | None = None


def project(case_no: int, tenant: str, events: Iterable[Event]) -> list[Change]:
    """The changes that events of one case make; most kinds make none.

    Raises nothing for events of other versions: an unknown kind changes no projection.
    """
    changes: list[Change] = []
    for event in events:
        make = _MAKERS.get(event.kind)
        # Most answers were judged by no rule: they are not worth decoding.
        if make is not None and (event.kind != "answer" or b'"hits":[{' in event.body):
            changes += make(case_no, tenant, event, event.said())
    return changes


def mark(no: int, kind: str, name: str, checkpoint: str = "") -> Change:
    """What a case left for lists and figures.

    `kind` is `fired` or `asked` (a rule), `stop` (a cause), `field` (corrected), `words`.
    """
    return Change("marks", {"case_no": no, "kind": kind, "name": name, "checkpoint": checkpoint})


def _fired(no: int, body: dict[str, Any], checkpoint: str = "") -> Iterator[Change]:
    """The rules that left a mark on a write; those that ask stand with its checkpoint."""
    hits = (body.get("verdict") or body.get("failure", {}).get("detail", {})).get("hits") or ()
    for rule, worst in sorted({h["rule"]: h["decision"] for h in hits}.items()):
        asks = checkpoint and worst > Decision.ALLOW
        yield mark(no, "asked" if asks else "fired", rule, checkpoint if asks else "")


def _answer(no: int, _tenant: str, _event: Event, body: dict[str, Any]) -> Iterator[Change]:
    yield from _fired(no, body)


def _checkpoint(no: int, tenant: str, event: Event, body: dict[str, Any]) -> Iterator[Change]:
    yield from _fired(no, body, body["id"])
    yield Change(
        "checkpoints",
        {
            "id": body["id"],
            "case_no": no,
            "tenant": tenant,
            "address": event.address,
            "tool": body["tool"],
            "roles": ",".join(body["roles"]),
            "approvers": body["approvers"],
            "state": "open",
            "opened": body["opened"],
            "expires": body["expires"],
        },
    )


def _void(_no: int, _tenant: str, _event: Event, body: dict[str, Any]) -> Iterator[Change]:
    yield Change("checkpoints", {"state": body["state"]}, ("id", body["id"]))


def _approval(_no: int, tenant: str, _event: Event, body: dict[str, Any]) -> Iterator[Change]:
    values = {"checkpoint": body["checkpoint"], "tenant": tenant, "person": body["person"]}
    yield Change(
        "approvals", {**values, "nonce": body["nonce"], "answer": body["answer"], "at": body["at"]}
    )


def _intent(no: int, tenant: str, event: Event, body: dict[str, Any]) -> Iterator[Change]:
    key = body["key"]
    values = {"key": key, "case_no": no, "address": event.address, "tool": body["tool"]}
    yield Change("effects", {**values, "state": "intent", "at": body["at"]})
    if body.get("business"):
        connection, name = body["business"]
        yield Change(
            "business_keys",
            {"tenant": tenant, "connection": connection, "name": name, "effect": key},
        )
    for budget, window, amount, *_ in body.get("budgets", ()):
        row = {"effect": key, "budget": budget, "tenant": tenant, "window": window}
        yield Change("reservations", {**row, "amount": amount})
    if body.get("checkpoint"):
        yield Change("checkpoints", {"state": "used"}, ("id", body["checkpoint"]))
    else:
        yield from _fired(no, body)


def _correction(no: int, _tenant: str, _event: Event, body: dict[str, Any]) -> Iterator[Change]:
    yield mark(no, "field", body["field"], body["checkpoint"])


def _held(no: int, _tenant: str, _event: Event, body: dict[str, Any]) -> Iterator[Change]:
    yield mark(no, "stop", body["reason"])


def _outcome(_no: int, _tenant: str, _event: Event, body: dict[str, Any]) -> Iterator[Change]:
    key = body.get("key")
    if not key:
        return
    state = "failed" if "failure" in body else "done"
    yield Change("effects", {"state": state}, ("key", key))
    if state == "failed":
        yield Change("business_keys", {}, ("effect", key))
        yield Change("reservations", {}, ("effect", key))


def _unknown(_no: int, _tenant: str, _event: Event, body: dict[str, Any]) -> Iterator[Change]:
    if body.get("key"):
        yield Change("effects", {"state": "unknown"}, ("key", body["key"]))


def _exit(no: int, _tenant: str, _event: Event, body: dict[str, Any]) -> Iterator[Change]:
    if body["cause"]:
        yield Change("cases", {"reason": body["cause"]}, ("case_no", no))
        yield mark(no, "stop", body["cause"])


def _resumed(no: int, _tenant: str, _event: Event, body: dict[str, Any]) -> Iterator[Change]:
    yield Change("cases", {"version": body["to"]}, ("case_no", no))


_MAKERS = {
    "resumed": _resumed,
    "answer": _answer,
    "correction": _correction,
    "held": _held,
    "checkpoint": _checkpoint,
    "void": _void,
    "approval": _approval,
    "intent": _intent,
    "outcome": _outcome,
    "attempt": _unknown,
    "exit": _exit,
}

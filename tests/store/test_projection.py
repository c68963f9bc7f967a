"""Projections: what an event changes in the tables, told from the event alone."""

from typing import Any

import pytest

from leitstand.digest import canonical
from leitstand.records import Event, Kind
from leitstand.store.projection import Change, mark, project
from tests.store.hands import asked, leave, written

INTENT = written("erp.post", "k1")


def changes(kind: Kind, body: dict[str, Any]) -> list[Change]:
    """What an event of case 7 changes."""
    return project(7, "t", [Event(kind, "book#1/:0", canonical(body), "", 3)])


def test_a_checkpoint_is_open_until_it_is_used() -> None:
    """Frozen, voided or used by an intent: the state follows."""
    (opened,) = changes("checkpoint", asked("c1", 5.0))
    assert (opened.table, opened.values["state"], opened.values["roles"]) == (
        "checkpoints",
        "open",
        "clerk,head",
    )
    assert changes("void", {"id": "c1", "state": "withdrawn"}) == [
        Change("checkpoints", {"state": "withdrawn"}, ("id", "c1"))
    ]
    used = changes("intent", {**INTENT, "checkpoint": "c1"})
    assert Change("checkpoints", {"state": "used"}, ("id", "c1")) in used


def test_an_intent_takes_its_key_and_its_budgets() -> None:
    """One row an effect, a business key and a budget each."""
    more = {"business": ["erp", "b1"], "budgets": [["day", "2026-01-01", 10, 50]]}
    made = {c.table: c.values for c in changes("intent", {**INTENT, **more})}
    assert made["effects"] | {"key": "k1", "case_no": 7, "state": "intent"} == made["effects"]
    assert made["business_keys"]["effect"] == made["reservations"]["effect"] == "k1"
    assert made["reservations"]["amount"] == 10


@pytest.mark.parametrize(("given", "state"), [({"value": 1}, "done"), ({"failure": {}}, "failed")])
def test_an_outcome_frees_what_failed(given: dict[str, Any], state: str) -> None:
    """What surely did not happen gives key and budget back; what happened keeps them."""
    made = changes("outcome", {**INTENT, **given})
    assert made[0] == Change("effects", {"state": state}, ("key", "k1"))
    freed = [Change(t, {}, ("effect", "k1")) for t in ("business_keys", "reservations")]
    assert made[1:] == (freed if state == "failed" else [])


def test_an_attempt_leaves_the_effect_unknown() -> None:
    """Nothing is given back while nobody knows."""
    made = changes("attempt", {"key": "k1", "text": "late"})
    assert made == [Change("effects", {"state": "unknown"}, ("key", "k1"))]


def test_an_approval_is_listed() -> None:
    """Who answered what, by checkpoint and nonce."""
    body = {"checkpoint": "c1", "nonce": "n1", "person": "ben", "answer": "reject", "at": 1.0}
    (made,) = changes("approval", body)
    assert made == Change("approvals", {**body, "tenant": "t"})


def test_an_exception_names_its_cause_in_the_list_of_cases() -> None:
    """An exit with a cause is a reason and a stop; every other exit changes nothing."""
    made, stop = changes("exit", leave("exception", cause="data missing"))
    assert made == Change("cases", {"reason": "data missing"}, ("case_no", 7))
    assert stop == mark(7, "stop", "data missing")
    assert changes("exit", leave("done")) == []


@pytest.mark.parametrize("kind", ["started", "answer", "seal", "timer", "signal", "scope", "moved"])
def test_most_events_change_no_table(kind: Kind) -> None:
    """They are read from the journal alone; so is a kind of a later version."""
    assert changes(kind, {"key": "k1"}) == []


HITS = {"hits": [{"rule": "G-1", "decision": 2}, {"rule": "G-0", "decision": 0}]}


def test_rules_leave_marks() -> None:
    """Those that ask stand with their checkpoint, all others fired; once approved none is new."""
    fired = [mark(7, "fired", "G-0"), mark(7, "fired", "G-1")]
    assert changes("answer", {"tool": "t", "verdict": HITS}) == fired
    assert changes("answer", {"failure": {"detail": HITS}}) == fired
    assert changes("intent", {**INTENT, "verdict": HITS})[1:] == fired
    asked_for = changes("checkpoint", {**asked("c1", 5.0), "verdict": HITS})
    assert asked_for[:2] == [fired[0], mark(7, "asked", "G-1", "c1")]
    approved = changes("intent", {**INTENT, "verdict": HITS, "checkpoint": "c1"})
    assert not [c for c in approved if c.table == "marks"]


def test_what_people_change_and_what_is_held_leaves_a_mark() -> None:
    """The field with its checkpoint; why the case stopped."""
    assert changes("correction", {"field": "account", "checkpoint": "c1"}) == [
        mark(7, "field", "account", "c1")
    ]
    assert changes("held", {"reason": "defect"}) == [mark(7, "stop", "defect")]

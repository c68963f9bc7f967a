"""The tape: a journal looked up by address, that knows what was read."""

from typing import Any

import pytest

from leitstand.digest import canonical
from leitstand.records import Event, Kind
from leitstand.store import Tape, task_of
from tests.store.hands import answer, asked, leave, written


def event(kind: Kind, address: str, body: dict[str, Any]) -> Event:
    """An event as it is recorded."""
    return Event(kind, address, canonical(body), "")


READ = event("answer", "read#1/:0", answer("erp.get", {"value": 1}))
ASKED = event("checkpoint", "book#1/:0", asked("c1", 1.0))
INTENT = event("intent", "book#1/:0", written("erp.post", "k1", checkpoint="c1"))
DONE = event("outcome", "book#1/:0", {**written("erp.post", "k1"), "value": {"failure": 1}})
FAILED = event("outcome", "book#1/:0", {**written("erp.post", "k1"), "failure": {"code": "x"}})


@pytest.mark.kernel(1)
def test_answers_stand_at_their_address() -> None:
    """The order of the journal does not matter."""
    for events in ([READ, INTENT, DONE], [INTENT, DONE, READ]):
        tape = Tape(events)
        assert tape.answer("read#1/:0") == READ
        assert tape.answer("book#1/:0") == DONE
        assert tape.answer("book#1/:1") is None


@pytest.mark.kernel(2)
def test_what_was_not_asked_for_is_known() -> None:
    """Every recorded call is unread until it is asked for; what is recorded now never was."""
    tape = Tape([READ, ASKED])
    tape.add(INTENT)
    assert tape.unread == {"read#1": {"read#1/:0"}, "book#1": {"book#1/:0"}}
    tape.answer("read#1/:0")
    tape.read("book#1/:0")
    assert not any(tape.unread.values())


def test_a_checkpoint_is_open_until_something_closes_it() -> None:
    """Void, rejected or used; frozen anew it is the next generation."""
    tape = Tape([ASKED])
    assert [c.id for c in tape.open_checkpoints()] == ["c1"]
    tape.add(event("void", "", {"id": "c1", "state": "void"}))
    assert tape.open_checkpoints() == []
    tape.add(event("checkpoint", "book#1/:0", asked("c2", 2.0)))
    assert [(c.id, c.generation) for c in tape.open_checkpoints()] == [("c2", 1)]
    tape.add(INTENT)
    assert tape.checkpoints["book#1/:0"].state == "used"


def test_approvals_go_to_their_checkpoint() -> None:
    """One for another case's checkpoint changes nothing."""
    tape = Tape([ASKED])
    for name in ("c1", "x"):
        tape.add(event("approval", "book#1/:0", {"checkpoint": name, "nonce": "n"}))
    assert [a["checkpoint"] for a in tape.by_id["c1"].approvals] == ["c1"]


@pytest.mark.kernel(4)
def test_an_intent_without_outcome_is_unsettled() -> None:
    """Until its outcome is recorded nobody knows, and only what happened counts as done."""
    assert Tape([INTENT]).unsettled() == ["book#1/:0"]
    assert (Tape([INTENT, DONE]).unsettled(), Tape([INTENT, DONE]).done) == ([], {"erp.post"})
    assert (Tape([INTENT, FAILED]).unsettled(), Tape([INTENT, FAILED]).done) == ([], set())


def test_seals_timers_and_the_end_are_found() -> None:
    """By superstep, by address, and once."""
    tape = Tape(
        [
            event("started", "U", {"given": {"no": 1}}),
            event("seal", "3", {"steps": [[["a#1"], ["0"]], [["b#1"], ["1"]]]}),
            event("timer", "wait#1/:0", {"for": "mail", "until": None, "proposed": "w"}),
            event("exit", "", leave("done")),
        ]
    )
    assert tape.started["given"] == {"no": 1}
    assert tape.seals == {3: [["a#1"], ["0"]], 4: [["b#1"], ["1"]]}
    assert tape.timers["wait#1/:0"]["for"] == "mail"
    assert tape.exit is not None
    assert tape.exit["kind"] == "done"
    assert tape.known("wait#1/:0")
    assert not tape.known("wait#1/:1")


def test_events_and_bytes_are_counted() -> None:
    """For the limits of a case: what was read and what is added."""
    tape = Tape([READ])
    tape.add(ASKED)
    assert (tape.size, tape.inline) == (2, len(READ.body) + len(ASKED.body))


def test_the_task_of_an_address() -> None:
    """Step and visit, whatever the branch."""
    assert task_of("book#2/0.1:3") == "book#2"

"""The replay: the recorded way again, through the guard of today, and nothing beyond the tape."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from leitstand.errors import CaseRefused
from leitstand.evals.case import Said
from leitstand.evals.grading import grade
from leitstand.evals.replay import Bench
from leitstand.evals.supervisor import Recorded
from leitstand.records import Checkpoint
from tests.evals.conftest import Kept

POST = "shop.bill.post"


def test_it_takes_the_recorded_way(one: Kept, counter: Bench) -> None:
    """The end, the effect, what people said, the way through the graph: all as it was."""
    done = one.again(counter)
    assert done.exit == one.case.exit
    assert [m.tool for m in done.systems.made] == [POST]
    assert [s.person for s in done.said] == [s.person for s in one.case.said]
    assert done.edges == {("read", "book")}
    assert (done.held, done.systems.divergence) == ("", None)


def test_twice_is_the_same_to_the_bit(one: Kept, counter: Bench) -> None:
    """Every event with its digest: tokens, times and names follow from the case."""
    first, second = (one.again(counter) for _ in range(2))
    assert first.journal.events == second.journal.events
    assert grade(first) == grade(second)


def test_another_answer_is_another_course(one: Kept, counter: Bench) -> None:
    """Seen under the same key, whatever the case comes to."""
    lines = list(one.recording.lines)
    lines[0] = lines[0].model_copy(update={"value": {**lines[0].value, "confidence": 91}})
    other = one.on(lines).but(tape=one.case.tape)
    assert grade(other.again(counter)).course != grade(one.again(counter)).course


def test_without_a_decision_it_waits(one: Kept, counter: Bench) -> None:
    """Nobody is made up: no exit, no effect, one open question."""
    done = one.but(said=()).again(counter)
    assert (done.exit, done.held, done.systems.made) == (None, "", [])
    assert len(done.journal.tape.open_checkpoints()) == 1


def test_without_what_came_in_it_waits(one: Kept, counter: Bench) -> None:
    """A message that never came is not delivered."""
    done = one.but(heard=()).again(counter)
    assert (done.exit, done.systems.made) == (None, [])
    assert done.journal.tape.timers


def test_who_refuses_lets_nothing_happen(one: Kept, counter: Bench) -> None:
    """The role hears of the rejection, and ends as it does then."""
    done = one.again(counter, "refuse-all")
    assert done.exit is not None
    assert (done.exit.kind, done.systems.made) == ("rejected", [])


def test_where_the_tape_ends_the_replay_ends(one: Kept, counter: Bench) -> None:
    """Unknown, with the place, and no step after it."""
    lines = [line for line in one.recording.lines if line.name != "shop.supplier.find"]
    done = one.on(lines).again(counter)
    assert (done.exit, done.systems.certainty) == (None, "unknown")
    assert done.systems.divergence is not None
    assert done.systems.divergence.step == "read#1/:2"


def test_with_recorded_verdicts_neither_rules_nor_people_are_asked(
    one: Kept, counter: Bench
) -> None:
    """The way alone: the same end and effect without a decision of anybody."""
    done = one.but(said=()).again(counter, judged=False)
    assert done.exit == one.case.exit
    assert [m.args for m in done.systems.made] == [one.recording.at["book#1/:0"].args]
    assert done.said == []
    moved = [x.model_copy(update={"name": "shop.other"}) for x in one.recording.lines]
    assert one.on(moved).again(counter, judged=False).systems.certainty == "unknown"


def test_an_unknown_role_is_refused(one: Kept, counter: Bench) -> None:
    """By its name: the case's own, or one that the project has no more."""
    with pytest.raises(CaseRefused, match="selling"):
        one.but(role="selling").again(counter)
    with pytest.raises(CaseRefused, match="buying"):
        one.again(replace(counter, roles={}))


def test_nobody_is_asked_twice(one: Kept, counter: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A decision wakes the case; what was decided is not decided again."""
    seen: list[str] = []
    decide = Recorded.__call__

    def counted(self: Recorded, shown: Checkpoint) -> Sequence[Said]:
        seen.append(shown.address)
        return decide(self, shown)

    monkeypatch.setattr(Recorded, "__call__", counted)
    assert one.again(counter).exit is not None
    assert seen == ["book#1/:0"]

"""The scratch store and its clock: the same for the same case, and gone with it."""

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leitstand.errors import Contradiction, LimitReached
from leitstand.evals.case import RecordedCase
from leitstand.evals.scratch import UNKEYED, ReplayClock, Scratch, key_of
from leitstand.records import Case, Event
from leitstand.store import Limits

CASE = Case(no=1, ulid="c", tenant="t", role="r", version="v", requester="r", title="c")


def recorded(**more: Any) -> RecordedCase:  # noqa: ANN401 - fields of a case
    """A case with nothing in it."""
    data: dict[str, Any] = {
        "name": "c",
        "role": "r",
        "tenant": "t",
        "requester": "r",
        "at": 0.0,
        "given": {},
    }
    return RecordedCase.model_validate(data | more)


def scratch(limits: Limits | None = None) -> Scratch:
    """A journal of one case."""
    return Scratch(CASE, key_of(recorded()), limits or Limits(), ())


def answer(address: str, value: object) -> dict[str, Any]:
    """An answer's body."""
    return {"tool": "erp.get", "proposed": "p", "value": value, "at": address}


@given(moments=st.lists(st.floats(0, 1e9), max_size=8))
def test_the_clock_never_goes_back(moments: list[float]) -> None:
    """It stands still, and moves on to what is later alone."""
    clock = ReplayClock(5.0, b"seed")
    seen = [clock.time()]
    for moment in moments:
        clock.reach(moment)
        seen.append(clock.time())
    assert seen == sorted(seen)
    assert clock.time() == max(5.0, *moments, 5.0)
    assert clock.monotonic() == 0.0


def test_what_is_drawn_follows_from_the_seed() -> None:
    """The same again for the same case, never twice the same in one, others for another."""
    one, two, other = (ReplayClock(0.0, seed) for seed in (b"a", b"a", b"b"))
    first = [one.token(8) for _ in range(4)]
    assert first == [two.token(8) for _ in range(4)]
    assert len({*first, *(other.token(8) for _ in range(4))}) == 8
    assert one.ulid() == two.ulid() != one.ulid()


def test_a_key_belongs_to_case_and_tape() -> None:
    """Digests of two replays compare; those of two cases, or of two tapes, do not."""
    keys = [key_of(recorded(name=n, tape=t)) for n, t in (("a", "1"), ("a", "1"), ("a", "2"))]
    same, again, other = (key.digest(b"x") for key in keys)
    assert same == again != other
    assert key_of(recorded(name="b", tape="1")).digest(b"x") != same
    assert UNKEYED.digest(b"x") == UNKEYED.digest(b"y") == ""


def test_the_next_burst_goes_on_with_the_same_journal() -> None:
    """Events, large answers and taken business keys; answers that stand ready come on top."""
    journal = scratch()
    journal.record("answer", "a#1/:0", answer("a", 1))
    name = journal.blob(b"large")
    again = journal.again([Event("answer", "b#1/:0", b'{"value":2}', "d")])
    assert [e.address for e in again.events] == ["a#1/:0"]
    assert {"a#1/:0", "b#1/:0"} <= set(again.tape.answers)
    assert asyncio.run(again.load(name)) == b"large"


def test_what_stands_ready_does_not_replace_what_was_answered() -> None:
    """A recorded time is no answer where there is one."""
    journal = scratch()
    journal.record("answer", "a#1/:0", answer("a", 1))
    again = journal.again([Event("answer", "a#1/:0", b'{"value":2}', "d")])
    assert again.tape.answers["a#1/:0"].said()["value"] == 1


def test_a_business_key_is_taken_once_in_a_case() -> None:
    """In the next burst too; another key of the same tool is free."""
    journal = scratch()

    def body(number: str) -> dict[str, Any]:
        return {"tool": "erp.post", "args": {}, "business": ["erp", number]}

    async def intend(place: Scratch, address: str, number: str) -> None:
        await place.intend(address, body(number))

    asyncio.run(intend(journal, "a#1/:0", "1"))
    again = journal.again(())
    asyncio.run(intend(again, "b#1/:0", "2"))
    with pytest.raises(Contradiction, match="taken"):
        asyncio.run(intend(again, "c#1/:0", "1"))
    assert [e.address for e in again.events] == ["a#1/:0", "b#1/:0"]


def test_a_replay_has_the_limits_of_a_case() -> None:
    """One that never ends is stopped as it would be at work."""
    journal = scratch(Limits(events=3))
    for number in range(3):
        journal.record("answer", f"a#{number}/:0", answer("a", number))
    with pytest.raises(LimitReached):
        journal.record("answer", "a#3/:0", answer("a", 3))

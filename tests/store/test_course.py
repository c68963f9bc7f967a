"""The course: the same for every order in which one run comes home, another for another run."""

from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leitstand.digest import canonical
from leitstand.records import Event, Kind
from leitstand.store import CaseKey, course
from tests.store.hands import answer, asked, written

KEY = CaseKey(b"k" * 32)
OUTCOME = {**written("erp.post", "k1"), "value": {"no": "V1"}}


def event(kind: Kind, address: str, body: dict[str, Any], seq: int = -1) -> Event:
    """An event as it is recorded."""
    raw = canonical(body)
    return Event(kind, address, raw, KEY.digest(raw), seq)


RUN = [
    event("started", "U", {"given": {}}),
    event("answer", "a#1/:0", answer("erp.get", {"value": 1})),
    event("answer", "b#1/:0", answer("erp.get", {"failure": {"code": "LS204"}})),
    event("seal", "0", {"steps": [[["a#1", "b#1"], []]]}),
    event("checkpoint", "c#1/:0", asked("c1", 1.0)),
    event("intent", "c#1/:0", written("erp.post", "k1")),
    event("outcome", "c#1/:0", OUTCOME),
]


@given(st.randoms(use_true_random=False))
@pytest.mark.kernel(17)
def test_order_is_no_part_of_it(random: Random) -> None:
    """Whatever came home first, and whatever was tried again: the same course."""
    shuffled = random.sample(RUN, len(RUN))
    more = event("attempt", "c#1/:0", {"key": "k1", "text": "late"})
    assert course([*shuffled, more], KEY) == course(RUN, KEY)


@pytest.mark.kernel(17)
def test_times_and_keys_are_no_part_of_it() -> None:
    """An outcome at another time, under another idempotency key, is the same course."""
    other = event("outcome", "c#1/:0", {**OUTCOME, "at": 99.0, "key": "k2"})
    assert course([*RUN[:-1], other], KEY) == course(RUN, KEY)


@pytest.mark.parametrize(
    "change", [{"proposed": "q"}, {"acted": "q"}, {"value": {"no": "V2"}}, {"failure": {}}], ids=str
)
@pytest.mark.kernel(17)
def test_each_part_counts(change: dict[str, Any]) -> None:
    """Another proposal, other arguments run, another answer: another course."""
    other = event("outcome", "c#1/:0", {**OUTCOME, **change})
    assert course([*RUN[:-1], other], KEY) != course(RUN, KEY)


def test_address_key_and_every_answer_count() -> None:
    """Elsewhere, under another key, or one answer less: another course."""
    moved = event("outcome", "c#2/:0", OUTCOME)
    assert course([*RUN[:-1], moved], KEY) != course(RUN, KEY)
    assert course(RUN[:-1], KEY) != course(RUN, KEY)
    assert course(RUN, CaseKey(b"x" * 32)) != course(RUN, KEY)

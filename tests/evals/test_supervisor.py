"""Supervisors: who says what, never more than there is to say, and never by chance."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leitstand.approval import Statement, signed_bytes
from leitstand.approval.verifying import signed_by
from leitstand.clock import SystemClock
from leitstand.errors import UsageRefused
from leitstand.evals.case import Expected, ExpectedEffect, RecordedCase, Said
from leitstand.evals.supervisor import People, Recorded, fallible, oracle, supervisor_of
from leitstand.records import Checkpoint


def shown(address: str = "book#1/:0", tool: str = "erp.post", **more: Any) -> Checkpoint:  # noqa: ANN401
    """A proposal that waits."""
    data = {"id": "1", "case": "c", "tenant": "t", "address": address, "tool": tool}
    digests = dict.fromkeys(("proposed", "acted", "evidence", "slice"), "0")
    asked = {"args": {"amount": 5, "account": "A"}, "requester": "r", "roles": ("head", "boss")}
    return Checkpoint.model_validate(
        {**data, **digests, **asked, "approvers": 2, "opened": 0.0} | more
    )


def said(address: str = "book#1/:0", answer: str = "approve", **more: Any) -> Said:  # noqa: ANN401
    """What somebody said."""
    data = {"tool": "erp.post", "address": address, "person": "ben", "role": "head"}
    return Said.model_validate({**data, "answer": answer} | more)


def test_recorded_says_each_thing_once() -> None:
    """Two decisions at one place: both at once, and nothing the second time."""
    who = Recorded((said(), said(person="dora", role="boss")))
    assert [s.person for s in who(shown())] == ["ben", "dora"]
    assert who(shown()) == []


def test_recorded_follows_a_call_that_has_moved() -> None:
    """Said of this tool at another place, it is said of the next call of it; of no other tool."""
    who = Recorded((said("old#1/:0"),))
    assert who(shown(tool="mail.send")) == []
    assert [s.person for s in who(shown())] == ["ben"]


def test_recorded_says_what_was_said_here_first() -> None:
    """One place has its own decision: that of another place waits for its own."""
    who = Recorded((said("a#1/:0", "reject"), said("b#1/:0")))
    assert [s.answer for s in who(shown("b#1/:0"))] == ["approve"]
    assert [s.answer for s in who(shown("a#1/:0"))] == ["reject"]


@given(amount=st.integers(0, 9), account=st.sampled_from("AB"))
def test_an_edit_asks_for_no_more_than_is_left_of_it(amount: int, account: str) -> None:
    """What the proposal has taken up by now is not said again; all of it is a plain yes."""
    wanted: dict[str, Any] = {"amount": amount, "account": account}
    [now] = Recorded((said(answer="edit", edits=wanted),))(shown())
    left = {n: v for n, v in wanted.items() if shown().args[n] != v}
    assert (now.answer, now.edits) == (("edit", left) if left else ("approve", {}))


def test_grant_all_and_refuse_all() -> None:
    """As many people as are asked for, in roles that may; one who refuses is enough."""
    case = RecordedCase(name="c", role="r", tenant="t", requester="r", at=0.0, given={})
    granted = supervisor_of("grant-all", case)(shown())
    assert [(s.answer, s.role) for s in granted] == [("approve", "head"), ("approve", "boss")]
    assert len({s.person for s in granted}) == 2
    assert [s.answer for s in supervisor_of("refuse-all", case)(shown())] == ["reject"]


def test_an_oracle_knows_the_truth() -> None:
    """Yes to what is expected, an edit to make it so, no to what the truth does not have."""
    right = ExpectedEffect(tool="erp.post", args={"amount": 5})
    near = ExpectedEffect(tool="erp.post", args={"amount": 6})
    assert [s.answer for s in oracle((near, right))(shown())] == ["approve", "approve"]
    first, second = oracle((near,))(shown())
    assert (first.answer, first.edits, second.answer) == ("edit", {"amount": 6}, "approve")
    assert [s.answer for s in oracle(())(shown())] == ["reject"]


@given(proposed=st.text("0123456789abcdef", min_size=8, max_size=8))
def test_a_fallible_one_overlooks_the_same_things_again(proposed: str) -> None:
    """Which they are follows from the proposal; more is overlooked at a higher rate, never less."""
    refusing = oracle(())
    at = shown(proposed=proposed)
    answers = [[s.answer for s in fallible(refusing, m)(at)] for m in (0, 0.3, 0.3, 0.6, 1)]
    assert answers[0] == ["reject"]
    assert answers[1] == answers[2]
    assert answers[4] == ["approve", "approve"]
    missed = [a != ["reject"] for a in answers]
    assert missed == sorted(missed)


def test_a_fallible_one_misses_about_as_often_as_it_says() -> None:
    """Of a thousand proposals some three hundred, at a rate of 0.3."""
    who = fallible(oracle(()), 0.3)
    missed = sum(len(who(shown(proposed=f"{n:032x}"))) == 2 for n in range(1_000))
    assert 250 < missed < 350


@pytest.mark.parametrize("name", ["nobody", "oracle:1", "fallible", "fallible:2", "fallible:x"])
def test_an_unknown_supervisor_is_refused(name: str) -> None:
    """And a rate that is none, or one where there is none to give."""
    case = RecordedCase(name="c", role="r", tenant="t", requester="r", at=0.0, given={})
    with pytest.raises(UsageRefused):
        supervisor_of(name, case)


def test_the_oracle_of_a_case_has_its_truth() -> None:
    """By name, with and without a rate."""
    effects = (ExpectedEffect(tool="erp.post", args={"amount": 5}),)
    case = RecordedCase(
        name="c", role="r", tenant="t", requester="r", at=0.0, given={},
        expected=Expected(effects=effects),
    )  # fmt: skip
    for name in ("oracle", "fallible:0.0"):
        assert [s.answer for s in supervisor_of(name, case)(shown())] == ["approve"] * 2


def test_people_have_the_roles_they_spoke_in() -> None:
    """All of them, of whoever spoke; nobody else is known, and everybody has a key of their own."""
    people = People((said(), said(person="dora", role="boss")))
    people.join(said(role="boss"))
    ben, dora = people.person("t", "ben"), people.person("t", "dora")
    assert ben is not None
    assert dora is not None
    assert (ben.roles, dora.roles) == (("boss", "head"), ("boss",))
    assert ben.public_key != dora.public_key
    one, statement = said(role="boss"), Statement(answer="approve")
    who, approval = people.signed(shown(), one, statement, SystemClock())
    assert who == ben
    assert signed_by(ben, approval.signature, signed_bytes(approval))
    assert people.person("t", "carla") is None

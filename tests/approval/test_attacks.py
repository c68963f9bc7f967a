"""Each known way to act on an approval that nobody gave: none works."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leitstand.approval import Grants, Refusal, verify
from leitstand.records import Approval, Checkpoint
from tests.approval.people import CHECKPOINT, NOW, House, house

HOUSE = house()
HEAD = HOUSE.says("hans.head", "department_head")


def grants(*approvals: Approval, shown: Checkpoint = CHECKPOINT, **rest: Any) -> Grants:  # noqa: ANN401
    """What counts of these decisions."""
    return verify(shown, approvals, HOUSE.directory, rest.pop("now", NOW), **rest)


def refused(*approvals: Approval, **rest: Any) -> list[str]:  # noqa: ANN401
    """Why nothing of it counts."""
    found = grants(*approvals, **rest)
    assert (found.count, found.approvals, found.rejections) == (0, (), ())
    return [r.reason for r in found.refused]


def moved(**changes: object) -> Checkpoint:
    """The checkpoint as it stands by now."""
    return CHECKPOINT.model_copy(update=changes)


def test_a_signed_decision_counts() -> None:
    """One head counts in that role; a director signs in the other: two people, two roles."""
    both = grants(HEAD, HOUSE.says("dora.director", "managing_director"))
    assert grants(HEAD).persons == ("hans.head",)
    assert (both.count, both.roles) == (2, ("department_head", "managing_director"))
    assert both.refused == ()


# Approval spoofing.


def test_spoofing_a_name_without_its_key() -> None:
    """Somebody else's key under the head's name is no signature of the head."""
    forged = HEAD.model_copy(
        update={"signature": HOUSE.says("otto.other", "department_head").signature}
    )
    assert refused(forged) == ["bad signature"]


@pytest.mark.parametrize("signature", ["", "00", "approved by hans.head", "zz" * 64, "00" * 64])
def test_spoofing_with_words(signature: str) -> None:
    """A text that says so, in a chat, a document or a tool's result, signs nothing."""
    assert refused(HEAD.model_copy(update={"signature": signature})) == ["bad signature"]


def test_spoofing_by_somebody_unknown() -> None:
    """Who is not in the directory decides nothing, however well signed."""
    stranger = House()
    stranger.join("sam.stranger", "department_head")
    assert refused(stranger.says("sam.stranger", "department_head")) == ["unknown person"]


def test_spoofing_a_role() -> None:
    """A role that the directory does not name, or that was taken away since, does not count."""
    assert refused(HOUSE.says("hans.head", "managing_director")) == ["role not held"]
    demoted = house()
    signed = demoted.says("hans.head", "department_head")
    demoted.people["t1", "hans.head"] = demoted.people["t1", "hans.head"].model_copy(
        update={"roles": ("clerk",)}
    )
    found = verify(CHECKPOINT, [signed], demoted.directory, NOW)
    assert found.refused == (Refusal("hans.head", "role not held"),)


def test_a_role_that_was_not_asked() -> None:
    """Somebody's signature in a role that the rules did not ask for adds nothing."""
    assert refused(HEAD, shown=moved(roles=("managing_director",))) == ["role not asked"]
    assert refused(HEAD, shown=moved(roles=())) == ["role not asked"]


# Replay.


@pytest.mark.kernel(3)
def test_replay_within_one_question() -> None:
    """The same signature twice is one."""
    found = grants(HEAD, HEAD)
    assert (found.count, found.refused) == (1, (Refusal("hans.head", "used"),))


def test_replay_without_a_nonce() -> None:
    """What could not be consumed is not accepted."""
    assert refused(HOUSE.says("hans.head", "department_head", nonce="")) == ["used"]


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "d4e5f6"},
        {"case": "01J9ZC"},
        {"address": "book#2/:2"},
        {"tool": "erp.payment.propose"},
        {"proposed": "q" * 32},
        {"requester": "mail"},
    ],
    ids=lambda c: next(iter(c)),
)
@pytest.mark.kernel(3)
def test_replay_at_another_question(changes: dict[str, object]) -> None:
    """A yes to one address of one case is no yes anywhere else, for the same arguments either."""
    assert refused(HEAD, shown=moved(**changes)) == ["other checkpoint"]


def test_replay_in_another_tenant() -> None:
    """Neither a checkpoint nor a person crosses tenants (R11)."""
    assert refused(HEAD, shown=moved(tenant="t2")) == ["other tenant"]
    outside = HOUSE.says("otto.other", "department_head")
    assert refused(outside) == ["unknown person"]
    assert refused(outside, shown=moved(tenant="t2")) == ["other tenant"]


@pytest.mark.kernel(13)
def test_replay_after_its_time() -> None:
    """Fifteen minutes from the signature, not from the question."""
    assert grants(HEAD, now=HEAD.at + 899.0).count == 1
    assert refused(HEAD, now=HEAD.until + 0.001) == ["expired"]


def test_a_signature_from_another_time() -> None:
    """Dated ahead, dated before the question was asked, or ending before it began."""
    ahead = HOUSE.says("hans.head", "department_head", at=NOW + 3_600, until=NOW + 7_200)
    before = HOUSE.says("hans.head", "department_head", at=NOW - 90_000.0)
    never = HOUSE.says("hans.head", "department_head", until=NOW - 40.0)
    assert refused(ahead, before, never) == ["not yet valid", "not yet valid", "expired"]


# Approve, then modify.


@pytest.mark.parametrize("what", ["acted", "evidence", "slice"])
@pytest.mark.kernel(10)
def test_approve_then_modify(what: str) -> None:
    """One cent more, another reading, another rule: what was signed is no longer what is asked."""
    assert refused(HEAD, shown=moved(**{what: "0" * 32})) == ["changed"]


def test_approve_then_edit() -> None:
    """An edit by one makes earlier signatures void; both must agree on the same arguments."""
    edited = moved(acted="x" * 32)
    edit = HOUSE.says("hilda.head", "department_head", "edit")
    late = HOUSE.says("dora.director", "managing_director", shown=edited)
    found = grants(HEAD, edit, late, shown=edited)
    assert found.persons == ("dora.director", "hilda.head")
    assert found.refused == (Refusal("hans.head", "changed"),)


def test_an_edit_does_not_approve_what_was_proposed() -> None:
    """Who wants other arguments has not said yes to these."""
    assert refused(HOUSE.says("hilda.head", "department_head", "edit")) == ["changed"]


# Self-approval and four eyes.


def test_self_approval() -> None:
    """On whose behalf it runs, decides nothing of it, whatever roles they hold."""
    assert refused(HOUSE.says("clara.clerk", "department_head")) == ["requester"]


def test_self_approval_through_a_child_case() -> None:
    """Handing work over to another role does not make its requester an approver."""
    assert refused(HEAD, requesters=frozenset({"hans.head"})) == ["requester"]


def test_self_approval_with_a_second_account() -> None:
    """Another id with the same key is the same natural person."""
    double = house()
    double.join("c.clerk", "department_head", key="clara.clerk")
    signed = double.says("c.clerk", "department_head")
    found = verify(CHECKPOINT, [signed], double.directory, NOW)
    assert found.refused == (Refusal("c.clerk", "requester"),)


def test_four_eyes_are_two_people() -> None:
    """The same person with two signatures, in two roles, counts once."""
    again = HOUSE.says("dora.director", "department_head")
    found = grants(HOUSE.says("dora.director", "managing_director"), again)
    assert (found.count, found.roles) == (1, ("managing_director",))
    assert found.refused == (Refusal("dora.director", "same person"),)


def test_four_eyes_are_not_two_accounts() -> None:
    """Two accounts with one key sign once."""
    double = house()
    double.join("h.head", "department_head", key="hans.head")
    signed = [double.says(n, "department_head") for n in ("hans.head", "h.head")]
    found = verify(CHECKPOINT, signed, double.directory, NOW)
    assert (found.count, found.refused) == (1, (Refusal("h.head", "same person"),))


# A no.


def test_a_no_is_never_a_yes() -> None:
    """A rejection counts as one and adds to nothing."""
    no = HOUSE.says("hans.head", "department_head", "reject")
    found = grants(no, HOUSE.says("hilda.head", "department_head"))
    assert (found.persons, found.rejections) == (("hilda.head",), (no,))


def test_a_no_outlives_changes_and_time() -> None:
    """What somebody entitled did not want yesterday is not wanted because a reading changed."""
    no = HOUSE.says("hans.head", "department_head", "reject")
    late = grants(no, shown=moved(acted="0" * 32, slice="1" * 64), now=NOW + 90_000.0)
    assert late.rejections == (no,)


def test_a_no_needs_the_person_too() -> None:
    """Nobody rejects in somebody's name, elsewhere, or without the role."""
    no = HOUSE.says("hans.head", "department_head", "reject")
    assert refused(no.model_copy(update={"reason": "anders"})) == ["bad signature"]
    assert refused(no, shown=moved(id="other")) == ["other checkpoint"]
    assert refused(HOUSE.says("clara.clerk", "department_head", "reject")) == ["requester"]


# Any field.

FIELDS = sorted(set(Approval.model_fields) - {"signature"})
EXACT = st.integers(-(2**53) + 1, 2**53 - 1)
"""What a signed value may be: beyond it there is no canonical form, so nothing could be signed."""


def other(value: Any) -> st.SearchStrategy[Any]:  # noqa: ANN401
    """Another value of the same type."""
    if isinstance(value, float):
        return st.floats(0, 1e11, allow_nan=False).filter(lambda v: v != value)
    if isinstance(value, dict):
        return st.dictionaries(st.sampled_from(["gross", "account"]), EXACT, min_size=1)
    return st.text(st.characters(codec="utf-8"), max_size=40).filter(lambda v: v != value)


@given(st.data())
def test_flipping_any_field_voids_the_signature(data: st.DataObject) -> None:
    """Whatever is changed after signing, nothing counts any more; checks of time left aside."""
    name = data.draw(st.sampled_from(FIELDS))
    if name == "answer":
        changed: Any = data.draw(st.sampled_from(["edit", "reject"]))
    else:
        changed = data.draw(other(getattr(HEAD, name)))
    bent = HEAD.model_copy(update={name: changed})
    follows = {n: changed for n in ("acted", "evidence", "slice", "case") if n == name}
    found = grants(bent, shown=moved(**follows))
    assert (found.count, found.rejections) == (0, ())


@given(st.integers(0, 511))
def test_flipping_any_bit_voids_the_signature(bit: int) -> None:
    """A signature with one other bit is none."""
    raw = bytearray.fromhex(HEAD.signature)
    raw[bit // 8] ^= 1 << bit % 8
    assert refused(HEAD.model_copy(update={"signature": raw.hex()})) == ["bad signature"]


def test_a_broken_key_in_the_directory_signs_nothing() -> None:
    """An entry whose key is none refuses; it does not fail."""
    broken = house()
    signed = broken.says("hans.head", "department_head")
    person = broken.people["t1", "hans.head"]
    broken.people["t1", "hans.head"] = person.model_copy(update={"public_key": "zz"})
    assert verify(CHECKPOINT, [signed], broken.directory, NOW).count == 0

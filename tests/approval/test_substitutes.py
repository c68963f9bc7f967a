"""Substitutes: who stands in decides in the absent person's role, and is somebody else always."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from leitstand.approval import FileDirectory, Grants, verify
from leitstand.errors import ApprovalRefused
from leitstand.records import Absence, Approval
from tests.approval.people import CHECKPOINT, NOW, House, Known, house

DAY = 86_400.0


def away(
    person: str, substitute: str, since: float = NOW - DAY, until: float = NOW + DAY
) -> Absence:
    """An absence around now."""
    return Absence(tenant="t1", person=person, substitute=substitute, since=since, until=until)


def court(found: House, *approvals: Approval, absences: tuple[Absence, ...], **more: Any) -> Grants:  # noqa: ANN401
    """What the guard says of these decisions."""
    known: Known = replace(found.directory, absences=absences)
    return verify(CHECKPOINT, approvals, known, more.pop("now", NOW), **more)


def reasons(grants: Grants) -> list[str]:
    """Why decisions do not count."""
    return [r.reason for r in grants.refused]


def full() -> House:
    """A head and a director are away; Sam has no role of their own."""
    found = house()
    found.join("sam", "clerk")
    return found


ABSENT = (away("hans.head", "sam"), away("dora.director", "sam"))


def test_a_substitute_decides_in_the_role_of_the_absent() -> None:
    """The approval is signed by the one and names the other; without naming it has no role."""
    found = full()
    signed = found.says("sam", "department_head", on_behalf_of="hans.head")
    grants = court(found, signed, absences=ABSENT)
    assert (grants.persons, grants.roles) == (("sam",), ("department_head",))
    assert grants.approvals[0].on_behalf_of == "hans.head"
    assert reasons(court(found, found.says("sam", "department_head"), absences=ABSENT)) == [
        "role not held"
    ]
    forged = signed.model_copy(update={"on_behalf_of": "dora.director"})
    assert reasons(court(found, forged, absences=ABSENT)) == ["bad signature"]


@pytest.mark.parametrize(
    "absence",
    [
        away("hans.head", "sam", until=NOW),
        away("hans.head", "sam", since=NOW + 1),
        away("hans.head", "hilda.head"),
        away("hilda.head", "sam"),
        away("hans.head", "sam").model_copy(update={"tenant": "t2"}),
    ],
)
def test_only_while_the_absence_lasts_and_for_whom_it_names(absence: Absence) -> None:
    """Over, not begun, another's, for another, of another tenant."""
    found = full()
    signed = found.says("sam", "department_head", on_behalf_of="hans.head")
    assert reasons(court(found, signed, absences=(absence,))) == ["not standing in"]


def test_a_yes_ends_with_the_absence_and_a_no_does_not() -> None:
    """Authority is what it is when it acts; a no needs less."""
    found = full()
    brief = (away("hans.head", "sam", until=NOW + 60),)
    yes = found.says("sam", "department_head", on_behalf_of="hans.head")
    no = found.says("sam", "department_head", "reject", on_behalf_of="hans.head")
    assert court(found, yes, absences=brief).count == 1
    later = court(found, yes, no, absences=brief, now=NOW + 61)
    assert reasons(later) == ["not standing in"]
    assert later.rejections == (no,)


def test_never_for_the_requester() -> None:
    """Neither where the absent person asked nor where the substitute did."""
    found = full()
    signed = found.says("sam", "department_head", on_behalf_of="hans.head")
    for asking in ("hans.head", "sam"):
        grants = court(found, signed, absences=ABSENT, requesters=frozenset({asking}))
        assert reasons(grants) == ["requester"]


def test_four_eyes_stay_two_people() -> None:
    """Not twice by one person for two, nor by a person and the one who stands in for them."""
    found = full()
    for_head = found.says("sam", "department_head", on_behalf_of="hans.head")
    for_director = found.says("sam", "managing_director", on_behalf_of="dora.director")
    assert court(found, for_head, for_director, absences=ABSENT).persons == ("sam",)
    herself = found.says("dora.director", "department_head")
    for pair in ((herself, for_director), (for_director, herself)):
        grants = court(found, *pair, absences=ABSENT)
        assert (grants.count, reasons(grants)) == (1, ["same person"])
    other = found.says("hilda.head", "department_head")
    assert court(found, for_director, other, absences=ABSENT).persons == ("hilda.head", "sam")


def test_standing_in_is_not_passed_on() -> None:
    """Who stands in for a substitute stands in for nobody else."""
    found = full()
    chain = (away("hans.head", "sam"), away("sam", "hilda.head"))
    signed = found.says("hilda.head", "managing_director", on_behalf_of="dora.director")
    assert reasons(court(found, signed, absences=(*chain, ABSENT[1]))) == ["not standing in"]


def test_what_was_signed_before_stays_signed() -> None:
    """An approval on nobody's behalf has the bytes that it always had."""
    signed = full().says("hans.head", "department_head")
    assert "on_behalf_of" not in signed.model_dump(mode="json")


def test_absences_are_kept_with_the_people(tmp_path: Path) -> None:
    """One a person; none for strangers, oneself or no time; gone with either of the two."""
    people = FileDirectory(tmp_path / "people.json")
    for person in full().people.values():
        people.add(person)
    people.leave(away("hans.head", "sam"))
    people.leave(away("hans.head", "hilda.head"))
    people.leave(away("dora.director", "hilda.head"))
    again = FileDirectory(tmp_path / "people.json")
    assert again.represented("t1", "hilda.head", NOW) == ("hans.head", "dora.director")
    assert again.represented("t1", "sam", NOW) == ()
    for wrong in (
        away("hans.head", "hans.head"),
        away("hans.head", "nobody"),
        away("nobody", "sam"),
        away("hans.head", "otto.other"),
        away("hans.head", "sam", until=NOW - DAY),
    ):
        with pytest.raises(ApprovalRefused):
            people.leave(wrong)
    people.come_back("t1", "dora.director")
    assert people.absence("t1", "dora.director") is None
    people.remove("t1", "hilda.head")
    assert people.absence("t1", "hans.head") is None

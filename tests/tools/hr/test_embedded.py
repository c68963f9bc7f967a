"""The embedded HR system, and how a world gets into it."""

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path

import pytest

from leitstand.clock import FixedClock
from leitstand.errors import Contradiction, Missing
from tools.database import Database, Tenancy
from tools.hr import (
    Absence,
    Change,
    Employee,
    FindEmployees,
    GetChange,
    GetEmployee,
    Granted,
    LeaveYear,
    ListAbsences,
    ProposeChange,
    ProposeLeave,
    RecordAbsence,
)
from tools.hr.embedded import EmbeddedHr
from tools.hr.intake import read
from tools.rows import Reader, WorldRefused

START, END = dt.date(2026, 11, 16), dt.date(2026, 11, 20)
STAFF = (
    Employee(id="P1", name="Ada Roth", department="Werk", salary_cents=350_000, state="HB"),
    Employee(id="P2", name="Jörg Groß", department="Werk", exit=dt.date(2026, 10, 31)),
    Employee(id="P3", name="Ada Rot", department="Lager"),
    Employee(id="P4", name="Max Klein"),
    Employee(id="P5", name="Max  klein"),
)
SICK = RecordAbsence(
    employee_id="P1",
    start=START,
    end=END,
    calendar_days=5,
    au_required=True,
    continued_pay=True,
    exceeds_six_weeks=False,
)


@pytest.fixture
async def hr(database: Database, clock: FixedClock) -> EmbeddedHr:
    """Five people, one of them away."""
    system = EmbeddedHr(Tenancy(database, "nord", clock))
    await system.prepare()
    await system.take_in(STAFF, [Absence(employee="P1", start=START, end=START, kind="leave")])
    return system


async def test_only_what_is_asked_for_is_shown(hr: EmbeddedHr) -> None:
    """Need to know: without `pay` no case ever holds a salary (R32)."""
    bare = (await hr.get_employee(GetEmployee(employee="P1"))).value
    assert bare == Employee(id="P1", name="Ada Roth", department="Werk")
    paid = (await hr.get_employee(GetEmployee(employee="P1", fields=("pay",)))).value
    assert paid is not None
    assert (paid.salary_cents, paid.state) == (350_000, "")


@pytest.mark.parametrize(
    "name", ["Jörg Groß", "joerg gross", "JÖRG  GROSS", "Groß, Jörg", "p2", "P2"]
)
async def test_found_by_number_or_name(hr: EmbeddedHr, name: str) -> None:
    """However it is written."""
    found = (await hr.get_employee(GetEmployee(employee=name))).value
    assert found is not None
    assert found.id == "P2"


async def test_two_of_one_name(hr: EmbeddedHr) -> None:
    """Nobody is guessed; nobody of a name that is not there."""
    with pytest.raises(Contradiction, match="P4, P5"):
        await hr.get_employee(GetEmployee(employee="Max Klein"))
    assert (await hr.get_employee(GetEmployee(employee="Maxi Klein"))).value is None


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("Bitte Ada Roth ab 1.1. hochstufen", ["P1"]),
        ("Roth, Ada und Ada Rots Gehalt", ["P1", "P3"]),
        ("Joerg Gross (P4)", ["P2", "P4"]),
        ("Ada Rothe", []),
    ],
)
async def test_who_is_named(hr: EmbeddedHr, text: str, ids: list[str]) -> None:
    """Full names and numbers, turned round and in the genitive, no parts of other names."""
    found = await hr.find_employees(FindEmployees(text=text))
    assert [named.id for named in found.value] == ids


async def test_absences_of_the_department(hr: EmbeddedHr) -> None:
    """Who has left is no staff any more; those of other departments are none of it."""
    asked = ListAbsences(employee_id="P1", start=START, end=END)
    found = (await hr.list_absences(asked)).value
    assert (found.department, found.staff, len(found.absences)) == ("Werk", ("P1",), 1)
    alone = ListAbsences(employee_id="P4", start=START, end=END)
    assert (await hr.list_absences(alone)).value.staff == ("P4",)
    with pytest.raises(Missing):
        await hr.list_absences(ListAbsences(employee_id="P9", start=START, end=END))


async def test_a_write_happens_once(hr: EmbeddedHr) -> None:
    """The same key is the same entry; another use of it is refused."""
    first = await hr.record_absence(SICK, "k")
    assert await hr.record_absence(SICK, "k") == first == await hr.absence_of("k")
    assert await hr.leave_of("k") is None
    with pytest.raises(Contradiction):
        await hr.record_absence(SICK.model_copy(update={"calendar_days": 6}), "k")
    asked = ListAbsences(employee_id="P1", start=START, end=END)
    kinds = [a.kind for a in (await hr.list_absences(asked)).value.absences]
    assert kinds == ["leave", "sick"]


async def test_nobody_is_written_of_who_is_not_there(hr: EmbeddedHr) -> None:
    """Nothing is half done."""
    with pytest.raises(Missing):
        await hr.propose_change(ProposeChange(text="x", employee_id="P9"), "k")
    assert await hr.change_of("k") is None


async def test_the_same_world_again_changes_nothing(hr: EmbeddedHr) -> None:
    """A changed record has a new version, an equal one the old."""
    await hr.take_in([STAFF[0], STAFF[3].model_copy(update={"name": "Max Groß"})], [])
    versions = [
        found.value.version
        for n in ("P1", "P4")
        if (found := await hr.get_employee(GetEmployee(employee=n))).value
    ]
    assert versions == [1, 2]


async def change(hr: EmbeddedHr, number: str) -> Change | None:
    """A change as payroll reads it."""
    return (await hr.get_change(GetChange(change_no=number))).value


async def test_a_proposed_change_is_read_without_its_words(hr: EmbeddedHr) -> None:
    """Amounts, day and state; neither the text nor who asked."""
    asked = ProposeChange(
        sender="boss@nord.example", text="more", employee_id="P1", old_cents=350_000,
        new_cents=360_000, delta_cents=10_000, effective_on=START,
    )  # fmt: skip
    made = await hr.propose_change(asked, "k")
    assert await change(hr, made.change_no) == Change(
        change_no=made.change_no, employee_id="P1", old_cents=350_000, new_cents=360_000,
        delta_cents=10_000, effective_on=START, state="approved",
    )  # fmt: skip
    assert await change(hr, "C-999999") is None


async def test_a_number_that_is_taken_is_not_given_again(hr: EmbeddedHr) -> None:
    """A change that came with the company's data stays what it is."""
    there = Change(change_no="C-000001", employee_id="P3", delta_cents=1, state="requested")
    await hr.take_in([], [], [there])
    made = await hr.propose_change(ProposeChange(text="x", employee_id="P1"), "k")
    assert made.change_no == "C-000002"
    assert await change(hr, "C-000001") == there


async def test_a_change_that_is_taken_in_again_has_its_new_state(hr: EmbeddedHr) -> None:
    """People withdraw in the HR system what they had approved."""
    approved = Change(change_no="X-1", employee_id="P1", delta_cents=1, state="approved")
    for one in (approved, approved.model_copy(update={"state": "withdrawn"})):
        await hr.take_in([], [], [one])
        assert await change(hr, "X-1") == one


def test_bad_rows_are_all_named(tmp_path: Path) -> None:
    """Nothing of such a world is taken in."""
    staff = [{"id": "P1", "name": "A", "days_per_week": 9}, {"id": "P2", "name": "B"}]
    away = [
        {"employee": "P2", "start": "2026-11-20", "end": "2026-11-16"},
        {"employee": "P9", "start": "2026-11-16", "end": "2026-11-20"},
    ]
    changes = [
        {"change": "X-1", "employee": "P8", "state": "approved"},
        {"change": "X-2", "employee": "P2", "state": "vielleicht"},
    ]
    for name, rows in (("employees", staff), ("absences", away), ("changes", changes)):
        (tmp_path / f"{name}.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    reader = Reader(tmp_path)
    read(reader)
    with pytest.raises(WorldRefused) as refused:
        reader.check()
    for said in (
        "days_per_week",
        "ends before it begins",
        "`P9` is no employee",
        "`P8` is no employee",
        "state",
    ):
        assert said in str(refused.value)


def leave(start: dt.date, end: dt.date, before: int, days: int) -> ProposeLeave:
    """A request of P1 for working days of one year."""
    year = LeaveYear(
        year=start.year,
        working_days=Decimal(days),
        entitlement=Decimal(30),
        balance_before=Decimal(before),
        balance_after=Decimal(before - days),
    )
    return ProposeLeave(
        employee_id="P1",
        kind="Urlaub",
        start=start,
        end=end,
        requested_on=START,
        working_days=Decimal(days),
        years=(year,),
    )


async def test_leave_that_was_granted_counts_for_the_next(hr: EmbeddedHr) -> None:
    """It is away then, its days are taken until the master record is entered anew, none twice."""
    june, july = dt.date(2027, 6, 7), dt.date(2027, 7, 5)
    await hr.propose_leave(leave(june, june + dt.timedelta(4), 8, 5), "k1")
    found = (await hr.get_employee(GetEmployee(employee="Ada Roth", fields=("leave",)))).value
    assert found is not None
    assert found.granted == (Granted(year=2027, days=Decimal(5)),)
    away = (await hr.list_absences(ListAbsences(employee_id="P1", start=june, end=june))).value
    assert [a.kind for a in away.absences] == ["leave"]
    with pytest.raises(Contradiction, match="some of these days"):
        await hr.propose_leave(leave(june + dt.timedelta(4), july, 3, 1), "k2")
    with pytest.raises(Contradiction, match="balance of 2027"):
        await hr.propose_leave(leave(july, july + dt.timedelta(4), 8, 5), "k3")
    await hr.propose_leave(leave(july, july + dt.timedelta(2), 3, 3), "k4")
    await hr.take_in(STAFF, ())
    await hr.take_in([STAFF[0].model_copy(update={"taken": Decimal(8)}), *STAFF[1:]], ())
    anew = (await hr.get_employee(GetEmployee(employee="P1", fields=("leave",)))).value
    assert anew is not None
    assert (anew.taken, anew.granted) == (8, ())

"""The payroll role: from a request to HR to a month's run, and all that keeps it out of one."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from leitstand.policy import Request, decide
from leitstand.records import Decision
from tests.agents.house import PROJECT, TENANT, House, Result
from tests.agents.payroll_house import child_of, hired, open_house, proposed, runs, world_of
from tools.database import Database
from tools.hr import GetChange
from tools.hr.embedded import EmbeddedHr

Play = Callable[[House], Awaitable[None]]
SOUND: Mapping[str, Any] = {
    "change": "X-1",
    "employee": "E05",
    "old": "4100",
    "new": "4350",
    "effective": "2027-01-01",
    "state": "approved",
}
ONCE: Mapping[str, Any] = {
    "change": "X-1",
    "employee": "E05",
    "delta": "2000",
    "once": True,
    "effective": "2026-12-01",
    "state": "approved",
}
LEFT = {
    "id": "E90",
    "name": "Kim Ahrens",
    "entry": "2020-01-01",
    "exit": "2026-11-30",
    "salary": 4100,
}


def at_home(folder: Path, play: Play, **world: Any) -> None:  # noqa: ANN401 - rows of a world
    """Play in a fresh house over a world of its own."""

    async def run() -> None:
        house = await open_house(world_of(folder / "world", **world), folder / "state")
        try:
            await play(house)
        finally:
            house.close()

    asyncio.run(run())


async def given_to_payroll(house: House, change_no: str = "X-1") -> tuple[str, Result]:
    """A case of payroll, begun with the number of a change."""
    case = {"change_no": change_no}
    ulid = await house.runtime.start(
        "payroll", case, tenant=TENANT, requester="intake", title="change"
    )
    await house.runtime.run_until_idle()
    return ulid, await house.result(ulid)


async def given_no(house: House, ulid: str) -> str:
    """The number of the change that a case of HR has handed over, and nothing else with it."""
    (handed,) = [e for e in (await house.result(ulid)).effects if e.tool == "case.hand_over"]
    ((name, number),) = json.loads(handed.args["given"]).items()
    assert name == "change_no"
    return str(number)


def test_an_approved_rise_is_entered_once_payroll_signs(tmp_path: Path) -> None:
    """HR waits for payroll, payroll for its signature; the entry's number is in HR's end (R13)."""

    async def play(house: House) -> None:
        ulid = await proposed(house)
        child, waiting = await child_of(house, ulid)
        (card,) = waiting.waits
        assert (card["tool"], card["verdict"]["roles"]) == ("payroll.run.enter", ["payroll"])
        assert (await house.result(ulid)).exit == {}
        assert await runs(house) == []
        hired(house, "hanna")
        entered = await house.sign(child, "hanna")
        assert entered.exit["result"] == {"entry_no": "P-000001", "run": "2027-01"}
        end = (await house.result(ulid)).exit
        change = end["result"]["change_no"]
        assert end["kind"] == "done"
        assert end["result"]["payroll"] == {"kind": "done", **entered.exit["result"]}
        assert await runs(house) == [(change, "E05", "2027-01", 435_000, 25_000, 0)]

    at_home(tmp_path, play)


def test_who_approved_the_rise_does_not_enter_it(tmp_path: Path) -> None:
    """Neither head of HR nor management signs for payroll."""

    async def play(house: House) -> None:
        child, _ = await child_of(house, await proposed(house))
        for name in ("gregor", "dora"):
            assert len((await house.sign(child, name)).waits) == 1
        assert await runs(house) == []

    at_home(tmp_path, play)


def test_payroll_turns_it_down(tmp_path: Path) -> None:
    """HR's case ends as payroll's does, with payroll's words; nothing is entered."""

    async def play(house: House) -> None:
        ulid = await proposed(house)
        child, _ = await child_of(house, ulid)
        hired(house, "hanna")
        turned = await house.sign(child, "hanna", "reject")
        end = (await house.result(ulid)).exit
        assert turned.exit["kind"] == end["kind"] == "rejected"
        assert end["reason"] == turned.exit["reason"] != ""
        assert end["result"]["payroll"]["kind"] == "rejected"
        assert await runs(house) == []

    at_home(tmp_path, play)


def test_what_hr_withdraws_meanwhile_is_not_entered(tmp_path: Path) -> None:
    """The change is read again before a signature counts: the one who signs saw another state."""

    async def play(house: House) -> None:
        ulid = await proposed(house)
        child, _ = await child_of(house, ulid)
        hr = next(c.adapter for c in house.connections if isinstance(c.adapter, EmbeddedHr))
        known = (await hr.get_change(GetChange(change_no=await given_no(house, ulid)))).value
        assert known is not None
        assert known.state == "approved"
        await hr.take_in([], [], [known.model_copy(update={"state": "withdrawn"})])
        hired(house, "hanna")
        found = await house.sign(child, "hanna")
        assert "payroll.run.enter" not in found.tools
        assert found.exit["result"]["guardrails"] == ["payroll-approved"]
        assert found.exit["roles"] == ["hr_lead"]
        assert (await house.result(ulid)).exit["cause"] == "contradictory results"
        assert await runs(house) == []

    at_home(tmp_path, play)


@pytest.mark.parametrize(
    ("change", "rules", "roles"),
    [
        ({"state": "requested"}, ["payroll-approved"], ["hr_lead"]),
        ({"state": "withdrawn"}, ["payroll-approved"], ["hr_lead"]),
        ({"old": "4000"}, ["payroll-pay-as-known"], ["hr"]),
        ({"delta": "205"}, ["payroll-amounts-close"], ["hr"]),
        ({"old": None, "delta": "250"}, ["payroll-amounts-close", "payroll-pay-as-known"], ["hr"]),
        ({"new": "5125.01"}, ["payroll-plausible"], ["hr_lead"]),
        ({"new": "2500"}, ["payroll-plausible"], ["hr_lead"]),
        ({"effective": "2026-10-31"}, ["payroll-period-open"], ["payroll"]),
        ({"effective": "2031-01-01"}, ["payroll-period-open"], ["payroll"]),
        ({"effective": "2024-01-31"}, ["payroll-employed", "payroll-period-open"], []),
        ({"employee": "E90", "effective": "2026-12-01"}, ["payroll-employed"], ["hr"]),
        ({**ONCE, "delta": "4100.01"}, ["payroll-plausible"], ["hr_lead"]),
        ({**ONCE, "delta": "-100"}, ["payroll-amounts-close"], ["hr"]),
    ],
    ids=str,
)
def test_what_may_not_be_entered_is_left_to_people(
    change: Mapping[str, Any], rules: list[str], roles: list[str], tmp_path: Path
) -> None:
    """Each rule by itself: a task, an exit with its cause and whom it is for, no card to sign."""
    base = ONCE if change.get("once") else SOUND
    row = {name: value for name, value in {**base, **change}.items() if value is not None}

    async def play(house: House) -> None:
        _, found = await given_to_payroll(house)
        assert found.tools == ["task.create"]
        assert (found.exit["kind"], found.exit["cause"]) == ("exception", "contradictory results")
        assert sorted(found.exit["result"]["guardrails"]) == rules
        assert not roles or found.exit["roles"] == roles
        assert found.waits == ()
        assert await runs(house) == []

    at_home(tmp_path, play, changes=(row,), employees=(LEFT,))


@pytest.mark.parametrize(
    ("absent", "said"),
    [
        ("change", "Änderung `X-1`"),
        ("effective", "Tag der Änderung"),
    ],
)
def test_what_is_missing_is_named(absent: str, said: str, tmp_path: Path) -> None:
    """A change that is not there, or holds from no day: a typed exit and no write at all."""
    row = {name: value for name, value in SOUND.items() if name != absent}
    rows = (row,) if absent != "change" else ()

    async def play(house: House) -> None:
        _, found = await given_to_payroll(house)
        assert (found.exit["kind"], found.exit["cause"]) == ("exception", "data missing")
        assert said in found.exit["reason"]
        assert found.tools == []

    at_home(tmp_path, play, changes=rows)


def test_a_change_is_entered_once_whoever_asks(tmp_path: Path) -> None:
    """A second case with the same change is held: entries are read before a signature counts."""

    async def play(house: House) -> None:
        hired(house, "hanna")
        first, _ = await given_to_payroll(house)
        second, _ = await given_to_payroll(house)
        assert (await house.sign(first, "hanna")).exit["kind"] == "done"
        found = await house.sign(second, "hanna")
        assert found.exit["kind"] == "exception"
        assert found.exit["cause"] == "contradictory results"
        assert len(await runs(house)) == 1

    at_home(tmp_path, play, changes=(SOUND,))


@pytest.mark.parametrize("row", [SOUND, ONCE])
def test_a_second_change_that_says_the_same_is_left_to_people(
    row: Mapping[str, Any], tmp_path: Path
) -> None:
    """Begun before or after the first was entered, signed or not: the first stays the only one."""

    async def play(house: House) -> None:
        hired(house, "hanna")
        first, _ = await given_to_payroll(house)
        second, waiting = await given_to_payroll(house, "X-2")
        assert len(waiting.waits) == 1
        assert (await house.sign(first, "hanna")).exit["kind"] == "done"
        third, _ = await given_to_payroll(house, "X-3")
        await house.sign(second, "hanna")
        for late in (second, third):
            found = await house.result(late)
            assert found.exit["cause"] == "contradictory results"
            assert found.exit["reason"].startswith("Diese Änderung oder eine mit gleichem Inhalt")
            assert found.tools == ["task.create"]
        assert len(await runs(house)) == 1

    rows = tuple({**row, "change": number} for number in ("X-1", "X-2", "X-3"))
    at_home(tmp_path, play, changes=rows)


def test_a_bonus_is_paid_once(tmp_path: Path) -> None:
    """It changes no pay: the run of its month has the sum, and no new pay."""

    async def play(house: House) -> None:
        asked = "Bitte Lena Fuchs zum 1.12.2026 einmalig einen Bonus von 2.000 EUR zahlen."
        child, _ = await child_of(house, await proposed(house, asked))
        hired(house, "hanna")
        await house.sign(child, "hanna")
        [(_, *entered)] = await runs(house)
        assert entered == ["E05", "2026-12", None, 200_000, 1]

    at_home(tmp_path, play)


def test_hours_are_left_to_payrolls_people(tmp_path: Path) -> None:
    """No amount is named and none is computed: a task, and both cases are done."""

    async def play(house: House) -> None:
        asked = "Jutta Meyer möchte ab Mai von 32 auf 30 Wochenstunden reduzieren."
        ulid = await proposed(house, asked)
        _, found = await child_of(house, ulid)
        assert found.tools == ["task.create"]
        end = (await house.result(ulid)).exit
        assert end["kind"] == "done"
        assert end["result"]["payroll"]["task_no"] == found.exit["result"]["task_no"]
        assert await runs(house) == []

    at_home(tmp_path, play)


@pytest.mark.parametrize("state", ["requested", "withdrawn"])
def test_what_names_no_amount_is_for_people_only_once_approved(state: str, tmp_path: Path) -> None:
    """No task tells payroll's people to enter what nobody has approved."""
    row = {"change": "X-1", "employee": "E03", "effective": "2027-01-01", "state": state}

    async def play(house: House) -> None:
        _, found = await given_to_payroll(house)
        assert (found.exit["kind"], found.exit["cause"]) == ("exception", "contradictory results")
        assert "nicht freigegeben" in found.exit["reason"]
        assert found.tools == []

    at_home(tmp_path, play, changes=(row,))


def test_a_month_that_is_closed_meanwhile_takes_nothing(tmp_path: Path) -> None:
    """The period is read again before the signature counts."""

    async def play(house: House) -> None:
        ulid, waiting = await given_to_payroll(house)
        assert len(waiting.waits) == 1
        database = Database.at(house.state / "business.sqlite")
        close = text("UPDATE erp_period SET state = 'closed' WHERE start = '2027-01-01'")
        await database.write(lambda c: c.execute(close))
        database.close()
        hired(house, "hanna")
        found = await house.sign(ulid, "hanna")
        assert found.exit["result"]["guardrails"] == ["payroll-period-open"]
        assert await runs(house) == []

    at_home(tmp_path, play, changes=(SOUND,))


@pytest.mark.parametrize("role", ["accounting", "compliance", "hr", "sales"])
def test_changes_are_read_by_payroll_alone(role: str) -> None:
    """No other role, and payroll's own grant does not stand in its way."""
    args = {"change_no": "X-1"}
    asked = Request("payroll.change.get", "payroll", TENANT, "intake", args, {})
    assert decide(PROJECT.bundle(), asked).decision is Decision.ALLOW
    found = decide(PROJECT.bundle(), asked._replace(role=role))
    assert found.decision is Decision.DENY
    assert "change-for-payroll-alone" in found.rules


def test_without_pay_in_the_master_record_somebody_of_payroll_compares(tmp_path: Path) -> None:
    """Even where the company has nobody sign: there is nothing to hold the old pay against."""
    unsigned: dict[str, Any] = {"payroll": {"signers": [], "approvers": 0}}
    rows = (SOUND, {**SOUND, "change": "X-2", "employee": "E04"})

    async def play(house: House) -> None:
        _, known = await given_to_payroll(house, "X-1")
        assert known.tools == ["payroll.run.enter"]
        ulid, unknown = await given_to_payroll(house, "X-2")
        assert unknown.tools == []
        assert [hit["rule"] for hit in unknown.waits[0]["verdict"]["hits"]] == [
            "payroll-pay-unknown"
        ]
        hired(house, "hanna")
        assert (await house.sign(ulid, "hanna")).tools == ["payroll.run.enter"]

    at_home(tmp_path, play, changes=rows, settings=unsigned)


def test_without_payroll_the_end_says_so(tmp_path: Path) -> None:
    """A house whose project has no such role: what was approved stands, and people are told."""

    async def play(house: House) -> None:
        del house.runtime.roles["payroll"]
        found = await house.result(await proposed(house))
        assert found.tools == ["payroll.change.propose"]
        assert (found.exit["kind"], found.exit["roles"]) == ("exception", ["payroll"])
        assert "cannot hand a case to `payroll`" in found.exit["reason"]

    at_home(tmp_path, play)

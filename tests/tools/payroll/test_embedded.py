"""The embedded payroll system: an approved change is in one run, once."""

import asyncio
import datetime as dt

import pytest
from sqlalchemy import text

from leitstand.clock import FixedClock
from leitstand.errors import Contradiction
from tools.database import Database, Tenancy
from tools.payroll import EnterChange, FindEntries
from tools.payroll.embedded import EmbeddedPayroll

RISE = EnterChange(
    change_no="X-1",
    employee_id="P1",
    old_cents=400_000,
    new_cents=410_000,
    delta_cents=10_000,
    effective_on=dt.date(2027, 1, 15),
)


@pytest.fixture
async def payroll(database: Database, clock: FixedClock) -> EmbeddedPayroll:
    """A payroll system in which nothing changes yet."""
    system = EmbeddedPayroll(Tenancy(database, "nord", clock))
    await system.prepare()
    return system


async def count(database: Database) -> int:
    """How many entries there are."""
    query = text("SELECT count(*) FROM payroll_entry")
    return await database.read(lambda c: c.execute(query).scalar_one())


async def test_an_entry_is_made_once(payroll: EmbeddedPayroll, database: Database) -> None:
    """The same key is the same entry, however often and at once; it is in the run of its month."""
    assert await payroll.entry_of("k") is None
    many = await asyncio.gather(*(payroll.enter(RISE, "k") for _ in range(4)))
    assert {entry.entry_no for entry in many} == {"P-000001"}
    assert many[0] == await payroll.entry_of("k")
    assert (many[0].run, many[0].delta_cents, many[0].once) == ("2027-01", 10_000, False)
    assert await count(database) == 1


async def test_a_change_is_in_one_run(payroll: EmbeddedPayroll, database: Database) -> None:
    """Another key does not enter it again, nor does another use of the same key."""
    await payroll.enter(RISE, "k")
    later = RISE.model_copy(update={"effective_on": dt.date(2027, 2, 1)})
    with pytest.raises(Contradiction, match="`X-1` is in the run `2027-01` already"):
        await payroll.enter(later, "other")
    with pytest.raises(Contradiction, match="another write"):
        await payroll.enter(later, "k")
    assert await payroll.entry_of("other") is None
    assert await count(database) == 1


async def test_what_is_entered_is_found(payroll: EmbeddedPayroll) -> None:
    """Of one employee, the oldest first, each as it was entered."""
    later = RISE.model_copy(update={"change_no": "X-2", "effective_on": dt.date(2027, 2, 1)})
    bonus = RISE.model_copy(
        update={"change_no": "X-3", "once": True, "old_cents": None, "new_cents": None}
    )
    other = RISE.model_copy(update={"change_no": "X-4", "employee_id": "P2"})
    for number, change in enumerate((RISE, later, bonus, other)):
        await payroll.enter(change, f"k{number}")
    found = (await payroll.find_entries(FindEntries(employee_id="P1"))).value
    assert (found.employee_id, found.changes) == ("P1", (RISE, later, bonus))


@pytest.mark.parametrize("once", [True, False])
async def test_two_changes_that_say_the_same_are_one_entry(
    payroll: EmbeddedPayroll, database: Database, *, once: bool
) -> None:
    """Whoever comes second, even at once, is told which change is there."""
    new = None if once else RISE.new_cents
    first = RISE.model_copy(update={"once": once, "old_cents": None, "new_cents": new})
    again = first.model_copy(update={"change_no": "X-2"})
    came = await asyncio.gather(
        payroll.enter(first, "k"), payroll.enter(again, "l"), return_exceptions=True
    )
    (refused,) = [c for c in came if isinstance(c, Contradiction)]
    assert "says the same as" in refused.text
    assert await count(database) == 1


async def test_tenants_have_runs_of_their_own(payroll: EmbeddedPayroll, database: Database) -> None:
    """The same number of a change is another one elsewhere."""
    south = EmbeddedPayroll(Tenancy(database, "south"))
    await payroll.enter(RISE, "k")
    assert await south.entry_of("k") is None
    assert (await south.enter(RISE, "k")).entry_no == "P-000001"

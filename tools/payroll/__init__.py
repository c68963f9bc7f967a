"""The payroll system: what changes in a month's run. Payroll's people run it and pay."""

from leitstand.tool import tool
from tools.payroll.entry import EnterChange, Entries, Entry, FindEntries, FoundEntries
from tools.payroll.port import Payroll

__all__ = [
    "EnterChange",
    "Entries",
    "Entry",
    "FindEntries",
    "FoundEntries",
    "Payroll",
    "enter_change",
    "find_entries",
]


async def _entry(key: str, payroll: Payroll) -> Entry | None:
    return await payroll.entry_of(key)


# Another change may be entered meanwhile: entries are read again before a signature counts.
@tool("payroll.entry.find", watch=True)
async def find_entries(args: FindEntries, payroll: Payroll) -> FoundEntries:
    """Find what is in the payroll runs for an employee."""
    return await payroll.find_entries(args)


@tool(
    "payroll.run.enter",
    writes="payroll.entry",
    key=("change_no",),
    idempotent=True,
    reconcile=_entry,
)
async def enter_change(args: EnterChange, payroll: Payroll, key: str) -> Entry:
    """Enter an approved change into the run of the month from which it holds."""
    return await payroll.enter(args, key)

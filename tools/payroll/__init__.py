"""The payroll system: what changes in a month's run. Payroll's people run it and pay."""

from leitstand.tool import tool
from tools.payroll.entry import EnterChange, Entry
from tools.payroll.port import Payroll

__all__ = ["EnterChange", "Entry", "Payroll", "enter_change"]


async def _entry(key: str, payroll: Payroll) -> Entry | None:
    return await payroll.entry_of(key)


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

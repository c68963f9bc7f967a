"""The facts of payroll: an approved change against what HR and the books say of it.

The role proposes what `entry_of` gives; the guard compares it with the change that HR holds, the
master record and the period. Which difference stops it stands in `payroll.cedar`.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Literal

import orjson
from pydantic import ValidationError

from leitstand.policy import FactCall, FactMissing, facts
from leitstand.values import Frozen, Identifier
from policies.facts.hr.limits import HrLimits, hr_limits_of
from tools.erp import PeriodOf, find_period
from tools.hr import Change, Employee, get_change, get_employee
from tools.payroll import EnterChange, Entries, find_entries


class ApprovedChange(Frozen):
    """What payroll is given: the number of a change, and nothing of what it says."""

    change_no: Identifier


class EntryFacts(Frozen):
    """What decides on an entry.

    `approved`: HR says so. `same`: it is what HR's change says. `sound`: old pay and difference
    come to the new one. `pay`: whether the master record has the same old pay; `unknown` where it
    has none. `plausible`: it is no larger than the tenant allows. `employed`: on that day, as the
    same person. `period`: whether the books take that day. `doubled`: the change, or another
    one that comes to the same, is in a run.
    """

    approved: bool
    same: bool
    sound: bool
    pay: Literal["same", "other", "unknown"]
    plausible: bool
    employed: bool
    period: Literal["open", "closed", "unknown"]
    doubled: bool
    entry_roles: frozenset[str]
    entry_approvers: int
    checked: frozenset[str]


class HandedFacts(Frozen):
    """`checked`: what of a hand-over to payroll is as the tenant's data say."""

    checked: frozenset[str]


@facts("payroll.run.enter", model=EntryFacts)
def entry_facts(call: FactCall) -> EntryFacts:
    """The facts of an entry.

    Raises FactMissing: change, employee, period or the employee's entries were not read.
    """
    found = call.evidence.one(get_change)
    who = call.evidence.one(get_employee)
    when = call.evidence.one(find_period)
    if found is None or found.value is None or who is None or who.value is None or when is None:
        raise FactMissing("change, employee and period must be read", where=call.tool)
    args = EnterChange.model_validate(call.args, strict=False)
    there = call.evidence.one(find_entries)
    if there is None or there.value.employee_id != args.employee_id:
        raise FactMissing("the employee's entries must be read", where=call.tool)
    limits, entry = hr_limits_of(call.limits), entry_of(found.value)
    known = entry.model_dump(mode="json") if entry else {}
    return EntryFacts(
        approved=found.value.state == "approved",
        same=entry == args,
        sound=_sound(args),
        pay=_pay(args, who.value),
        plausible=_plausible(args, who.value, limits),
        employed=_employed(args, who.value),
        period=_period(when.value),
        doubled=_doubled(args, there.value),
        entry_roles=limits.payroll.signers,
        entry_approvers=limits.payroll.approvers,
        checked=frozenset(n for n, value in call.args.items() if n in known and known[n] == value),
    )


@facts("case.hand_over", model=HandedFacts)
def payroll_handed_facts(call: FactCall) -> HandedFacts:
    """A hand-over to payroll: `given` can only name a change, so it needs no evidence."""
    return HandedFacts(checked=frozenset(_handed(call)))


def entry_of(change: Change) -> EnterChange | None:
    """The entry that a change comes to; None where it names nobody, no amount, or no day."""
    who, delta, day = change.employee_id, change.delta_cents, change.effective_on
    if who is None or delta is None or day is None:
        return None
    return EnterChange(
        change_no=change.change_no,
        employee_id=who,
        old_cents=change.old_cents,
        new_cents=change.new_cents,
        delta_cents=delta,
        effective_on=day,
        once=change.once,
    )


def _handed(call: FactCall) -> Iterator[str]:
    limits = hr_limits_of(call.limits)
    try:
        ApprovedChange.model_validate(orjson.loads(call.args["given"]))
    except (ValidationError, orjson.JSONDecodeError):
        return
    yield from ("parent", "given")
    if call.args["role"] == limits.payroll.agent:
        yield "role"
    if call.args["title"] == limits.titles["payroll"]:
        yield "title"


def _sound(args: EnterChange) -> bool:
    """Paid once: nothing but a sum to be paid. Else old pay and difference make the new one."""
    if args.once:
        return args.old_cents is None and args.new_cents is None and args.delta_cents > 0
    if args.old_cents is None or args.new_cents is None:
        return False
    return args.delta_cents != 0 and args.old_cents + args.delta_cents == args.new_cents


def _pay(args: EnterChange, who: Employee) -> Literal["same", "other", "unknown"]:
    if who.salary_cents is None:
        return "unknown"
    return "same" if args.once or args.old_cents == who.salary_cents else "other"


def _plausible(args: EnterChange, who: Employee, limits: HrLimits) -> bool:
    before = args.old_cents if who.salary_cents is None else who.salary_cents
    if not before:
        return args.once and who.salary_cents is None  # Nothing to hold it against: people sign.
    most = limits.payroll.max_once_percent if args.once else limits.payroll.max_percent
    return abs(args.delta_cents) <= before * most / Decimal(100)


def _employed(args: EnterChange, who: Employee) -> bool:
    day = args.effective_on
    within = (who.entry or day) <= day <= (who.exit or day)
    return within and who.id == args.employee_id


def _period(found: PeriodOf) -> Literal["open", "closed", "unknown"]:
    return "unknown" if found.period is None else found.period.state


def _doubled(args: EnterChange, there: Entries) -> bool:
    """The old pay is not asked: it follows from the rest, or there is none."""
    same = (args.once, args.delta_cents, args.new_cents, args.effective_on)
    return any(
        e.change_no == args.change_no
        or (e.once, e.delta_cents, e.new_cents, e.effective_on) == same
        for e in there.changes
    )

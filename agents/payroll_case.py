"""A case of payroll: the number of a change that was approved, then what was found."""

from agents.refusal import Refusal
from leitstand.values import Frozen, Identifier
from tools.hr import Change


class PayrollCase(Frozen):
    """Given is `change_no` alone; the rest is written by the steps."""

    change_no: Identifier
    change: Change | None = None
    evidence: tuple[str, ...] = ()
    refusal: Refusal | None = None

"""A case of treasury: the day of a payment run, then what was found."""

from datetime import date

from agents.refusal import Refusal
from leitstand.values import Frozen
from policies.facts.treasury.limits import Left
from tools.treasury import PaymentOrder, PrepareOrder


class LeftOut(Frozen):
    """A payment that is left to people."""

    payment_no: str
    why: Left


class TreasuryCase(Frozen):
    """Given is the day on which the bank shall pay, and the day up to which what is due is paid.

    `execute_on`: none is today; `until`: none is that day. The rest is written by the steps.
    """

    execute_on: date | None = None
    until: date | None = None
    order: PrepareOrder | None = None
    left: tuple[LeftOut, ...] = ()
    evidence: tuple[str, ...] = ()
    refusal: Refusal | None = None
    prepared: PaymentOrder | None = None

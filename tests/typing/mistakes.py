"""What an engineer gets wrong is a type error before anything runs.

Nobody runs this module: `make check` reads it. Each mistake carries the error that pyright must
report; where it reports none, the comment is the error (`reportUnnecessaryTypeIgnoreComment`).
"""

from typing import Protocol

from leitstand.desk import Desk
from leitstand.role import Exit, Goto, Role, done, goto
from leitstand.tool import Port, tool
from leitstand.values import Frozen, Identifier, Money


class Bill(Frozen):
    """The state of a case."""

    no: Identifier
    paid: bool = False


class Pay(Frozen):
    """Arguments."""

    no: Identifier
    cents: Money


class Paid(Frozen):
    """A result."""

    receipt: str


class Bank(Port, Protocol):
    """A port."""

    async def pay(self, args: Pay, key: str) -> Paid:
        """Pay."""
        ...


@tool("bank.bill.pay", writes="bank.payment", key=("no",))
async def pay(args: Pay, bank: Bank, key: str) -> Paid:
    """Pay a bill."""
    return await bank.pay(args, key)


role = Role("cashier", Bill, tools=[pay])


@role.step()
async def settle(case: Bill, desk: Desk) -> Goto | Exit:
    """Every call here but the first is a mistake."""
    paid = await desk.call(pay, Pay(no=case.no, cents=100))
    await desk.call(pay, Bill(no=case.no))  # pyright: ignore[reportArgumentType] other arguments
    await desk.call(pay, {"no": case.no})  # pyright: ignore[reportArgumentType] no model
    await desk.call("bank.bill.pay", paid)  # pyright: ignore[reportArgumentType] a name is no tool
    await desk.call(pay, Pay(no=case.no))  # pyright: ignore[reportCallIssue] an argument is missing
    Pay(no=case.no, cents="1.000,00")  # pyright: ignore[reportArgumentType] an amount is in cents
    desk.call(pay, Pay(no=case.no, cents=1))  # pyright: ignore[reportUnusedCoroutine] no `await`
    if paid.voucher == case.no:  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
        return done(receipt=paid.receipt)
    return goto(settle)  # pyright: ignore[reportArgumentType] a step is named


@role.step()  # pyright: ignore[reportArgumentType] a step is async
def at_once(case: Bill, desk: Desk) -> Exit:
    """Not async."""
    del case, desk
    return done()


@role.step()  # pyright: ignore[reportArgumentType] another role's state
async def foreign(case: Pay, desk: Desk) -> Exit:
    """Another state than the role's."""
    del case, desk
    return done()


@tool("bank.bill.find")  # pyright: ignore[reportArgumentType, reportCallIssue, reportUntypedFunctionDecorator]
async def find(bank: Bank) -> Paid:
    """A tool without arguments."""
    return await bank.pay(Pay(no="1", cents=1), "k")

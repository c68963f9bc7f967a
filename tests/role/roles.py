"""A small accounting role that the tests of this folder share, and the tools it names."""

import operator
from decimal import Decimal
from typing import Annotated, Protocol

from leitstand.desk import Desk
from leitstand.role import (
    DATA_MISSING,
    Exit,
    Goto,
    Role,
    Update,
    done,
    exception,
    goto,
    rejected,
    send,
)
from leitstand.tool import tool
from leitstand.values import Frozen


class Line(Frozen):
    """A line of an invoice."""

    text: str
    net: Decimal


class InvoiceCase(Frozen):
    """The state of a case."""

    document: str
    lines: tuple[Line, ...] = ()
    line: Line | None = None
    checked: Annotated[tuple[str, ...], operator.add] = ()
    missing: tuple[str, ...] = ()


class Voucher(Frozen):
    """What is booked."""

    number: str


class Books(Protocol):
    """A ledger."""

    async def draft(self, args: Voucher, key: str) -> Voucher:
        """Enter a voucher."""
        ...

    async def find(self, args: Voucher) -> Voucher:
        """Find a voucher."""
        ...


@tool("books.voucher.find")
async def find_voucher(args: Voucher, books: Books) -> Voucher:
    """Find a voucher."""
    return await books.find(args)


@tool("books.voucher.draft", writes="books.voucher")
async def draft_voucher(args: Voucher, books: Books, key: str) -> Voucher:
    """Enter a voucher."""
    return await books.draft(args, key)


def booking(case: InvoiceCase) -> object:
    """A helper that names the tool in the step's stead."""
    return draft_voucher, case.document


def accounting() -> Role[InvoiceCase]:
    """Reads, checks each line side by side, books; or asks, or turns down."""
    role = Role(
        "accounting",
        InvoiceCase,
        tools=[find_voucher, draft_voucher],
        queue={"data missing": ["clerk"], "system unreachable": ["it"]},
    )

    @role.step(then=["check", "clarify"])
    async def read(case: InvoiceCase, desk: Desk) -> Goto:
        assert find_voucher in role.tools
        if not case.lines:
            return goto("clarify", missing=("lines",))
        return goto(*(send("check", line=line) for line in case.lines))

    @role.step(then=["book"])
    async def check(case: InvoiceCase, desk: Desk) -> Update:
        assert case.line is not None
        return {"checked": (case.line.text,)}

    @role.step()
    async def book(case: InvoiceCase, desk: Desk) -> Exit:
        tool, document = booking(case), case.document
        return done(voucher=f"V-{document}", lines=len(case.checked)) if tool else rejected("none")

    @role.step()
    async def clarify(case: InvoiceCase, desk: Desk) -> Exit:
        return exception(DATA_MISSING, f"no {', '.join(case.missing)}")

    return role


def given(*texts: str) -> InvoiceCase:
    """A case with a line for each text."""
    lines = tuple(Line(text=text, net=Decimal("1.00")) for text in texts)
    return InvoiceCase(document="D1", lines=lines)

"""The shop's one role: read a bill, look up its supplier, post it."""

from datetime import date

from shop import (
    Bill,
    FindSupplier,
    PostBill,
    ReadBill,
    find_supplier,
    post_bill,
    read_bill,
)

from leitstand.desk import Desk
from leitstand.errors import Refused, Rejected
from leitstand.role import Exit, Goto, Role, done, exception, goto, rejected
from leitstand.values import Frozen, Text

__all__ = ["BillCase", "role"]


class BillCase(Frozen):
    """One bill."""

    name: Text
    bill: Bill | None = None
    supplier: Text = ""
    readings: tuple[Text, ...] = ()


role = Role(
    "buying",
    BillCase,
    tools=[read_bill, find_supplier, post_bill],
    queue={
        "system unreachable": ("clerk",),
        "data missing": ("clerk",),
        "contradictory results": ("clerk",),
    },
)


@role.step(then=["book"])
async def read(case: BillCase, desk: Desk) -> Goto:
    """Read the bill and its supplier, once all bills are in."""
    found = await desk.call(read_bill, ReadBill(name=case.name))
    await desk.wait(for_="intake")
    supplier = await desk.call(find_supplier, FindSupplier(id=found.value.supplier))
    return goto(
        "book", bill=found.value, supplier=supplier.value.id, readings=(found.id, supplier.id)
    )


@role.step()
async def book(case: BillCase, desk: Desk) -> Exit:
    """Post the bill, or leave it to people."""
    bill = case.bill
    if bill is None:
        return exception("data missing", "no bill")
    args = PostBill(
        number=bill.number,
        supplier_id=case.supplier,
        gross_cents=bill.gross_cents,
        account="goods",
        day=date(2026, 11, 6),
    )
    try:
        posted = await desk.call(post_bill, args, evidence=case.readings)
    except Refused as error:
        return exception("contradictory results", error.text, roles=("clerk",))
    except Rejected as error:
        return rejected(error.text)
    return done(voucher_no=posted.voucher_no)

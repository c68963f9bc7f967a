"""The depot's one role: note a delivery, compare what two systems say of it, book it."""

from depot import (
    Book,
    Find,
    Note,
    book_delivery,
    find_delivery,
    find_notice,
    note_delivery,
)

from leitstand.desk import Desk
from leitstand.role import Exit, Goto, Role, Takeover, done, exception, goto
from leitstand.values import Frozen, Identifier, Money

__all__ = ["DeliveryCase", "role"]


class DeliveryCase(Frozen):
    """One delivery; `supplier_id` and `cents` are what a person has said."""

    no: Identifier
    supplier_id: Identifier | None = None
    cents: Money | None = None


role = Role(
    "receiving",
    DeliveryCase,
    tools=[find_delivery, find_notice, note_delivery, book_delivery],
    queue={
        "system unreachable": ["clerk"],
        "data missing": Takeover(
            ("clerk",),
            days=1,
            de="Lieferanten nachtragen",
            en="Supply the supplier",
            supply=("supplier_id",),
        ),
        "contradictory results": Takeover(("clerk", "head"), supply=("cents",)),
    },
)


@role.step(then=["book"])
async def note(case: DeliveryCase, desk: Desk) -> Goto:
    """Note that it has come, before anything else."""
    await desk.call(note_delivery, Note(no=case.no))
    return goto("book")


@role.step()
async def book(case: DeliveryCase, desk: Desk) -> Exit:
    """Compare and book."""
    ours = await desk.call(find_delivery, Find(no=case.no))
    theirs = await desk.call(find_notice, Find(no=case.no))
    supplier = case.supplier_id or ours.value.supplier_id
    if supplier is None:
        return exception("data missing", "Lieferant fehlt")
    if case.cents is None and ours.value.cents != theirs.value.cents:
        reason = f"ERP {ours.value.cents}, Portal {theirs.value.cents}"
        return exception("contradictory results", reason)
    args = Book(no=case.no, supplier_id=supplier, cents=case.cents or ours.value.cents)
    said = (*desk.supplied("supplier_id"), *desk.supplied("cents"))
    booked = await desk.call(book_delivery, args, evidence=(ours.id, theirs.id, *said))
    return done(voucher_no=booked.voucher_no)

"""The superstep is the barrier for state, never for effects."""

import operator
from pathlib import Path
from typing import Annotated

import pytest

from leitstand.desk import Desk
from leitstand.role import Exit, Goto, Role, Update, done, goto
from leitstand.store import Tape
from leitstand.values import Frozen, Identifier
from tests.runtime.payables import Get, Post, Works, get, post


class Pair(Frozen):
    """Two steps side by side, and what has come of them."""

    no: Identifier
    seen: Annotated[tuple[str, ...], operator.add] = ()


def side_by_side() -> Role[Pair]:
    """`book` needs a signature, `wait` a message; `after` sees what both have written."""
    role = Role("payables", Pair, tools=[get, post])

    @role.step(then=["book", "wait"])
    async def read(case: Pair, desk: Desk) -> Goto:
        await desk.call(get, Get(no=case.no))
        return goto("book", "wait")

    @role.step()
    async def book(case: Pair, desk: Desk) -> Update:
        del case
        voucher = await desk.call(post, Post(gross=4200))
        return {"seen": (voucher.no,)}

    @role.step()
    async def wait(case: Pair, desk: Desk) -> Update:
        del case
        told = await desk.wait("mail")
        return {"seen": (str((told or {}).get("text")),)}

    @role.step()
    async def after(case: Pair, desk: Desk) -> Exit:
        del desk
        return done(seen=sorted(case.seen))

    role.join(["book", "wait"], "after")
    return role


@pytest.mark.kernel(25)
async def test_an_approved_call_runs_at_once_and_its_state_waits_for_the_siblings(
    tmp_path: Path,
) -> None:
    """Signed: the effect is there while a sibling waits; its state only when both are home."""
    works = Works(tmp_path)
    runtime = works.runtime(side_by_side())  # pyright: ignore[reportArgumentType] another state
    ulid = await runtime.start("payables", Pair(no="R1"), tenant="t", requester="anna")
    await runtime.run_until_idle()
    await works.approve(ulid)
    await runtime.run_until_idle()
    tape = Tape((await works.store.journal(ulid)).events)
    assert len(works.erp.rows) == 1
    assert (sorted(tape.seals), tape.exit) == ([0], None)
    await runtime.signal(ulid, "mail", {"text": "hello"}, "m1")
    await runtime.run_until_idle()
    tape = Tape((await works.store.journal(ulid)).events)
    assert tape.exit is not None
    assert tape.exit["result"] == {"seen": ["V1:4200", "hello"]}
    assert len(works.erp.rows) == 1
    works.store.close()

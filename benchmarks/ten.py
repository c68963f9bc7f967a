"""Ten steps with four reads and one approved write: the role of the benchmarks of replay.

This folder is a project of its own, so that `leitstand eval` runs here as it does anywhere.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Protocol

from pydantic import Field

from leitstand.clock import Clock
from leitstand.desk import Desk
from leitstand.role import Exit, Goto, Role, done, goto
from leitstand.tool import Connection, Port, Recorded, tool
from leitstand.values import Frozen, Identifier, Money, Reading

STEPS, READS, WRITES_AT = 10, 4, 6


class Erp(Port, Protocol):
    """Never reached."""


class Get(Frozen):
    """Which record."""

    no: Identifier


class Row(Frozen):
    """A record."""

    id: Identifier
    amount: Money


class Found(Reading[Row]):
    """A record as it was read."""


class Post(Frozen):
    """The one write."""

    supplier_id: Annotated[Identifier, Recorded("erp.get", "value.id")]
    amount: Money


class Posted(Frozen):
    """Its result."""

    no: Identifier


@tool("erp.get")
async def get(args: Get, erp: Erp) -> Found:
    """Read a record."""
    raise NotImplementedError


@tool("erp.post", writes="erp.voucher", key=("supplier_id",), idempotent=True)
async def post(args: Post, erp: Erp, key: str) -> Posted:
    """Post."""
    raise NotImplementedError


class Work(Frozen):
    """A case: where it is, what it has read."""

    no: Identifier
    at: Annotated[int, Field(ge=0)] = 0
    amount: Money = 0
    seen: tuple[str, ...] = ()


def ten() -> Role[Work]:
    """Ten steps in a row."""
    role = Role("ten", Work, tools=[get, post])

    def step(at: int) -> None:
        after = f"s{at + 1}"

        async def run(case: Work, desk: Desk) -> Goto:
            if at == WRITES_AT:
                args = Post(supplier_id=f"{case.no}-0", amount=case.amount)
                await desk.call(post, args, evidence=case.seen)
            if at >= READS:
                return goto(after, at=at)
            found = await desk.call(get, Get(no=f"{case.no}-{at}"))
            amount = case.amount + found.value.amount
            return goto(after, at=at, amount=amount, seen=(*case.seen, found.id))

        run.__name__ = f"s{at}"
        role.step(then=[after])(run)

    for at in range(STEPS - 1):
        step(at)

    async def last(case: Work, desk: Desk) -> Exit:
        del desk
        return done(amount=case.amount)

    last.__name__ = f"s{STEPS - 1}"
    role.step()(last)
    return role


role = ten()


async def connect(
    state: Path, world: Path | None, tenant: str, clock: Clock
) -> Sequence[Connection]:
    """Nothing is connected: the tape answers."""
    del state, world, tenant, clock
    return []


def limits(world: Path) -> Mapping[str, Any]:
    """The tenant has no data."""
    del world
    return {}

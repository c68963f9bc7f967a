"""Handing work over to another role: a write like any other, on the runtime itself."""

from dataclasses import replace
from typing import Annotated, Protocol

from leitstand.tool import Port, tool
from leitstand.values import Frozen, Identifier, Kept, Text


class HandOver(Frozen):
    """Give `role` a case of its own. `given` is its input as canonical JSON, `parent` this case."""

    role: Identifier
    parent: Identifier
    title: Text
    given: str


class Child(Frozen):
    """The case that was born."""

    ulid: Annotated[str, Kept()]


class Cases(Port, Protocol):
    """What the runtime can do for a case that hands over."""

    async def give(self, args: HandOver, key: str) -> Child:
        """Start a child case; the same key gives the same child."""
        ...

    async def given(self, key: str) -> Child | None:
        """The child of this key, if it was born."""
        ...


async def _find(key: str, cases: Cases) -> Child | None:
    return await cases.given(key)


@tool("case.hand_over", writes="case", timeout=10.0, idempotent=True, reconcile=_find)
async def _hand_over(args: HandOver, cases: Cases, key: str) -> Child:
    """Hand a case over to another role, on behalf of the same requester."""
    return await cases.give(args, key)


hand_over = replace(_hand_over, open_fields=("role", "title", "given"))  # `parent`: by the desk

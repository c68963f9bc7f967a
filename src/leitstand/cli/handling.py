"""`leitstand case retry`, `supply`, `assign` and `close`: the exception queue, worked."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from leitstand.cli.command import Place, command, pairs

if TYPE_CHECKING:
    from leitstand.inbox import Handling
    from leitstand.runtime import Leitstand

__all__ = ["assign", "close", "retry", "supply"]

Name = Annotated[str, typer.Argument(help="The case: its ULID, title, or checkpoint number.")]
Reason = Annotated[str, typer.Option("--reason", "-r", help="Why; kept with the case.")]


@command("person", "state", "lang")
async def retry(place: Place, name: Name, *, reason: Reason = "") -> int:
    """The cause is gone: let a case of the exception queue go on; what it did is not done again."""
    return await _handle(place, "retry", name, reason)


@command("person", "state", "lang")
async def supply(
    place: Place,
    name: Name,
    values: Annotated[
        list[str], typer.Argument(metavar="FIELD=VALUE...", help="What was missing.")
    ],
    *,
    reason: Reason = "",
) -> int:
    """Fill in what a case lacked, or which of two values holds, and let it go on with that."""
    return await _handle(place, "supply", name, reason, values=pairs(values))


@command("person", "state", "lang")
async def assign(
    place: Place,
    name: Name,
    to: Annotated[str, typer.Argument(help="A person's id, or a role.")],
    *,
    reason: Reason = "",
) -> int:
    """Hand a case of the exception queue over to another person or role."""
    return await _handle(place, "assign", name, reason, to=to)


@command("person", "state", "lang")
async def close(
    place: Place,
    name: Name,
    *,
    reason: Annotated[str, typer.Option("--reason", "-r", help="What became of it.")],
) -> int:
    """End a case of the exception queue for good: people have dealt with it."""
    return await _handle(place, "close", name, reason)


async def _handle(
    place: Place,
    act: Literal["retry", "supply", "assign", "close"],
    name: str,
    reason: str,
    *,
    values: Mapping[str, str] | None = None,
    to: str = "",
) -> int:
    """Do it, print what came of it; 1 if somebody else was first."""
    from leitstand.cli.case import find_case

    async with place.opened() as leitstand:
        case = await find_case(leitstand, name)
        done = await _done(leitstand, place, act, (case, reason), values=values or {}, to=to)
    place.emit(done, lambda: typer.echo("\n".join(done.lines)))
    return int(not done.won)


async def _done(
    leitstand: "Leitstand",
    place: Place,
    act: Literal["retry", "supply", "assign", "close"],
    what: tuple[str, str],
    *,
    values: Mapping[str, str],
    to: str,
) -> "Handling":
    from leitstand.cli.session import signer_of
    from leitstand.inbox import assign_case, close_case, retry_case, supply_case

    (case, reason), texts = what, place.texts
    who = (await signer_of(leitstand, place.person)).person
    if act == "supply":
        return await supply_case(leitstand, who, case, values, reason, texts)
    if act == "assign":
        return await assign_case(leitstand, who, case, to, reason, texts)
    simple = retry_case if act == "retry" else close_case
    return await simple(leitstand, who, case, reason, texts)

"""`leitstand case retry`, `supply`, `assign` and `close`: the exception queue, worked."""

from typing import Annotated

import typer

from leitstand.cli.case import find_case
from leitstand.cli.command import Place, command
from leitstand.cli.options import CaseName, pairs
from leitstand.cli.session import signer_of
from leitstand.errors import UsageRefused
from leitstand.inbox import Act, exceptions_of, handle, retry_each
from leitstand.role import CAUSES

Reason = Annotated[str, typer.Option("--reason", "-r", help="Why; kept with the case.")]


@command("person", "state", "lang")
async def retry(
    place: Place,
    name: Annotated[
        str, typer.Argument(help="The case: its ULID, title, or checkpoint number.")
    ] = "",
    *,
    cause: Annotated[
        str, typer.Option(help="Instead of one: all that left for this, `system unreachable`.")
    ] = "",
    role: Annotated[str, typer.Option(help="With --cause: only cases of this role.")] = "",
    reason: Reason = "",
) -> int:
    """The cause is gone: let a case of the exception queue go on; what it did is not done again."""
    if bool(name) == bool(cause):
        raise UsageRefused("name one case, or a --cause", where="case retry")
    if cause:
        return await _retry_all(place, cause, role, reason)
    return await _handle(place, name, kind="retry", reason=reason)


@command("person", "state", "lang")
async def supply(
    place: Place,
    name: CaseName,
    values: Annotated[
        list[str], typer.Argument(metavar="FIELD=VALUE...", help="What was missing.")
    ],
    *,
    reason: Reason = "",
) -> int:
    """Fill in what a case lacked, or which of two values holds, and let it go on with that."""
    return await _handle(place, name, kind="supply", reason=reason, values=pairs(values))


@command("person", "state", "lang")
async def assign(
    place: Place,
    name: CaseName,
    to: Annotated[str, typer.Argument(help="A person's id, or a role.")],
    *,
    reason: Reason = "",
) -> int:
    """Hand a case of the exception queue over to another person or role."""
    return await _handle(place, name, kind="assign", reason=reason, to=to)


@command("person", "state", "lang")
async def close(
    place: Place,
    name: CaseName,
    *,
    reason: Annotated[str, typer.Option("--reason", "-r", help="What became of it.")],
) -> int:
    """End a case of the exception queue for good: people have dealt with it."""
    return await _handle(place, name, kind="close", reason=reason)


async def _retry_all(place: Place, cause: str, role: str, reason: str) -> int:
    """Retry all that this person may handle; 1 if one of them did not go on."""
    if cause not in CAUSES:
        raise UsageRefused(f"no cause `{cause}`", mend=f"one of: {', '.join(CAUSES)}")
    async with place.opened() as leitstand:
        who = (await signer_of(leitstand, place.person)).person
        found, _ = await exceptions_of(
            leitstand, place.texts, person=who.id, cause=cause, role=role, limit=100_000
        )
        titles = {e.case: e.title or e.case for e in found if e.yours}
        done = await retry_each(leitstand, who, titles, reason, place.texts)
    said = [f"{titles[one.case]}: {' '.join(one.lines)}" for one in done]
    place.emit_each(done, lambda: typer.echo("".join(f"{row}\n" for row in said), nl=False))
    return int(not all(one.won for one in done))


async def _handle(place: Place, name: str, **wanted: object) -> int:
    """Do it, print what came of it; 1 if somebody else was first."""
    async with place.opened() as leitstand:
        act = Act.model_validate({"case": await find_case(leitstand, name), **wanted})
        who = (await signer_of(leitstand, place.person)).person
        done = await handle(leitstand, who, act, place.texts)
    place.emit(done, lambda: typer.echo("\n".join(done.lines)))
    return int(not done.won)

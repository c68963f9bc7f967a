"""`leitstand approve`, `edit`, `reject` and `answer`: one decision each, signed with your key."""

from collections.abc import Mapping
from typing import Annotated, Literal

import typer

from leitstand.cli.case import find_case
from leitstand.cli.command import Place, command
from leitstand.cli.options import CaseName, Number, pairs
from leitstand.cli.output import hint
from leitstand.cli.session import signer_of
from leitstand.inbox import Decision, decide
from leitstand.inbox import answer as told

Reason = Annotated[str, typer.Option("--reason", "-r", help="Why; kept with the decision.")]


@command("person", "state", "lang")
async def approve(place: Place, number: Number, *, reason: Reason = "") -> int:
    """Approve a checkpoint as it is shown; it runs when enough people have signed."""
    return await _decide(place, "approve", number, reason, {})


@command("person", "state", "lang")
async def edit(
    place: Place,
    number: Number,
    changes: Annotated[list[str], typer.Argument(metavar="FIELD=VALUE...", help="New values.")],
    *,
    reason: Reason = "",
) -> int:
    """Change arguments and approve the changed action; every change is kept as a correction."""
    return await _decide(place, "edit", number, reason, pairs(changes))


@command("person", "state", "lang")
async def reject(
    place: Place,
    number: Number,
    *,
    reason: Annotated[str, typer.Option("--reason", "-r", help="Why; the case is told.")],
) -> int:
    """Reject a checkpoint: the action will not be done."""
    return await _decide(place, "reject", number, reason, {})


@command("person", "state", "lang")
async def answer(
    place: Place,
    case: CaseName,
    text: Annotated[str, typer.Argument(help="What you want to say.")],
    *,
    to: Annotated[str, typer.Option("--to", help="What the case waits for; else the thread.")] = "",
) -> None:
    """Answer what a case waits for, or write into its thread."""
    async with place.opened() as leitstand:
        signer = await signer_of(leitstand, place.person)
        ulid = await find_case(leitstand, case)
        under = await told(leitstand, signer.person, ulid, text, place.texts, to=to)
    data = {"case": ulid, "told": under, "person": signer.person.id}
    place.emit(data, lambda: typer.echo(place.texts.say("receipt.answered")))


async def _decide(
    place: Place,
    kind: Literal["approve", "edit", "reject"],
    number: str,
    reason: str,
    edits: Mapping[str, str],
) -> int:
    """Sign, run, print the receipt; 1 if the action was not done."""
    async with place.opened() as leitstand:
        signer = await signer_of(leitstand, place.person)
        decision = Decision(checkpoint=number, answer=kind, reason=reason, edits=edits)
        receipt = await decide(leitstand, signer, decision, place.texts)
    place.emit(receipt, lambda: typer.echo("\n".join(receipt.lines)))
    if kind != "approve":
        hint(place.texts.say("receipt.record", case=receipt.case))
    return int(receipt.state in ("failed", "held"))

"""`leitstand halt` and `go-on`: stop a role, or all of them, at once, and let it go on."""

from typing import Annotated

import typer

from leitstand.cli.command import Place, command
from leitstand.cli.session import signer_of
from leitstand.inbox import halt as say
from leitstand.inbox import halted_lines

Halted = Annotated[str, typer.Argument(metavar="[ROLE]", help="Name of the role; else all.")]
Why = Annotated[str, typer.Option("--reason", "-r", help="Why; everybody reads it.")]


@command("person", "state", "lang")
async def halt(place: Place, role: Halted = "", *, reason: Why) -> None:
    """Stop a role, or all, also beside a running server: nothing begins, goes on or is sent.

    What comes in is stored, people may look and sign; it is carried out after `leitstand go-on`.
    """
    await _say(place, role, reason, on=False)


@command("person", "state", "lang")
async def go_on(place: Place, role: Halted = "", *, reason: Why = "") -> None:
    """Let go on what was halted under this name."""
    await _say(place, role, reason, on=True)


async def _say(place: Place, role: str, reason: str, *, on: bool) -> None:
    async with place.opened(write=False) as leitstand:
        person = (await signer_of(leitstand, place.person)).person
        say(leitstand, person, role, reason, place.texts, on=on)
        lines = halted_lines(leitstand, place.texts) or [place.texts.say("halt.none")]
        data = [known._asdict() for known in leitstand.rules.halts.now()]
    place.emit({"halted": data}, lambda: typer.echo("\n".join(lines)))

"""`leitstand people`: who can decide, and taking somebody in with a key of their own."""

from typing import Annotated

import typer

from leitstand.cli.command import Place, command
from leitstand.cli.output import show_table
from leitstand.cli.session import keyring, passphrase_for


@command("state")
async def listed(place: Place) -> None:
    """List the people of the tenant with their roles."""
    async with place.opened(write=False) as leitstand:
        people = leitstand.people
    rows = [(p.id, p.name, ", ".join(p.roles)) for p in people]
    place.emit(people, lambda: show_table("", ("id", "name", "roles"), rows))


@command("state")
async def add(
    place: Place,
    name: Annotated[str, typer.Argument(help="Full name; the id is made of it.")],
    *,
    role: Annotated[list[str], typer.Option("--role", help="A role; may be given several times.")],
) -> None:
    """Take a person in: makes their key, locked by a passphrase (or LEITSTAND_PASSPHRASE)."""
    async with place.opened(released=False) as leitstand:
        person = await keyring(leitstand).create_person(
            leitstand.directory, leitstand.tenant, name, tuple(role), passphrase_for(name)
        )
    place.emit(person, lambda: typer.echo(f"{person.id} ({', '.join(person.roles)})"))

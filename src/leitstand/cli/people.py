"""`leitstand people`: who can decide, and taking somebody in with a key of their own."""

from typing import TYPE_CHECKING, Annotated

import typer

from leitstand.cli.options import Json, State

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leitstand.records import Person
    from leitstand.runtime import Leitstand

__all__ = ["app", "create"]

app = typer.Typer(help="People: list, add.", no_args_is_help=True, rich_markup_mode=None)


@app.command("list")
def listed(*, state: State = None, json: Json = False) -> None:
    """List the people of the tenant with their roles."""
    from leitstand.cli.place import run

    run(_list(state, json=json))


@app.command("add")
def add(
    name: Annotated[str, typer.Argument(help="Full name; the id is made of it.")],
    *,
    role: Annotated[list[str], typer.Option("--role", help="A role; may be given several times.")],
    state: State = None,
    json: Json = False,
) -> None:
    """Take a person in: makes their key, locked by a passphrase (or LEITSTAND_PASSPHRASE)."""
    from leitstand.cli.place import run

    run(_add(name, role, state, json=json))


async def create(
    leitstand: "Leitstand", name: str, roles: "Sequence[str]", passphrase: str
) -> "Person":
    """A person in the directory with a key in the keyring. Raises ApprovalRefused."""
    from leitstand.approval import Keyring

    keyring = Keyring(leitstand.state / "keys", leitstand.rules.clock)
    return await keyring.create_person(
        leitstand.directory, leitstand.tenant, name, tuple(roles), passphrase
    )


async def _list(state: State, *, json: bool) -> None:
    from leitstand.cli.output import emit, show_table
    from leitstand.cli.place import load, opened

    async with opened(load(), state, write=False) as leitstand:
        people = leitstand.directory.everybody(leitstand.tenant)
    rows = [(p.id, p.name, ", ".join(p.roles)) for p in people]
    emit(people, lambda: show_table("", ("id", "name", "roles"), rows), json=json)


async def _add(name: str, roles: "Sequence[str]", state: State, *, json: bool) -> None:
    from leitstand.cli.output import emit
    from leitstand.cli.place import load, opened
    from leitstand.cli.session import passphrase_for

    async with opened(load(), state) as leitstand:
        person = await create(leitstand, name, roles, passphrase_for(name))
    emit(person, lambda: typer.echo(f"{person.id} ({', '.join(person.roles)})"), json=json)

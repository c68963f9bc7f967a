"""`leitstand login` and `logout`: who sits at this terminal."""

from typing import Annotated

import typer

from leitstand.cli.options import Json, State

__all__ = ["login", "logout"]


def login(
    name: Annotated[
        str, typer.Argument(help="Id or name of the person, as `leitstand demo` names.")
    ],
    *,
    state: State = None,
    json: Json = False,
) -> None:
    """Unlock your key for this terminal: asks for the passphrase (or LEITSTAND_PASSPHRASE)."""
    from leitstand.cli.place import run

    run(_login(name, state, json=json))


def logout(*, state: State = None, json: Json = False) -> None:
    """Lock your key again."""
    from leitstand.cli.output import emit
    from leitstand.cli.place import load, state_of
    from leitstand.cli.session import end

    was = end(state_of(load(), state))
    emit({"logged_out": was}, lambda: typer.echo("logged out" if was else "nobody was"), json=json)


async def _login(name: str, state: State, *, json: bool) -> None:
    from leitstand.cli import session
    from leitstand.cli.output import emit, hint
    from leitstand.cli.place import load, opened

    async with opened(load(), state, write=False) as leitstand:
        person = session.known_as(leitstand, name)
        until = session.begin(leitstand, person, await session.unlock(leitstand, person))
        data = {"person": person.id, "name": person.name, "roles": person.roles, "until": until}
        roles = ", ".join(person.roles)
        emit(data, lambda: typer.echo(f"{person.name} ({roles})"), json=json)
    hint("next: leitstand inbox")

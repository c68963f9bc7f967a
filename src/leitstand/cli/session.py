"""`leitstand login` and `logout`: who sits at this terminal with an unlocked key, and how long.

The file of a session is readable by its owner alone. While it is valid it stands for the person:
whoever can read it can sign as them. `leitstand logout` removes it.
"""

import getpass
import os
import sys
from pathlib import Path
from typing import Annotated

import orjson
import typer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from leitstand.approval import Keyring
from leitstand.cli.command import Place, command
from leitstand.cli.output import hint
from leitstand.clock import SystemClock
from leitstand.errors import ApprovalRefused
from leitstand.inbox import Signer
from leitstand.private import replace
from leitstand.records import Person
from leitstand.runtime import Leitstand

HOURS = 8
"""Length of a session."""
_PASSPHRASE = "LEITSTAND_PASSPHRASE"  # noqa: S105 - the name of a variable


@command("state")
async def login(
    place: Place,
    name: Annotated[
        str, typer.Argument(help="Id or name of the person, as `leitstand demo` names.")
    ],
) -> None:
    """Unlock your key for this terminal: asks for the passphrase (or LEITSTAND_PASSPHRASE)."""
    async with place.opened(write=False) as leitstand:
        person = known_as(leitstand, name)
        until = _begin(leitstand, person, await _unlock(leitstand, person))
    data = {"person": person.id, "name": person.name, "roles": person.roles, "until": until}
    place.emit(data, lambda: typer.echo(f"{person.name} ({place.texts.roles(person.roles)})"))
    hint(place.texts.say("list.open"))


@command("state")
async def logout(place: Place) -> None:
    """Lock your key again."""
    path = _path(place.folder)
    was = path.is_file()
    path.unlink(missing_ok=True)
    place.emit({"logged_out": was}, lambda: typer.echo("logged out" if was else "nobody was"))


async def signer_of(leitstand: Leitstand, name: str = "") -> Signer:
    """Who signs: `name` with a passphrase, else whoever is logged in. Raises ApprovalRefused."""
    known = _read(leitstand)
    if known is not None and (not name or known_as(leitstand, name).id == known.person.id):
        return known
    if not name:
        msg = "nobody is logged in, or the session is over"
        raise ApprovalRefused(msg, mend="run `leitstand login NAME`, or give --as NAME")
    person = known_as(leitstand, name)
    return Signer(person, await _unlock(leitstand, person))


def known_as(leitstand: Leitstand, name: str) -> Person:
    """The person with this id or name. Raises ApprovalRefused, with the names there are."""
    people = leitstand.people
    wanted = name.casefold()
    for person in people:
        if wanted in (person.id.casefold(), person.name.casefold()):
            return person
    names = ", ".join(p.id for p in people) or "nobody yet; `leitstand people add` takes one in"
    raise ApprovalRefused(f"no person `{name}`", mend=f"known are: {names}")


def keyring(leitstand: Leitstand) -> Keyring:
    """The keys of people on this machine."""
    return Keyring(leitstand.state / "keys", leitstand.rules.clock)


def passphrase_for(name: str) -> str:
    """A passphrase from the environment, else asked for at the terminal. Raises ApprovalRefused."""
    if passphrase := os.environ.get(_PASSPHRASE):
        return passphrase
    if not sys.stdin.isatty():
        msg = "there is no terminal to ask for the passphrase"
        raise ApprovalRefused(msg, mend=f"set {_PASSPHRASE}")
    return getpass.getpass(f"{name}: ", stream=sys.stderr)


def who(leitstand: Leitstand) -> str:
    """The id of the person who is logged in, empty if nobody is."""
    known = _read(leitstand)
    return known.person.id if known else ""


async def _unlock(leitstand: Leitstand, person: Person) -> Ed25519PrivateKey:
    return await keyring(leitstand).unlock(person, passphrase_for(person.name))


def _begin(leitstand: Leitstand, person: Person, key: Ed25519PrivateKey) -> float:
    """Write the session; when it ends is returned (seconds since the epoch, the machine's own)."""
    until = SystemClock().time() + HOURS * 3600
    body = {"person": person.id, "tenant": person.tenant, "until": until}
    body |= {"key": key.private_bytes_raw().hex()}
    replace(_path(leitstand.state), orjson.dumps(body))
    return until


def _read(leitstand: Leitstand) -> Signer | None:
    path = _path(leitstand.state)
    if not path.is_file() or path.stat().st_mode & 0o077:
        return None
    try:
        body = orjson.loads(path.read_bytes())
        person = leitstand.directory.person(body["tenant"], body["person"])
        current = body["until"] > SystemClock().time() and body["tenant"] == leitstand.tenant
        return Signer.of(person, bytes.fromhex(body["key"])) if person and current else None
    except (orjson.JSONDecodeError, KeyError, ValueError, TypeError):
        return None


def _path(state: Path) -> Path:
    return state / "session.json"

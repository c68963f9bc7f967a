"""A real Tryton on loopback, in an environment of its own, over a copy of a small company's books.

The books take a minute or two to make: they are made once for a lock file and kept beside it.
"""

import fcntl
import json
import os
import secrets
import shutil
import socket
import sqlite3
import subprocess
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from leitstand.digest import plain
from tests.tools.erp.tryton import books, rpc
from tests.tools.erp.tryton.rpc import Person

ROOT = Path(__file__).parents[4]
PLACE = ROOT / ".venv" / "tryton"
STAMP = PLACE / ".stamp"
"""There once everything is installed."""
TRYTOND = PLACE / "bin" / "trytond"
DATABASE = "erp"
MODULES = ("account_de_skr03", "account_payment_sepa", "purchase")
LOCK = ROOT / "locks" / "tryton.txt"
MADE_OF = (LOCK, Path(books.__file__), Path(rpc.__file__))


@dataclass
class Server:
    """A server over the books in `folder`; it can be killed and started again.

    `keys` are the REST keys by login, and the administrator's password.
    """

    folder: Path
    port: int
    keys: dict[str, str]
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it and wait until it listens."""
        command = [str(TRYTOND), "-c", str(self.folder / "trytond.conf"), "-d", DATABASE]
        quiet = subprocess.DEVNULL
        self.process = subprocess.Popen(command, cwd=self.folder, stdout=quiet, stderr=quiet)
        # It is tried again with growing pauses until it listens.
        waiting = httpx.HTTPTransport(retries=9)
        with httpx.Client(transport=waiting, timeout=120) as http:
            http.get(self.url)

    def kill(self) -> None:
        """End it at once, whatever it is doing."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(20)
            self.process = None

    def person(self, login: str = "boss", password: str = books.PASSWORD) -> Person:
        """Somebody who is logged in."""
        return Person(self.url, DATABASE, login, password)


@contextmanager
def server(folder: Path) -> Generator[Server]:
    """A server over a copy of the books; gone afterwards."""
    made = _books()
    shutil.copy(made / "erp.sqlite", folder)
    keys = json.loads((made / "keys.json").read_text(encoding="utf-8"))
    with _served(folder, keys) as found:
        yield found


@contextmanager
def _served(folder: Path, keys: dict[str, str]) -> Generator[Server]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (folder / "trytond.conf").write_text(
        f"[database]\nuri = sqlite://\npath = {folder}\n[web]\nlisten = 127.0.0.1:{port}\n",
        encoding="utf-8",
    )
    found = Server(folder, port, keys)
    try:
        found.start()
        yield found
    finally:
        found.kill()


def _books() -> Path:
    """The folder of the books, made by whoever comes first."""
    PLACE.joinpath("books").mkdir(exist_ok=True)
    with (PLACE / "books" / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        modules = _made("modules", LOCK, make=_activate)
        return _made("company", *MADE_OF, make=lambda folder: _enter(modules, folder))


def _made(name: str, *of: Path, make: Callable[[Path], None]) -> Path:
    """The folder that `make` fills, whole or not at all; once for the same files."""
    digest = plain(b"\n".join(file.read_bytes() for file in of))[:16]
    place = PLACE / "books" / f"{name}-{digest}"
    if not place.is_dir():
        draft = place.with_suffix(".draft")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir()
        make(draft)
        draft.rename(place)
    return place


def _activate(folder: Path) -> None:
    """An empty database with the modules: most of the time goes here."""
    (folder / "password").write_text(secrets.token_urlsafe(16), encoding="utf-8")
    (folder / "erp.sqlite").touch()
    conf = folder / "trytond.conf"
    conf.write_text(f"[database]\nuri = sqlite://\npath = {folder}\n", encoding="utf-8")
    admin = [str(PLACE / "bin" / "trytond-admin"), "-c", str(conf), "-d", DATABASE]
    subprocess.run(
        [*admin, "-u", *MODULES, "--activate-dependencies", "--email", "admin@books.test"],
        check=True,
        cwd=folder,
        env={**os.environ, "TRYTONPASSFILE": str(folder / "password")},
        capture_output=True,
    )
    _settle(folder)


def _enter(modules: Path, folder: Path) -> None:
    """A company, entered as an administrator would."""
    shutil.copy(modules / "erp.sqlite", folder)
    password = (modules / "password").read_text(encoding="utf-8").strip()
    with _served(folder, {}) as found, found.person("admin", password) as person:
        keys = books.enter(person)
    told = json.dumps({**keys, "admin": password})
    (folder / "keys.json").write_text(told, encoding="utf-8")
    _settle(folder)


def _settle(folder: Path) -> None:
    """Everything into the one file that is copied."""
    with closing(sqlite3.connect(folder / "erp.sqlite")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

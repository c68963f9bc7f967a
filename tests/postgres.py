"""A PostgreSQL of the tests' own: made in a folder, reached by a socket there, gone afterwards."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest

__all__ = ["Cluster", "postgres"]

_ACCOUNT = "postgres"
"""Whom the server runs as where the tests run as root: it refuses root."""
_SECONDS = 60.0


def _programs() -> Path | None:
    """The folder of the server's programs, the newest of Debian's if none is on the path."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name))
    return folders[-1] if folders else None


@pytest.fixture(scope="session")
def postgres() -> "Iterator[Cluster]":
    """A server of this worker's own; a test is skipped where none can be started."""
    found = _programs()
    if found is None:
        pytest.skip("no PostgreSQL on this machine (`make system` installs Debian's)")
    with TemporaryDirectory(prefix="leitstand-pg-") as folder:
        cluster = Cluster(Path(folder), found)
        yield cluster
        cluster.stop()


class Cluster:
    """A running server in `folder`, a path short enough for a socket; `stop` it when done."""

    def __init__(self, folder: Path, bin_: Path) -> None:
        self.folder, self._bin, self._numbers = folder, bin_, count(1)
        self._as = ["setpriv", f"--reuid={_ACCOUNT}", f"--regid={_ACCOUNT}", "--init-groups"]
        if os.geteuid() == 0:
            shutil.chown(folder, _ACCOUNT, _ACCOUNT)
        else:
            self._as = []
        data = folder / "data"
        made = ["--auth=trust", "--encoding=UTF8", "--no-locale", "--username=tests"]
        self._call("initdb", f"--pgdata={data}", *made)
        given = ["-c", "listen_addresses=", "-c", f"unix_socket_directories={folder}"]
        # Nothing here outlives the machine: what a process loses when it is killed is in the log.
        given += ["-c", "fsync=off", "-c", "max_connections=60"]
        command = [*self._as, str(bin_ / "postgres"), "-D", str(data), *given]
        with (folder / "log").open("wb") as log:
            self._server = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)
        self._await()

    def database(self) -> str:
        """The URL of a new, empty database."""
        name = f"d{next(self._numbers)}"
        with self._connected() as conn:
            conn.execute(f"create database {name}".encode())
        return f"postgresql+psycopg://tests@/{name}?host={self.folder}"

    def flush(self) -> None:
        """Write everything to the files, and remove files of tables that are gone."""
        with self._connected() as conn:
            conn.execute("checkpoint")

    def stop(self) -> None:
        """End the server, whoever is still connected."""
        self._server.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._server.wait(5)
        self._server.send_signal(3)  # SIGQUIT: at once.
        self._server.wait()

    def _connected(self) -> "psycopg.Connection[tuple[object, ...]]":
        where = f"host={self.folder} user=tests dbname=postgres"
        return psycopg.connect(where, autocommit=True)

    def _await(self) -> None:
        until = time.monotonic() + _SECONDS
        while True:
            try:
                self._connected().close()
            except psycopg.OperationalError:
                if self._server.poll() is not None or time.monotonic() > until:
                    raise RuntimeError((self.folder / "log").read_text()[-2000:]) from None
                with suppress(subprocess.TimeoutExpired):
                    self._server.wait(0.05)
            else:
                return

    def _call(self, name: str, *given: str) -> None:
        command = [*self._as, str(self._bin / name), *given]
        subprocess.run(command, check=True, capture_output=True, cwd=self.folder)

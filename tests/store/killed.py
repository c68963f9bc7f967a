"""Kills an erasure at every statement and every change of a file; prints what became of it.

A program of its own: it forks, and a process of tests has threads.
"""

import asyncio
import os
import shutil
import signal
import sys
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

from sqlalchemy import Engine, event

from leitstand.errors import Erased
from leitstand.store.erasure import erase
from leitstand.store.verify import verify
from tests.store.forgotten import SECRET, fill, left_in, wrapped_of
from tests.store.hands import Office
from tools.erasure.traces import sweep

SAID = {"asked": "anna", "signed": ["karin"], "basis": "Art. 17 (1) (a) GDPR"}
TOUCHES = ("os.remove", "os.rename", "sqlite3.connect")
LEFT, DONE, BROKEN = 10, 20, 30


def child(work: Callable[[], Awaitable[int]]) -> int:
    """What a process that does this ends with; -9: it was killed."""
    pid = os.fork()
    if pid == 0:
        code = BROKEN
        try:
            code = asyncio.run(_plain(work))
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


async def _plain(work: Callable[[], Awaitable[int]]) -> int:
    return await work()


def kill_at(number: int) -> None:
    """Let this process die at the point of this number."""
    seen = [0]

    def count(*_: object, **__: object) -> None:
        seen[0] += 1
        if seen[0] == number:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "before_cursor_execute", count)
    event.listen(Engine, "commit", count)
    sys.addaudithook(lambda name, _: count() if name in TOUCHES else None)


async def erased(folder: Path, ulid: str, number: int) -> int:
    """Erase the case, to die on the way."""
    office = Office(folder)
    kill_at(number)
    await erase(office.store, ulid, SAID)
    await sweep(office.store)
    return DONE


async def started(folder: Path, ulid: str, wrapped: bytes) -> int:
    """The next start: the case is whole, or nothing of it is left."""
    office = Office(folder)
    await sweep(office.store)
    if not (await verify(office.store)).sound:
        return BROKEN
    try:
        await office.store.journal(ulid)
    except Erased:
        return BROKEN if list(left_in(folder, wrapped, SECRET.encode())) else DONE
    whole = {text.split(":")[0] for text in left_in(folder, SECRET.encode())}
    return (
        LEFT if {"web.db", "channels.db", "corrections.jsonl", f"{ulid}.json"} <= whole else BROKEN
    )


def main(folder: Path) -> None:
    """Print how often it was left, and how often it was finished at the next start."""
    whole = folder / "whole"
    whole.mkdir()

    async def filled() -> int:
        office = Office(whole)
        ulid = await fill(office)
        named = f"{ulid} {(await wrapped_of(office, ulid)).hex()}"
        office.store.close()
        (folder / "named").write_text(named)
        return DONE

    assert child(filled) == DONE
    ulid, wrapped = (folder / "named").read_text().split()
    found: list[int] = []
    for number in range(1, 1_000):
        place = folder / "place"
        shutil.copytree(whole, place)
        code = child(partial(erased, place, ulid, number))
        assert code in (-signal.SIGKILL, DONE), (number, code)
        found.append(child(partial(started, place, ulid, bytes.fromhex(wrapped))))
        assert found[-1] in (LEFT, DONE), (number, found[-1])
        shutil.rmtree(place)
        if code == DONE:
            break
    sys.stdout.write(f"{found.count(LEFT)} {found.count(DONE)}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

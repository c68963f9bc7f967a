"""A worker in a process of its own, over a real store and the bank; it can be killed or frozen.

Its leases and patience are short, so that a freeze of a second outlasts them.
"""

import asyncio
import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

import orjson
from sqlalchemy import text

from leitstand.approval import Statement, sign, write
from leitstand.clock import SystemClock
from leitstand.desk import Desk
from leitstand.errors import StoreLocked, Unreachable
from leitstand.guard import Rules, checkpoint_of, sending
from leitstand.policy import Bundle
from leitstand.role import Compiled, Exit, Goto, Role, done, goto
from leitstand.runtime import Runtime
from leitstand.store import Journal, Limits, Store
from leitstand.tool import Connection, Port, Tool, tool
from leitstand.values import Frozen, Identifier
from tests.kernel.bank import LAG, TRAVEL
from tests.kernel.world import People

__all__ = ["LEASE", "Books", "Entered", "Entry", "Office", "add", "post", "role", "work_on"]

LEASE = 1.0
TIMEOUT = 0.3
PROMPT = 0.3
POLICY = """
@id("grant") @grant permit(principal, action, resource);
@id("sign") @decision("approve") @level("approve") @roles("head") @approvers("1")
forbid(principal, action == Action::"bank.post", resource)
unless { context.call.approval.count >= 1 };
"""


class Bank(Port, Protocol):
    """What the tools need of the bank."""

    async def ask(self, what: str, key: str) -> str | None:
        """Ask it anything."""
        ...


class Entry(Frozen):
    """What to write."""

    no: Identifier


class Entered(Frozen):
    """The number under which it was written."""

    no: str


@tool("bank.post", writes="bank.posting", timeout=TIMEOUT, idempotent=True)
async def post(args: Entry, bank: Bank, key: str) -> Entered:
    """Post under a key that is honoured; a person signs it."""
    del args
    return Entered(no=await bank.ask("post", key) or "")


async def _find(key: str, bank: Bank) -> Entered | None:
    found = await bank.ask("find", key)
    return None if found is None else Entered(no=found)


@tool("bank.add", writes="bank.entry", timeout=TIMEOUT, reconcile=_find)
async def add(args: Entry, bank: Bank, key: str) -> Entered:
    """Add under a key that can be looked up."""
    del args
    return Entered(no=await bank.ask("add", key) or "")


TOOLS = (post, add)


class Books(Frozen):
    """A case: two writes that rules allow, one that a person signs."""

    no: Identifier


def role() -> Compiled:
    """Add, post, add."""
    made = Role("clerk", Books, tools=[post, add])

    @made.step(then=["sign"])
    async def begin(case: Books, desk: Desk) -> Goto:
        await desk.gather(
            desk.call(add, Entry(no=f"{case.no}-a")), desk.call(add, Entry(no=f"{case.no}-b"))
        )
        return goto("sign")

    @made.step()
    async def sign(case: Books, desk: Desk) -> Exit:
        posted = await desk.call(post, Entry(no=case.no))
        return done(no=posted.no)

    return made.compile()


class Line:
    """The bank's adapter: a connection a call, over loopback."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def ask(self, what: str, key: str) -> str | None:
        """Send and wait for the answer. Raises Unreachable."""
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        except OSError as error:
            raise Unreachable(str(error), where="bank") from error
        try:
            writer.write(json.dumps({"what": what, "key": key}).encode() + b"\n")
            return json.loads(await reader.readline() or b'{"no": null}')["no"]
        finally:
            writer.close()


class Office:
    """A store, its rules and one worker, opened as a process opens them. Raises StoreLocked."""

    def __init__(
        self,
        folder: Path,
        roles: Sequence[Compiled] = (),
        tools: Sequence[Tool[Any, Any]] = TOOLS,
    ) -> None:
        server = folder / "server"
        url = server.read_text() if server.is_file() else f"sqlite:///{folder / 'journal.db'}"
        self.store = Store(url, b"m" * 32, SystemClock())
        self.people = People()
        bundle = Bundle.of({"all.cedar": POLICY}, tools, ())
        self.rules = Rules(bundle, tools, lambda _: {}, self.people, self.store.clock, b"s" * 32)
        bank = Line(int((folder / "port").read_text()))
        connection = Connection("bank", Bank, bank, settle=TRAVEL + LAG)
        self.runtime = Runtime(
            self.store, self.rules, [connection], {r.name: r for r in roles or (role(),)},
            lease=LEASE, width=8, limits=Limits(bursts=2_000),
        )  # fmt: skip

    async def open_cases(self) -> list[Any]:
        """Cases that have not ended: name and status."""
        query = text(
            "select ulid, status from cases where status not in ('done', 'rejected', 'exception')"
        )
        return list(await self.store.read(lambda c: c.execute(query).all()))

    async def sign_all(self) -> None:
        """Ben signs whatever waits for a signature, once."""
        for ulid, status in await self.open_cases():
            claimed = await self.store.journal(ulid)
            journal = Journal(claimed, self.store, Limits())
            bodies = [orjson.loads(s.body) for s in claimed.signals if s.kind == "approval"]
            told = {body["approval"]["checkpoint"] for body in bodies}
            for frozen in journal.tape.open_checkpoints() if status == "waiting" else ():
                if frozen.approvals or frozen.id in told:
                    continue
                shown, clock = checkpoint_of(journal, frozen), self.store.clock
                ben, yes = self.people.known["ben"], Statement(answer="approve")
                said = sign(write(shown, ben, "head", yes, clock, 600.0), self.people.key("ben"))
                answer = {"approval": said.model_dump(mode="json"), "corrections": ()}
                body = orjson.dumps({"address": shown.address, **answer})
                await self.store.signal(ulid, said.nonce, "approval", body)


async def _work(office: Office) -> None:
    """Run what is due and sign what waits until every case has ended or is held."""
    try:
        while True:
            await office.runtime.run_until_idle()
            await office.sign_all()
            if all(status == "held" for _, status in await office.open_cases()):
                return
            await asyncio.sleep(0.02)
    finally:
        office.store.close()


def work_on(folder: str, opened: Callable[[Path], Office] = Office) -> None:
    """A process's whole life; it ends well or is killed."""
    sending.PROMPT = PROMPT
    with suppress(StoreLocked):
        asyncio.run(_work(opened(Path(folder))))

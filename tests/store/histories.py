"""Random histories of a store: what bursts, people and crashes leave behind, in any order."""

from collections.abc import Sequence
from datetime import UTC, datetime
from random import Random
from typing import Any

import orjson

from leitstand.errors import Contradiction
from leitstand.store import Budget, Claimed, Close, Journal, Limits
from leitstand.store.anchors import anchor, signing_key
from tests.store.hands import LEASE, Office, answer, asked, leave, written

CAUSES = ("system unreachable", "data missing", "contradictory results")


class History:
    """Plays moves on an office; every choice is the given random's."""

    def __init__(self, office: Office, random: Random) -> None:
        self.office = office
        self.random = random
        self.ulids: list[str] = []
        self.count = 0

    async def play(self, moves: int) -> None:
        """Make so many moves, the first of them a new case."""
        await self.begin()
        choices = (
            self.begin,
            self.burst,
            self.burst,
            self.burst,
            self.tell,
            self.crash,
            self.prove,
        )
        for _ in range(moves):
            await self.random.choice(choices)()

    async def begin(self) -> None:
        """A new case, sometimes of another tenant."""
        self.ulids.append(await self.office.start(tenant=self.random.choice("tu")))

    async def tell(self) -> None:
        """A signal to any case, whatever its status."""
        ulid, kind = self.random.choice(self.ulids), self.random.choice(("message", "release"))
        name = f"s{self.random.randrange(30)}"
        await self.office.store.signal(ulid, name, kind, orjson.dumps({"name": "mail", "body": {}}))

    async def crash(self) -> None:
        """The process dies with bursts under way, and comes back."""
        for journal in await self.office.claim():
            self._act(journal)
            if self.random.random() < 0.5:
                await journal.commit()
        self.office.reopen()

    async def prove(self) -> None:
        """Anchor what has moved."""
        folder = self.office.folder
        await anchor(self.office.store, signing_key(folder / "k"), folder / "anchors.jsonl")

    async def burst(self) -> None:
        """Own what is due, go some way with each, and give it back."""
        self.office.clock.now += self.random.choice((0, 0, 100))
        for claimed in await self.office.store.claim("me", LEASE, 3):
            journal = Journal(claimed, self.office.store, Limits())
            self._draw(journal, claimed)
            for _ in range(self.random.randrange(4)):
                await self._write(journal) if self.random.random() < 0.3 else self._act(journal)
            await self._close(journal)

    def _draw(self, journal: Journal, claimed: Claimed) -> None:
        for signal in claimed.signals:
            body = orjson.loads(signal.body)
            kind = "released" if signal.kind == "release" else "signal"
            journal.record(kind, "", {**body, "id": signal.id})
            journal.draw(signal.id)

    def _act(self, journal: Journal) -> None:
        """Record something that needs no system."""
        tape, address, at = journal.tape, self._address(), self.office.clock.time()
        opened = tape.open_checkpoints()
        match self.random.randrange(6):
            case 0:
                journal.record("answer", address, answer("erp.get", {"value": self.count}))
            case 1:
                journal.record("checkpoint", address, asked(f"c{self.count}", at))
            case 2 if opened:
                states = ("rejected", "void")
                one = {"id": self.random.choice(opened).id, "state": self.random.choice(states)}
                journal.record("void", "", one)
            case 3 if opened:
                self._approve(journal, self.random.choice(opened).id, at)
            case 4:
                until = datetime.fromtimestamp(at + self.random.choice((50, 500)), UTC)
                rule = {"for": "mail", "until": self.random.choice((None, until)), "proposed": "w"}
                journal.record("timer", address, rule)
            case _:
                for place in _unanswered(journal, tape.timers):
                    journal.record("answer", place, answer("wait", {"value": None}))

    def _approve(self, journal: Journal, checkpoint: str, at: float) -> None:
        person = self.random.choice(("ben", "eva"))
        one = {"checkpoint": checkpoint, "nonce": f"n{self.count}", "person": person}
        journal.record("approval", "a", {**one, "answer": "approve", "at": at})

    async def _write(self, journal: Journal) -> None:
        """An intent, or what became of one."""
        tape = journal.tape
        unknown = _unanswered(journal, tape.intents)
        if unknown and self.random.random() < 0.8:
            address = self.random.choice(unknown)
            intent = tape.intents[address]
            if self.random.random() < 0.3:
                journal.record("attempt", address, {"key": intent["key"], "text": "late"})
                return
            given = self.random.choice(({"value": {}}, {"failure": {"code": "LS205"}}))
            journal.record("outcome", address, {**intent, **given})
            return
        await self._intend(journal)

    async def _intend(self, journal: Journal) -> None:
        opened = [a for a, c in journal.tape.checkpoints.items() if c.state == "open"]
        address = self.random.choice(opened) if opened else self._address()
        body = written("erp.post", f"k{self.count}{address}"[:32], at=self.office.clock.time())
        if opened:
            body["checkpoint"] = journal.tape.checkpoints[address].id
        if self.random.random() < 0.6:
            body["business"] = ["erp", f"b{self.random.randrange(4)}"]
        budgets = [Budget("day", "2026-01-01", 10, 45)] if self.random.random() < 0.5 else []
        body["budgets"] = [[b.name, b.window, b.amount, b.cap] for b in budgets]
        try:
            await journal.intend(address, body, budgets)
        except Contradiction:
            journal.record("answer", address, answer("erp.post", {"failure": {}}))

    async def _close(self, journal: Journal) -> None:
        at, tape = self.office.clock.time(), journal.tape
        unknown = _unanswered(journal, tape.intents)
        waits = [tape.timers[a]["until"] for a in _unanswered(journal, tape.timers)]
        idle = not (unknown or waits or tape.open_checkpoints())
        if self.random.random() < 0.2:
            reason = self.random.choice(("defect", "diverged"))
            journal.record("held", "", {"reason": reason, "text": "x"})
            await journal.commit(close=Close("held", reason))
        elif idle or (not unknown and self.random.random() < 0.2):
            await self._leave(journal)
        else:
            times = [datetime.fromisoformat(u).timestamp() for u in waits if u]
            await journal.commit(
                close=Close("waiting", due=at if unknown else min(times, default=None))
            )

    async def _leave(self, journal: Journal) -> None:
        for frozen in journal.tape.open_checkpoints():
            journal.record("void", "", {"id": frozen.id, "state": "withdrawn"})
        kind = self.random.choice(("done", "rejected", "exception"))
        cause = self.random.choice(CAUSES) if kind == "exception" else ""
        journal.record("exit", "", leave(kind, cause=cause))
        await journal.commit(close=Close(kind))

    def _address(self) -> str:
        self.count += 1
        return f"step#{self.count}/:0"


def _unanswered(journal: Journal, calls: dict[str, dict[str, Any]]) -> Sequence[str]:
    return [address for address in calls if address not in journal.tape.answers]

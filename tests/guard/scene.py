"""A scene for tests of guard and desk: a bank behind instrumented tools, rules, people, a store.

A test gives the one step of a case as a function of its desk. What arrives at the bank is noted;
what a test puts into `before` and `after` happens at the bank's door.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal, Protocol

import orjson

from leitstand.approval import Statement, sign, write
from leitstand.desk import Desk, Models, hand_over
from leitstand.digest import canonical
from leitstand.guard import Rules, checkpoint_of
from leitstand.policy import Bundle, Facts
from leitstand.records import Checkpoint, Event
from leitstand.role import Compiled, Exit, Role, done
from leitstand.runtime import Runtime
from leitstand.store import Frozen as Waiting
from leitstand.store import Journal, Limits, Store, Tape
from leitstand.tool import Connection, Port, Recorded, Tool, tool
from leitstand.trace import Tracer
from leitstand.values import Frozen, Identifier, Money, Reading, Text
from tests.approval.people import House
from tests.desk.models import Answering, Ask
from tests.store.hands import MASTER, Ticking, statuses

__all__ = ["Account", "Bank", "Crash", "Find", "Letter", "Pay", "Scene", "Step"]


class Crash(BaseException):
    """The process is gone: nothing of it is heard any more."""


class Account(Frozen):
    """A payee on record."""

    id: Identifier
    iban: Identifier


class Bank(Port, Protocol):
    """What the tools need of a bank."""

    async def get(self, what: str) -> int:
        """A number."""
        ...

    async def find(self, no: str) -> Account | None:
        """A payee."""
        ...

    async def letter(self, no: str) -> str:
        """What a letter says."""
        ...

    async def put(self, tool: str, args: Frozen, key: str) -> str:
        """Write."""
        ...

    async def found(self, key: str) -> str | None:
        """What a key did."""
        ...


class Find(Frozen):
    """Which record."""

    no: Identifier


class Number(Reading[int]):
    """A number read."""


class Found(Reading[Account | None]):
    """The payee, or that there is none."""


class Letter(Reading[Identifier]):
    """A payee's number as a letter names it."""


class Pay(Frozen):
    """What to pay to whom."""

    no: Identifier
    cents: Money
    to: Annotated[Identifier, Recorded("bank.find", "value.id")] = "P1"
    kind: Literal["bill", "wage"] = "bill"
    note: Text | None = None


class Paid(Frozen):
    """The number given."""

    no: str


@tool("bank.get", timeout=2.0)
async def get(args: Find, bank: Bank) -> Number:
    """Read a number."""
    return Number(value=await bank.get(args.no), source=f"bank {args.no}")


@tool("bank.rate", timeout=2.0, watch=True)
async def rate(args: Find, bank: Bank) -> Number:
    """Read a number that has to hold until it is acted on."""
    return Number(value=await bank.get(args.no), source=f"bank {args.no}")


@tool("bank.find", timeout=2.0)
async def find(args: Find, bank: Bank) -> Found:
    """Find a payee."""
    return Found(value=await bank.find(args.no), source=f"bank {args.no}")


@tool("bank.letter", timeout=2.0, authority="document")
async def letter(args: Find, bank: Bank) -> Letter:
    """Read a letter: untrusted."""
    return Letter(value=await bank.letter(args.no), source=f"letter {args.no}", confidence=60)


async def _found(key: str, bank: Bank) -> Paid | None:
    found = await bank.found(key)
    return None if found is None else Paid(no=found)


@tool("bank.pay", writes="payment", key=("no",), timeout=2.0, idempotent=True)
async def pay(args: Pay, bank: Bank, key: str) -> Paid:
    """Pay: the bank honours keys."""
    return Paid(no=await bank.put("bank.pay", args, key))


@tool("bank.book", writes="booking", timeout=2.0, reconcile=_found)
async def book(args: Pay, bank: Bank, key: str) -> Paid:
    """Book: the bank knows no keys, but can be asked."""
    return Paid(no=await bank.put("bank.book", args, key))


@tool("bank.wire", writes="wire", timeout=2.0)
async def wire(args: Pay, bank: Bank, key: str) -> Paid:
    """Wire: neither."""
    return Paid(no=await bank.put("bank.wire", args, key))


@tool("bank.wipe", writes="everything", timeout=2.0)
async def wipe(args: Pay, bank: Bank, key: str) -> Paid:
    """Nothing grants this."""
    return Paid(no=await bank.put("bank.wipe", args, key))


TOOLS: tuple[Tool[Any, Any], ...] = (
    *(get, rate, find, letter, pay, book, wire, wipe),
    hand_over,
)
READS = '[Action::"bank.get", Action::"bank.rate", Action::"bank.find", Action::"bank.letter"]'
WRITES = '[Action::"bank.pay", Action::"bank.book", Action::"bank.wire"]'
GRANT = f"""
@id("grant-reads") @grant permit(principal, action in {READS}, resource);
@id("grant-writes") @grant permit(principal, action in {WRITES}, resource);
@id("grant-hand-over") @grant permit(principal, action == Action::"case.hand_over", resource);
"""
ASK = f"""
@id("ask-one") @decision("approve") @level("approve") @roles("head") @approvers("1")
forbid(principal, action in {WRITES}, resource)
when {{ context.args.cents > 10000 }} unless {{ context.call.approval.count >= 1 }};
"""
STOP = f"""
@id("stop") @decision("deny") @level("hold") @cause("contradictory results")
forbid(principal, action in {WRITES}, resource) when {{ context.args.cents > 50000 }};
"""
Step = Callable[[Desk], Awaitable[object]]


@dataclass
class Books:
    """The bank. It honours keys for `bank.pay` alone, and remembers all for look-ups."""

    numbers: dict[str, int] = field(default_factory=dict[str, int])
    rows: dict[str, str] = field(default_factory=dict[str, str])
    effects: Counter[str] = field(default_factory=Counter[str])
    calls: list[tuple[str, Any, str]] = field(default_factory=list[tuple[str, Any, str]])
    before: list[Callable[[], Awaitable[None]]] = field(
        default_factory=list[Callable[[], Awaitable[None]]]
    )
    after: list[Callable[[], Awaitable[None]]] = field(
        default_factory=list[Callable[[], Awaitable[None]]]
    )
    shows: bool = True

    async def get(self, what: str) -> int:
        """A number that a test sets."""
        await self._arrive("get", what, "")
        return self.numbers.get(what, 100)

    async def find(self, no: str) -> Account | None:
        """Payees begin with P."""
        await self._arrive("find", no, "")
        return Account(id=no, iban=f"DE{no}") if no.startswith("P") else None

    async def letter(self, no: str) -> str:
        """A letter names its own number as a payee."""
        await self._arrive("letter", no, "")
        return no

    async def put(self, tool: str, args: Frozen, key: str) -> str:
        """Once a key for `bank.pay`, each time for the others."""
        await self._arrive(tool, args.model_dump(mode="json"), key)
        if tool != "bank.pay" or key not in self.rows:
            self.effects[key] += 1
            self.rows[key] = f"V{len(self.rows) + 1}"
        for hook in self._taken(self.after):
            await hook()
        return self.rows[key]

    async def found(self, key: str) -> str | None:
        """A look-up, if it shows by now."""
        self.calls.append(("found", None, key))
        return self.rows.get(key) if self.shows else None

    @property
    def writes(self) -> list[tuple[str, Any, str]]:
        """Calls that write."""
        return [c for c in self.calls if c[0].startswith("bank.")]

    async def _arrive(self, what: str, args: Any, key: str) -> None:  # noqa: ANN401 any arguments
        self.calls.append((what, args, key))
        for hook in self._taken(self.before):
            await hook()

    def _taken(
        self, hooks: list[Callable[[], Awaitable[None]]]
    ) -> Sequence[Callable[[], Awaitable[None]]]:
        """A hook happens once."""
        taken = list(hooks)
        hooks.clear()
        return taken


class Work(Frozen):
    """The state of a case: nothing but a number."""

    no: Identifier = "W1"


def work_of(step: Step, name: str = "clerk") -> Compiled:
    """A role of one step."""
    role = Role(name, Work, tools=TOOLS)

    @role.step()
    async def work(case: Work, desk: Desk) -> Exit:
        return done(said=repr(await step(desk)))

    return role.compile()


def bundle_of(text: str, facts: Sequence[Facts[Any]] = (), more: Sequence[Any] = ()) -> Bundle:
    """A bundle of one file."""
    return Bundle.of({"rules.cedar": text}, [*TOOLS, *more], facts)


class Scene:
    """One store, one bank, Ben and Cara who are heads, and roles of the test's own."""

    settle = 0.0

    def __init__(
        self,
        folder: Path,
        text: str = GRANT + ASK + STOP,
        *,
        facts: Sequence[Facts[Any]] = (),
        limits: Mapping[str, Any] | None = None,
        ask: Ask | None = None,
        more: Sequence[Tool[Any, Any]] = (),
    ) -> None:
        self.folder, self.ask, self.facts, self.more = folder, ask, facts, more
        self.models: Models | None = None
        self.tracer: Tracer | None = None
        self.clock = Ticking()
        self.bank = Books()
        self.house = House()
        for name in ("ben", "cara"):
            self.house.join(name, "head", tenant="t")
        self.house.join("eve", "clerk", tenant="t")
        self.limits: Mapping[str, Any] = limits or {}
        self.cases = Limits()
        self.roles: dict[str, Compiled] = {}
        self.rules = self._rules(bundle_of(text, facts, more))
        self.open()

    def _rules(self, bundle: Bundle) -> Rules:
        people = self.house.directory
        tools = (*TOOLS, *self.more)
        return Rules(bundle, tools, lambda _: self.limits, people, self.clock, b"s" * 32)

    def open(self) -> None:
        """Open the store, as a process does when it starts."""
        self.store = Store(f"sqlite:///{self.folder / 'journal.db'}", MASTER, self.clock)

    def reopen(self) -> None:
        """The process is gone, another one starts."""
        self.store.close()
        self.open()

    def runtime(self) -> Runtime:
        """A worker."""
        connections = [Connection("bank", Bank, self.bank, self.settle)]
        models = self.models or (Answering(self.ask) if self.ask else None)
        return Runtime(
            self.store,
            self.rules,
            connections,
            self.roles,
            models=models,
            tracer=self.tracer,
            limits=self.cases,
        )

    async def begin(self, step: Step, *, role: str = "clerk") -> str:
        """A case of one step, run until it waits or ends; its ULID."""
        self.roles[role] = work_of(step, role)
        ulid = await self.start(role)
        await self.go_on()
        return ulid

    async def start(self, role: str = "clerk") -> str:
        """A case that has not run yet."""
        return await self.runtime().start(role, Work(), tenant="t", requester="anna", title="case")

    async def go_on(self, *, later: float = 0.0) -> None:
        """Run what is due, after so many seconds."""
        self.clock.now += later
        await self.runtime().run_until_idle()

    async def tape(self, ulid: str) -> Tape:
        """The journal of a case as it is committed."""
        return Tape((await self.store.journal(ulid)).events)

    async def events(self, ulid: str, *kinds: str) -> list[Event]:
        """Events of these kinds, all without any."""
        found = (await self.store.journal(ulid)).events
        return [e for e in found if not kinds or e.kind in kinds]

    async def bodies(self, ulid: str, *kinds: str) -> list[dict[str, Any]]:
        """Bodies of these events."""
        return [orjson.loads(e.body) for e in await self.events(ulid, *kinds)]

    async def status(self, ulid: str) -> tuple[str, str]:
        """Status of a case, and the last reason on record."""
        status = (await statuses(self.store))[ulid]
        bodies = await self.bodies(ulid, "held", "exit")
        return status, str(bodies[-1].get("reason", "")) if bodies else ""

    async def shown(self, ulid: str) -> tuple[Checkpoint, Waiting]:
        """The one open checkpoint of a case."""
        journal = Journal(await self.store.journal(ulid), self.store, Limits())
        (frozen,) = journal.tape.open_checkpoints()
        return checkpoint_of(journal, frozen), frozen

    async def decide(
        self, ulid: str, person: str = "ben", said: Statement | None = None, **changes: object
    ) -> str:
        """A signed decision, told to the case; `changes` are made to it before it is signed."""
        shown, _ = await self.shown(ulid)
        who, statement = self.house.people["t", person], said or Statement(answer="approve")
        draft = write(shown, who, who.roles[0], statement, self.clock, 900.0)
        return await self.tell(ulid, person, draft.model_copy(update=changes))

    async def decide_all(self, ulid: str) -> None:
        """Ben signs everything that a case waits for."""
        journal = Journal(await self.store.journal(ulid), self.store, Limits())
        ben, yes = self.house.people["t", "ben"], Statement(answer="approve")
        for frozen in journal.tape.open_checkpoints():
            shown = checkpoint_of(journal, frozen)
            await self.tell(ulid, "ben", write(shown, ben, "head", yes, self.clock, 900.0))

    async def tell(self, ulid: str, person: str, draft: Any) -> str:  # noqa: ANN401 an Approval
        """Sign a decision and give it to the case; the signal's name."""
        approval = sign(draft, self.house.keys[person])
        body = {
            "address": approval.address,
            "approval": approval.model_dump(mode="json"),
            "corrections": (),
        }
        await self.store.signal(ulid, approval.nonce, "approval", orjson.dumps(body))
        return approval.nonce

    async def edit(self, ulid: str, **edits: object) -> Statement:
        """What a person says who wants other arguments."""
        shown, _ = await self.shown(ulid)
        claimed = await self.store.journal(ulid)
        acted = claimed.key.digest(canonical([shown.tool, {**shown.args, **edits}]))
        return Statement(answer="edit", edits=edits, acted=acted)

"""A small role in several versions: it reads an invoice and posts it, which has to be signed."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

import orjson

from leitstand.approval import Statement, sign, write
from leitstand.clock import SystemClock
from leitstand.desk import Desk, hand_over
from leitstand.guard import Rules, checkpoint_of
from leitstand.policy import Bundle
from leitstand.role import Compiled, Exit, Goto, Role, done, goto
from leitstand.runtime import Runtime
from leitstand.store import Journal, Limits, Store
from leitstand.tool import Connection, Port, tool
from leitstand.values import Frozen, Identifier, Money, Reading
from tests.approval.people import House

POLICY = """
@id("grant-all") @grant permit(principal, action, resource);
@id("post-needs-head") @decision("approve") @level("approve") @roles("head") @approvers("1")
@owner("finance") @version("1") @reason_de("Betrag") @reason_en("amount")
forbid(principal, action == Action::"erp.post", resource)
unless { context.call.approval.roles.contains("head") };
"""


class Erp(Port, Protocol):
    """What the steps need of an ERP."""

    async def get(self, no: str) -> int:
        """The amount of an invoice."""
        ...

    async def post(self, cents: int, key: str) -> str:
        """Post an amount; the voucher's number."""
        ...


class Get(Frozen):
    """Which invoice."""

    no: Identifier


class Found(Reading[int]):
    """The amount found."""


class Priced(Found):
    """The amount found, with its currency."""

    currency: str = "EUR"


class Post(Frozen):
    """What to post."""

    gross: Money


class Posted(Frozen):
    """The voucher's number."""

    no: str


@tool("erp.get")
async def get(args: Get, erp: Erp) -> Found:
    """Read an invoice's amount."""
    return Found(value=await erp.get(args.no), source=f"erp {args.no}")


@tool("erp.post", writes="erp.voucher", idempotent=True)
async def post(args: Post, erp: Erp, key: str) -> Posted:
    """Post a voucher."""
    return Posted(no=await erp.post(args.gross, key))


TOOLS = (get, post, hand_over)


class Invoice(Frozen):
    """The state of a case."""

    no: Identifier
    gross: Money = 0
    reading: str = ""


@dataclass
class Ledger:
    """An ERP in memory; it may be told to break."""

    rows: dict[str, str] = field(default_factory=dict[str, str])
    reads: int = 0

    async def get(self, no: str) -> int:
        """Always the same amount."""
        self.reads += 1
        return 4200

    async def post(self, cents: int, key: str) -> str:
        """One voucher a key."""
        return self.rows.setdefault(key, f"V{len(self.rows) + 1}:{cents}")


def first() -> Role[Invoice]:
    """The version that cases begin with: read, then book."""
    role = Role("payables", Invoice, tools=[get, post])

    @role.step(then=["book"])
    async def read(case: Invoice, desk: Desk) -> Goto:
        found = await desk.call(get, Get(no=case.no))
        return goto("book", gross=found.value, reading=found.id)

    @role.step()
    async def book(case: Invoice, desk: Desk) -> Exit:
        voucher = await desk.call(post, Post(gross=case.gross), evidence=(case.reading,))
        return done(no=voucher.no)

    return role


def compatible() -> Role[Invoice]:
    """Something more after the voucher: nothing that was decided changes."""
    role = Role("payables", Invoice, tools=[get, post])

    @role.step(then=["book"])
    async def read(case: Invoice, desk: Desk) -> Goto:
        found = await desk.call(get, Get(no=case.no))
        return goto("book", gross=found.value, reading=found.id)

    @role.step()
    async def book(case: Invoice, desk: Desk) -> Exit:
        voucher = await desk.call(post, Post(gross=case.gross), evidence=(case.reading,))
        again = await desk.call(get, Get(no=case.no))
        return done(no=voucher.no, checked=again.value)

    return role


def renamed() -> Role[Invoice]:
    """The second step has another name."""
    role = Role("payables", Invoice, tools=[get, post])

    @role.step(then=["enter"])
    async def read(case: Invoice, desk: Desk) -> Goto:
        found = await desk.call(get, Get(no=case.no))
        return goto("enter", gross=found.value, reading=found.id)

    @role.step()
    async def enter(case: Invoice, desk: Desk) -> Exit:
        voucher = await desk.call(post, Post(gross=case.gross), evidence=(case.reading,))
        return done(no=voucher.no)

    return role


def checking() -> Role[Invoice]:
    """A check before the voucher that the one who signed has not seen."""
    role = Role("payables", Invoice, tools=[get, post])

    @role.step(then=["book"])
    async def read(case: Invoice, desk: Desk) -> Goto:
        found = await desk.call(get, Get(no=case.no))
        return goto("book", gross=found.value, reading=found.id)

    @role.step()
    async def book(case: Invoice, desk: Desk) -> Exit:
        await desk.call(get, Get(no="LIMIT"))
        voucher = await desk.call(post, Post(gross=case.gross), evidence=(case.reading,))
        return done(no=voucher.no)

    return role


def beside() -> Role[Invoice]:
    """A check side by side with the voucher: it moves no address, and is new all the same."""
    role = Role("payables", Invoice, tools=[get, post])

    @role.step(then=["book", "check"])
    async def read(case: Invoice, desk: Desk) -> Goto:
        found = await desk.call(get, Get(no=case.no))
        return goto("book", "check", gross=found.value, reading=found.id)

    @role.step()
    async def book(case: Invoice, desk: Desk) -> Exit:
        voucher = await desk.call(post, Post(gross=case.gross), evidence=(case.reading,))
        return done(no=voucher.no)

    @role.step(then=["book"])
    async def check(case: Invoice, desk: Desk) -> Goto:
        await desk.call(get, Get(no="LIMIT"))
        return goto("book")

    return role


def dearer() -> Role[Invoice]:
    """Other arguments of the voucher."""
    role = Role("payables", Invoice, tools=[get, post])

    @role.step(then=["book"])
    async def read(case: Invoice, desk: Desk) -> Goto:
        found = await desk.call(get, Get(no=case.no))
        return goto("book", gross=found.value, reading=found.id)

    @role.step()
    async def book(case: Invoice, desk: Desk) -> Exit:
        voucher = await desk.call(post, Post(gross=case.gross + 1), evidence=(case.reading,))
        return done(no=voucher.no)

    return role


def groundless() -> Role[Invoice]:
    """The same voucher, resting on nothing."""
    role = Role("payables", Invoice, tools=[get, post])

    @role.step(then=["book"])
    async def read(case: Invoice, desk: Desk) -> Goto:
        found = await desk.call(get, Get(no=case.no))
        return goto("book", gross=found.value, reading=found.id)

    @role.step()
    async def book(case: Invoice, desk: Desk) -> Exit:
        voucher = await desk.call(post, Post(gross=case.gross))
        return done(no=voucher.no)

    return role


def shorter() -> Role[Invoice]:
    """It ends before the voucher."""
    role = Role("payables", Invoice, tools=[get, post])

    @role.step(then=["book"])
    async def read(case: Invoice, desk: Desk) -> Goto:
        found = await desk.call(get, Get(no=case.no))
        return goto("book", gross=found.value, reading=found.id)

    @role.step()
    async def book(case: Invoice, desk: Desk) -> Exit:
        return done(no="none")

    return role


def forgetful() -> Role[Invoice]:
    """It writes something else into the state of a superstep that is sealed."""
    role = Role("payables", Invoice, tools=[get, post])

    @role.step(then=["book"])
    async def read(case: Invoice, desk: Desk) -> Goto:
        found = await desk.call(get, Get(no=case.no))
        return goto("book", gross=found.value + 1, reading=found.id)

    @role.step()
    async def book(case: Invoice, desk: Desk) -> Exit:
        voucher = await desk.call(post, Post(gross=case.gross - 1), evidence=(case.reading,))
        return done(no=voucher.no)

    return role


def priced() -> Role[Invoice]:
    """The same steps over a tool that answers with a field more."""
    other = replace(get, result=Priced)
    role = Role("payables", Invoice, tools=[other, post])

    @role.step(then=["book"])
    async def read(case: Invoice, desk: Desk) -> Goto:
        found = await desk.call(other, Get(no=case.no))
        return goto("book", gross=found.value, reading=found.id)

    @role.step()
    async def book(case: Invoice, desk: Desk) -> Exit:
        voucher = await desk.call(post, Post(gross=case.gross), evidence=(case.reading,))
        return done(no=voucher.no)

    return role


def broken() -> Role[Invoice]:
    """A defect after the reading."""
    role = Role("payables", Invoice, tools=[get, post])

    @role.step(then=["book"])
    async def read(case: Invoice, desk: Desk) -> Goto:
        found = await desk.call(get, Get(no=case.no))
        return goto("book", gross=found.value, reading=found.id)

    @role.step()
    async def book(case: Invoice, desk: Desk) -> Exit:
        msg = f"{case.no} is too much"
        raise ArithmeticError(msg)

    return role


class Works:
    """A store, an ERP and people; `runtime` is a worker with one version of the role."""

    def __init__(self, folder: Path) -> None:
        self.store = Store(f"sqlite:///{folder / 'journal.db'}", b"k" * 32, SystemClock())
        self.erp = Ledger()
        self.house = House()
        self.house.join("ben", "head", tenant="t")
        bundle = Bundle.of({"all.cedar": POLICY}, TOOLS, [])
        clock, people = self.store.clock, self.house.directory
        self.rules = Rules(bundle, TOOLS, lambda _: {}, people, clock, b"s" * 32)

    def runtime(self, role: Role[Invoice]) -> Runtime:
        """A worker that has this version, and no other."""
        compiled: Compiled = role.compile()
        connections = [Connection("erp", Erp, self.erp)]
        return Runtime(self.store, self.rules, connections, {"payables": compiled})

    async def begin(self, runtime: Runtime) -> str:
        """A case, run until it waits or ends."""
        given = Invoice(no="R1")
        ulid = await runtime.start("payables", given, tenant="t", requester="anna", title="R1")
        await runtime.run_until_idle()
        return ulid

    async def approve(self, ulid: str) -> None:
        """Ben signs what the case waits for."""
        journal = Journal(await self.store.journal(ulid), self.store, Limits())
        (frozen,) = journal.tape.open_checkpoints()
        shown = checkpoint_of(journal, frozen)
        ben, key = self.house.people["t", "ben"], self.house.keys["ben"]
        said = write(shown, ben, "head", Statement(answer="approve"), self.store.clock, 900.0)
        approval = sign(said, key).model_dump(mode="json")
        told = {"address": shown.address, "approval": approval, "corrections": ()}
        await self.store.signal(ulid, said.nonce, "approval", orjson.dumps(told))

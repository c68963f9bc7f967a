"""A house: one company's world with everything real: store, guard, systems."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from datetime import time as daytime
from pathlib import Path
from typing import Any, NamedTuple

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from agents.invoice_case import InvoiceCase
from leitstand.approval import FileDirectory, Statement, sign, write
from leitstand.clock import FixedClock
from leitstand.desk import Models
from leitstand.digest import canonical
from leitstand.guard import Rules, checkpoint_of
from leitstand.policy import Bundle
from leitstand.project import load_project
from leitstand.records import Answer, Event, Person, Verdict
from leitstand.role import Compiled
from leitstand.runtime import Runtime
from leitstand.store import Journal, Limits, Store
from leitstand.tool import Connection
from tools.datev.connection import embedded as documents
from tools.datev.connection import online
from tools.dms.embedded import EmbeddedDms
from tools.einvoice import EInvoices, LocalEInvoices, Reader
from tools.erp.tryton.connection import online as tryton
from tools.intake import FolderIntakes, Intakes, RememberedEInvoices
from tools.office import disconnect, reporting_office
from tools.reporting import ReportingOffice
from tools.tenant import FixedTenant, Tenant
from tools.world import connect, limits, spool

ROOT = Path(__file__).resolve().parents[2]
TENANT = "nordwerk"
REQUESTER = "mailbox"
INTAKE = "intake-1"
PROJECT = load_project(ROOT)


class Effect(NamedTuple):
    """A write that happened."""

    tool: str
    args: Mapping[str, Any]


@dataclass
class Result:
    """What became of a file: the verdict on its voucher, its effects, its end if it has one."""

    verdict: Verdict | None
    proposal: Mapping[str, Any]
    effects: tuple[Effect, ...]
    exit: Mapping[str, Any]
    waits: tuple[Mapping[str, Any], ...]

    @property
    def decision(self) -> str:
        """auto_draft, approve, hold, escalate or reject."""
        if self.verdict is None:
            return str(self.exit["result"]["decision"])
        level = self.verdict.level
        if level in ("info", "note"):
            return "hold" if self.verdict.error else "auto_draft"
        return level

    @property
    def guardrails(self) -> set[str]:
        """Ids of the rules that left a mark."""
        return set(self.verdict.rules) if self.verdict else set()

    @property
    def approval(self) -> tuple[list[str], int]:
        """Roles and number of those who have to act."""
        if self.verdict is None or self.decision == "auto_draft":
            return [], 0
        return sorted(self.verdict.roles), self.verdict.approvers

    @property
    def tools(self) -> list[str]:
        """Names of the writes that happened, sorted."""
        return sorted(e.tool for e in self.effects)


@dataclass
class House:
    """An open house. `run` takes in files; `close` gives everything back."""

    world: Path
    state: Path
    runtime: Runtime
    store: Store
    connections: Sequence[Connection]
    intakes: FolderIntakes
    limits: Mapping[str, Any]
    directory: FileDirectory
    clock: FixedClock
    cases: dict[str, str] = field(default_factory=dict[str, str])
    keys: dict[str, Ed25519PrivateKey] = field(default_factory=dict[str, Ed25519PrivateKey])

    @classmethod
    async def open(
        cls,
        world: Path,
        state: Path,
        reader: Reader,
        *,
        roles: Mapping[str, Compiled] | None = None,
        models: Models | None = None,
        bundle: Bundle | None = None,
    ) -> "House":
        """Load `world` into fresh systems under `state`; a `reader` is slow to start, so shared.

        `roles` are worked instead of the project's of the same name, under `bundle` for its rules.
        """
        data = limits(world)
        noon = datetime.combine(date.fromisoformat(data["today"]), daytime(12), UTC)
        clock = FixedClock(noon)
        embedded = await connect(state, world, TENANT, clock)
        archive = next(c.adapter for c in embedded if isinstance(c.adapter, EmbeddedDms))
        invoices = RememberedEInvoices(LocalEInvoices(archive, reader))
        intakes = FolderIntakes(state / "intakes", invoices)
        connections = (
            *await tryton(embedded, world, data),
            Connection("einvoice", EInvoices, invoices),
            Connection("intake", Intakes, intakes),
            Connection("reporting", ReportingOffice, reporting_office(state)),
            Connection("tenant", Tenant, FixedTenant(data)),
            *online(await documents(state, world, TENANT, clock), world, archive, clock),
        )
        worked = {**PROJECT.roles, **(roles or {})}
        directory = FileDirectory(state / "people.json")
        store = Store(f"sqlite:///{state / 'journal.db'}", b"k" * 32, clock)
        judged = bundle or PROJECT.bundle()
        rules = Rules(judged, PROJECT.tools, lambda _: data, directory, clock, b"s" * 32)
        runtime = Runtime(store, rules, connections, worked, models=models)
        return cls(world, state, runtime, store, connections, intakes, data, directory, clock)

    def close(self) -> None:
        """Give store and systems back."""
        self.store.close()
        disconnect(self.connections)

    async def run(self, files: Mapping[str, bytes]) -> dict[str, Result]:
        """Take in files as one intake, in the order given; what became of each."""
        names = {name: self.keep(data) for name, data in files.items()}
        self.intakes.take_in(INTAKE, names.values())
        for name, data in files.items():
            case = InvoiceCase(
                sha256=names[name], media_type="application/xml", size=len(data),
                filename=name, intake=INTAKE,
            )  # fmt: skip
            self.cases[name] = await self.runtime.start(
                "accounting", case, tenant=TENANT, requester=REQUESTER, title=name
            )
        await self.runtime.run_until_idle()
        for ulid in [self.cases[name] for name in files]:
            await self.runtime.signal(ulid, "intake", {}, f"{INTAKE}-{ulid}")
        await self.runtime.run_until_idle()
        return {name: await self.result(self.cases[name]) for name in files}

    def hire(self, name: str, *roles: str) -> None:
        """Put a person with a key into the directory."""
        key = Ed25519PrivateKey.generate()
        public = key.public_key().public_bytes_raw().hex()
        person = Person(id=name, name=name, tenant=TENANT, roles=roles, public_key=public)
        self.directory.add(person)
        self.keys[name] = key

    async def sign(self, ulid: str, name: str, answer: Answer = "approve") -> Result:
        """A person's signature under what waits in a case; then what became of it."""
        claimed = await self.store.journal(ulid)
        journal = Journal(claimed, self.store, Limits())
        (frozen,) = journal.tape.open_checkpoints()
        shown = checkpoint_of(journal, frozen)
        person = self.directory.person(TENANT, name)
        assert person is not None
        role = next((r for r in person.roles if r in shown.roles), person.roles[0])
        reason = "" if answer == "approve" else "falscher Betrag"
        statement = Statement(answer=answer, reason=reason)
        said = write(shown, person, role, statement, self.clock, 900.0)
        approval = sign(said, self.keys[name])
        body = {"address": shown.address, "approval": approval, "corrections": list[str]()}
        await self.store.signal(ulid, approval.nonce, "approval", canonical(body))
        await self.runtime.run_until_idle()
        return await self.result(ulid)

    async def result(self, ulid: str) -> Result:
        """What became of a case."""
        claimed = await self.store.journal(ulid)
        return result_of(claimed.events)

    async def ulids(self) -> list[str]:
        """All cases of the house, hand-overs included."""
        rows = await self.store.read(lambda c: c.exec_driver_sql("SELECT ulid FROM cases").all())
        return [row[0] for row in rows]

    def keep(self, data: bytes) -> str:
        """Put received bytes into the spool; their name there."""
        return spool(self.state).put(data)


def result_of(events: Sequence[Event]) -> Result:
    """What a journal says became of the case."""
    bodies = [(e.kind, orjson.loads(e.body)) for e in events if e.body]
    verdict, proposal = _verdict(bodies)
    outcomes = {body["key"]: body for kind, body in bodies if kind == "outcome"}
    effects = tuple(
        Effect(body["tool"], body["args"])
        for kind, body in bodies
        if kind == "intent" and "failure" not in outcomes.get(body["key"], {"failure": 1})
    )
    closed = {body["id"] for kind, body in bodies if kind == "void"}
    closed |= {body.get("checkpoint") for kind, body in bodies if kind == "intent"}
    asked = [b for kind, b in bodies if kind == "checkpoint" and b["id"] not in closed]
    ends = [body for kind, body in bodies if kind in ("exit", "held")]
    return Result(verdict, proposal, effects, ends[-1] if ends else {}, tuple(asked))


def _verdict(bodies: list[tuple[str, dict[str, Any]]]) -> tuple[Verdict | None, dict[str, Any]]:
    """The verdict on drafting the voucher, as the guard recorded it, and what was proposed."""
    for kind, body in bodies:
        if kind in ("answer", "intent") and body.get("tool") == "erp.voucher.draft":
            if "verdict" in body:
                return Verdict.model_validate_json(orjson.dumps(body["verdict"])), body["args"]
            return None, body.get("args", {})
    return None, {}

"""Ten steps, one write, 50 cases at once, durable on SQLite (synchronous=FULL).

The same graph on plain LangGraph with AsyncSqliteSaver (durability sync) in the same run, in
turns. One JSON line: medians of cases a second and CPU a step of both, the ratios of both (`ratio`:
cases a second, `cpu_ratio`: CPU a step, see docs/decisions/step-cost.md), bytes of a parked case
beside its payload. Part of our CPU a step is the person's, who reads the card and signs with a key
of their own (`person_us_step`); LangGraph asks nobody for a signature.

`--guard open`: the engine alone, with a guard that allows all, so that nobody is asked, nor is
LangGraph interrupted (`parked_bytes` are those of a case that is done, then). `signed`: a person is
asked, and every answer counts. `full`: a Cedar bundle decides, and signatures are verified.

    python benchmarks/ten_steps.py [--guard open|signed|full] [--cases 400] [--rounds 3]
"""

import argparse
import asyncio
import operator
import resource
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any, Protocol, TypedDict

import orjson
import uvloop
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.graph import START, StateGraph
from langgraph.types import Command, interrupt
from pace import pace

from leitstand.approval import FileDirectory, Grants, Statement, sign, write
from leitstand.clock import SystemClock
from leitstand.desk import STATION
from leitstand.digest import canonical
from leitstand.guard import Rules, checkpoint_of
from leitstand.policy import Bundle, FactCall, Measured, Request
from leitstand.records import Approval, Checkpoint, Decision, Person, Verdict
from leitstand.role import compile_graph
from leitstand.runtime import Runtime, settle_memory
from leitstand.store import Claimed, Journal, Limits, Store
from leitstand.store.halts import Halts
from leitstand.tool import Connection, Port, tool
from leitstand.values import Frozen

STEPS, AT_ONCE, WRITES_AT = 10, 50, 5
PAYLOAD = "x" * 1024
KEY = Ed25519PrivateKey.generate()
HEAD = Person(
    id="p",
    name="P",
    tenant="t",
    roles=("head",),
    public_key=KEY.public_key().public_bytes_raw().hex(),
)
POLICY = """
@id("grant-all") @grant
permit(principal, action, resource);

@id("post-needs-head") @decision("approve") @level("approve") @roles("head") @approvers("1")
@owner("finance") @version("1") @reason_de("Buchung") @reason_en("posting")
forbid(principal, action == Action::"erp.post", resource)
unless { context.call.approval.roles.contains("head") };
"""


class Erp(Port, Protocol):
    """A system that answers at once: the engine is measured, not the system."""

    async def post(self, n: int, key: str) -> int:
        """Post a number under its key."""
        ...


class Post(Frozen):
    """The one write."""

    n: int


class Posted(Frozen):
    """Its result."""

    n: int


@tool("erp.post", writes="erp.voucher", idempotent=True)
async def post(args: Post, erp: Erp, key: str) -> Posted:
    """Post."""
    return Posted(n=await erp.post(args.n, key))


class Memory:
    """An adapter in memory."""

    async def post(self, n: int, key: str) -> int:
        """Echo."""
        del key
        return n


class State(TypedDict):
    """An int and a kilobyte."""

    n: Annotated[int, operator.add]
    text: str


class Signed:
    """Rules that ask one person for the write and allow all else: the engine, not the guard."""

    def __init__(self) -> None:
        self.clock = SystemClock()
        self.tools = {post.name: post}
        self.bundle = self
        self.halts = Halts()
        self.sha = ""

    def today(self, tenant: str) -> date:
        """The day of the clock."""
        del tenant
        return datetime.fromtimestamp(self.clock.time(), UTC).date()

    def measure(self, call: FactCall) -> Measured:
        """No facts."""
        del call
        return Measured({}, frozenset({"n"}))

    def slice(self, tool: str) -> str:
        """One slice."""
        return tool

    def limits(self, tenant: str) -> Mapping[str, Any]:
        """No limits."""
        del tenant
        return {}

    def caps(self, tenant: str, tool: str) -> list[Any]:
        """No budgets."""
        del tenant, tool
        return []

    def grants(self, checkpoint: Checkpoint, approvals: Sequence[Approval], *_: object) -> Grants:
        """Every answer counts."""
        del checkpoint
        return Grants(persons=tuple(a.person for a in approvals), approvals=tuple(approvals))

    def decide(self, request: Request) -> Verdict:
        """Ask once."""
        granted = request.approval_count > 0
        return Verdict(
            decision=Decision.ALLOW if granted else Decision.APPROVE, roles=("head",), approvers=1
        )


class Open(Signed):
    """Rules that allow all: nobody is asked, the engine does the same work but for that."""

    def decide(self, request: Request) -> Verdict:
        """Allow."""
        del request
        return Verdict(decision=Decision.ALLOW)


def graph(*, plain: bool, asks: bool = True) -> StateGraph[State]:
    """The ten steps as a StateGraph; `plain` interrupts, if it asks, where ours calls its desk."""
    built: Any = StateGraph(State)

    def step(at: int) -> Callable[[State], Awaitable[dict[str, int]]]:
        async def run(state: State) -> dict[str, int]:
            if at == WRITES_AT:
                if not plain:
                    await STATION.get().call(post, Post(n=state["n"]))
                elif asks:
                    interrupt("approve?")
            return {"n": 1}

        return run

    for at in range(STEPS):
        built.add_node(f"s{at}", step(at))
        built.add_edge(START if at == 0 else f"s{at - 1}", f"s{at}")
    return built


def full(folder: Path) -> Rules:
    """The rules as a project has them: policies, a directory of people, their keys."""
    policies = folder / "policies"
    policies.mkdir()
    (policies / "ten.cedar").write_text(POLICY)
    directory = FileDirectory(folder / "people.json")
    directory.add(HEAD)
    bundle = Bundle.load(policies, [post], [])
    return Rules(bundle, [post], lambda _: {}, directory, SystemClock(), b"s" * 32)


RULES: dict[str, Callable[[Path], Any]] = {
    "open": lambda _: Open(),
    "signed": lambda _: Signed(),
    "full": full,
}


async def ours(folder: Path, cases: int, guard: str) -> dict[str, float]:
    """Cases a second and CPU of the walk on its journal."""
    store = Store(f"sqlite:///{folder / 'j.db'}", b"k" * 32, SystemClock())
    compiled = compile_graph("ten", graph(plain=False))
    systems = [Connection("erp", Erp, Memory())]
    runtime = Runtime(store, RULES[guard](folder), systems, {"ten": compiled}, width=AT_ONCE)
    settle_memory()
    begun, cpu = time.perf_counter(), _cpu()
    ulids = await asyncio.gather(*(start(runtime, no) for no in range(cases)))
    await runtime.run_until_idle()
    parked = _bytes(folder / "j.db") / cases
    parked_at = time.perf_counter()
    person = 0.0
    for at in range(0, cases if guard != "open" else 0, AT_ONCE):
        person += await approve(store, ulids[at : at + AT_ONCE])
    await runtime.run_until_idle()
    wall, spent = time.perf_counter() - begun, _cpu() - cpu
    done = await store.read(
        lambda c: c.exec_driver_sql("select count(*) from cases where status='done'").scalar()
    )
    commits = store.writer.commits
    store.close()
    if done != cases:
        sys.exit(f"only {done} of {cases} cases came to their end")
    return {
        "cases_s": cases / wall,
        "cpu_us_step": spent / cases / STEPS * 1e6,
        "person_us_step": person / cases / STEPS * 1e6,
        "parked_bytes": parked - len(PAYLOAD),
        "commits": commits,
        "first_half_s": parked_at - begun,
    }


async def plain(folder: Path, cases: int, guard: str) -> dict[str, float]:
    """The same on LangGraph with its SQLite saver."""
    gate = asyncio.Semaphore(AT_ONCE)
    async with AsyncSqliteSaver.from_conn_string(str(folder / "p.db")) as saver:
        built: Any = graph(plain=True, asks=guard != "open")
        app: Any = built.compile(checkpointer=saver)

        async def case(no: int, given: object) -> None:
            async with gate:
                config: Any = {"configurable": {"thread_id": str(no)}}
                await app.ainvoke(given, config, durability="sync")

        begun, cpu = time.perf_counter(), _cpu()
        await asyncio.gather(*(case(no, {"n": 0, "text": PAYLOAD}) for no in range(cases)))
        if guard != "open":
            await asyncio.gather(*(case(no, Command(resume=True)) for no in range(cases)))
        wall, spent = time.perf_counter() - begun, _cpu() - cpu
    return {"cases_s": cases / wall, "cpu_us_step": spent / cases / STEPS * 1e6}


async def start(runtime: Runtime, no: int) -> str:
    """Start a case with its kilobyte."""
    given = {"n": 0, "text": PAYLOAD}
    return await runtime.start("ten", given, tenant="t", requester="r", title=str(no))


async def approve(store: Store, ulids: Sequence[str]) -> float:
    """Answer all these cases, as one who works an inbox off; the person's CPU seconds."""
    found = await store.journals(ulids)
    return sum(await asyncio.gather(*(answer(store, found[ulid]) for ulid in ulids)))


async def answer(store: Store, claimed: Claimed) -> float:
    """One person's signed yes to the one checkpoint of a case; CPU seconds until it is signed."""
    begun = time.thread_time()
    journal = Journal(claimed, store, Limits())
    (frozen,) = journal.tape.open_checkpoints()
    shown = checkpoint_of(journal, frozen)
    yes = sign(write(shown, HEAD, "head", Statement(answer="approve"), store.clock, 900.0), KEY)
    spent = time.thread_time() - begun
    told = {"address": shown.address, "approval": yes, "corrections": list[str]()}
    await store.signal(claimed.case.ulid, yes.nonce, "approval", canonical(told))
    return spent


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _bytes(path: Path) -> int:
    with sqlite3.connect(path) as db:
        db.execute("pragma wal_checkpoint(truncate)")
    return path.stat().st_size


def main() -> None:
    """Run both in turns and print the medians."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--guard", choices=tuple(RULES), default="signed")
    given = parser.parse_args()
    rounds: dict[str, list[dict[str, float]]] = {"leitstand": [], "langgraph": []}
    for _ in range(given.rounds):
        with tempfile.TemporaryDirectory() as folder:
            asked = Path(folder), given.cases, given.guard
            rounds["leitstand"].append(uvloop.run(ours(*asked)))
            rounds["langgraph"].append(uvloop.run(plain(*asked)))
    pairs = list(zip(rounds["leitstand"], rounds["langgraph"], strict=True))
    ratio = statistics.median(one["cases_s"] / other["cases_s"] for one, other in pairs)
    cpu = statistics.median(other["cpu_us_step"] / one["cpu_us_step"] for one, other in pairs)
    found = {name: _medians(all_of) for name, all_of in rounds.items()}
    line = {"benchmark": "ten_steps", "guard": given.guard, "pace_ms": pace(), "ratio": ratio}
    line["cpu_ratio"] = cpu
    print(orjson.dumps({**line, **found}).decode())


def _medians(rounds: Sequence[Mapping[str, float]]) -> dict[str, float]:
    return {key: statistics.median(one[key] for one in rounds) for key in rounds[0]}


if __name__ == "__main__":
    main()

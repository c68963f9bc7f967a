"""Ten steps, one approved write, 50 cases at once, durable on SQLite (synchronous=FULL).

The same graph on plain LangGraph with AsyncSqliteSaver (durability sync) in the same run. One JSON
line: cases a second and CPU a step of both, the ratio, and bytes of a parked case beside its
payload.

    python benchmarks/ten_steps.py [--guard full] [--cases 400]
"""

import argparse
import asyncio
import operator
import resource
import sqlite3
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Protocol, TypedDict

import orjson
import uvloop
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.graph import START, StateGraph
from langgraph.types import Command, interrupt

from leitstand.approval import Grants
from leitstand.clock import SystemClock
from leitstand.desk.station import STATION
from leitstand.guard.rules import Asked
from leitstand.policy import FactCall, Measured
from leitstand.records import Approval, Case, Checkpoint, Decision, Verdict
from leitstand.role import compile_graph
from leitstand.runtime import Runtime, settle_memory
from leitstand.store import Claimed, Store, Tape
from leitstand.tool import Connection, Port, tool
from leitstand.values import Frozen

STEPS, AT_ONCE, WRITES_AT = 10, 50, 5
PAYLOAD = "x" * 1024


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
        self.sha = ""

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

    def budgets(self, tenant: str, tool: str, args: Mapping[str, Any]) -> list[list[Any]]:
        """No budgets."""
        del tenant, tool, args
        return []

    def grants(
        self, checkpoint: Checkpoint, approvals: Sequence[Approval], at: float | None = None
    ) -> Grants:
        """Every answer counts."""
        del checkpoint, at
        return Grants(persons=tuple(a.person for a in approvals), approvals=tuple(approvals))

    def decide(self, case: Case, asked: Asked, done: object, grants: Grants | None) -> Verdict:
        """Ask once."""
        del case, asked, done
        granted = grants is not None and grants.count > 0
        return Verdict(decision=Decision.ALLOW if granted else Decision.APPROVE, approvers=1)


def graph(*, plain: bool) -> StateGraph[State]:
    """The ten steps as a StateGraph; `plain` interrupts where the other calls its desk."""
    built: Any = StateGraph(State)

    def step(at: int) -> Callable[[State], Awaitable[dict[str, int]]]:
        async def run(state: State) -> dict[str, int]:
            if at == WRITES_AT:
                if plain:
                    interrupt("approve?")
                else:
                    await STATION.get().call(post, Post(n=state["n"]))
            return {"n": 1}

        return run

    for at in range(STEPS):
        built.add_node(f"s{at}", step(at))
        built.add_edge(START if at == 0 else f"s{at - 1}", f"s{at}")
    return built


async def ours(folder: Path, cases: int) -> dict[str, float]:
    """Cases a second and CPU of the walk on its journal."""
    store = Store(f"sqlite:///{folder / 'j.db'}", b"k" * 32, SystemClock())
    compiled = compile_graph("ten", graph(plain=False))
    rules: Any = Signed()
    runtime = Runtime(
        store, rules, [Connection("erp", Erp, Memory())], {"ten": compiled}, width=AT_ONCE
    )
    settle_memory()
    begun, cpu = time.perf_counter(), _cpu()
    ulids = await asyncio.gather(*(start(runtime, no) for no in range(cases)))
    await runtime.run_until_idle()
    parked = _bytes(folder / "j.db") / cases
    parked_at = time.perf_counter()
    for at in range(0, cases, AT_ONCE):
        await approve(store, ulids[at : at + AT_ONCE])
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
        "parked_bytes": parked - len(PAYLOAD),
        "commits": commits,
        "first_half_s": parked_at - begun,
    }


async def plain(folder: Path, cases: int) -> dict[str, float]:
    """The same on LangGraph with its SQLite saver."""
    gate = asyncio.Semaphore(AT_ONCE)
    async with AsyncSqliteSaver.from_conn_string(str(folder / "p.db")) as saver:
        app: Any = graph(plain=True).compile(checkpointer=saver)

        async def case(no: int, given: object) -> None:
            async with gate:
                config: Any = {"configurable": {"thread_id": str(no)}}
                await app.ainvoke(given, config, durability="sync")

        begun, cpu = time.perf_counter(), _cpu()
        await asyncio.gather(*(case(no, {"n": 0, "text": PAYLOAD}) for no in range(cases)))
        await asyncio.gather(*(case(no, Command(resume=True)) for no in range(cases)))
        wall, spent = time.perf_counter() - begun, _cpu() - cpu
    return {"cases_s": cases / wall, "cpu_us_step": spent / cases / STEPS * 1e6}


async def start(runtime: Runtime, no: int) -> str:
    """Start a case with its kilobyte."""
    given = {"n": 0, "text": PAYLOAD}
    return await runtime.start("ten", given, tenant="t", requester="r", title=str(no))


async def approve(store: Store, ulids: Sequence[str]) -> None:
    """Answer all these cases, as somebody does who works an inbox off."""
    found = await store.journals(ulids)
    await asyncio.gather(*(sign(store, found[ulid]) for ulid in ulids))


async def sign(store: Store, claimed: Claimed) -> None:
    """One person's yes to the one checkpoint of a case."""
    ((address, frozen),) = Tape(claimed.events).checkpoints.items()
    ulid, body, at = claimed.case.ulid, frozen.body, time.time()
    approval = Approval(
        checkpoint=frozen.id,
        case=ulid,
        tenant="t",
        address=address,
        tool=body["tool"],
        proposed=body["proposed"],
        acted=body["acted"],
        evidence=body["evidence"],
        slice=body["slice"],
        requester="r",
        person="p",
        role="head",
        answer="approve",
        at=at,
        until=at + 900,
        nonce=ulid,
    )
    told: dict[str, Any] = {"address": address, "approval": approval.model_dump(mode="json"), "corrections": []}
    await store.signal(ulid, ulid, "approval", orjson.dumps(told))


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _bytes(path: Path) -> int:
    with sqlite3.connect(path) as db:
        db.execute("pragma wal_checkpoint(truncate)")
    return path.stat().st_size


def main() -> None:
    """Run both in turn, twice, and print the better ratio of neither: the medians."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=400)
    parser.add_argument("--only", choices=("ours", "plain"))
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        at = Path(folder)
        found: dict[str, Any] = {}
        if given.only != "plain":
            found["leitstand"] = uvloop.run(ours(at, given.cases))
        if given.only != "ours":
            found["langgraph"] = uvloop.run(plain(at, given.cases))
    if len(found) == 2:
        found["ratio"] = found["leitstand"]["cases_s"] / found["langgraph"]["cases_s"]
    print(orjson.dumps({"benchmark": "ten_steps", **found}).decode())


if __name__ == "__main__":
    main()

"""The runtime: starts cases, wakes them, and runs their bursts side by side in one process."""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import orjson
from pydantic import BaseModel, ValidationError
from sqlalchemy import select

from leitstand.desk import Cases, Child, HandOver, Models
from leitstand.digest import canonical, plain_of
from leitstand.errors import Contradiction, ProjectRefused, UsageRefused, ValueRefused
from leitstand.guard import Guard, Rules, Shadow
from leitstand.model import Library
from leitstand.records import INTAKE, SENDER, Case, Routed
from leitstand.role import Compiled
from leitstand.runtime.burst import Burst
from leitstand.store import Journal, Limits, NewCase, Store, Tape, new_case
from leitstand.store.arrival import Tell
from leitstand.store.arrivals import Arrived, arrive
from leitstand.store.schema import cases
from leitstand.tool import Connection
from leitstand.trace import Tracer
from leitstand.values import faults_of

LEASE = 60.0
"""Seconds that a worker owns a case; renewed at a third of it."""
WIDTH = 50
"""Bursts that run side by side in one process."""
DEPTH = 4
"""Levels of hand-over (KERNEL no. 28)."""


class Runtime:
    """One process's dispatcher over a store. `roles` are compiled, by name.

    `real` makes it run in the shadow: these connections are read, `connections` are twins.
    """

    def __init__(  # noqa: PLR0913 - a process is wired here once; all but the parts by keyword
        self,
        store: Store,
        rules: Rules,
        connections: Sequence[Connection],
        roles: Mapping[str, Compiled],
        *,
        real: Sequence[Connection] | None = None,
        limits: Limits | None = None,
        models: Models | None = None,
        tracer: Tracer | None = None,
        width: int = WIDTH,
        lease: float = LEASE,
    ) -> None:
        self.store = store
        self.rules = rules
        self.roles = dict(roles)
        self._limits, self._width, self._lease = limits or Limits(), width, lease
        self._owner = store.clock.ulid()
        for tool in rules.tools.values():
            if tool.writes and tool.timeout >= lease * 2 / 3:
                msg = f"`{tool.name}` may take {tool.timeout:g} s, longer than a lease lasts"
                raise ProjectRefused(msg, where="tools", mend="give the tool a shorter timeout")
        own = (*connections, Connection("leitstand", Cases, _Births(self)))
        self._guard = Guard(rules, own, None if real is None else Shadow(real, own))
        models = models or Library()
        self.environment = models.environment
        self._tracer = tracer
        self._burst = Burst(store, self._guard, self._limits, models, tracer)
        self._owned: dict[asyncio.Task[str], Journal] = {}
        self._home = asyncio.Event()
        self._run: asyncio.Future[None] | None = None
        self._joined = False
        self._behind: set[asyncio.Task[None]] = set()
        """Runs that nobody waits for any more."""
        self._awaited: dict[str, set[asyncio.Event]] = {}
        """Who waits for a burst of a case to come home."""

    async def start(
        self,
        role: str,
        given: BaseModel | Mapping[str, Any],
        *,
        tenant: str,
        requester: str,
        title: str = "",
    ) -> str:
        """Start a case; its ULID is returned. Raises UsageRefused: no such role."""
        compiled = self._role(role)
        ulid = self.store.clock.ulid()
        body = {"given": plain_of(given), "environment": self.environment}
        case = Case(0, ulid, tenant, role, compiled.version, requester, title)
        await self.store.start(new_case(self.store, case, body))
        return ulid

    async def arrive(self, arrived: Arrived, cases: Sequence[Routed], tenant: str) -> Arrived:
        """Record what came in, with its cases, in one commit; what is recorded if it came before.

        They are told that everything is in. Raises UsageRefused: no such role, or the input is none
        of it; nothing was recorded.
        """
        born = [self._commissioned(arrived.key, one, tenant) for one in cases]
        intake, now = orjson.dumps({"name": INTAKE, "body": {}}), self.store.clock.time()
        names = [one.case.ulid for one in born]
        told = [Tell(ulid, f"{ulid}:{INTAKE}", "message", intake, now) for ulid in names]
        return await arrive(self.store, arrived._replace(at=now), born, told)

    def _commissioned(self, key: str, routed: Routed, tenant: str) -> NewCase:
        compiled = self._role(routed.role)
        given = plain_of(routed.given)
        try:
            compiled.take(routed.given)
        except ValueRefused as error:
            raise UsageRefused(error.text, where=error.where) from None
        ulid = self.store.clock.ulid()
        requester = routed.requester or SENDER
        case = Case(0, ulid, tenant, routed.role, compiled.version, requester, routed.title)
        why = {"confidence": routed.confidence, "reasons": list(routed.reasons)}
        return new_case(self.store, case, {"given": given, "arrival": key, "routed": why})

    async def signal(self, ulid: str, name: str, body: Mapping[str, Any], signal_id: str) -> bool:
        """Tell a case something it may wait for; False if this signal was told before."""
        told = orjson.dumps({"name": name, "body": dict(body)})
        return await self.store.signal(ulid, signal_id, "message", told)

    async def release(
        self,
        ulid: str,
        person: str,
        reason: str,
        effects: Mapping[str, BaseModel | bytes | str] | None = None,
    ) -> None:
        """Let a held case go on.

        `effects` says what became of writes whose outcome was unknown, by key: their result as the
        system shows it (also as JSON), or why they surely did not happen. Raises Missing: no case;
        UsageRefused: it has no such write, or that is no result of its tool.
        """
        found = {key: await self._found(ulid, key, said) for key, said in (effects or {}).items()}
        body = {"person": person, "reason": reason, "effects": found}
        await self.store.signal(ulid, self.store.clock.ulid(), "release", canonical(body))

    async def run_until_idle(self) -> None:
        """Run every case that is due, until none is. Raises StoreFailed.

        Who calls while another call runs joins it: there is one dispatcher in a process.
        """
        while self._run is not None:
            self._joined = True
            self._home.set()
            await asyncio.wait({self._run})
            if not self._joined:  # It has looked once more since.
                return
        self._run = asyncio.get_running_loop().create_future()
        try:
            await self._dispatch()
        finally:
            self._run.set_result(None)
            self._run = None

    async def run_on(self, ulid: str, within: float) -> None:
        """Run what is due until this case rests, for at most `within` seconds.

        What is under way by then goes on, and is waited for by `close`. Raises StoreFailed.
        """
        home = asyncio.Event()
        self._awaited.setdefault(ulid, set()).add(home)
        run = asyncio.create_task(self.run_until_idle())
        self._behind.add(run)
        run.add_done_callback(lambda _: home.set())
        run.add_done_callback(self._left)
        try:
            async with asyncio.timeout(within):
                while not run.done() and not await self._rests(ulid):
                    await home.wait()
                    home.clear()
        except TimeoutError:
            return
        finally:
            self._awaited[ulid].discard(home)
            if not self._awaited[ulid]:
                del self._awaited[ulid]
        if run.done() and not run.cancelled():
            run.result()

    async def close(self) -> None:
        """End the runs that nobody waits for; what they have sent comes home first."""
        runs = [*self._behind]
        for run in runs:
            run.cancel()
        if runs:
            await asyncio.wait(runs)
        if self._tracer is not None:
            await self._tracer.close()

    def _left(self, run: "asyncio.Task[None]") -> None:
        self._behind.discard(run)
        if not run.cancelled():
            run.exception()  # Whoever runs cases next meets the same fault.

    async def _rests(self, ulid: str) -> bool:
        query = select(cases.c.status, cases.c.pending).where(cases.c.ulid == ulid)
        row = await self.store.read(lambda c: c.execute(query).first())
        return row is None or resting(*row)

    async def _dispatch(self) -> None:
        renewing = asyncio.ensure_future(self._renew())
        try:
            while True:
                self._joined = False
                await self._take()
                if not self._owned:
                    if self._joined:
                        continue
                    return
                await self._home.wait()
                self._home.clear()
                self._reap()
        finally:
            if self._owned:  # The store failed or we are stopped: what was sent comes home first.
                await asyncio.wait(self._owned)
            renewing.cancel()
            await asyncio.wait({renewing})

    async def _take(self) -> None:
        free = self._width - len(self._owned)
        # A half-empty house is filled at once: claims share one commit like everything else.
        if free < self._width // 2 and self._owned:
            return
        only = [(c.name, c.version) for c in self.roles.values() if not self.rules.halts.of(c.name)]
        for claimed in await self.store.claim(self._owner, self._lease, free, only):
            journal = Journal(claimed, self.store, self._limits)
            compiled = self.roles[claimed.case.role]
            task = asyncio.create_task(self._burst.run(claimed, compiled, journal))
            task.add_done_callback(partial(self._came_home, claimed.case.ulid))
            self._owned[task] = journal

    def _came_home(self, ulid: str, _: "asyncio.Task[str]") -> None:
        for home in self._awaited.get(ulid, ()):
            home.set()
        # Not `asyncio.wait` for the first of them: it looks at all whenever one is done.
        self._home.set()

    def _reap(self) -> None:
        done = [t for t in self._owned if t.done()]
        for task in done:
            del self._owned[task]
        for task in done:
            task.result()

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(self._lease / 3)
            journals = list(self._owned.values())
            owned = {j.case.no: j.fence for j in journals}
            end, still = await self.store.renew(owned, self._lease)
            for journal in journals:
                if journal.case.no in still and owned[journal.case.no] == journal.fence:
                    journal.lease_end = end

    async def _found(self, ulid: str, key: str, said: BaseModel | bytes | str) -> dict[str, object]:
        tape = Tape((await self.store.journal(ulid)).events)
        found = {tape.intents[a]["key"]: tape.intents[a] for a in tape.unsettled()}
        if (intent := found.get(key)) is None:
            text = f"`{key}` is none of its writes of unknown outcome: {', '.join(found)}"
            raise UsageRefused(text, where=ulid)
        if isinstance(said, str):
            return {"failure": said}
        wanted = self.rules.tools[intent["tool"]].result
        try:
            shown = wanted.model_validate_json(said if isinstance(said, bytes) else canonical(said))
        except ValidationError as error:
            mend, text = f"give KEY=JSON with the fields of `{wanted.__name__}`", faults_of(error)
            raise UsageRefused(f"that is no result: {text}", where=ulid, mend=mend) from error
        return {"value": plain_of(shown)}

    def _role(self, name: str) -> Compiled:
        found = self.roles.get(name)
        if found is None:
            msg = f"no role `{name}`; there are {', '.join(sorted(self.roles)) or 'none'}"
            raise UsageRefused(msg)
        return found


class _Births:
    """The runtime as a connection: hand-over is a write that the guard sends like any other."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def give(self, args: HandOver, key: str) -> Child:
        """Start the child whose name follows from the key; a second time it is the same child."""
        store = self._runtime.store
        known = await self.given(key)
        if known is not None:
            return known
        line = await store.line(key)
        parent = line[0]
        if parent.ulid != args.parent:
            raise Contradiction("a case hands over in its own name alone", where="case.hand_over")
        compiled, given = self._runtime.roles.get(args.role), orjson.loads(args.given)
        why = _unfit(compiled, given, line)
        if why or compiled is None:
            msg = f"`{parent.role}` cannot hand a case to `{args.role}`: {why}"
            raise Contradiction(msg, where="case.hand_over")
        environment = self._runtime.environment
        body = {"given": given, "parent": parent.ulid, "environment": environment}
        told = (await store.journals([parent.ulid]))[parent.ulid].events
        body |= {"suppliers": sorted(names)} if (names := Tape(told).suppliers) else {}
        case = Case(
            no=0,
            ulid=_child(key),
            tenant=parent.tenant,
            role=args.role,
            version=compiled.version,
            requester=parent.requester,
            title=args.title,
            parent=parent.ulid,
            depth=parent.depth + 1,
        )
        await store.start(new_case(store, case, body))
        return Child(ulid=_child(key))

    async def given(self, key: str) -> Child | None:
        """The child of this key, if it was born."""
        ulid = _child(key)
        return Child(ulid=ulid) if await self._runtime.store.known(ulid) else None


def resting(status: str, pending: int) -> bool:
    """Whether a case of this status, with so many signals not drawn, has nothing to do now."""
    return status not in ("ready", "running") and not (status == "waiting" and pending)


def _unfit(compiled: Compiled | None, given: Mapping[str, Any], line: Sequence[Case]) -> str:
    """Why a role cannot take a case from the first of this line; empty if it can."""
    if compiled is None:
        return "no such role"
    if compiled.name in {case.role for case in line}:
        return "it is in the line already"
    if line[0].depth >= DEPTH:
        return f"{DEPTH} levels are the most"
    try:
        compiled.take(given)
    except ValueRefused as error:
        return f"its input is {error.text}"
    return ""


def _child(key: str) -> str:
    return key.upper()[:26]

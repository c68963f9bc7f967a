"""The simulated world: its clock, its business systems and its people, none of which crash with us.

A request that was sent arrives, whatever becomes of the process that sent it. So each system counts
what really happened, by key, and at the moment of sending looks into the store whether it was
allowed.
"""

import heapq
from collections import Counter
from collections.abc import Callable
from contextvars import Context
from dataclasses import dataclass, field
from random import Random
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from leitstand.errors import ApprovalRefused, Contradiction, Unreachable
from leitstand.records import Decision, Person
from leitstand.tool import Connection
from tests.kernel.loop import VirtualLoop
from tests.kernel.office import HEADS, TIMEOUT, Crm, Erp, Mail, bundle

__all__ = ["SETTLE", "People", "System", "VirtualClock", "World"]

SETTLE = 4.0
"""Seconds after a call's timeout within which everything has arrived and shows in look-ups."""
START = 1_800_000_000.0


class VirtualClock:
    """The wall clock can be set; the monotonic one cannot."""

    def __init__(self, loop: VirtualLoop, seed: int) -> None:
        self.loop = loop
        self.skew = START
        self._random = Random(seed)  # noqa: S311 reproducible, not secret
        self._count = 0

    def time(self) -> float:
        """Wall clock."""
        return self.loop.now + self.skew

    def monotonic(self) -> float:
        """Virtual seconds."""
        return self.loop.now

    def ulid(self) -> str:
        """Names in order."""
        self._count += 1
        return f"01S{self._count:023d}"

    def token(self, size: int) -> bytes:
        """Bytes of the seed."""
        return self._random.randbytes(size)


@dataclass
class Sent:
    """What the store says of an effect's key: allowed under which bundle."""

    decision: int
    bundle: str


@dataclass
class World:
    """Everything outside of the processes. `rules` is the name of the bundle in force."""

    loop: VirtualLoop
    clock: VirtualClock
    outside: Context
    rules: str = "normal"
    committed: dict[str, Sent] = field(default_factory=dict[str, Sent])
    faults: list[str] = field(default_factory=list[str])
    on_the_way: int = 0
    rate: int = 100
    count: int = 0

    def __post_init__(self) -> None:
        self.random = self.loop.random
        self.erp = System(self, "erp", honours=True)
        self.crm = System(self, "crm", finds=True)
        self.mail = System(self, "mail")

    @property
    def systems(self) -> "tuple[System, ...]":
        """All business systems."""
        return (self.erp, self.crm, self.mail)

    @property
    def quiet(self) -> bool:
        """Whether every request has arrived and every look-up shows it."""
        return not self.on_the_way and all(s.shown <= self.loop.now for s in self.systems)

    def connections(self) -> list[Connection]:
        """New connections, as a process makes when it starts."""
        ports = zip((Erp, Crm, Mail), self.systems, strict=True)
        return [Connection(s.name, port, s, SETTLE) for port, s in ports]

    def later(self, delay: float, what: Callable[..., object], *args: object) -> None:
        """Let something happen that no crash undoes."""
        self.loop.call_later(delay, what, *args, context=self.outside)

    def allowed(self, name: str, key: str) -> None:
        """Held against the store at the moment of sending (KERNEL nos. 4, 11)."""
        known = self.committed.get(key)
        if known is None:
            self.faults.append(f"{name}: {key} was sent without an intent on record")
        elif known.decision != Decision.ALLOW:
            self.faults.append(f"{name}: {key} was sent, the record says {known.decision}")
        elif known.bundle != bundle(self.rules).sha:
            self.faults.append(f"{name}: {key} was sent under rules that are no longer in force")


class System:
    """A business system: honours keys, or can be asked for them, or neither."""

    def __init__(
        self, world: World, name: str, *, honours: bool = False, finds: bool = False
    ) -> None:
        self.world, self.name = world, name
        self.honours, self.finds = honours, finds
        self.down = False
        self.slow = False
        self.arrivals: Counter[str] = Counter()
        self.effects: Counter[str] = Counter()
        self.args: dict[str, Any] = {}
        self._seen: list[tuple[float, str]] = []
        self._visible: set[str] = set()
        self.shown = 0.0

    async def get(self, no: str) -> int:
        """A value that is never the same twice."""
        await self._travel()
        self.world.count += 1
        return self.world.random.randrange(50) + self.world.count % 7

    async def rate(self) -> int:
        """The rate as it is now."""
        await self._travel()
        return self.world.rate

    async def put(self, args: Any, key: str) -> str:  # noqa: ANN401 any write
        """Take a write in: it arrives later, and the answer later still, or never."""
        world, random = self.world, self.world.random
        world.allowed(self.name, key)
        if self.down:
            raise Unreachable(f"{self.name} is down", where=self.name)
        answer = world.loop.create_future()
        if random.random() < 0.08:  # Lost on its way; whoever sent it cannot know.
            return await answer
        world.on_the_way += 1
        slow = self.slow or random.random() < 0.2
        delay = random.uniform(0, TIMEOUT + SETTLE / 2) if slow else random.uniform(0, 0.5)
        world.later(delay, self._arrive, args, key, answer)
        return await answer

    async def find(self, key: str) -> str | None:
        """What the index shows of a key by now."""
        await self._travel()
        while self._seen and self._seen[0][0] <= self.world.loop.now:
            self._visible.add(heapq.heappop(self._seen)[1])
        return f"{self.name}-{key}" if key in self._visible else None

    def _arrive(self, args: Any, key: str, answer: Any) -> None:  # noqa: ANN401 any write, any future
        world, random = self.world, self.world.random
        world.on_the_way -= 1
        self.arrivals[key] += 1
        self.args[key] = args
        error: Exception | None = None
        if not (self.honours and self.effects[key]):
            if random.random() < 0.08:
                error = Contradiction(f"{self.name} does not take it", where=self.name)
            else:
                self.effects[key] += 1
        lag = random.uniform(0, SETTLE / 2)
        if self.effects[key]:
            heapq.heappush(self._seen, (world.loop.now + lag, key))
            self.shown = max(self.shown, world.loop.now + lag)
        if random.random() < 0.9:  # Else the answer is lost on its way.
            world.later(random.uniform(0, 0.5), _answer, answer, error or f"{self.name}-{key}")

    async def _travel(self) -> None:
        world, random = self.world, self.world.random
        if self.down:
            raise Unreachable(f"{self.name} is down", where=self.name)
        if random.random() < 0.03:
            raise Unreachable(f"{self.name} had a hiccup", where=self.name)
        answer = world.loop.create_future()
        delay = random.uniform(0, 2 * TIMEOUT) if self.slow else random.uniform(0, 0.4)
        world.later(delay, _answer, answer, "")
        await answer


class People:
    """The directory, with the keys of those in it. Anna is who cases are run for."""

    def __init__(self) -> None:
        self.keys = {n: _key(n) for n in (*HEADS, "anna", "eve")}
        roles = dict.fromkeys(HEADS, ("head",)) | {"anna": ("head", "clerk"), "eve": ("clerk",)}
        self.known = {
            n: Person(
                id=n,
                name=n.title(),
                tenant="t",
                roles=roles[n],
                public_key=key.public_key().public_bytes_raw().hex(),
            )
            for n, key in self.keys.items()
        }

    def person(self, tenant: str, name: str) -> Person | None:
        """A directory, as the guard asks it."""
        found = self.known.get(name)
        return found if found is not None and found.tenant == tenant else None

    def represented(self, tenant: str, name: str, at: float) -> tuple[str, ...]:
        """Nobody is away."""
        return ()

    def key(self, name: str) -> Ed25519PrivateKey:
        """The private key of a person. Raises ApprovalRefused: nobody of this name."""
        if name not in self.keys:
            raise ApprovalRefused(name)
        return self.keys[name]


def _answer(answer: Any, what: object) -> None:  # noqa: ANN401 a future
    if answer.done():
        return
    if isinstance(what, Exception):
        answer.set_exception(what)
    else:
        answer.set_result(what)


def _key(name: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(name.encode().ljust(32, b"."))

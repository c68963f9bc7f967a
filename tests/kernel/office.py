"""The simulated work: tools of three kinds of system, rules, and a role that works through plans.

A plan is made from a seed and holds all that makes cases hard: parallel steps, gathered calls,
writes that people must sign, waits, children, failures that a step handles and swallows.
"""

import itertools
import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from random import Random
from typing import Annotated, Any, Protocol

from leitstand.desk import Desk, hand_over
from leitstand.errors import CallFailed
from leitstand.policy import Bundle
from leitstand.role import Compiled, Exit, Goto, Role, Update, done, exception, goto, send
from leitstand.tool import Port, Tool, tool
from leitstand.values import Frozen, Identifier, Money, Reading

__all__ = ["HEADS", "LIMITS", "Answer", "Crm", "Erp", "Mail", "Op", "Posted", "bundle", "plan_of"]
__all__ += ["PLANS", "TOOLS", "Stage", "roles"]

HEADS = ("ben", "cara", "dora")
LIMITS: dict[str, list[dict[str, Any]]] = {
    "budgets": [
        {"name": "day", "tool": "erp.post", "field": "amount", "cap_cents": 60_000, "per": "day"},
        {
            "name": "month",
            "tool": "erp.post",
            "field": "amount",
            "cap_cents": 30_000,
            "per": "month",
            "roles": ["head"],
        },
    ]
}
TIMEOUT = 5.0


class Erp(Port, Protocol):
    """Honours idempotency keys; has no look-up."""

    async def get(self, no: str) -> int:
        """A value that is another one each time it is read."""
        ...

    async def rate(self) -> int:
        """A value that people rely on: it must still hold when they have signed."""
        ...

    async def put(self, args: Frozen, key: str) -> str:
        """Write."""
        ...


class Crm(Port, Protocol):
    """Knows no keys, but can be asked for them; its index lags."""

    async def put(self, args: Frozen, key: str) -> str:
        """Write."""
        ...

    async def find(self, key: str) -> str | None:
        """What was written under a key."""
        ...


class Mail(Port, Protocol):
    """Neither."""

    async def put(self, args: Frozen, key: str) -> str:
        """Write."""
        ...


class Get(Frozen):
    """Which value."""

    no: Identifier


class Nothing(Frozen):
    """No arguments."""


class Got(Reading[int]):
    """A value read."""


class Post(Frozen):
    """An amount for a document."""

    no: Identifier
    amount: Money


class Posted(Frozen):
    """The number given."""

    no: str


class Answer(Frozen):
    """A model's answer."""

    amount: Money


@tool("erp.get", timeout=TIMEOUT)
async def get(args: Get, erp: Erp) -> Got:
    """Read a value."""
    return Got(value=await erp.get(args.no), source=f"erp {args.no}")


@tool("erp.rate", timeout=TIMEOUT, watch=True)
async def rate(args: Nothing, erp: Erp) -> Got:
    """Read the rate that signatures rest on."""
    return Got(value=await erp.rate(), source="erp rate")


@tool("erp.post", writes="erp.voucher", key=("no",), timeout=TIMEOUT, idempotent=True)
async def post(args: Post, erp: Erp, key: str) -> Posted:
    """Post under a key that the system honours."""
    return Posted(no=await erp.put(args, key))


async def _find(key: str, crm: Crm) -> Posted | None:
    found = await crm.find(key)
    return None if found is None else Posted(no=found)


@tool("crm.add", writes="crm.activity", timeout=TIMEOUT, reconcile=_find)
async def add(args: Post, crm: Crm, key: str) -> Posted:
    """Add under a key that can be looked up."""
    return Posted(no=await crm.put(args, key))


@tool("mail.send", writes="mail", timeout=TIMEOUT)
async def mail(args: Post, post_office: Mail, key: str) -> Posted:
    """Send: once sent, nobody can tell."""
    return Posted(no=await post_office.put(args, key))


TOOLS: tuple[Tool[Any, Any], ...] = (get, rate, post, add, mail, hand_over)

_GRANT = '@id("grant") @grant permit(principal, action, resource);\n'
_ASK = """
@id("ask-one") @decision("approve") @level("approve") @roles("head") @approvers("1")
forbid(principal, action in [Action::"erp.post", Action::"crm.add", Action::"mail.send"], resource)
when {{ context.args.amount > {one} }} unless {{ context.call.approval.count >= 1 }};
@id("ask-two") @decision("approve") @level("approve") @roles("head") @approvers("2") @rank("1")
forbid(principal, action in [Action::"erp.post", Action::"crm.add", Action::"mail.send"], resource)
when {{ context.args.amount > {two} }} unless {{ context.call.approval.count >= 2 }};
"""
_STOP = """
@id("stop") @decision("deny") @level("hold")
forbid(principal, action in [Action::"erp.post", Action::"crm.add"], resource)
when { context.args.amount > 300 };
"""
_TEXTS = {
    "normal": _GRANT + _ASK.format(one=1_000, two=5_000),
    "strict": _GRANT + _ASK.format(one=500, two=4_000) + _STOP,
    "careful": _GRANT + _ASK.format(one=200, two=1_000),
    "loose": _GRANT,
}


@cache
def bundle(name: str) -> Bundle:
    """A bundle: `normal`, `strict` (forbids some writes), `careful`, `loose` (asks nobody)."""
    return Bundle.of({f"{name}.cedar": _TEXTS[name]}, TOOLS, ())


_NEEDS = {"normal": (1_000, 5_000), "strict": (500, 4_000), "careful": (200, 1_000)}


def needed_for(sha: str, args: Mapping[str, Any]) -> int:
    """How many people a write needs under the bundle of this hash."""
    limits = next((limits for name, limits in _NEEDS.items() if bundle(name).sha == sha), ())
    return sum(args.get("amount", 0) > limit for limit in limits)


@dataclass(frozen=True, slots=True)
class Op:
    """One thing a step does; `parts`: sequences inside it, `number`: an amount, number or time."""

    kind: str
    number: int = 0
    name: str = ""
    parts: tuple[tuple["Op", ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Stage:
    """One superstep of a plan: `one` step, a fan of `many` tasks, or `both` of two joined steps."""

    kind: str
    parts: tuple[tuple[Op, ...], ...]


PLANS: dict[int, tuple[Stage, ...]] = {}
"""Plans by number: the whole course of a case but for what it is answered."""
_numbers = itertools.count(1)


def forget() -> None:
    """Begin anew: a seed's plans do not depend on what ran before it."""
    global _numbers  # noqa: PLW0603 - a seed's own numbers, as its plans are
    PLANS.clear()
    _numbers = itertools.count(1)


def plan_of(random: Random, *, children: bool = True) -> int:
    """Make a plan; its number is returned."""
    number = next(_numbers)
    stages: list[Stage] = []
    for _ in range(random.choice((1, 1, 2, 3))):
        kind = random.choice(("one", "one", "many", "both"))
        width = {"one": 1, "both": 2}.get(kind) or random.randint(2, 3)
        parts = (_ops(random, 2, children=children) for _ in range(width))
        stages.append(Stage(kind, tuple(parts)))
    PLANS[number] = tuple(stages)
    return number


_LEAVES = (
    *("get", "get", "rate", "post", "post", "add", "add", "mail", "ask", "now", "wait"),
    *("until", "try-post"),
)
_NODES = ("gather", "gather", "try", "swallow", "finally")


def _ops(random: Random, depth: int, *, children: bool) -> tuple[Op, ...]:
    found: list[Op] = []
    for _ in range(random.choice((1, 1, 2, 2, 3))):
        if depth and random.random() < 0.3:
            kind = random.choice(_NODES)
            width = random.randint(2, 3) if kind == "gather" else 2
            parts = (_ops(random, depth - 1, children=children) for _ in range(width))
            found.append(Op(kind, parts=tuple(parts)))
        elif children and random.random() < 0.06:
            child = plan_of(random, children=False)
            found.append(Op("child", child, random.choice(("yes", "yes", "no"))))
        else:
            amount = random.choice((100, 401, 900, 1_501, 3_000, 7_001))
            shared = random.random() < 0.1
            name = f"N{random.randrange(20)}" if shared else f"P-{random.randrange(10**12)}"
            found.append(Op(random.choice(_LEAVES), amount, name))
    return tuple(found)


class Work(Frozen):
    """A case: which plan, how far, and what each step came to."""

    plan: int
    at: int = 0
    part: int = 0
    log: Annotated[tuple[str, ...], operator.add] = ()


@dataclass(slots=True)
class _Memory:
    """What a sequence of calls has read: ids of readings, and a number that depends on it all."""

    desk: Desk
    read: list[str]
    total: int = 0

    def branch(self) -> "_Memory":
        return _Memory(self.desk, list(self.read), self.total)


async def _work(desk: Desk, ops: Sequence[Op], memory: _Memory) -> int:
    for op in ops:
        memory.total += await _DO.get(op.kind, _leaf)(desk, op, memory)
    return memory.total


async def _leaf(desk: Desk, op: Op, memory: _Memory) -> int:
    if op.kind in ("get", "rate"):
        rated = op.kind == "rate"
        got = await (desk.call(rate, Nothing()) if rated else desk.call(get, Get(no=op.name)))
        memory.read.append(got.id)
        return got.value
    if op.kind == "ask":
        asked = await desk.ask("how-much", {"total": memory.total}, Answer)
        return asked.value.amount
    if op.kind == "now":
        return (await desk.now()).microsecond
    until = await desk.now() + timedelta(seconds=op.number) if op.kind == "until" else None
    told = await desk.wait(f"mail-{op.number % 2}", until)
    return 0 if told is None else int(told["n"])


async def _write(desk: Desk, op: Op, memory: _Memory) -> int:
    kind = {"post": post, "try-post": post, "add": add, "mail": mail}[op.kind]
    args = Post(no=op.name, amount=op.number + memory.total % 97)
    waits = op.kind != "try-post"
    posted = await desk.call(kind, args, evidence=tuple(memory.read), may_wait=waits)
    return len(posted.no)


async def _gather(desk: Desk, op: Op, memory: _Memory) -> int:
    branches = [_work(desk, part, memory.branch()) for part in op.parts]
    return sum(await desk.gather(*branches))


async def _try(desk: Desk, op: Op, memory: _Memory) -> int:
    try:
        return await _work(desk, op.parts[0], memory)
    except CallFailed as error:
        return len(error.code) + await _work(desk, op.parts[1], memory)


async def _swallow(desk: Desk, op: Op, memory: _Memory) -> int:
    try:
        return await _work(desk, op.parts[0], memory)
    except Exception:  # noqa: BLE001 what careless steps do
        return await _work(desk, op.parts[1], memory)


async def _finally(desk: Desk, op: Op, memory: _Memory) -> int:
    try:
        return await _work(desk, op.parts[0], memory)
    finally:
        await _work(desk, op.parts[1][:1], memory)


async def _child(desk: Desk, op: Op, memory: _Memory) -> int:
    told = await desk.hand_over("checker", {"plan": op.number}, "child", wait=op.name != "no")
    return 1 if told is None else len(told.kind)


_DO = {
    **dict.fromkeys(("post", "try-post", "add", "mail"), _write),
    "gather": _gather,
    "try": _try,
    "swallow": _swallow,
    "finally": _finally,
    "child": _child,
}


@cache
def roles(version: int) -> dict[str, Compiled]:
    """The roles of a release; version 2 has a step that version 1 does not know."""
    return {name: _role(name, version).compile() for name in ("clerk", "checker")}


async def _run(case: Work, desk: Desk, part: int) -> str:
    stage = PLANS[case.plan][case.at]
    return str(await _work(desk, stage.parts[part], _Memory(desk, [])))


async def part(case: Work, desk: Desk) -> Update:
    """One of many parts side by side."""
    return {"log": (await _run(case, desk, case.part),)}


async def left(case: Work, desk: Desk) -> Update:
    """The first of two that meet."""
    return {"log": (await _run(case, desk, 0),)}


async def right(case: Work, desk: Desk) -> Update:
    """The second of two that meet."""
    return {"log": (await _run(case, desk, 1),)}


async def meet(case: Work, desk: Desk) -> Update:
    """Where both have come."""
    return {"at": case.at + 1}


def _role(name: str, version: int) -> Role[Work]:
    queue = ("system unreachable", "data missing", "contradictory results")
    role = Role(name, Work, tools=TOOLS, queue=dict.fromkeys(queue, ("clerk",)))

    after = ["late"] if version > 1 else []

    @role.step(then=["work", "part", "left", "right", *after])
    async def work(case: Work, desk: Desk) -> Goto | Exit:
        if case.at == len(PLANS[case.plan]):
            return goto(*after) if after else done(log=",".join(case.log))
        stage = PLANS[case.plan][case.at]
        if stage.kind == "many":
            return goto(*(send("part", part=i) for i in range(len(stage.parts))), at=case.at + 1)
        if stage.kind == "both":
            return goto("left", "right")
        told = await _run(case, desk, 0)
        if told.endswith("13"):
            return exception("data missing", "an unlucky number")
        return goto("work", at=case.at + 1, log=(told,))

    role.step(then=["work"])(part)
    role.step()(left)
    role.step()(right)
    role.step(then=["work"])(meet)

    async def late(case: Work, desk: Desk) -> Exit:
        return done(log=",".join(case.log), at=(await desk.now()).isoformat())

    role.join(["left", "right"], "meet")
    if after:
        role.step()(late)
    return role

"""Random work for the guard: steps, branches, fans, joins, gathers, models, hand-overs."""

import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from hypothesis import strategies as st

from leitstand.desk import Desk
from leitstand.errors import CallFailed
from leitstand.role import Compiled, Exit, Goto, Role, Update, done, goto, send
from leitstand.tool import Tool
from leitstand.values import Frozen
from tests.guard.scene import TOOLS, Find, Pay, book, find, get, letter, pay, wipe, wire

__all__ = ["Choice", "Op", "Plan", "Stage", "plans", "roles_of"]

READS: tuple[Tool[Any, Any], ...] = (get, find, letter)
WRITES: tuple[Tool[Any, Any], ...] = (pay, book, wire, wipe)
BY_NAME: dict[str, Tool[Any, Any]] = {t.name: t for t in (*READS, *WRITES)}
ROLES = ("clerk", "checker", "auditor")


class Choice(Frozen):
    """What a model wants: any tool, any arguments."""

    tool: str
    args: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Op:
    """One thing that a step does."""

    kind: str
    tool: str = ""
    args: Mapping[str, Any] | None = None
    parts: tuple[tuple["Op", ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Stage:
    """Part of a graph: `one` step, a `fan`, two steps that `join`, or a `branch`."""

    kind: str
    parts: tuple[tuple[Op, ...], ...]


Plan = tuple[Stage, ...]

_NUMBERS = st.sampled_from(("P1", "P2", "A", "B"))
_CENTS = st.sampled_from((1, 9_999, 10_001, 20_000, 50_001, 10**13))
_WILD = st.one_of(
    st.integers(),
    st.booleans(),
    st.text(max_size=6),
    st.sampled_from(("1.000,00", "P1\u202e", "\uff11", "\u04201", 1e19, None)),
)
_READ = st.builds(
    Op,
    st.just("read"),
    st.sampled_from([t.name for t in READS]),
    st.fixed_dictionaries({"no": _NUMBERS}),
)
_PAY = st.fixed_dictionaries({"no": _NUMBERS, "cents": _CENTS})
_WRITE = st.builds(Op, st.just("write"), st.sampled_from([t.name for t in WRITES]), _PAY)
_CHOSEN = st.builds(
    Op,
    st.sampled_from(["model", "agent"]),
    st.sampled_from(list(BY_NAME)),
    st.one_of(
        _PAY,
        st.fixed_dictionaries({"no": _NUMBERS}),
        st.dictionaries(st.sampled_from(("no", "cents", "to", "key")), _WILD, max_size=4),
    ),
)
_GIVEN = st.builds(Op, st.just("give"))


def _deeper(inside: st.SearchStrategy[Op]) -> st.SearchStrategy[Op]:
    sequences = st.lists(inside, min_size=1, max_size=2).map(tuple)
    parts = st.lists(sequences, min_size=2, max_size=3).map(tuple)
    return st.builds(Op, st.sampled_from(("gather", "try")), parts=parts)


_OPS = st.lists(
    st.recursive(st.one_of(_READ, _WRITE, _CHOSEN, _GIVEN), _deeper, max_leaves=4),
    min_size=1,
    max_size=2,
).map(tuple)
plans: st.SearchStrategy[tuple[Plan, ...]] = st.tuples(
    *(
        st.lists(
            st.builds(
                Stage,
                st.sampled_from(("one", "fan", "join", "branch")),
                st.lists(_OPS, min_size=2, max_size=2).map(tuple),
            ),
            min_size=1,
            max_size=size,
        ).map(tuple)
        for size in (2, 2, 1)
    )
)
"""The plans of three roles: each may hand over to the next."""


class Work(Frozen):
    """A case: what its steps came to."""

    no: str = ""
    part: int = 0
    log: Annotated[tuple[str, ...], operator.add] = ()


def roles_of(found: Sequence[Plan], spies: "Spies") -> dict[str, Compiled]:
    """The roles of these plans. `spies` see all that steps get."""
    return {
        name: _Making(name, plan, ROLES[at + 1 : at + 2], spies).role.compile()
        for at, (name, plan) in enumerate(zip(ROLES, found, strict=True))
    }


class Spies:
    """Looks at what a step gets: its desk, its state, results and failures."""

    def seen(self, what: object) -> None:
        """A step got this."""

    async def misuse(self, result: object) -> None:
        """What a step may try with a result."""


class _Making:
    def __init__(self, name: str, plan: Plan, onward: Sequence[str], spies: Spies) -> None:
        self.role = Role(name, Work, tools=TOOLS)
        self.onward, self.spies = onward, spies
        for at, stage in enumerate(plan):
            after = f"s{at + 1}" if at + 1 < len(plan) else "end"
            getattr(self, f"_{stage.kind}")(f"s{at}", stage.parts, after)

        async def end(case: Work, desk: Desk) -> Exit:
            return done(log=list(case.log))

        self._add("end", (), end)

    def _add(self, name: str, then: Sequence[str], step: Any) -> None:  # noqa: ANN401 a step
        step.__name__ = name
        self.role.step(then=then)(step)

    def _plain(self, name: str, then: Sequence[str], ops: Sequence[Op]) -> None:
        async def step(case: Work, desk: Desk) -> Update:
            return {"log": (await self.run(case, desk, ops),)}

        self._add(name, then, step)

    def _one(self, name: str, parts: Sequence[Sequence[Op]], after: str) -> None:
        self._plain(name, [after], parts[0])

    def _fan(self, name: str, parts: Sequence[Sequence[Op]], after: str) -> None:
        worker = f"{name}w"

        async def step(case: Work, desk: Desk) -> Goto:
            return goto(*(send(worker, part=i) for i in range(len(parts))))

        async def work(case: Work, desk: Desk) -> Update:
            return {"log": (await self.run(case, desk, parts[case.part]),)}

        self._add(name, [worker], step)
        self._add(worker, [after], work)

    def _join(self, name: str, parts: Sequence[Sequence[Op]], after: str) -> None:
        async def step(case: Work, desk: Desk) -> Goto:
            return goto(f"{name}l", f"{name}r")

        self._add(name, [f"{name}l", f"{name}r"], step)
        for side, ops in zip("lr", parts, strict=True):
            self._plain(f"{name}{side}", [], ops)
        self._plain(f"{name}m", [after], ())
        self.role.join([f"{name}l", f"{name}r"], f"{name}m")

    def _branch(self, name: str, parts: Sequence[Sequence[Op]], after: str) -> None:
        async def step(case: Work, desk: Desk) -> Goto:
            told = await self.run(case, desk, parts[0])
            return goto(f"{name}{'lr'[len(told) % 2]}")

        self._add(name, [f"{name}l", f"{name}r"], step)
        for side in "lr":
            self._plain(f"{name}{side}", [after], parts[1])

    async def run(self, case: Work, desk: Desk, ops: Sequence[Op]) -> str:
        """Do these things one after the other."""
        self.spies.seen(case)
        self.spies.seen(desk)
        return ",".join([await self._do(desk, op) for op in ops])

    async def _do(self, desk: Desk, op: Op) -> str:
        if op.kind == "gather":
            parts = (self._all(desk, part) for part in op.parts)
            return "+".join(await desk.gather(*parts))
        if op.kind == "try":
            return await self._all(desk, op.parts[0])
        try:
            result = await self._call(desk, op)
        except CallFailed as error:
            self.spies.seen(error)
            return error.code
        self.spies.seen(result)
        await self.spies.misuse(result)
        return type(result).__name__

    async def _all(self, desk: Desk, ops: Sequence[Op]) -> str:
        return ",".join([await self._do(desk, op) for op in ops])

    async def _call(self, desk: Desk, op: Op) -> object:
        if op.kind == "give":
            if not self.onward:
                return None
            return await desk.hand_over(self.onward[0], {}, "child")
        name, args = op.tool, dict(op.args or {})
        if op.kind == "model":
            chosen = await desk.ask("choose", {"want": {"tool": name, "args": args}}, Choice)
            name, args = chosen.value.tool, chosen.value.args
            # What a careless tool loop does: no validation before the guard's.
            return await desk.call(BY_NAME[name], BY_NAME[name].args.model_construct(**args))
        if op.kind == "agent":
            want = {"tool": name, "args": args}
            tools = [BY_NAME[n] for n in sorted(BY_NAME) if n != "case.hand_over"]
            return await desk.agent("choose", {"want": want}, tools, Choice)
        tool = BY_NAME[name]
        return await desk.call(tool, Pay(**args) if tool.writes else Find(**args))

"""Checks on the ways of a role: every step is reached, and from every step a case can end."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Literal, cast, get_origin, get_type_hints

from leitstand.errors import RoleRefused
from leitstand.records import Exit
from leitstand.role.ways import Goto, Update
from leitstand.values import members_of

Kind = Literal["goto", "update", "exit"]
_LEAVES: frozenset[Kind] = frozenset({"exit"})
_WORDS = {"Goto": Goto, "Exit": Exit, "Update": Update}


@dataclass(frozen=True, slots=True)
class Declared:
    """A step as the engineer wrote it: its function, its ways on, and what it may return."""

    function: Callable[..., Any]
    then: tuple[str, ...]
    returns: frozenset[Kind]


def kinds_of(function: Callable[..., Any], where: str) -> frozenset[Kind]:
    """What a step returns by its annotation: `Goto`, `Exit`, `Update` or a union of them.

    Raises RoleRefused: no annotation, one that cannot be resolved, or another type.
    """
    written = getattr(function, "__annotations__", {}).get("return")
    if written is None:
        raise RoleRefused("the step does not say what it returns", where=where, mend=_RETURNS)
    holder = cast("Any", SimpleNamespace(__annotations__={"return": written}))
    try:
        hint = get_type_hints(holder, {**_WORDS, **function.__globals__})["return"]
    except NameError as error:
        raise RoleRefused(f"`{written}` cannot be resolved: {error}", where=where) from error
    return frozenset(_kind(part, where) for part, _ in members_of(hint))


_RETURNS = "annotate it with `Goto`, `Exit`, `Update` or a union of them"


def _kind(part: object, where: str) -> Kind:
    plain = get_origin(part) or part
    if plain is Goto:
        return "goto"
    if plain is Exit:
        return "exit"
    if isinstance(plain, type) and issubclass(plain, Mapping):
        return "update"
    raise RoleRefused(f"a step cannot return `{part}`", where=where, mend=_RETURNS)


def check_paths(
    role: str,
    steps: Mapping[str, Declared],
    joins: Sequence[tuple[tuple[str, ...], str]],
) -> None:
    """Raises RoleRefused: unknown targets, a step nothing leads to, a step no exit follows."""
    starts = {name for many, _ in joins for name in many}
    for name, step in steps.items():
        _check_step(f"{role}.{name}", step, steps, joined=name in starts)
    for many, one in joins:
        _check_join(f"{role}.{one}", many, one, steps)
    onward = {name: {*step.then} for name, step in steps.items()}
    for many, one in joins:
        for name in many:
            onward[name].add(one)
    for name in sorted(set(steps) - _reached({*list(steps)[:1]}, onward)):
        raise RoleRefused("no way leads to this step", where=f"{role}.{name}")
    back = {name: {n for n, targets in onward.items() if name in targets} for name in steps}
    leaving = {name for name, step in steps.items() if "exit" in step.returns}
    for name in sorted(set(steps) - _reached(leaving, back)):
        raise RoleRefused("no way leads from this step to an exit", where=f"{role}.{name}")


def _check_step(where: str, step: Declared, steps: Mapping[str, Declared], *, joined: bool) -> None:
    if unknown := sorted(set(step.then) - set(steps)):
        raise _strange("`then`", unknown, steps, where)
    if joined and step.then:
        raise RoleRefused("a step of a join goes on at the join alone, not at `then`", where=where)
    if "goto" in step.returns and not step.then:
        raise RoleRefused("it returns a `Goto`, but `then` names no step", where=where)
    if "update" in step.returns and len(step.then) != 1 and not joined:
        text = f"it returns an update alone, but `then` names {len(step.then)} steps instead of one"
        raise RoleRefused(text, where=where)
    if step.then and step.returns == _LEAVES:
        raise RoleRefused("`then` names steps, but it only ever returns an `Exit`", where=where)


def _check_join(where: str, many: tuple[str, ...], one: str, steps: Mapping[str, Declared]) -> None:
    if unknown := sorted({*many, one} - set(steps)):
        raise _strange("a join", unknown, steps, where)
    if len(set(many)) < 2 or len(set(many)) != len(many):  # noqa: PLR2004 a join is of two or more
        raise RoleRefused(f"a join waits for two or more different steps, not {many}", where=where)


def _strange(who: str, unknown: Iterable[str], steps: Iterable[str], where: str) -> RoleRefused:
    text = f"{who} names `{'`, `'.join(unknown)}`, which is no step"
    return RoleRefused(text, where=where, mend=f"the role's steps are: {', '.join(steps)}")


def _reached(seeds: set[str], onward: Mapping[str, set[str]]) -> set[str]:
    seen, due = set(seeds), list(seeds)
    while due:
        for name in onward[due.pop()] - seen:
            seen.add(name)
            due.append(name)
    return seen

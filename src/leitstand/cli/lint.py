"""A look at the code of steps and facts: what would make a replay take another way than the first.

A step meets the world at its desk alone. Clocks, chance, files, sockets, tasks of its own and
variables that outlive it bypass the journal; a bare `except` can swallow the signal of a
checkpoint.
"""

import ast
import tomllib
from collections.abc import Container, Iterator, Mapping
from pathlib import Path

Remark = tuple[str, str, str]
"""Code, place (`file:line`) and text."""

_SAID = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
"""Calls and modules that bypass the desk: code, and what to do instead."""

_FILES = frozenset(_SAID["files"])
_CHANGERS, _MAKERS = frozenset(_SAID["changers"]), frozenset(_SAID["makers"])
_Function = ast.FunctionDef | ast.AsyncFunctionDef
_Made = ast.List | ast.Dict | ast.Set | ast.ListComp | ast.DictComp | ast.SetComp


def lint(root: Path, file: Path, known: Mapping[str, Container[str]]) -> Iterator[Remark]:
    """Remarks on a module of steps or facts; `known` has each name of what calls name."""
    place = file.relative_to(root).as_posix()
    tree = ast.parse(file.read_text(encoding="utf-8"), place)
    shared, meant = set(_shared(tree)), _meant(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from ((c, f"{place}:{node.lineno}", t) for c, t in _imported(node))
        if isinstance(node, ast.Call):
            yield from ((c, f"{place}:{node.lineno}", t) for c, t in _named(node, known))
    for function in (n for n in ast.walk(tree) if isinstance(n, _Function)):
        for node in ast.walk(function):
            for code, text in _remarks(node, shared, meant):
                yield code, f"{place}:{getattr(node, 'lineno', function.lineno)}", text


def _named(call: ast.Call, known: Mapping[str, Container[str]]) -> Iterator[tuple[str, str]]:
    """Steps, fields, prompts and the like that are named and not there."""
    for kind, most in _SAID["naming"].get(ast.unparse(call.func), {}).items():
        words = [a.value for a in call.args[:most] if isinstance(a, ast.Constant)]
        for name in words if most else [k.arg for k in call.keywords]:
            if isinstance(name, str) and name not in known[kind]:
                yield f"no-{kind.replace(' ', '-')}", f"there is no {kind} `{name}`"


def _remarks(
    node: ast.AST, shared: set[str], meant: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    match node:
        case ast.Call(func=func):
            yield from _called(func, shared, meant)
        case ast.Expr(value=ast.Call(func=func)) if word := _SAID["idle"].get(ast.unparse(func)):
            yield "idle", f"`{ast.unparse(func)}` does nothing without `{word}`"
        case ast.Global(names=names) | ast.Nonlocal(names=names):
            yield "global", f"`{', '.join(names)}` outlives the step; write it into the state"
        case ast.Attribute(attr=attr) if attr in _FILES:
            yield "io", f"`{attr}` reads or writes past the desk; call a tool"
        case ast.ExceptHandler(type=None) | ast.ExceptHandler(type=ast.Name(id="BaseException")):
            yield "catch", "this would swallow a checkpoint; catch `CallFailed`"
        case ast.Assign(targets=targets):
            yield from _stored(targets, shared)
        case ast.AugAssign(target=target):
            yield from _stored([target], shared)
        case _:
            pass


def _called(
    func: ast.expr, shared: set[str], meant: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    name = ast.unparse(func)
    first, *rest = name.split(".")
    full = [*meant.get(first, first).split("."), *rest]
    if known := _SAID["calls"].get(".".join(full[-2:])):
        yield known[0], f"`{name}` is not recorded; {known[1]}"
    if isinstance(func, ast.Attribute) and func.attr in _CHANGERS and _root(func) in shared:
        yield "global", f"`{_root(func)}` outlives the step; write it into the state"


def _stored(targets: list[ast.expr], shared: set[str]) -> Iterator[tuple[str, str]]:
    for target in targets:
        if isinstance(target, ast.Subscript | ast.Attribute) and _root(target) in shared:
            yield "global", f"`{_root(target)}` outlives the step; write it into the state"


def _imported(node: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, str]]:
    one = isinstance(node, ast.ImportFrom)
    for name in [node.module or ""] if one else [a.name for a in node.names]:
        if known := _SAID["modules"].get(name):
            yield known[0], f"`{name}` is not recorded; {known[1]}"


def _meant(tree: ast.Module) -> dict[str, str]:
    """What imported names stand for, with their module: `{"day": "datetime.date"}`."""
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            module = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
            found |= {a.asname or a.name: f"{module}{a.name}" for a in node.names}
    return found


def _shared(tree: ast.Module) -> Iterator[str]:
    """Names that a module gives to something that can be changed."""
    for node in tree.body:
        targets = getattr(node, "targets", None) or [getattr(node, "target", None)]
        value = getattr(node, "value", None)
        made = ast.unparse(value.func).split(".")[-1] if isinstance(value, ast.Call) else ""
        if isinstance(value, _Made) or made in _MAKERS:
            yield from (t.id for t in targets if isinstance(t, ast.Name))


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""

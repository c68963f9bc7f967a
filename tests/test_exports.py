"""The public face: every package says in `__all__` what it offers, exactly that, in order.

In a module a name is public unless it begins with an underscore, which is said once.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

FOLDERS = ("src", "agents", "tools", "policies")


def packages(root: Path) -> list[Path]:
    """Every `__init__.py` of the product and of user-land."""
    return sorted(path for name in FOLDERS for path in (root / name).rglob("__init__.py"))


def dotted(root: Path, file: Path) -> str:
    """The name a package is imported by."""
    return ".".join(p for p in file.parent.relative_to(root).parts if p != "src")


def offered(tree: ast.Module, package: str, chosen: set[str]) -> Iterator[str]:
    """Public names that a package defines, takes from its own modules, or passes on by choice."""
    for node in tree.body:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield node.name
            case ast.Assign(targets=targets):
                yield from (t.id for t in targets if isinstance(t, ast.Name))
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield name
            case ast.ImportFrom(names=aliases):
                taken = {alias.asname or alias.name for alias in aliases}
                yield from taken if is_own(node, package) else taken & chosen
            case _:
                pass


def is_own(node: ast.ImportFrom, package: str) -> bool:
    """Whether an import takes from the package's own modules."""
    module = node.module or ""
    return node.level == 1 or module == package or module.startswith(f"{package}.")


def declared(tree: ast.Module) -> list[str] | None:
    """The names in `__all__`, as written."""
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id="__all__")], value=value):
                return list(ast.literal_eval(value))
            case _:
                pass
    return None


def order(name: str) -> tuple[int, list[str | int]]:
    """CONSTANTS, then Classes, then the rest, numbers by value: the order that the linter keeps."""
    bare = name.lstrip("_")
    kind = 0 if bare.isupper() and len(bare) > 1 else 1 if bare[:1].isupper() else 2
    return kind, [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", name)]


def faults(text: str, package: str) -> Iterator[str]:
    """What is wrong with the public face of a package."""
    tree = ast.parse(text)
    names = declared(tree)
    chosen = {*(names or ())}
    found = {n for n in offered(tree, package, chosen) if n in chosen or not n.startswith("_")}
    if names is None:
        if found:
            yield f"{package}: no `__all__`, but {sorted(found)}"
        return
    if chosen != found:
        yield f"{package}: `__all__` and what is there differ in {sorted(chosen ^ found)}"
    if names != sorted(names, key=order):
        yield f"{package}: `__all__` is not sorted"


def test_modules_declare_nothing_beside_their_names(root: Path) -> None:
    """Only packages gather names: a list in a module would say a second time what is public."""
    files = (p for name in FOLDERS for p in (root / name).rglob("*.py"))
    modules = [p for p in files if p.name != "__init__.py"]
    assert modules
    assert not [p for p in modules if declared(ast.parse(p.read_text("utf-8"))) is not None]


def test_every_package_declares_exactly_what_it_offers(root: Path) -> None:
    """Nothing becomes public by accident, nothing declared is missing."""
    files = packages(root)
    assert files
    assert not [f for p in files for f in faults(p.read_text("utf-8"), dotted(root, p))]


@pytest.mark.parametrize(
    "text",
    [
        "from shop.till import Till\n",
        "from .till import Till\n__all__ = []\n",
        "def sell() -> None: ...\n__all__ = ['gone', 'sell']\n",
        "class A: ...\nclass B: ...\n__all__ = ['B', 'A']\n",
    ],
)
def test_a_planted_fault_is_found(text: str) -> None:
    """Missing, undeclared, gone and unsorted names are each found."""
    assert len(list(faults(text, "shop"))) == 1


def test_imports_for_own_use_are_not_public() -> None:
    """What a package imports from elsewhere does not count as offered."""
    text = "from pydantic import BaseModel\n__all__ = ['Till']\nclass Till(BaseModel): ...\n"
    assert not list(faults(text, "shop"))

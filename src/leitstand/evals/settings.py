"""Settings: all that a project says as data, by name, so that a change without a case is seen.

Rules, the tenant's data, tables beside the code, prompts, what tools declare, and what the suite
itself asks for. A release in which one of them is another than in the baseline, and no recorded
case shows what that does, has no verdict: the suite cannot tell.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from leitstand.digest import canonical, plain
from leitstand.policy import Bundle, Rule
from leitstand.project import Project
from leitstand.table import toml_of
from leitstand.values import leaves

RULE, TOOL, SUITE = "rule ", "tool ", "suite "
"""What the names of settings of a rule, a tool and the suite itself begin with."""
_DECLARED = ("writes", "authority", "key", "undo", "timeout", "idempotent", "watch", "recorded")
_TEXTS = {"reason_de", "reason_en", "fix_de", "fix_en", "owner", "version"}
"""Annotations that only people read."""


def settings_of(project: Project, bundle: Bundle, limits: Mapping[str, Any]) -> Mapping[str, str]:
    """A digest for each setting, by name: `rule G-A12`, `data company.vat`, `tool mail.draft: key`.

    Raises ProjectRefused: a table beside the code is no TOML.
    """
    found = {f"{RULE}{rule.id}": _digest(_rule(rule)) for rule in bundle.rules}
    found |= {f"data {name}": _digest(value) for name, value in leaves(limits)}
    for tool in project.tools:
        declared = ((name, getattr(tool, name)) for name in _DECLARED)
        found |= {f"{TOOL}{tool.name}: {n}": _digest(repr(said)) for n, said in declared if said}
    for file in _files(project):
        place = file.relative_to(project.root).as_posix()
        if file.suffix == ".md":
            found[place] = plain(file.read_bytes())[:16]
        else:
            found |= {f"{place}: {name}": _digest(value) for name, value in toml_of(file).items()}
    return dict(sorted(found.items()))


def unshown(
    before: Mapping[str, str], now: Mapping[str, str], moved: Iterable[frozenset[str]]
) -> tuple[str, ...]:
    """Settings that differ and that no case shows.

    `moved`: for each case whose outcome is another one, or that is new, the rules it met. It shows
    a change of those rules, and of any data; none shows what the suite no longer asks for. Kinds
    that a baseline of an earlier version does not know are not compared.
    """
    met = list(moved)
    rules = frozenset[str]().union(*met)
    later = tuple(k for k in (TOOL, SUITE) if not any(n.startswith(k) for n in before))
    changed = (n for n in before.keys() | now.keys() if before.get(n) != now.get(n))
    shown = {n for n in before.keys() | now.keys() if met and not n.startswith((RULE, SUITE))}
    shown |= {f"{RULE}{rule}" for rule in rules}
    return tuple(n for n in sorted(changed) if n not in shown and not n.startswith(later))


def _rule(rule: Rule) -> object:
    notes = rule.notes.model_dump(mode="json", exclude=_TEXTS)
    return [notes, repr(replace(rule.node, annotations={}))]


def _files(project: Project) -> Iterator[Path]:
    """Tables and prompts beside the project's code; not its texts for people, nor its lexicon."""
    table = project.table
    references = (*table.roles, *table.facts, table.connect, table.limits)
    folders = {project.policies, *(_folder(project.root, r) for r in references)}
    left = {project.root / name for name in table.lexicon}
    for file in sorted({f for folder in folders for f in folder.rglob("*")}):
        kind = file.suffix == ".toml" or (file.suffix == ".md" and file.parent.name == "prompts")
        beside = project.texts is not None and file.is_relative_to(project.texts)
        if kind and file.is_file() and not beside and file not in left:
            yield file


def _folder(root: Path, reference: str) -> Path:
    """The package at the top that a reference leads into; of a module at the root, its prompts."""
    first, dot, _ = reference.partition(":")[0].partition(".")
    return root / first if dot else root / "prompts"


def _digest(value: object) -> str:
    return plain(canonical(value))[:16]

"""`leitstand check`: is the project whole, and what happens by itself, on request, or never."""

import sys
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from difflib import get_close_matches
from inspect import getfile
from pathlib import Path
from typing import Any, get_args

import typer
from pydantic import BaseModel

from leitstand.cli.command import Place, command
from leitstand.cli.lint import lint
from leitstand.cli.output import filled
from leitstand.cli.place import open_to_others
from leitstand.cli.policy import findings_of
from leitstand.cli.serve import read_served
from leitstand.errors import LeitstandError, SecretMissing
from leitstand.inbox import texts_of
from leitstand.policy import Bundle
from leitstand.project import Project
from leitstand.records import Decision
from leitstand.role import CAUSES
from leitstand.tool import Tool
from leitstand.triggers.settings import read_settings
from leitstand.values import Secret

ALIKE = 0.75
"""Share of letters from which on the name of a role may be a slip for another."""


@command("state")
async def check(place: Place) -> int:
    """Check the project: roles, exits, rules, code of steps, models; and say who decides what.

    Warns where other users of the machine may look into the state folder.
    """
    project = place.project
    problems = [*_problems(project), *_rights(place.folder)]
    whole = not any(p["severity"] == "error" for p in problems)
    data = {"ok": whole, "problems": problems, "roles": list(_roles(project)) if whole else []}
    place.emit(data, lambda: typer.echo(filled("check.txt", **data)))
    return int(not whole)


def _problems(project: Project) -> Iterator[dict[str, str]]:
    if not project.roles:
        yield _problem("error", "no-role", "roles", "there is no role yet; name one in the table")
        return
    for part in (_rules, _grants, _people, _recorded, _exits, _steps, _texts, _models, _world):
        yield from part(project)


def _problem(severity: str, code: str, where: str, text: str) -> dict[str, str]:
    return {"severity": severity, "code": code, "where": where, "text": text}


def _rules(project: Project) -> Iterator[dict[str, str]]:
    """What the policy folder has to mend; a tool without a rule is an error here."""
    for finding in findings_of(project):
        severity = "error" if finding.code == "no-grant" else finding.severity
        where = ": ".join(filter(None, (finding.file, finding.rule)))
        yield _problem(severity, finding.code, where, finding.text)


def _grants(project: Project) -> Iterator[dict[str, str]]:
    """Tools that rules grant to other roles alone; that a rule is missing at all, `_rules` says."""
    if any(p["severity"] == "error" for p in _rules(project)):
        return
    for role in _roles(project):
        for tool in (t["tool"] for t in role["tools"] if not t["granted"]):
            text = f"no rule grants `{tool}` to this role: it is always denied"
            yield _problem("error", "no-grant", role["role"], text)


def _people(project: Project) -> Iterator[dict[str, str]]:
    """Roles of people that a single rule names and that look like others: nobody may have them."""
    if any(p["severity"] == "error" for p in _rules(project)):
        return
    rules = project.bundle().rules
    asked = Counter(r.rpartition(":")[2] for rule in rules for r in rule.notes.roles)
    asked.update({r for c in project.roles.values() for q in c.queue.values() for r in q.roles})
    texts = texts_of("de", project.texts)
    for rule in rules:
        for name in (r.rpartition(":")[2] for r in rule.notes.roles):
            likely = get_close_matches(name, [a for a in asked if asked[a] > 1], 1, ALIKE)
            if asked[name] == 1 and likely and texts.role(name) == name:
                text = f"@roles names `{name}`, which stands nowhere else; is it `{likely[0]}`?"
                yield _problem("warning", "lone-role", f"{rule.place}: {rule.id}", text)


def _recorded(project: Project) -> Iterator[dict[str, str]]:
    """Marks `Recorded` that name what there is not: their arguments would always be tainted."""
    tools = {tool.name: tool for tool in project.tools}
    for tool in project.tools:
        beside: Iterator[Any] = iter(vars(sys.modules[tool.run.__module__]).values())
        writes = [t.name for t in beside if isinstance(t, Tool) and t.writes]
        if tool.undo and tool.undo not in writes:
            text = f"`undo` names `{tool.undo}`, which is no write beside it"
            yield _problem("error", "undo", tool.name, text)
        for field, mark in tool.recorded.items():
            read, place = tools.get(mark.tool), f"{tool.name} {field}"
            if read is None:
                text = f"`Recorded` names the tool `{mark.tool}`, which no role has"
                yield _problem("error", "recorded", place, text)
            elif not _stands(read.result, mark.path.split(".")):
                text = f"`{mark.tool}` answers with nothing at `{mark.path}`"
                yield _problem("error", "recorded", place, text)


def _stands(hint: object, path: Sequence[str]) -> bool:
    """Whether values of a type can have something at a path; `*` is any element."""
    if not path or hint is Any:
        return True
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        field = hint.model_fields.get(path[0])
        return field is not None and _stands(field.annotation, path[1:])
    inner = [one for one in get_args(hint) if one is not Ellipsis]
    rest = path[1:] if path[0] == "*" else path
    return any(_stands(one, rest) for one in inner)


def _exits(project: Project) -> Iterator[dict[str, str]]:
    """Causes with which a step may fail, whichever it is, and that lead to nobody."""
    for name, compiled in project.roles.items():
        if missing := [c for c in CAUSES if c not in compiled.queue]:
            text = f"no people for: {', '.join(missing)}; name them in the role's `queue`"
            yield _problem("error", "no-exit", name, text)
        for cause, taken in compiled.queue.items():
            if lacks := taken.lacks:
                text = f"who takes over for {cause} is not whole: no {', no '.join(lacks)}"
                yield _problem("error", "no-takeover", name, text)


def _steps(project: Project) -> Iterator[dict[str, str]]:
    files = {p for f in project.facts if project.policies in (p := Path(getfile(f.run))).parents}
    for *package, name in (r.partition(":")[0].split(".") for r in project.table.roles):
        folder = project.root.joinpath(*package)
        files |= set(folder.rglob("*.py")) if package else {folder / f"{name}.py"}
    roles = project.roles.values()
    known: dict[str, Collection[str]] = {
        "step": {step for compiled in roles for step in compiled.steps},
        "field": {field for compiled in roles for field in compiled.given},
        "tool": [tool.name for tool in project.tools],
        "prompt": project.library.prompts,
        "cause": CAUSES,
    }
    for file in sorted(files):
        known["other role"] = [n for n, r in project.roles.items() if getfile(r.state) != str(file)]
        for code, where, text in lint(project.root, file, known):
            yield _problem("error", code, where, text)


def _texts(project: Project) -> Iterator[dict[str, str]]:
    """Writes without a sentence of their own, and sentences that name what is not there."""
    for language in ("de", "en"):
        texts = texts_of(language, project.texts)
        for tool in project.tools:
            place = f"texts/{language}.toml"
            if tool.writes and not texts.sentence(tool.name, "effect"):
                text = f"no sentence says what `{tool.name}` does"
                yield _problem("note", "no-text", place, text)
            for stranger in texts.strangers(tool.name, tool.args.model_fields):
                text = f"`{tool.name}` has no `{stranger}` to speak of"
                yield _problem("error", "text-value", place, text)


def _rights(state: Path) -> Iterator[dict[str, str]]:
    if count := sum(1 for _ in open_to_others(state)):
        text = f"{count} files and folders are open to other users; run: chmod -R go= {state}"
        yield _problem("warning", "open-state", str(state), text)


def _models(project: Project) -> Iterator[dict[str, str]]:
    for severity, error in project.library.lacking():
        yield _problem(severity, "no-model", error.where, f"{error.text}: {error.advice}")


def _world(project: Project) -> Iterator[dict[str, str]]:
    """What keeps project and world from being opened, as far as nothing is connected."""
    try:
        for name, secret in read_settings(project).secrets.items():
            try:
                Secret(secret).reveal()
            except SecretMissing as error:
                yield _problem("note", "no-secret", f"triggers.{name}", error.text)
        read_served(project, project.limits(project.world))
        _ = project.case_limits
    except LeitstandError as error:
        yield _problem("error", "world", error.where, error.text)
    except OSError as error:
        yield _problem("error", "world", str(error.filename), str(error.strerror))


def _roles(project: Project) -> Iterator[dict[str, Any]]:
    bundle = project.bundle()
    for name, compiled in project.roles.items():
        tools = [_tool(bundle, name, tool) for tool in compiled.tools]
        yield {
            "role": name,
            "version": compiled.version,
            "steps": len(compiled.steps),
            "queue": {cause: list(one.roles) for cause, one in compiled.queue.items()},
            "tools": tools,
            "never": sorted(
                tool.name for tool in project.tools if not _tool(bundle, name, tool)["granted"]
            ),
        }


def _tool(bundle: Bundle, role: str, tool: Tool[Any, Any]) -> dict[str, Any]:
    mine = [r for r in bundle.rules if r.applies(role, frozenset([tool.name]))]
    judging = [r for r in mine if not r.grants and not r.marks]
    asks = (Decision.APPROVE, Decision.ESCALATE)
    return {
        "tool": tool.name,
        "writes": bool(tool.writes),
        "granted": any(r.grants for r in mine),
        "asked": sorted({r.notes.shows or r.id for r in judging if r.decision in asks}),
        "refused": sorted({r.notes.shows or r.id for r in judging if r.decision not in asks}),
    }

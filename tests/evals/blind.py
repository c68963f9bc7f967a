"""Regressions seeded into rules and data, one a mutant: made blind, from the files alone.

An operator knows the form of a file, never a rule: conditions are dropped, turned round or moved by
one, verdicts made milder, people left out; numbers are moved, entries of lists lost.
"""

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from tests.evals.mutants import Mutant, of_file

_POLICY = re.compile(r'@id\("[^"]+"\).*?\n(?:permit|forbid)\(.*?\n?.*?;\n', re.DOTALL)
_MILDER = {"reject": "hold", "escalate": "hold", "hold": "reject", "approve": "hold"}


def mutants(root: Path) -> list[Mutant]:
    """Every mutant of the project's rules and of its data, in the order of files and places."""
    found: list[Mutant] = []
    for file in sorted((root / "policies").glob("*.cedar")):
        found += _of_rules(root, file)
    found += _of_json(root, root / "evals" / "accounting" / "world" / "policy.json")
    for name in ("defaults.toml", "vat.toml", "letters.toml"):
        found += _of_toml(root, root / "policies" / name)
    return found


def _of_rules(root: Path, file: Path) -> Iterator[Mutant]:
    text, name = file.read_text("utf-8"), file.relative_to(root).as_posix()
    for found in _POLICY.finditer(text):
        rule = found.group()
        title = re.search(r'@id\("([^"]+)"\)', rule)
        assert title
        for what, other in _others(rule):
            changed = text[: found.start()] + other + text[found.end() :]
            yield of_file("blind", f"{title[1]}: {what}", name, changed)


def _others(rule: str) -> Iterator[tuple[str, str]]:
    """What a slip of the pen may make of a rule."""
    yield "dropped", ""
    for level in re.findall(r'@level\("(\w+)"\)', rule):
        yield "another level", rule.replace(f'@level("{level}")', f'@level("{_MILDER[level]}")')
    if match := re.search(r'@roles\("(\w+)"\)', rule):
        yield "other people", rule.replace(match.group(), '@roles("treasury")')
    for before, after in ((" >= ", " > "), (" > ", " >= "), (" < ", " <= "), (" <= ", " < ")):
        for place in re.finditer(before, rule):
            yield f"{after.strip()}", rule[: place.start()] + after + rule[place.end() :]
    for place in re.finditer(r" && ", rule):
        yield "|| for &&", rule[: place.start()] + " || " + rule[place.end() :]
    for place in re.finditer(r"!context\.facts\.(\w+)(?=[ )}])", rule):
        yield f"{place[1]} turned", rule[: place.start()] + rule[place.start() + 1 :]
    if match := re.search(r"unless \{.*\};", rule, re.DOTALL):
        yield "unless dropped", rule[: match.start()].rstrip() + ";" + rule[match.end() :]


def _of_json(root: Path, file: Path) -> Iterator[Mutant]:
    data, name = json.loads(file.read_text("utf-8")), file.relative_to(root).as_posix()
    for what, changed in _moved(data):
        yield of_file("blind", f"{file.name} {what}", name, json.dumps(changed, ensure_ascii=False))


def _of_toml(root: Path, file: Path) -> Iterator[Mutant]:
    text, name = file.read_text("utf-8"), file.relative_to(root).as_posix()
    for place in re.finditer(r'^(\w+) = ("?)(\d+(?:\.\d+)?)("?)', text, re.MULTILINE):
        value = place[3]
        more = f"{float(value) * 1.5:.2f}" if "." in value else str(int(value) * 3 // 2 + 1)
        changed = f"{place[1]} = {place[2]}{more}{place[4]}"
        yield _toml(f"{file.name} {place[1]} {value} to {more}", name, text, place, changed)
    for place in re.finditer(r'(?<=[\[ \n])"[^"\n]+", ?', text):
        yield _toml(f"{file.name} without {place.group()}", name, text, place, "")


def _toml(what: str, name: str, text: str, place: re.Match[str], other: str) -> Mutant:
    changed = text[: place.start()] + other + text[place.end() :]
    tomllib.loads(changed)
    return of_file("blind", what, name, changed)


def _moved(data: Any, path: str = "") -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - JSON
    """Copies of a document with one number moved, one truth turned or one entry lost."""
    keys: list[Any] = list(cast("Any", data) if isinstance(data, dict) else range(len(data)))
    for key in keys:
        place = f"{path}.{key}" if path else str(key)
        for what, other in _of_value(place, data[key]):
            changed: Any = cast("Any", data).copy()
            changed[key] = other
            yield what, changed


def _of_value(place: str, value: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - JSON
    if isinstance(value, bool):
        yield f"{place} turned", not value
    elif isinstance(value, int | float):
        more = int(value) * 3 // 2 + 1
        yield f"{place} {value} to {more}", more
    elif isinstance(value, dict | list):
        yield from _moved(value, place)
        if isinstance(value, list) and value:
            yield f"{place} without its last", cast("list[Any]", value)[:-1]

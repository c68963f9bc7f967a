"""The form of a mutant: a project in which one thing of its rules or data is another."""

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[2]
POLICIES = ROOT / "policies"
WORLD = ROOT / "evals" / "accounting" / "world"
SPOKEN_FOR = ("accounting.cedar", "provenance.cedar")
"""Rules that the suites of accounting answer for; other departments have suites of their own."""
TABLES = ("lexicon.toml", "letters.toml", "vat.toml")
"""Data of the rules that a tenant does not overwrite; his `policy.json` is laid over all others."""


class Mutant(NamedTuple):
    """One change: Cedar files, keys of the tenant's data, or a table beside the rules."""

    kind: str
    name: str
    cedar: Mapping[str, str] = {}
    tenant: Mapping[str, Any] = {}
    table: Mapping[str, str] = {}


def of_file(kind: str, name: str, file: str, text: str) -> Mutant:
    """The mutant in which a file of the project has another text."""
    title = Path(file).name
    if title.endswith(".cedar"):
        return Mutant(kind, name, cedar={title: text})
    if title == "policy.json":
        return Mutant(kind, name, tenant=json.loads(text))
    if title == "defaults.toml":
        own = json.loads((WORLD / "policy.json").read_text("utf-8"))
        return Mutant(kind, name, tenant={**tomllib.loads(text), **own})
    assert title in TABLES, title
    return Mutant(kind, name, table={title: text})


def cedar_files() -> dict[str, str]:
    """The policies as they stand."""
    return {name: (POLICIES / name).read_text("utf-8") for name in SPOKEN_FOR}


def statements(text: str) -> list[str]:
    """The policies of a file, with their annotations."""
    return re.findall(r"^@id\(.*?^[^/\n][^\n]*;\n|^@id\(.*?;\n", text, re.MULTILINE | re.DOTALL)


def id_of(statement: str) -> str:
    """What a policy calls itself."""
    found = re.match(r'@id\("([^"]+)"\)', statement)
    assert found is not None, statement
    return found[1]


def kinds(found: Iterable[Mutant]) -> dict[str, list[Mutant]]:
    """By kind."""
    named: dict[str, list[Mutant]] = {}
    for mutant in found:
        named.setdefault(mutant.kind, []).append(mutant)
    return named

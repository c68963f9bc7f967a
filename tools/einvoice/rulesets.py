"""The official rules and schemas as pinned data files, and which profile they apply to.

`rulesets.toml` names every file with its sha256. Files are found beside the installed packages'
metadata, so that their code is never imported, and they are refused when they are not the ones
named: a verdict is worth as much as the rules behind it.
"""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, Literal

from leitstand.errors import LeitstandError
from leitstand.values import Code, Frozen

Severity = Literal["fatal", "warning", "information"]
"""How grave a fired rule is: fatal makes the invoice invalid."""

Standing = Literal["e-invoice", "below-en16931", "zugferd-1", "no-e-invoice"]
"""What the file is under § 14 (1) UStG: only `e-invoice` is one, the others are other invoices."""


class RulesRefused(LeitstandError):
    """A rule or schema file is absent or not the one that `rulesets.toml` names."""

    code = "LS802"
    mend = "install the packages of the lock file, or pin another version in rulesets.toml"


class RulesetRef(Frozen):
    """The rule set a verdict rests on: its version is kept with every verdict."""

    id: Code
    version: Code
    sha256: Code


@dataclass(frozen=True, slots=True)
class Ruleset:
    """One compiled schematron: a file of a package, and the code list that lies beside it."""

    id: str
    title: str
    version: str
    package: str
    licence: str
    files: Mapping[str, str]

    @property
    def ref(self) -> RulesetRef:
        """Id, version and sha256, as it goes into a verdict."""
        return RulesetRef(id=self.id, version=self.version, sha256=next(iter(self.files.values())))

    def locate(self) -> Path:
        """The stylesheet, after its hash and that of the file beside it were checked.

        Raises RulesRefused: the package or a file is absent, or a file is another one.
        """
        for file, sha256 in self.files.items():
            found = locate(self.package, file)
            if digest(found) != sha256:
                msg = f"`{file}` of `{self.package}` is not the file that is pinned"
                raise RulesRefused(msg, where=self.id)
        return locate(self.package, next(iter(self.files)))


@dataclass(frozen=True, slots=True)
class SchemaFiles:
    """One XML schema: the folder of its files, the one to start from, the hash over all."""

    id: str
    title: str
    package: str
    folder: str
    file: str
    sha256: str

    def locate(self) -> Path:
        """The schema to compile, after the hash over its folder was checked.

        Raises RulesRefused: the package or a file is absent, or a file is another one.
        """
        start = locate(self.package, f"{self.folder}/{self.file}")
        folder = start.parents[len(Path(self.file).parts) - 1]
        if tree_digest(folder) != self.sha256:
            msg = f"`{self.folder}` of `{self.package}` does not hold the files that are pinned"
            raise RulesRefused(msg, where=self.id)
        return start


@dataclass(frozen=True, slots=True)
class ProfileRules:
    """What applies to one profile: schema and rule sets per dialect, overrides of severity."""

    id: str
    specification: str
    standing: Standing
    schema: Mapping[str, str]
    rulesets: Mapping[str, tuple[str, ...]]
    advisory: frozenset[str]
    severity: Mapping[str, Severity]


@dataclass(frozen=True, slots=True)
class Rulesets:
    """The whole table: rule sets and schemas by id, profiles in the order they are tried."""

    rulesets: Mapping[str, Ruleset]
    schemas: Mapping[str, SchemaFiles]
    profiles: tuple[ProfileRules, ...]


def load(file: Path) -> Rulesets:
    """A table in the format of `rulesets.toml`. Files are located only when they are used.

    Raises OSError, tomllib.TOMLDecodeError or KeyError: the table is part of the program.
    """
    table: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
    return Rulesets(
        rulesets={row["id"]: _ruleset(row) for row in table["ruleset"]},
        schemas={row["id"]: SchemaFiles(**row) for row in table["schema"]},
        profiles=tuple(_profile(row) for row in table["profile"]),
    )


def locate(package: str, file: str) -> Path:
    """A data file of an installed package, by the package's own list of files.

    Raises RulesRefused: the package is not installed, or holds no such file.
    """
    try:
        distribution = metadata.distribution(package)
    except metadata.PackageNotFoundError as error:
        msg = f"package `{package}` is not installed"
        raise RulesRefused(msg, where=file) from error
    path = Path(str(distribution.locate_file(file)))
    if not path.is_file():
        msg = f"package `{package}` holds no `{file}`"
        raise RulesRefused(msg, where=file)
    return path


def digest(file: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def tree_digest(folder: Path) -> str:
    """SHA-256 over the lines `sha256  path` of all schema files below a folder, hexadecimal."""
    total = hashlib.sha256()
    for file in sorted(folder.rglob("*.xsd")):
        total.update(f"{digest(file)}  {file.relative_to(folder).as_posix()}\n".encode())
    return total.hexdigest()


def _ruleset(row: dict[str, Any]) -> Ruleset:
    files: dict[str, str] = {row["file"]: row["sha256"]}
    if beside := row.get("beside"):
        files[beside["file"]] = beside["sha256"]
    return Ruleset(row["id"], row["title"], row["version"], row["package"], row["licence"], files)


def _profile(row: dict[str, Any]) -> ProfileRules:
    overrides: dict[Severity, list[str]] = row.get("severity", {})
    return ProfileRules(
        id=row["id"],
        specification=row["specification"],
        standing=row["standing"],
        schema=row.get("schema", {}),
        rulesets={k: tuple(v) for k, v in row["rulesets"].items()},
        advisory=frozenset(row.get("advisory", ())),
        severity={rule: level for level, rules in overrides.items() for rule in rules},
    )


DEFAULT = load(Path(__file__).with_name("rulesets.toml"))
"""The rules that ship: KoSIT 2026-08-31 and Factur-X 1.09."""

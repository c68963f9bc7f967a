"""Releases of rules: `policies.lock` says which text of each file is in force, and who signed it.

A line is a person's signature (Ed25519) under a version of a file. Lines are added and never
changed; versions only grow. Who must sign is data, `[tool.leitstand.release]`.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import Field

from leitstand.approval.verifying import signed_by
from leitstand.digest import canonical, plain
from leitstand.errors import ApprovalRefused, PolicyRefused
from leitstand.policy import owners_of
from leitstand.records import Person, lock_lines
from leitstand.values import Frozen, Identifier

__all__ = ["RELEASES", "Release", "Releases", "Signers"]

RELEASES = "policies.lock"
_KEPT = ".released"
_GONE = "0" * 64
_HEAD = (
    "# Released rules, `file@version hash day person owners signature` a line. "
    "Lines are added, never changed.\n"
)
_LINE = re.compile(
    r"([A-Za-z0-9._/+-]+@[0-9]{1,9}) ([0-9a-f]{64}) ([0-9]{4}-[0-9]{2}-[0-9]{2}) "
    r"(?P<by>\S+) (\S+) ([0-9a-f]{128})"
)
_PURPOSE = b"leitstand release 1\n"


class Signers(Frozen):
    """Who releases: so many `people`, each of whom holds one of the `roles`."""

    roles: Annotated[tuple[Identifier, ...], Field(min_length=1)]
    people: Annotated[int, Field(ge=1, le=20)] = 1


class Release(NamedTuple):
    """A signature under a version of a file; `owners` are those of its rules, `-` where none is."""

    file: str
    version: int
    sha: str
    day: str
    person: str
    owners: str
    signature: str = ""

    @property
    def signed(self) -> bytes:
        """What is signed."""
        return _PURPOSE + canonical(list(self[:-1]))

    def __str__(self) -> str:
        """Its line in the lock."""
        return f"{self.file}@{self.version} {' '.join(self[2:])}"


Known = Callable[[str], Person | None]
"""The person with an id as the directory has them now; a key that was renewed is another one."""


@dataclass(frozen=True, slots=True)
class Releases:
    """The files of a policy folder as they stand, and as they were released.

    `terms` say who signs a file, by a pattern of its name or by `@owner` of a rule in it. Every
    entry that fits must be met; an owner whom a version of the file has named stays one.
    """

    folder: Path
    texts: Mapping[str, bytes]
    lock: tuple[Release, ...]
    terms: Mapping[str, Signers]

    @staticmethod
    def open(folder: Path, terms: Mapping[str, Signers]) -> "Releases":
        """Everything in the folder but caches, hidden files and the lock. Raises PolicyRefused."""
        texts = {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file() and path.name != RELEASES and path.suffix != ".pyc"
            if not any(part.startswith(".") for part in path.relative_to(folder).parts)
        }
        lines = lock_lines(folder / RELEASES, _LINE, PolicyRefused)
        found = tuple(Release(*_named(name), *rest) for name, *rest in lines)
        return Releases(folder, texts, found, terms)

    @property
    def files(self) -> list[str]:
        """Names of all files that stand there or were released."""
        return sorted(self.texts.keys() | {r.file for r in self.lock})

    def latest(self, file: str) -> tuple[Release, ...]:
        """The signatures under the highest version of a file."""
        mine = [r for r in self.lock if r.file == file]
        top = max((r.version for r in mine), default=0)
        return tuple(r for r in mine if r.version == top)

    def fault(self, file: str) -> str:
        """Why what stands there is not what was released last, empty if it is."""
        latest, now = self.latest(file), self._sha(file)
        if not latest:
            return "is not released"
        version, released = latest[0].version, {r.sha for r in latest}
        if released == {now}:
            return ""
        if now == _GONE:
            return f"was released as version {version} and is gone"
        older = max((r.version for r in self.lock if (r.file, r.sha) == (file, now)), default=0)
        if older and older < version:
            return f"is version {older}, and version {version} was released"
        return f"was changed since version {version} was released"

    def lacking(self, file: str, known: Known) -> list[Signers]:
        """Whose signatures the text as it stands is without."""
        people = self._signers(file, known)
        return [s for s in self._terms(file) if len(_holding(people, s)) < s.people]

    def check(self, known: Known, ran: Mapping[str, int]) -> dict[str, int]:
        """The version of every file; `ran` are those that were in force here before.

        Raises PolicyRefused: a file is not released, not so, not by those who may, or of a lower
        version.
        """
        faults = [
            f"`{file}` {fault}" for file in self.files if (fault := self._refusal(file, known))
        ]
        versions = {file: self.latest(file)[0].version for file in self.files if not faults}
        faults += [
            f"`{file}` is version {versions.get(file, 0)}, and version {version} has run here"
            for file, version in ran.items()
            if not faults and versions.get(file, 0) < version
        ]
        if faults:
            mend = "put the released text back, or have it released: `leitstand policy release`"
            raise PolicyRefused("; ".join(faults), where=str(self.folder), mend=mend)
        return versions

    def sign(self, person: Person, key: Ed25519PrivateKey, day: str, known: Known) -> list[Release]:
        """Sign every file that is without this person's signature; what was added.

        Raises ApprovalRefused: there is something to release, and nothing of it is theirs.
        """
        open_ones = [f for f in self.files if self._refusal(f, known)]
        new = [self._line(f, person, day) for f in open_ones if self._may(f, person, known)]
        if open_ones and not new:
            text = f"none of {', '.join(open_ones)} lacks a signature of `{person.id}`"
            mend = "`[tool.leitstand.release]` says who signs which file"
            raise ApprovalRefused(text, where=RELEASES, mend=mend)
        new = [r._replace(signature=key.sign(r.signed).hex()) for r in new]
        self._write(new)
        return new

    def text(self, file: str) -> str:
        """The text that was released last, empty where it is not kept."""
        sha = next((r.sha for r in self.latest(file)), _GONE)
        kept = self.folder / _KEPT / sha
        text = kept.read_bytes() if kept.is_file() else b""
        return text.decode() if plain(text) == sha else ""

    def _sha(self, file: str) -> str:
        return plain(self.texts[file]) if file in self.texts else _GONE

    def _owners(self, file: str) -> frozenset[str]:
        text = self.texts.get(file, b"").decode() if file.endswith(".cedar") else ""
        return owners_of(text) if text else frozenset()

    def _terms(self, file: str) -> list[Signers]:
        """Everybody who must sign; nobody is named: nobody may."""
        past = {o for r in self.lock if r.file == file for o in r.owners.split(",")}
        owners = {f"@{owner}" for owner in self._owners(file) | past}
        return [s for name, s in self.terms.items() if name in owners or fnmatchcase(file, name)]

    def _refusal(self, file: str, known: Known) -> str:
        if not self._terms(file):
            return "is named by no entry of `[tool.leitstand.release]`"
        if fault := self.fault(file):
            return fault
        lacking = (f"{s.people} of {' or '.join(s.roles)}" for s in self.lacking(file, known))
        said = " and ".join(lacking)
        return f"lacks a signature: {said} must sign it" if said else ""

    def _may(self, file: str, person: Person, known: Known) -> bool:
        """Whether somebody's signature is missing and would count: one person signs once."""
        signed = any(p.public_key == person.public_key for p in self._signers(file, known))
        mine = (set(s.roles) & set(person.roles) for s in self.lacking(file, known))
        return not signed and any(mine)

    def _signers(self, file: str, known: Known) -> list[Person]:
        """Who has validly signed the text as it stands, by the directory of now."""
        here = [r for r in self.latest(file) if r.sha == self._sha(file)]
        return [p for r in here if (p := known(r.person)) and signed_by(p, r.signature, r.signed)]

    def _line(self, file: str, person: Person, day: str) -> Release:
        latest, sha = self.latest(file), self._sha(file)
        version = latest[0].version if latest else 0
        version += int({r.sha for r in latest} != {sha})
        owners = ",".join(sorted(self._owners(file))) or "-"
        return Release(file, version, sha, day, person.id, owners)

    def _write(self, new: Iterable[Release]) -> None:
        kept = self.folder / _KEPT
        for one in new:
            if one.sha != _GONE:
                kept.mkdir(exist_ok=True)
                (kept / one.sha).write_bytes(self.texts[one.file])
        lines = (f"{one}\n" for one in sorted((*self.lock, *new)))
        (self.folder / RELEASES).write_text(_HEAD + "".join(lines), "utf-8")


def _named(name: str) -> tuple[str, int]:
    file, _, version = name.rpartition("@")
    return file, int(version)


def _holding(people: Iterable[Person], signers: Signers) -> set[str]:
    """The keys of those who hold one of the roles: a second account is the same person."""
    return {p.public_key for p in people if set(p.roles) & set(signers.roles)}

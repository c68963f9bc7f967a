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
from urllib.parse import quote, unquote

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import Field

from leitstand.approval.verifying import signed_by
from leitstand.digest import canonical, plain
from leitstand.errors import ApprovalRefused, PolicyRefused
from leitstand.policy import owners_of
from leitstand.records import Person, lock_lines
from leitstand.values import Frozen, Identifier

RELEASES = "policies.lock"
_KEPT = ".released"
_GONE = "0" * 64
_HEAD = (
    "# Released rules, `file@version hash day person owners signature` a line. "
    "Lines are added, never changed.\n"
)
_LINE = re.compile(
    r"([A-Za-z0-9._/%~-]+@[0-9]{1,9}) ([0-9a-f]{64}) ([0-9]{4}-[0-9]{2}-[0-9]{2}) "
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
        return f"{quote(self.file)}@{self.version} {' '.join(self[2:])}"


Known = Callable[[str], Person | None]


def _nobody(_: str) -> None:
    """Where only texts are compared."""


@dataclass(frozen=True, slots=True)
class Releases:
    """The files of a policy folder as they stand, and as they were released.

    `terms` say who signs a file, by a pattern of its name or by `@owner` of a rule in it. Every
    entry that fits must be met; an owner whom a version of the file has named stays one. `known`
    is the person with an id as the directory has them now.
    """

    folder: Path
    texts: Mapping[str, bytes]
    lock: tuple[Release, ...]
    terms: Mapping[str, Signers]
    known: Known

    @staticmethod
    def open(folder: Path, terms: Mapping[str, Signers], known: Known = _nobody) -> "Releases":
        """All files of the folder but the lock, kept texts and caches. Raises PolicyRefused."""
        paths = {p.relative_to(folder): p for p in sorted(folder.rglob("*")) if p.is_file()}
        texts = {
            name.as_posix(): path.read_bytes()
            for name, path in paths.items()
            if name.name != RELEASES and not {_KEPT, "__pycache__"} & {*name.parts[:-1]}
        }
        lines = lock_lines(folder / RELEASES, _LINE, PolicyRefused)
        found = tuple(Release(*_named(name), *rest) for name, *rest in lines)
        return Releases(folder, texts, found, terms, known)

    @property
    def files(self) -> list[str]:
        """Names of all files that stand there or were released."""
        return sorted(self.texts.keys() | {r.file for r in self.lock})

    def fault(self, file: str) -> str:
        """Why what stands there is not what was released last, empty if it is."""
        latest, now = self._latest(file), self._sha(file)
        if not latest:
            return "is not released"
        version, released = latest[0].version, {r.sha for r in latest}
        if released == {now}:
            return ""
        if now == _GONE:
            return f"was released as version {version} and is gone"
        older = [r.version for r in self.lock if (r.file, r.sha) == (file, now)]
        if older and max(older) < version:
            return f"is version {max(older)}, and version {version} was released"
        return f"was changed since version {version} was released"

    def check(self, ran: Mapping[str, int]) -> dict[str, int]:
        """The version of every file; `ran` are those that were in force here before.

        Raises PolicyRefused: a file is not released, not so, not by those who may, or of a lower
        version.
        """
        faults = [f"`{file}` {text}" for file in self.files if (text := self._refusal(file))]
        now = {} if faults else {file: self._latest(file)[0].version for file in self.files}
        lower = ((f, now.get(f, 0), v) for f, v in ran.items() if now and now.get(f, 0) < v)
        faults += [f"`{f}` is version {n}, and version {v} has run here" for f, n, v in lower]
        if faults:
            mend = "put the released text back, or have it released: `leitstand policy release`"
            raise PolicyRefused("; ".join(faults), where=str(self.folder), mend=mend)
        return now

    def sign(self, person: Person, key: Ed25519PrivateKey, day: str) -> list[Release]:
        """Sign every file that is without this person's signature; what was added.

        Raises ApprovalRefused: there is something to release, and nothing of it is theirs.
        """
        unreleased = [file for file in self.files if self._refusal(file)]
        new = [self._next(file, person, day) for file in unreleased if self._may(file, person)]
        if unreleased and not new:
            text = f"none of {', '.join(unreleased)} lacks a signature of `{person.id}`"
            mend = "`[tool.leitstand.release]` says who signs which file"
            raise ApprovalRefused(text, where=RELEASES, mend=mend)
        new = [r._replace(signature=key.sign(r.signed).hex()) for r in new]
        for one in new:
            if one.file in self.texts:
                (self.folder / _KEPT).mkdir(exist_ok=True)
                (self.folder / _KEPT / one.sha).write_bytes(self.texts[one.file])
        lines = (f"{one}\n" for one in sorted((*self.lock, *new)))
        (self.folder / RELEASES).write_text(_HEAD + "".join(lines), "utf-8")
        return new

    def text(self, file: str) -> str:
        """The text that was released last, empty where it is not kept."""
        sha = next((r.sha for r in self._latest(file)), _GONE)
        kept = self.folder / _KEPT / sha
        text = kept.read_bytes() if kept.is_file() else b""
        return text.decode() if plain(text) == sha else ""

    def _latest(self, file: str) -> list[Release]:
        """The signatures under the highest version of a file."""
        mine = [r for r in self.lock if r.file == file]
        return [r for r in mine if r.version == max(m.version for m in mine)]

    def _sha(self, file: str) -> str:
        return plain(self.texts[file]) if file in self.texts else _GONE

    def _owners(self, file: str) -> frozenset[str]:
        cedar = file in self.texts and file.endswith(".cedar")
        return owners_of(self.texts[file].decode()) if cedar else frozenset()

    def _lacking(self, file: str) -> list[Signers] | None:
        """Whose signatures the text as it stands is without; None: nobody may sign it."""
        past = {o for r in self.lock if r.file == file for o in unquote(r.owners).split(",")}
        owners = {f"@{owner}" for owner in self._owners(file) | past}
        fit = [s for name, s in self.terms.items() if name in owners or fnmatchcase(file, name)]
        people = self._signers(file)
        return [s for s in fit if len(_holding(people, s)) < s.people] if fit else None

    def _signers(self, file: str) -> list[Person]:
        """Who has validly signed the text as it stands."""
        here = [r for r in self._latest(file) if r.sha == self._sha(file)]
        people = ((r, self.known(r.person)) for r in here)
        return [p for r, p in people if p and signed_by(p, r.signature, r.signed)]

    def _refusal(self, file: str) -> str:
        lacking = self._lacking(file)
        if lacking is None:
            return "is named by no entry of `[tool.leitstand.release]`"
        said = " and ".join(f"{s.people} of {' or '.join(s.roles)}" for s in lacking)
        missing = f"lacks a signature: {said} must sign it" if said else ""
        return self.fault(file) or missing

    def _may(self, file: str, person: Person) -> bool:
        """Whether a signature of theirs would count: one person signs once."""
        signed = any(p.public_key == person.public_key for p in self._signers(file))
        return not signed and any(_holding([person], s) for s in self._lacking(file) or ())

    def _next(self, file: str, person: Person, day: str) -> Release:
        latest, sha = self._latest(file), self._sha(file)
        version = max((r.version + (r.sha != sha) for r in latest), default=1)
        owners = quote(",".join(sorted(self._owners(file)))) or "-"
        return Release(file, version, sha, day, person.id, owners)


def _named(name: str) -> tuple[str, int]:
    file, _, version = name.rpartition("@")
    return unquote(file), int(version)


def _holding(people: Iterable[Person], signers: Signers) -> set[str]:
    """The keys of those who hold one of the roles: a second account is the same person."""
    return {p.public_key for p in people if set(p.roles) & set(signers.roles)}

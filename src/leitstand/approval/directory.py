"""The directory of people: who they are, which roles they hold, which keys are theirs."""

from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Protocol

from pydantic import ValidationError

from leitstand.digest import canonical
from leitstand.errors import ApprovalRefused
from leitstand.private import replace
from leitstand.records import Absence, Identity, Person
from leitstand.values import Frozen


class Directory(Protocol):
    """Natural persons by tenant, as they are now: a role that was taken away is gone at once."""

    def person(self, tenant: str, name: str) -> Person | None:
        """The person with this id, None if the tenant has none."""
        ...

    def represented(self, tenant: str, name: str, at: float) -> tuple[str, ...]:
        """Ids of those who are away at a time and have named this person to stand in for them."""
        ...


class _Content(Frozen):
    people: tuple[Person, ...] = ()
    absences: tuple[Absence, ...] = ()
    identities: tuple[Identity, ...] = ()

    @cached_property
    def by_name(self) -> dict[tuple[str, str], Person]:
        """People by tenant and id. Raises ApprovalRefused: two are one."""
        return _checked(self.people)


class FileDirectory:
    """A directory in one file, `people.json`, read again whenever it has changed.

    It holds no secret: private keys are in the keyring. A person is one entry: two entries with one
    key are refused.
    """

    __slots__ = ("_known", "_stamp", "path")

    def __init__(self, path: Path) -> None:
        self.path = path
        self._known, self._stamp = _Content(), (0, 0, 0)

    def person(self, tenant: str, name: str) -> Person | None:
        """The person with this id, None if the tenant has none.

        Raises ApprovalRefused: the file cannot be read.
        """
        return self._current().by_name.get((tenant, name))

    def represented(self, tenant: str, name: str, at: float) -> tuple[str, ...]:
        """Ids of those who are away at a time and have named this person to stand in for them.

        Raises ApprovalRefused: the file cannot be read.
        """
        mine = (a for a in self._current().absences if (a.tenant, a.substitute) == (tenant, name))
        return tuple(a.person for a in mine if a.holds(at))

    def absence(self, tenant: str, name: str) -> Absence | None:
        """When a person is away, and who stands in for them; None if they have named nobody."""
        mine = (a for a in self._current().absences if (a.tenant, a.person) == (tenant, name))
        return next(mine, None)

    def leave(self, absence: Absence) -> None:
        """Enter an absence in place of an earlier one of the same person.

        Raises ApprovalRefused: unknown people, one person for themselves, or no time at all.
        """
        tenant, known = absence.tenant, self._current().by_name
        if not {(tenant, absence.person), (tenant, absence.substitute)} <= known.keys():
            raise ApprovalRefused("who is away and who stands in are both in the directory")
        if absence.person == absence.substitute or absence.since >= absence.until:
            raise ApprovalRefused("somebody else stands in, and for some time")
        self._write(absences=(*self._others(tenant, absence.person), absence))

    def come_back(self, tenant: str, name: str) -> None:
        """Nobody stands in for this person any more."""
        self._write(absences=self._others(tenant, name))

    def identity(self, tenant: str, name: str) -> Identity | None:
        """As whom a person logs in with the company's login service; None: they do not."""
        mine = (i for i in self._current().identities if (i.tenant, i.person) == (tenant, name))
        return next(mine, None)

    def stands(self, person: Person, at: float) -> bool:
        """Whether a person can be taken at their word at a time when no login service is asked.

        That is whoever comes by none, and others as long as its last word holds.
        """
        identity = self.identity(person.tenant, person.id)
        return identity is None or at < identity.until

    def identities(self, tenant: str) -> tuple[Identity, ...]:
        """All identities of a tenant."""
        return tuple(i for i in self._current().identities if i.tenant == tenant)

    def identify(self, identity: Identity) -> None:
        """Enter an identity in place of an earlier one of the same person.

        Raises ApprovalRefused: the identity is another person's already.
        """
        name = (identity.tenant, identity.issuer, identity.subject)
        known = self._current().identities
        kept = [i for i in known if (i.tenant, i.person) != (identity.tenant, identity.person)]
        if any((i.tenant, i.issuer, i.subject) == name for i in kept):
            raise ApprovalRefused("this identity is another person's")
        self._write(identities=(*kept, identity))

    def admit(self, tenant: str, name: str) -> None:
        """Forget the identity of somebody who is not in the directory (any more)."""
        known = self._current()
        if (tenant, name) not in known.by_name:
            kept = (i for i in known.identities if (i.tenant, i.person) != (tenant, name))
            self._write(identities=tuple(kept))

    def _others(self, tenant: str, name: str) -> tuple[Absence, ...]:
        all_of_them = self._current().absences
        return tuple(a for a in all_of_them if (a.tenant, a.person) != (tenant, name))

    def everybody(self, tenant: str) -> tuple[Person, ...]:
        """All people of a tenant, by id."""
        found = (p for p in self._current().people if p.tenant == tenant)
        return tuple(sorted(found, key=lambda p: p.id))

    def add(self, person: Person, identity: Identity | None = None) -> None:
        """Take a person in, with the identity as which they log in, if it is not by passphrase.

        Raises ApprovalRefused: the id or the key is taken.
        """
        known = self._current()
        people, identities = (*known.people, person), known.identities
        if identity is not None:
            name = (identity.tenant, identity.issuer, identity.subject)
            kept = (i for i in identities if (i.tenant, i.issuer, i.subject) != name)
            identities = (*kept, identity)
        self._write(people=people, identities=identities)

    def change(self, person: Person) -> None:
        """Put new roles or a new key in place of a person's old ones.

        Raises ApprovalRefused: there is no such person, or the key is another's.
        """
        known, name = self._current().by_name, (person.tenant, person.id)
        if name not in known:
            msg = f"no person `{person.id}` in tenant `{person.tenant}`"
            raise ApprovalRefused(msg, mend="add them first")
        self._write(people=tuple({**known, name: person}.values()))

    def remove(self, tenant: str, name: str) -> None:
        """Take a person out; what they signed counts no more where it is not carried out yet.

        A login service that knows them lets them in no more.
        """
        known, gone = self._current(), (tenant, name)
        if gone not in known.by_name:
            return
        barred = (
            i.model_copy(update={"barred": True}) if (i.tenant, i.person) == gone else i
            for i in known.identities
        )
        self._write(
            people=tuple(p for p in known.people if (p.tenant, p.id) != gone),
            absences=tuple(
                a
                for a in known.absences
                if gone not in ((a.tenant, a.person), (a.tenant, a.substitute))
            ),
            identities=tuple(barred),
        )

    def _current(self) -> _Content:
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return _Content()
        stamp = (found.st_mtime_ns, found.st_size, found.st_ino)
        if stamp != self._stamp:
            content = self._read()
            _ = content.by_name
            self._known, self._stamp = content, stamp
        return self._known

    def _read(self) -> _Content:
        try:
            return _Content.model_validate_json(self.path.read_bytes())
        except (OSError, ValidationError) as error:
            msg, mend = "the directory of people cannot be read", "put it back from a backup"
            raise ApprovalRefused(msg, where=str(self.path), mend=mend) from error

    def _write(self, **changes: object) -> None:
        content = self._current().model_copy(update=changes)
        _checked(content.people)
        replace(self.path, canonical(content))


def _checked(people: Iterable[Person]) -> dict[tuple[str, str], Person]:
    known: dict[tuple[str, str], Person] = {}
    keys: dict[str, str] = {}
    for person in people:
        name = (person.tenant, person.id)
        if name in known:
            msg = f"`{person.id}` is in the directory already"
            raise ApprovalRefused(msg, mend="give another name")
        if person.public_key in keys:
            other = keys[person.public_key]
            msg = f"`{person.id}` and `{other}` have one key"
            raise ApprovalRefused(msg, mend="one person, one entry: remove one of them")
        known[name], keys[person.public_key] = person, person.id
    return known

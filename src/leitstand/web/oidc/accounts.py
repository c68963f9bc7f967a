"""Accounts: who a subject of the login service is here, in which roles, with which signing key.

A person is found by issuer and subject, never by mail or name: anybody may be called like that.
Roles are what the service says now, each time it is asked.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import count
from typing import cast

from leitstand.approval import Custody, FileDirectory, id_of, public_of
from leitstand.clock import Clock
from leitstand.errors import ApprovalRefused, LoginRefused
from leitstand.inbox import Signer
from leitstand.records import Identity, Person
from leitstand.values import text_at
from leitstand.web.oidc.settings import OidcSettings
from leitstand.web.oidc.tokens import Claims

LONGEST = 120
"""Characters of a name that are kept."""
_NOBODY = "person"


class Accounts:
    """The people of one tenant who come by the login service."""

    def __init__(
        self,
        settings: OidcSettings,
        directory: FileDirectory,
        custody: Custody,
        tenant: str,
        clock: Clock,
    ) -> None:
        self._settings, self._directory, self._custody = settings, directory, custody
        self._tenant, self._clock = tenant, clock

    def enter(self, claims: Claims) -> Signer:
        """The person whom the service vouches for, made at the first time, with their key.

        Raises LoginRefused: barred here, no role, or a key that does not open.
        """
        identity = self._identity(str(claims["sub"]))
        known = self._directory.person(self._tenant, identity.person) if identity else None
        if identity is not None and identity.barred:
            raise LoginRefused(f"`{identity.person}` is barred here", where="barred")
        roles = self._roles(claims, known)
        if identity is None or known is None:
            return self._made(claims, roles)
        return self._known(known, identity, claims, roles)

    def confirm(self, person: Person, claims: Claims, *, silent: bool) -> Person:
        """The person in the roles of now; `silent`: in those of their login.

        Raises LoginRefused: none, or barred.
        """
        identity = self._directory.identity(self._tenant, person.id)
        if identity is None or identity.barred:
            raise LoginRefused(f"`{person.id}` is barred here", where="barred")
        roles = person.roles if silent else self._roles(claims, person)
        found = self._changed(person, person.name, roles)
        self._stands(identity)
        return found

    def doubt(self, person: Person) -> None:
        """The service stands by a person no more: nothing is signed by chat until they log in."""
        identity = self._directory.identity(self._tenant, person.id)
        if identity is not None:
            self._directory.identify(identity.model_copy(update={"until": 0.0}))

    def of_subject(self, subject: str) -> str:
        """The id of the person that a subject is here, empty if nobody."""
        identity = self._identity(subject)
        return identity.person if identity else ""

    def renew(self, person: Person) -> None:
        """At the next login there is a new key; what the old one signed then counts no more."""
        identity = self._directory.identity(self._tenant, person.id)
        if identity is not None:
            self._custody.forget(identity)

    def _identity(self, subject: str) -> Identity | None:
        ours = (self._settings.issuer, subject)
        mine = self._directory.identities(self._tenant)
        return next((i for i in mine if (i.issuer, i.subject) == ours), None)

    def _roles(self, claims: Claims, known: Person | None) -> tuple[str, ...]:
        """Our roles for the groups in the claim. Raises LoginRefused: there are none.

        Who had some until now has none from now on.
        """
        groups = self._settings.groups(claims)
        named = _texts(groups)
        roles = dict.fromkeys(r for g in named for r in self._settings.roles.get(g, ()))
        if roles:
            return tuple(roles)
        if known is not None and known.roles:
            self._directory.change(known.model_copy(update={"roles": ()}))
        elsewhere = claims.get("_claim_names")
        if isinstance(elsewhere, dict) and self._settings.claim in elsewhere:
            msg = "the groups are too many for a token: let the service send roles, or fewer"
            raise LoginRefused(msg, where="roles")
        raise LoginRefused(f"no group of {named or 'none'} gives a role here", where="roles")

    def _made(self, claims: Claims, roles: tuple[str, ...]) -> Signer:
        name, identifier = self._free(self._name(claims))
        identity = self._fresh(
            Identity(
                tenant=self._tenant,
                person=identifier,
                issuer=self._settings.issuer,
                subject=str(claims["sub"]),
            )
        )
        key = self._custody.make(identity)
        person = Person(
            id=identifier, name=name, tenant=self._tenant, roles=roles, public_key=public_of(key)
        )
        self._directory.add(person, identity)
        return Signer(person, key)

    def _known(
        self, known: Person, identity: Identity, claims: Claims, roles: tuple[str, ...]
    ) -> Signer:
        try:
            key = self._custody.open(identity)
        except ApprovalRefused as error:
            raise LoginRefused(error.text, where="key") from error
        fresh = key is None
        key = key or self._custody.make(identity)
        if not fresh and public_of(key) != known.public_key:
            msg = f"the key here is not the one the directory has of `{known.id}`"
            raise LoginRefused(msg, where="key")
        name = self._name(claims)
        if name != known.name:
            name = self._spoken(name, known)
        known = known.model_copy(update={"public_key": public_of(key)})
        person = self._changed(known, name, roles, fresh=fresh)
        self._stands(identity)
        return Signer(person, key)

    def _changed(
        self, known: Person, name: str, roles: tuple[str, ...], *, fresh: bool = False
    ) -> Person:
        found = known.model_copy(update={"name": name, "roles": roles})
        if fresh or (name, roles) != (known.name, known.roles):
            self._directory.change(found)
        return found

    def _stands(self, identity: Identity) -> None:
        """How long the service's word holds for chat; written where it says more than it did."""
        fresh = self._fresh(identity)
        if fresh.until > identity.until:
            self._directory.identify(fresh)

    def _fresh(self, identity: Identity) -> Identity:
        hours = self._settings.chat_hours
        until = self._clock.time() + hours * 3600 if hours else 0.0
        return identity.model_copy(update={"until": until})

    def _name(self, claims: Claims) -> str:
        """What the person is called, in one line without signs that hide or turn round others."""
        for claim in (self._settings.name_claim, "name", "preferred_username"):
            text = "".join(
                " " if unicodedata.category(c)[0] in "CZ" else c for c in text_at(claims, claim)
            )
            if name := " ".join(text.split())[:LONGEST].strip():
                return name
        return _NOBODY

    def _free(self, name: str) -> tuple[str, str]:
        """A name and an id that nobody has: two people are never called the same."""
        try:
            wanted = id_of(name)
        except ApprovalRefused:
            wanted = _NOBODY
        people = self._directory.everybody(self._tenant)
        taken = {p.id for p in people} | {
            i.person for i in self._directory.identities(self._tenant)
        }
        called = {p.name.casefold() for p in people}
        return next(
            (spoken, identifier)
            for spoken, identifier in _numbered(name, wanted)
            if identifier not in taken and spoken.casefold() not in called | taken
        )

    def _spoken(self, name: str, known: Person) -> str:
        """The name as it is now, unless somebody else is called so."""
        base = re.sub(r" \(\d+\)$", "", known.name)
        others = (p for p in self._directory.everybody(self._tenant) if p.id != known.id)
        called = {word.casefold() for p in others for word in (p.id, p.name)}
        return known.name if name in (base, _NOBODY) or name.casefold() in called else name


def _numbered(name: str, identifier: str) -> Iterator[tuple[str, str]]:
    yield name, identifier
    yield from ((f"{name} ({n})", f"{identifier}.{n}") for n in count(2))


def _texts(value: object) -> tuple[str, ...]:
    """The groups: a list of texts, or one text; nothing else names any."""
    if isinstance(value, str):
        return (value,)
    rows = cast("Sequence[object]", value) if isinstance(value, list) else ()
    return tuple(row for row in rows if isinstance(row, str))

"""Single sign-on: the login service, the people who come by it, and the sessions it vouches for."""

import hashlib
import hmac
import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from leitstand.approval import Custody
from leitstand.clock import Clock
from leitstand.errors import LoginRefused, Unreachable
from leitstand.inbox.book import Book
from leitstand.records import Identity, Person
from leitstand.runtime import Leitstand
from leitstand.values import text_at
from leitstand.web.invitations import ADMIN
from leitstand.web.oidc.accounts import Accounts
from leitstand.web.oidc.rechecks import Kept, Rechecks
from leitstand.web.oidc.settings import OidcSettings
from leitstand.web.oidc.tokens import Confirmed
from leitstand.web.sessions import Session, Sessions

if TYPE_CHECKING:
    from leitstand.web.oidc.provider import Provider


_LOG = logging.getLogger("leitstand.web.oidc")


@dataclass(frozen=True, slots=True)
class Trip:
    """The three secrets of one trip to the login service; all come from the browser's cookie.

    So nothing is kept here on the way, a callback counts in the browser that set out alone, and
    for one time: its cookie is gone then.
    """

    state: str
    nonce: str
    verifier: str


def trip_of(secret: str) -> Trip:
    """The trip that a browser's secret (256 random bits) stands for."""
    return Trip(*(_derived(secret, name) for name in ("state", "nonce", "verifier")))


@dataclass(frozen=True, slots=True)
class SignOn:
    """Single sign-on of one tenant."""

    settings: OidcSettings
    provider: "Provider"
    accounts: Accounts
    rechecks: Rechecks
    sessions: Sessions

    def admits(self, person: Person) -> bool:
        """Whether somebody with a passphrase of their own may log in with it."""
        return self.settings.local == "all" or (
            self.settings.local == "admin" and ADMIN in person.roles
        )

    async def enter(self, trip: Trip, code: str) -> str:
        """A session for whoever the service means by this code; the cookie's value.

        Raises LoginRefused, Unreachable.
        """
        found = await self.provider.exchange(code, trip.nonce, trip.verifier)
        signer = self.accounts.enter(found.claims)
        cookie = await self.sessions.begin(signer)
        sid = text_at(found.claims, "sid")
        await self.rechecks.begin(cookie, signer.person.id, found.tokens, sid)
        _LOG.info("%s: logged in", signer.person.id)
        return cookie

    async def holds(
        self, cookie: str, session: Session, identity: Identity, *, signing: bool
    ) -> Session | None:
        """The session with the roles of now; None if the service stands by it no more.

        Raises Unreachable: it cannot be asked, and what it said is too old.
        """
        async with self.rechecks.lock(cookie):
            kept = await self.rechecks.find(cookie)
            if kept is None or identity.barred or identity.issuer != self.settings.issuer:
                return None
            age, most = self.rechecks.age(kept), self.settings.recheck_minutes * 60
            if age < (min(most, self.settings.sign_seconds) if signing else most):
                return session if session.person.roles else None
            try:
                return await self._asked(cookie, session, identity, kept)
            except Unreachable as error:
                _LOG.warning("%s: not rechecked: %s", session.person.id, error.text)
                if signing or age > self.settings.hold_minutes * 60:
                    raise
                return session

    async def farewell(self, cookie: str) -> str:
        """Where the login service logs out whoever came by it; empty for others."""
        kept = await self.rechecks.find(cookie)
        try:
            return await self.provider.farewell(kept.tokens) if kept else ""
        except (LoginRefused, Unreachable) as error:
            _LOG.warning("no logout at the login service: %s", error)
            return ""

    async def log_out(self, token: object) -> None:
        """The service says that somebody is logged out. Raises LoginRefused, Unreachable."""
        claims = await self.provider.keys.logout(token)
        sid, subject = text_at(claims, "sid"), text_at(claims, "sub")
        person = self.accounts.of_subject(subject) if subject else ""
        if sid:
            ended = await self.rechecks.end(sid=sid)
        else:
            ended = await self.rechecks.end(person=person) if person else 0
        _LOG.info("%s: the login service ended %d sessions", person or "-", ended)

    async def _asked(
        self, cookie: str, session: Session, identity: Identity, kept: Kept
    ) -> Session | None:
        try:
            found: Confirmed = await self.provider.again(kept.tokens, identity.subject)
            person = self.accounts.confirm(session.person, found.claims, silent=found.silent)
        except LoginRefused as error:
            _LOG.warning("%s: session ended: %s", session.person.id, error)
            self.accounts.doubt(session.person)
            await self.sessions.end(cookie)
            return None
        await self.rechecks.checked(cookie, found.tokens)
        return replace(session, signer=replace(session.signer, person=person))


def open_sign_on(
    settings: OidcSettings | None,
    leitstand: Leitstand,
    book: Book,
    sessions: Sessions,
    machine: Clock,
) -> SignOn | None:
    """Single sign-on for an open project; None without settings, or if they are for another tenant.

    `machine` is the clock that tokens go by. Raises SecretMissing.
    """
    if settings is None:
        return None
    if (settings.tenant or leitstand.project.table.tenant) != leitstand.tenant:
        _LOG.warning("single sign-on is for another tenant than `%s`: off", leitstand.tenant)
        return None
    # What checks tokens takes 4 MB: whoever has no login service does without.
    from leitstand.web.oidc.provider import Provider  # noqa: PLC0415

    clock = leitstand.rules.clock
    custody = Custody(leitstand.state / "keys", settings.secrets(), clock)
    accounts = Accounts(settings, leitstand.directory, custody, leitstand.tenant, clock)
    return SignOn(
        settings=settings,
        provider=Provider(settings, machine),
        accounts=accounts,
        rechecks=Rechecks(book, machine),
        sessions=sessions,
    )


def _derived(secret: str, name: str) -> str:
    return hmac.new(
        secret.encode(), f"leitstand.web.oidc {name}".encode(), hashlib.sha256
    ).hexdigest()

"""The site: an open project with what the web inbox needs beside it."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from leitstand.approval import Keyring
from leitstand.clock import Clock, SystemClock
from leitstand.inbox import Known, Texts, texts_of
from leitstand.inbox.book import Book
from leitstand.policy import Memo
from leitstand.runtime import Leitstand
from leitstand.values import Language
from leitstand.web.deadlines import Reminders, Teller
from leitstand.web.factors import Factors
from leitstand.web.invitations import Invitations
from leitstand.web.live import Live
from leitstand.web.lockout import Lockout
from leitstand.web.notes import Notes
from leitstand.web.oidc import OidcSettings, SignOn, open_sign_on
from leitstand.web.sessions import Sessions
from leitstand.web.tables import metadata

if TYPE_CHECKING:  # Loaded by whoever opens them: where a project has none, nothing is.
    from leitstand.channels import Channels


KEPT = 2_000
"""Rows of lists that are kept in memory."""


@dataclass(frozen=True, slots=True)
class Site:
    """One tenant's inbox in the web. `secure`: reached by https alone, so are its cookies."""

    leitstand: Leitstand
    sessions: Sessions
    lockout: Lockout
    keyring: Keyring
    factors: Factors
    invitations: Invitations
    notes: Notes
    live: Live
    reminders: Reminders
    rows: Known
    secure: bool = False
    channels: "Channels | None" = None
    sign_on: SignOn | None = None

    def texts(self, language: Language) -> Texts:
        """What people read, in a language."""
        return texts_of(language, self.leitstand.project.texts, self.leitstand.zone)


@asynccontextmanager
async def open_site(
    leitstand: Leitstand,
    *,
    secure: bool = False,
    machine: Clock | None = None,
    channels: "Channels | None" = None,
    tell: Teller | None = None,
    oidc: OidcSettings | None = None,
) -> AsyncGenerator[Site]:
    """The site of an open project; its tables lie in `web.db` of the state folder.

    `machine`: the clock that authenticators and tokens go by, where it is not this machine's.
    `tell` passes on what deadlines have to say, where no channels do. `oidc`: how people log in
    with their company's account. Raises SecretMissing.
    """
    book = Book(leitstand.state / "web.db", metadata)
    tell = channels.tell if channels else tell
    texts = texts_of("de", leitstand.project.texts, leitstand.zone)
    clock, machine = leitstand.rules.clock, machine or SystemClock()
    sessions = Sessions(book, leitstand.directory, leitstand.tenant, clock)
    site = Site(
        leitstand=leitstand,
        sessions=sessions,
        lockout=Lockout(book, clock),
        keyring=Keyring(leitstand.state / "keys", clock),
        factors=Factors(book, machine, _key(leitstand)),
        invitations=Invitations(book, leitstand.tenant, clock),
        notes=Notes(book, clock),
        live=Live(leitstand.store, leitstand.tenant),
        reminders=Reminders(book, leitstand, texts, tell),
        rows=Memo(KEPT),
        secure=secure,
        channels=channels,
        sign_on=open_sign_on(oidc, leitstand, book, sessions, machine),
    )
    watching = asyncio.create_task(site.live.watch())
    try:
        yield site
    finally:
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
        if site.sign_on:
            await site.sign_on.provider.close()
        book.close()


def _key(leitstand: Leitstand) -> bytes:
    """The server's own secret; what is kept under it opens on this server alone."""
    return (leitstand.state / "master.key").read_bytes()

"""Opening single sign-on: settings, secrets and tables made one running whole."""

import logging

from leitstand.approval import Custody
from leitstand.clock import Clock
from leitstand.inbox.book import Book
from leitstand.runtime import Leitstand
from leitstand.web.oidc.accounts import Accounts
from leitstand.web.oidc.rechecks import Rechecks
from leitstand.web.oidc.settings import OidcSettings
from leitstand.web.oidc.sign_on import SignOn
from leitstand.web.sessions import Sessions

__all__ = ["open_sign_on"]

_LOG = logging.getLogger("leitstand.web.oidc")


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

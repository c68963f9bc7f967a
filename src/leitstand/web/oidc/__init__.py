"""OpenID Connect: people log in with their company's account, and keep their session by it."""

from leitstand.web.oidc.settings import OidcSettings, read_settings
from leitstand.web.oidc.sign_on import SignOn, Trip, open_sign_on, trip_of

__all__ = [
    "OidcSettings",
    "SignOn",
    "Trip",
    "open_sign_on",
    "read_settings",
    "trip_of",
]

"""The web inbox: pages on which supervisors see and decide, over one open project."""

from leitstand.web.app import make_app
from leitstand.web.oidc import OidcSettings, read_settings
from leitstand.web.people import first_key
from leitstand.web.server import listen, serve
from leitstand.web.site import Site, open_site

__all__ = [
    "OidcSettings",
    "Site",
    "first_key",
    "listen",
    "make_app",
    "open_site",
    "read_settings",
    "serve",
]

"""A visit: somebody who is logged in asks for a page, or sends a form of one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from leitstand.inbox import Texts
from leitstand.records import Person
from leitstand.runtime import Leitstand
from leitstand.web.page import page, site_of, texts_for
from leitstand.web.sessions import Session
from leitstand.web.site import Site

Fields = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Visit:
    """Who is there, what for, and what they typed; a page that is only looked at has no fields."""

    request: Request
    session: Session
    fields: Fields = field(default_factory=dict[str, str])

    @property
    def person(self) -> Person:
        """Who it is."""
        return self.session.person

    @property
    def site(self) -> Site:
        """Where they are."""
        return site_of(self.request)

    @property
    def leitstand(self) -> Leitstand:
        """The open project of the site."""
        return self.site.leitstand

    @property
    def texts(self) -> Texts:
        """What they read."""
        return texts_for(self.request)

    def page(self, template: str, *, status: int = 200, **values: Any) -> Response:  # noqa: ANN401 - whatever the template names
        """A template as an answer to them."""
        return page(self.request, template, self.session, status=status, **values)

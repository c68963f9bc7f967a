"""The application: routes, and what holds for every answer."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from leitstand.errors import Erased, Restricted
from leitstand.web import (
    cards,
    chat,
    federated,
    files,
    halting,
    handling,
    health,
    held,
    lists,
    logins,
    mine,
    people,
    samples,
)
from leitstand.web.guarding import gated
from leitstand.web.live import Stream
from leitstand.web.page import HEADERS, page, texts_for
from leitstand.web.site import Site
from leitstand.web.visit import Visit

_STATIC = Path(__file__).parent / "static"
_SEALED: Mapping[type[Exception], int] = {Erased: 410, Restricted: 403}
_OPEN = (
    Route("/login", logins.show_login),
    Route("/login", logins.login, methods=["POST"]),
    Route("/logout", logins.logout, methods=["POST"]),
    Route("/oidc/login", federated.set_out),
    Route("/oidc/callback", federated.come_back),
    Route("/oidc/logout", federated.log_out, methods=["POST"]),
    Route("/begin", people.show_begin),
    Route("/begin", people.begin, methods=["POST"]),
    Route("/language", logins.choose_language, methods=["POST"]),
    Route("/health", health.show),
)
"""What is answered without a session; every other page and form says its address itself."""
_PAGES = (lists, cards, files, handling, held, halting, samples, chat, people, mine)


def make_app(site: Site, routes: Sequence[Route] = ()) -> Starlette:
    """The web inbox of a site, and what else is answered beside it."""
    guarded = (one for page in _PAGES for one in vars(page).values() if isinstance(one, Route))
    app = Starlette(
        routes=[
            *_OPEN,
            *guarded,
            _live,
            *(site.channels.routes if site.channels else ()),
            *routes,
            Mount("/static", StaticFiles(directory=_STATIC)),
        ],
        exception_handlers=dict.fromkeys((HTTPException, *_SEALED, 500), _refused),
    )
    app.state.site = site
    app.add_middleware(GZipMiddleware, minimum_size=800)
    app.add_middleware(_Headers)
    return app


@gated("/live")
async def _live(visit: Visit) -> Response:
    """The stream on which pages hear that something has changed."""
    return Stream(visit.site.live)


async def _refused(request: Request, error: Exception) -> Response:
    """Why there is no page; of a case that is erased, or kept for others' eyes, nothing else."""
    sealed = _SEALED.get(type(error))
    status = error.status_code if isinstance(error, HTTPException) else sealed or 500
    texts = texts_for(request)
    said = texts.told(str(error)) if sealed else texts.known(f"web.status_{status}")
    return page(request, "problem", status=status, problem=said or texts.say("web.status_400"))


class _Headers:
    """Puts the same headers on every answer; what is static may be kept for a day."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        static = str(scope.get("path", "")).startswith("/static/")

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                known = {h[0].decode() for h in message["headers"]}
                named = {**HEADERS, **({"cache-control": "max-age=86400"} if static else {})}
                extra = [(k.encode(), v.encode()) for k, v in named.items() if k not in known]
                message = {**message, "headers": [*message["headers"], *extra]}
            await send(message)

        await self._app(scope, receive, sent)

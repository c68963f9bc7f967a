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
_OPERATION = (
    Route("/monitor", lists.monitor),
    Route("/sample", samples.show_sample),
    Route("/halt", halting.say, methods=["POST"]),
    Route("/health", health.show),
)
_CASE = (
    Route("/case/{ulid}", files.show_case),
    Route("/case/{ulid}/document", files.show_document),
    Route("/case/{ulid}/export", files.export, methods=["POST"]),
    Route("/case/{ulid}/handle", handling.handle, methods=["POST"]),
    Route("/case/{ulid}/release", held.release, methods=["POST"]),
    Route("/case/{ulid}/thread", files.write_thread, methods=["POST"]),
)


def make_app(site: Site, routes: Sequence[Route] = ()) -> Starlette:
    """The web inbox of a site, and what else is answered beside it."""
    app = Starlette(
        routes=[
            Route("/", lists.inbox),
            Route("/batch", lists.batch, methods=["POST"]),
            Route("/exceptions", lists.exceptions),
            Route("/exceptions/retry", lists.retry, methods=["POST"]),
            Route("/cases", lists.cases),
            Route("/history", lists.history),
            *_OPERATION,
            Route("/card/{id}", cards.show_card),
            Route("/card/{id}/document", cards.show_document),
            Route("/card/{id}/decide", cards.decide_card, methods=["POST"]),
            Route("/card/{id}/receipt", cards.show_receipt),
            Route("/card/{id}/ask", cards.ask, methods=["POST"]),
            Route("/card/{id}/delegate", cards.delegate, methods=["POST"]),
            Route("/card/{id}/propose", cards.propose, methods=["POST"]),
            Route("/sample", samples.compare, methods=["POST"]),
            Route("/card/{id}/later", cards.later, methods=["POST"]),
            Route("/card/{id}/draft", cards.keep_draft, methods=["POST"]),
            *_CASE,
            Route("/me/chat", chat.show_links),
            Route("/me/chat", chat.make_link, methods=["POST"]),
            Route("/me/chat/cut", chat.cut_link, methods=["POST"]),
            Route("/login", logins.show_login),
            Route("/login", logins.login, methods=["POST"]),
            Route("/logout", logins.logout, methods=["POST"]),
            Route("/oidc/login", federated.set_out),
            Route("/oidc/callback", federated.come_back),
            Route("/oidc/logout", federated.log_out, methods=["POST"]),
            Route("/begin", people.show_begin),
            Route("/begin", people.begin, methods=["POST"]),
            Route("/people", people.show_people),
            Route("/people/invite", people.invite, methods=["POST"]),
            Route("/people/roles", people.change_roles, methods=["POST"]),
            Route("/people/sessions", people.end_sessions, methods=["POST"]),
            Route("/people/remove", people.remove, methods=["POST"]),
            Route("/people/key", people.renew_key, methods=["POST"]),
            Route("/people/admit", people.admit, methods=["POST"]),
            Route("/me", mine.show_me),
            Route("/me/absence", mine.leave, methods=["POST"]),
            Route("/me/factor", mine.offer_factor, methods=["POST"]),
            Route("/me/factor/confirm", mine.confirm_factor, methods=["POST"]),
            Route("/me/factor/remove", mine.remove_factor, methods=["POST"]),
            Route("/language", logins.choose_language, methods=["POST"]),
            Route("/live", _live),
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


@gated
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

"""Pages: templates filled in the reader's language, with headers that let nothing foreign run."""

from collections.abc import Mapping
from functools import cache
from typing import Any, cast, get_args

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from leitstand.inbox import Texts, halted_lines
from leitstand.inbox.texts import cut
from leitstand.values import Language
from leitstand.web.sessions import Session
from leitstand.web.site import Site

LONGEST = 2_000
"""Characters of a reason or a question."""

HEADERS: Mapping[str, str] = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cache-control": "no-store",
}
"""What every answer carries: no script, style, frame or form but our own."""


@cache
def _templates() -> Environment:
    made = Environment(
        loader=PackageLoader("leitstand.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["cut"] = cut
    return made


def site_of(request: Request) -> Site:
    """The site that answers this request."""
    return cast("Site", request.app.state.site)


def language_of(request: Request) -> Language:
    """The reader's language: chosen, else the browser's first, else German."""
    asked = request.cookies.get("lang") or request.headers.get("accept-language", "")[:2]
    return cast("Language", asked) if asked in get_args(Language) else "de"


def texts_for(request: Request) -> Texts:
    """What this reader reads."""
    return site_of(request).texts(language_of(request))


def page(
    request: Request,
    template: str,
    session: Session | None = None,
    *,
    status: int = 200,
    **values: Any,  # noqa: ANN401 - whatever the template names
) -> Response:
    """A template as an answer."""
    texts = texts_for(request)
    html = (
        _templates()
        .get_template(f"{template}.html")
        .render(
            say=texts.say,
            texts=texts,
            lang=texts.language,
            person=session.person if session else None,
            token=session.token if session else "",
            here=here_of(request),
            again=_again(request),
            name_of=site_of(request).leitstand.name_of,
            halted=halted_lines(site_of(request).leitstand, texts) if session else (),
            **values,
        )
    )
    return HTMLResponse(html, status_code=status)


def here_of(request: Request) -> str:
    """The page to come back to: of a form that was sent, the page that it stands on."""
    path = request.url.path
    return path if request.method == "GET" else path.rpartition("/")[0] or "/"


def _again(request: Request) -> str:
    """What an open page looks at for news; empty for the very same address, query and all.

    The answer to a form becomes its page with the first news, and goes on looking there.
    """
    return "" if request.method == "GET" and request.url.query else here_of(request)


def unfit(text: str, texts: Texts, missing: str = "") -> str:
    """Why a text is not taken, empty if it is; `missing` is what an absent one is told."""
    if len(text) > LONGEST:
        return texts.say("web.too_long", most=LONGEST)
    return texts.say(missing) if missing and not text else ""

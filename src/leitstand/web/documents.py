"""Documents: what a reading was made of, on a page of its own, with the place asked for marked."""

import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response

from leitstand.inbox import Texts
from leitstand.inbox.evidence import Read, dotted, leaves_of
from leitstand.web.visit import Visit

DOCUMENT = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'"
"""What a document of a sender may do: be read."""
ROWS = 300
"""Values of a reading that a page shows; the one that is asked for is always among them."""
LONGEST = 20_000
"""Characters of one value that a page shows."""
_HIDDEN = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"})


class Line(NamedTuple):
    """A value of a reading: its path, what it is called, the value, whether it is asked for."""

    path: str
    label: str
    text: str
    marked: bool


def shown_document(visit: Visit, reads: Sequence[Read]) -> Response:
    """The document of these readings, as the project shows it: nothing in it can run.

    The query's `of` names a reading and `at` a place in it, which is marked as `#at`. A document
    for which the project makes no page is shown value by value; what systems of record answered is
    not: the card names what it needs of that. Raises HTTPException 404: there is none.
    """
    of, at = visit.request.query_params.get("of", ""), visit.request.query_params.get("at", "")
    chosen = [r for r in reads if r.id == of] if of else reads
    language, make = visit.texts.language, visit.leitstand.project.document
    pages = (make(r.tool, r.result, language, at) for r in chosen) if make else ()
    if html := next((p for p in pages if p), None):
        return HTMLResponse(html, headers={"content-security-policy": DOCUMENT})
    plain = next((r for r in chosen if r.authority == "document"), None)
    if plain is None:
        raise HTTPException(404, "document")
    texts = visit.site.texts(language)
    lines = _around([*_lines(plain, at, texts)])
    return visit.page("reading", title=texts.tool(plain.tool), read=plain, lines=lines, at=at)


def _lines(read: Read, at: str, texts: Texts) -> Iterator[Line]:
    for path, value, _ in leaves_of(read):
        if value in (None, ""):
            continue
        place, name = dotted(path), path[-1] if path else ""
        called = texts.field(name)
        text = texts.value(name, value)[:LONGEST]
        yield Line(place, called, "".join(map(_visible, text)), place == at)


def _around(lines: Sequence[Line]) -> Sequence[Line]:
    """At most `ROWS` of the lines, those about the marked one."""
    at = next((n for n, line in enumerate(lines) if line.marked), 0)
    start = max(0, min(at - ROWS // 2, len(lines) - ROWS))
    return lines[start : start + ROWS]


def _visible(char: str) -> str:
    """A sign that hides or turns round what one reads, as its number."""
    hidden = unicodedata.category(char) in _HIDDEN and char not in "\n\t"
    return f"⟦U+{ord(char):04X}⟧" if hidden else char

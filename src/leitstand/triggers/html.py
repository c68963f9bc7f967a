"""HTML of a mail as text: nothing is run, nothing is fetched, and what nobody sees is left out."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from lxml import etree, html

_LONGEST = 2_000_000
"""Characters of HTML that are looked at."""
_NO_TEXT = frozenset(
    ("script", "style", "head", "title", "template", "object", "embed", "svg", "math", "iframe")
)
_BREAKS = frozenset(
    ("p", "div", "br", "tr", "li", "h1", "h2", "h3", "h4", "table", "pre", "blockquote", "section")
)
_HIDES = re.compile(
    r"display:none|visibility:(hidden|collapse)|mso-hide:all|opacity:0*(\.0+)?(;|$)"
    r"|font-size:0*(\.\d+)?[a-z%]*(;|$)|font-size:1(px|pt)|text-indent:-\d{3,}"
    r"|(left|top|right|margin-left|margin-top):-\d{3,}"
    r"|clip:rect\(0|(^|;)(max-)?(height|width):0*(\.0+)?(px|pt|em|%)?(;|$)|color:transparent"
)
_COLOUR = re.compile(r"(?:^|;)color:([^;]+)")
_GROUND = re.compile(r"background(?:-color)?:([^;]+)")
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_SIMPLE = re.compile(r"[a-z0-9]*([.#][a-z0-9_-]+)|[a-z0-9]+", re.IGNORECASE)
_WHITE = frozenset(["white", "#fff", "#ffffff", "rgb(255,255,255)", "#fffffe", "#fefefe"])


class Shown(NamedTuple):
    """What a reader sees, and whether there is text that none sees."""

    text: str
    hidden: bool


def shown_text(source: str) -> Shown:
    """The text of a page. Any string gives an answer."""
    root = _parsed(source[:_LONGEST])
    if root is None:
        return Shown("", hidden=False)
    pieces: list[str] = []
    hidden = False
    for text, seen in _texts(root, _hiding_rules(root)):
        if seen:
            pieces.append(text)
        hidden = hidden or (not seen and bool(text.strip()))
    joined = re.sub(r"[^\S\n]+", " ", "".join(pieces))
    lines = (line.strip() for line in joined.split("\n"))
    return Shown(re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip(), hidden)


def _parsed(source: str) -> Any:  # noqa: ANN401 - an lxml element
    if not source.strip("\0 \t\r\n"):
        return None
    # As bytes: what the page says of its encoding is not followed.
    data = source.replace("\0", "").encode("utf-8", "replace")
    parser = html.HTMLParser(
        encoding="utf-8", no_network=True, recover=True, remove_comments=True, remove_pis=True
    )
    try:
        return etree.fromstring(data, parser)
    except (etree.LxmlError, ValueError):
        return None


def _texts(root: Any, rules: frozenset[str]) -> Iterator[tuple[str, bool]]:  # noqa: ANN401
    """Pieces of text in their order, each with whether it is seen; no recursion."""
    unseen = silent = grounds = 0
    walk: Any = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        tag = element.tag if isinstance(element.tag, str) else ""
        step = 1 if event == "start" else -1
        silent += step * (tag in _NO_TEXT)
        grounds += step * _has_ground(element)
        unseen += step * (_hides(element, rules) or (_is_white(element) and not grounds))
        text = element.text if event == "start" else element.tail
        if tag in _BREAKS and not silent:
            yield "\n", True
        elif tag in ("td", "th"):
            yield " ", True
        if text and not silent:
            yield text, unseen == 0


def _hides(element: Any, rules: frozenset[str]) -> bool:  # noqa: ANN401
    get = element.get
    if get("hidden") is not None or (get("type") or "").lower() == "hidden":
        return True
    if get("size") == "0" or _hiding(_plain(get("style"))):
        return True
    if not rules:
        return False
    names = {f".{name}" for name in (get("class") or "").lower().split()}
    names |= {f"#{(get('id') or '').lower()}", str(element.tag).lower()}
    return not rules.isdisjoint(names)


def _is_white(element: Any) -> bool:  # noqa: ANN401
    """Whether it is written in white; on white ground nobody sees it."""
    colour = _COLOUR.search(_plain(element.get("style")))
    written = colour[1] if colour else _plain(element.get("color"))
    return written in _WHITE


def _has_ground(element: Any) -> bool:  # noqa: ANN401
    """Whether its ground has a colour of its own, other than white."""
    ground = _GROUND.search(_plain(element.get("style")))
    colour = ground[1] if ground else _plain(element.get("bgcolor"))
    return bool(colour) and colour not in _WHITE and colour not in ("none", "transparent")


def _hiding(plain: str) -> bool:
    if _HIDES.search(plain):
        return True
    colour, ground = _COLOUR.search(plain), _GROUND.search(plain)
    return bool(colour and ground and colour[1] == ground[1])


def _plain(style: str | None) -> str:
    if not style:
        return ""
    small = _COMMENT.sub("", style).lower().replace("!important", "")
    return re.sub(r"\s+", "", small)


def _hiding_rules(root: Any) -> frozenset[str]:  # noqa: ANN401
    """Simple selectors of the page's own style sheets under which nothing is seen."""
    found: set[str] = set()
    for style in root.iter("style"):
        for selectors, body in _RULE.findall(_COMMENT.sub("", style.text or "")):
            if _hiding(_plain(body)):
                found |= {one.strip().lower() for one in selectors.split(",")}
    names = (_SIMPLE.fullmatch(one) for one in found)
    return frozenset((m[1] or m[0]).lower() for m in names if m)

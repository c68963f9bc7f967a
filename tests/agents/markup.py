"""XML as text: elements that are left out where there is nothing in them."""

from collections.abc import Iterable
from xml.sax.saxutils import escape


def document(text: str) -> bytes:
    """A document in UTF-8."""
    return f'<?xml version="1.0" encoding="UTF-8"?>{text}'.encode()


def element(tag: str, *parts: object, **attributes: str) -> str:
    """An element around `parts`; nothing where they are empty."""
    inside = many(str(p) for p in parts if p is not None)
    given = many(f' {name}="{value}"' for name, value in attributes.items())
    return f"<{tag}{given}>{inside}</{tag}>" if inside else ""


def leaf(tag: str, text: object, **attributes: str) -> str:
    """An element with a text; nothing where it is None."""
    return "" if text is None else element(tag, escape(str(text)), **attributes)


def many(parts: Iterable[str]) -> str:
    """Texts one after the other."""
    return "".join(parts)

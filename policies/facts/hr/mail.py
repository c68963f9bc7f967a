"""A mail that is nothing but its sender's own request for leave.

Its text is kept nowhere, so whatever else it may say would be lost: a sentence that is not known,
another's name under it, a reply or a forwarded mail leave it to people, who read it.
"""

import re
import unicodedata
from datetime import date

from policies.facts.hr.asking import leave_asked, signed_by
from policies.facts.hr.wording import day_names, fold, leave_message

_END = re.compile(r"[.!?;]\s+|\s*\n\s*")
"""Of what is looked at word by word; a date cut in two does no harm."""
_WORD = re.compile(r"[^\W\d_]+")
_LONGEST_LINE = 6
"""Words of a line below the closing: address, telephone, department."""


def asks_leave_alone(text: str, today: date, name: str) -> bool:
    """Whether a text asks for leave on clear days, for whoever is called `name`, and no more."""
    told, folded = leave_message(), fold(text)
    if leave_asked(text, today) is None or re.search(told["apart"], folded):
        return False
    said = re.sub(told["greeting"], "", folded)
    broken = re.sub(rf"\b(?:{told['closed']})", r"\n\g<0>", said)
    parts = [part for part in _END.split(broken) if part.strip()]
    closed = next((n for n, part in enumerate(parts) if re.match(told["closed"], part)), len(parts))
    if closed == len(parts) and (signed := signed_by(text)) and not _is_named(fold(signed), name):
        return False
    if not all(_belongs(part, name) for part in parts[:closed]):
        return False
    return _closes(parts[closed:], name) if parts[closed:] else True


def writes_as(name: str, address: str) -> bool:
    """Whether an address is of whoever bears a name: all its words but initials are the name's.

    A mail server vouches for the address alone; the name beside it is the sender's to choose.
    """
    local = {word for word in _words(address.partition("@")[0]) if len(word) > 1}
    digits = any(char.isdigit() for char in address.partition("@")[0])
    return bool(local) and not digits and local <= _words(name)


def _belongs(part: str, name: str) -> bool:
    """Whether a sentence holds nothing but the request, or is one of those that go with it."""
    told = leave_message()
    if re.fullmatch(told["goes_with"], part):
        return True
    own = frozenset((*_words(name), *day_names()))
    words: list[str] = _WORD.findall(part)
    return all(word in own or re.fullmatch(told["words"], word) for word in words)


def _closes(parts: list[str], name: str) -> bool:
    """Whether a letter ends with the name of who writes, if with any, and with short lines."""
    told = leave_message()
    named = re.sub(told["closed"], "", parts[0]).strip(" ,.-")
    below = parts[1:]
    if not named and below:
        named, below = below[0], below[1:]
    named, *beside = (part.strip() for part in named.split(","))
    if named and not _is_named(named, name):
        return False
    return not any(
        len(part.split()) > _LONGEST_LINE or re.search(told["all"][1], part)
        for part in (*beside, *below)
    )


def _is_named(part: str, name: str) -> bool:
    """Whether a text is a name, or part of it, perhaps by initials."""
    known = _words(name)
    initials = {word[0] for word in known}
    found = _words(part)
    return bool(found) and all(w in known or (len(w) == 1 and w in initials) for w in found)


def _words(text: str) -> frozenset[str]:
    """The words of a name, without accents and titles."""
    bare = unicodedata.normalize("NFKD", fold(text))
    shown = "".join(char for char in bare if not unicodedata.combining(char))
    return frozenset(_WORD.findall(shown)) - frozenset(leave_message()["titles"])

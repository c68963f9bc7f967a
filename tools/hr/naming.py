"""Names of people: the same however they are written, and found in a text."""

import re
import unicodedata
from collections.abc import Iterable

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_GAP = r"[\s,]+"
_GREETED = "".join(
    rf"(?<!\b{word} )"
    for word in (
        "liebe",
        "lieber",
        "geehrte",
        "geehrter",
        "hallo",
        "moin",
        "tag",
        "morgen",
        "dear",
        "hi",
    )
)
_TITLE = r"\b(?:herrn?|frau|mrs?|ms)\.? "


def folded(name: str) -> str:
    """A name in small letters, umlauts written out, accents left off, one blank between words."""
    plain = unicodedata.normalize("NFKC", name).casefold().translate(_UMLAUTS)
    bare = "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))
    return " ".join(bare.split())


def turned(name: str) -> str:
    """A name that is written last name first, `Fuchs, Lena`, the other way round."""
    last, comma, first = name.partition(",")
    return f"{first.strip()} {last.strip()}" if comma else name


def names_in(text: str, people: Iterable[tuple[str, str]]) -> frozenset[str]:
    """Numbers of the people (number, name) whose number or full name stands in `text`.

    The name may be turned round (`Fuchs, Lena`) and have the ending of a genitive. Where nobody is
    named in full, those count that are called by their last name (`Frau Fuchs`), unless greeted.
    """
    said, known = folded(text), tuple(people)
    full = frozenset(number for number, name in known if _pattern(number, name).search(said))
    return full or frozenset(number for number, name in known if _called(name).search(said))


def _pattern(number: str, name: str) -> re.Pattern[str]:
    words = [re.escape(word) for word in folded(name).split()]
    ways = [re.escape(folded(number))]
    if words:
        ways += [_GAP.join(words) + "s?", _GAP.join((words[-1], *words[:-1])) + "s?"]
    return re.compile(rf"(?<!\w)(?:{'|'.join(ways)})(?!\w)")


def _called(name: str) -> re.Pattern[str]:
    last = folded(name).split()[-1:]
    return re.compile(rf"{_GREETED}{_TITLE}{re.escape(last[0])}s?(?!\w)" if last else r"(?!)")

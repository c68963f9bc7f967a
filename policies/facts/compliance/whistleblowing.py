"""G-C05: whether a mail reports a wrong (§§ 2, 16 HinSchG), told before anybody keeps it.

In doubt it is one: a mail that is none and lies with the reporting office is handed back by people;
a report that a machine has read is a breach of § 8 that nobody can undo.
"""

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import NamedTuple

from policies.facts.patterns import fold

__all__ = ["RULE", "recognise"]

RULE = "G-C05"

_FILE = Path(__file__).parents[2] / "compliance.toml"


class _Words(NamedTuple):
    recipients: tuple[str, ...]
    named: re.Pattern[str]
    wrong: re.Pattern[str]
    secret: re.Pattern[str]
    unless: re.Pattern[str]


def recognise(text: str, subject: str = "", recipients: Iterable[str] = ()) -> bool:
    """Whether a mail goes to the reporting office unread.

    By where it was sent to, by a report that it names, or by a wrong that it tells in confidence or
    of a colleague. Whoever only offers or speaks about such things (`unless`) reports nothing.
    """
    words = _words()
    if any(name in fold(place) for place in recipients for name in words.recipients):
        return True
    told = fold(f"{subject}\n{text}")
    if words.unless.search(told) and not words.secret.search(told):
        return False
    return bool(
        words.named.search(told) or (words.wrong.search(told) and words.secret.search(told))
    )


@cache
def _words() -> _Words:
    table = tomllib.loads(_FILE.read_text(encoding="utf-8"))["reporting"]
    names = ("named", "wrong", "secret", "unless")
    patterns = (re.compile(r"\b(" + "|".join(table[n]) + r")\b") for n in names)
    return _Words(tuple(table["recipients"]), *patterns)

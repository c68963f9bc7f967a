"""Headings of rows: under what other names a row may have what a role reads by one name."""

import re
import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from policies.facts.hr.wording import fold

_FILE = Path(__file__).parents[1] / "headings.toml"
_BETWEEN = re.compile(r"[\W_]+")


def said(value: object) -> bool:
    """Whether a column says anything."""
    return value not in (None, "")


def renamed(
    row: Mapping[str, Any], place: str, usable: Callable[[Any], bool] = said
) -> dict[str, Any]:
    """The row, with what `place` of the file knows by other names under our own as well.

    A value under our own name is never covered; `usable` tells which values count at all.
    """
    columns = reversed(list(row.items()))
    given = {_BETWEEN.sub("", fold(str(name))): value for name, value in columns}
    found = dict(row)
    for name, others in _table()[place].items():
        if usable(row.get(name)):
            continue
        own = _BETWEEN.sub("", name)
        values = [given[other] for other in (own, *others) if other in given]
        if (value := next(filter(usable, values), None)) is not None:
            found[name] = value
    return found


def category(kind: object) -> str:
    """What a row says its kind is: `sick`, `leave`, or nothing that is known here."""
    text = fold(kind).strip() if isinstance(kind, str) else ""
    kinds: Mapping[str, str] = _table()["kinds"]
    return next((one for one, words in kinds.items() if re.fullmatch(words, text)), "")


@cache
def _table() -> Mapping[str, Any]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))

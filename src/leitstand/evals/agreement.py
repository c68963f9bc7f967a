"""Agreement: what a role in the shadow proposes, beside what a person did with the same document.

What a person did is a file, JSON lines or CSV with a header: `file` names the document, every other
name is one of a case's row as `batch --json` prints it, nested ones with dots (`decision`,
`accounts.skr03`, `proposed.args.account`). Only what a line states is compared.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, cast

import orjson

from leitstand.digest import canonical
from leitstand.errors import UsageRefused
from leitstand.evals.interval import wilson
from leitstand.values import Frozen, part_of

Deeds = Mapping[str, Mapping[str, Any]]
"""What people did: values by name, by file."""


class Differing(Frozen):
    """One field of one document in which role and person differ."""

    file: str
    proposed: str
    done: str


class FieldAgreement(Frozen):
    """One field: in how many documents it was stated, and in how many both say the same.

    `low` and `high`: 95 % interval of the share (Wilson).
    """

    field: str
    n: int
    agreed: int
    low: float
    high: float
    differing: tuple[Differing, ...] = ()


class Agreement(Frozen):
    """All fields, and the correction rate before go-live: a proposal is corrected if any differs.

    `not_done` are documents of which no person said anything, `not_seen` those that only people
    know; neither counts.
    """

    compared: int
    corrected: int
    corrections_per_100: float | None
    low: float
    high: float
    fields: tuple[FieldAgreement, ...]
    not_done: tuple[str, ...] = ()
    not_seen: tuple[str, ...] = ()


def agreement(rows: Sequence[Mapping[str, Any]], done: Deeds) -> Agreement:
    """Compare rows of cases with what people did.

    Raises UsageRefused: two rows of one file, or a name that no row has.
    """
    known = {str(row["file"]): row for row in rows}
    if len(known) < len(rows):
        raise UsageRefused("two documents have one name", where="file")
    both = [file for file in known if file in done]
    names = dict.fromkeys(name for file in both for name in done[file])
    for name in names:
        if not any(_has(row, name) for row in rows):
            msg = f"no case has a `{name}`"
            raise UsageRefused(msg, where="done", mend="use the names that `batch --json` prints")
    fields = tuple(_field(name, both, known, done) for name in names)
    wrong = {one.file for field in fields for one in field.differing}
    interval = wilson(len(wrong), len(both))
    return Agreement(
        compared=len(both),
        corrected=len(wrong),
        corrections_per_100=100 * len(wrong) / len(both) if both else None,
        low=100 * interval.low,
        high=100 * interval.high,
        fields=fields,
        not_done=tuple(sorted(known.keys() - done.keys())),
        not_seen=tuple(sorted(done.keys() - known.keys())),
    )


def read_done(file: Path) -> Deeds:
    """What people did, from JSON lines or CSV (comma or semicolon; an empty cell says nothing).

    Raises UsageRefused: it cannot be read, a line is no object, names no file, or names one twice.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
        lines = list(_csv(text) if file.suffix.lower() == ".csv" else _json(text))
    except (OSError, TypeError, ValueError, csv.Error) as error:
        raise UsageRefused(f"what was done cannot be read: {error}", where=str(file)) from error
    found: dict[str, Mapping[str, Any]] = {}
    for number, line in enumerate(lines, 1):
        name = line.pop("file", None)
        if not isinstance(name, str) or not name or name in found:
            text = f"`{name}` stands there twice" if name in found else "no `file` is named"
            mend = "name in `file` what each line is about: a file, or a case by its name"
            raise UsageRefused(text, where=f"{file}, entry {number}", mend=mend)
        found[name] = line
    if not found:
        raise UsageRefused("nothing was done", where=str(file))
    return found


def _json(text: str) -> Iterator[dict[str, Any]]:
    for line in filter(str.strip, text.splitlines()):
        parsed = orjson.loads(line)
        if not isinstance(parsed, dict):
            raise TypeError("a line is no object")
        yield cast("dict[str, Any]", parsed)


def _csv(text: str) -> Iterable[dict[str, Any]]:
    header = text.partition("\n")[0]
    for row in csv.DictReader(
        text.splitlines(), delimiter=";" if ";" in header else ",", strict=True
    ):
        if None in row or None in row.values():
            raise ValueError("a row is longer or shorter than the header")
        yield {name.strip(): value.strip() for name, value in row.items() if value.strip()}


def _field(
    name: str, files: Sequence[str], rows: Mapping[str, Mapping[str, Any]], done: Deeds
) -> FieldAgreement:
    stated = [file for file in files if name in done[file]]
    pairs = [(file, part_of(rows[file], name.split(".")), done[file][name]) for file in stated]
    differing = tuple(
        Differing(file=file, proposed=_text(ours), done=_text(theirs))
        for file, ours, theirs in pairs
        if not _same(ours, theirs)
    )
    agreed = len(stated) - len(differing)
    bounds = wilson(agreed, len(stated))._asdict()
    return FieldAgreement(field=name, n=len(stated), agreed=agreed, differing=differing, **bounds)


def _has(row: object, name: str) -> bool:
    head, _, rest = name.partition(".")
    if not isinstance(row, Mapping) or head not in row:
        return False
    return not rest or _has(cast("Mapping[str, object]", row)[head], rest)


def _same(ours: object, theirs: object) -> bool:
    """Equal as text, or as numbers where one of them is a number: `119` of a file is 119.00."""
    if _text(ours) == _text(theirs):
        return True
    if not any(isinstance(v, int | float | Decimal) for v in (ours, theirs)):
        return False
    try:
        return Decimal(_text(ours)) == Decimal(_text(theirs))
    except InvalidOperation:
        return False


def _text(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else canonical(value).decode()

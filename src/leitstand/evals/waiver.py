"""Waivers: failing cases that somebody answers for by name, until a day.

A sign-off lets a newly failing case pass the gate, a quarantine takes a flaky one out of the level.
Neither helps a critical case or an unsafe effect.
"""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Literal, cast

import orjson
from pydantic import AliasChoices, Field, ValidationError

from leitstand.errors import SuiteRefused
from leitstand.table import toml_of
from leitstand.values import Frozen, Text, faults_of


class Waiver(Frozen):
    """Who answers for which case, since when, why, and until which day (that day included)."""

    case: str = Field(min_length=1)
    who: Text = Field(min_length=1, validation_alias=AliasChoices("who", "owner"))
    day: date = Field(validation_alias="date")
    why: Text = Field(min_length=1)
    until: date


def read_waivers(
    file: Path, kind: Literal["signoff", "quarantine"], today: date, days: int = 366
) -> tuple[Mapping[str, Waiver], tuple[Waiver, ...]]:
    """The waivers in force by case, and those that have run out; none where there is no file.

    Raises SuiteRefused: no TOML, an entry without name, reason or day, one of the future, two for
    a case, or one that lasts more than so many `days`: that would be no end.
    """
    if not file.is_file():
        return {}, ()
    table = toml_of(file, SuiteRefused)
    entries: object = table.pop(kind, [])
    if table or not isinstance(entries, list):
        raise SuiteRefused(f"only [[{kind}]] entries belong here", where=str(file))
    force: dict[str, Waiver] = {}
    expired: list[Waiver] = []
    for number, entry in enumerate(cast("list[object]", entries), 1):
        waiver = _waiver(entry, f"{file}, entry {number}")
        if waiver.day > today or waiver.case in force:
            what = "is dated in the future" if waiver.day > today else "stands twice"
            raise SuiteRefused(f"`{waiver.case}` {what}", where=f"{file}, entry {number}")
        if (waiver.until - waiver.day).days > days:
            text = f"`{waiver.case}` is signed off until {waiver.until}, for more than {days} days"
            raise SuiteRefused(text, where=f"{file}, entry {number}")
        if waiver.until < today:
            expired.append(waiver)
        else:
            force[waiver.case] = waiver
    return force, tuple(expired)


def _waiver(entry: object, where: str) -> Waiver:
    try:
        return Waiver.model_validate_json(orjson.dumps(entry))
    except (ValidationError, TypeError) as error:
        text = faults_of(error) if isinstance(error, ValidationError) else str(error)
        raise SuiteRefused(text, where=where) from error

"""Rows of JSON lines as typed records: tolerant of unknown columns, strict about what is meant."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar, cast, get_args

from pydantic import BaseModel, ValidationError

from leitstand.errors import LeitstandError

M = TypeVar("M", bound=BaseModel)
J = TypeVar("J", dict[str, Any], list[Any])

_SHOWN = 20


class WorldRefused(LeitstandError):
    """A company's data cannot be loaded; the message names file, line and column."""

    code = "LS720"
    mend = "mend the rows named and load again: nothing was taken in"


def parse_json(text: str) -> object:
    """JSON with exact numbers: integers as int, all others as Decimal.

    Raises ValueError: no JSON, or NaN or an infinity in it.
    """
    return json.loads(text, parse_float=Decimal, parse_constant=_refuse)


def read_json(path: Path, kind: type[J]) -> J | None:
    """The object (`dict`) or list of a file, with exact numbers; None where there is no such file.

    Raises WorldRefused: it cannot be read, is no JSON, or is of another kind.
    """
    if not path.is_file():
        return None
    place = str(path.parent)
    try:
        parsed = parse_json(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise WorldRefused(f"{path.name} cannot be read: {error.strerror}", where=place) from error
    except ValueError as error:
        raise WorldRefused(f"{path.name} is no JSON: {error}", where=place) from error
    if not isinstance(parsed, kind):
        wanted = "a list" if kind is list else "an object"
        raise WorldRefused(f"{path.name} is not {wanted}", where=place)
    return parsed


@dataclass(slots=True)
class Reader:
    """Reads the files of one folder. `problems` collects bad rows, `warnings` ignored columns."""

    folder: Path
    problems: list[str] = field(default_factory=list[str])
    warnings: list[str] = field(default_factory=list[str])

    def read(self, name: str, model: type[M], key: Callable[[M], object]) -> tuple[M, ...] | None:
        """The records of `name`.jsonl; None where there is no such file.

        Numbers may be written as numbers or texts. Two rows of one `key` that differ are a problem.
        """
        path = self.folder / f"{name}.jsonl"
        if not path.is_file():
            return None
        records: dict[object, M] = {}
        for place, row in self._rows(path):
            record = self._record(place, row, model)
            if record is None:
                continue
            if records.setdefault(key(record), record) != record:
                self.problems.append(
                    f"{place}: `{key(record)}` stands there twice, with differences"
                )
        return tuple(records.values())

    def check(self) -> None:
        """Raises WorldRefused when rows were bad."""
        if self.problems:
            more = len(self.problems) - _SHOWN
            shown = "; ".join(self.problems[:_SHOWN]) + (f"; {more} more" if more > 0 else "")
            raise WorldRefused(shown, where=str(self.folder))

    def _rows(self, path: Path) -> Iterable[tuple[str, dict[str, Any]]]:
        try:
            lines = path.read_text(encoding="utf-8-sig").split("\n")
        except UnicodeDecodeError as error:
            line = error.object.count(b"\n", 0, error.start) + 1
            self.problems.append(f"{path.name}:{line}: not UTF-8 ({error.reason})")
            return
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            place = f"{path.name}:{number}"
            try:
                row = parse_json(line)
            except ValueError as error:
                self.problems.append(f"{place}: no JSON ({error})")
                continue
            if isinstance(row, dict):
                yield place, cast("dict[str, Any]", row)
            else:
                self.problems.append(f"{place}: not an object")

    def _record(self, place: str, row: dict[str, Any], model: type[M]) -> M | None:
        try:
            return model.model_validate(self._fit(place, row, model), strict=False)
        except ValidationError as error:
            for e in error.errors():
                column = ".".join(str(part) for part in e["loc"])
                self.problems.append(f"{place}: {column}: {e['msg']}")
            return None

    def _fit(self, place: str, row: dict[str, Any], model: type[BaseModel]) -> dict[str, Any]:
        """The columns that `model` has, scalars as texts; empty ones are left to their defaults."""
        if unknown := sorted(set(row) - set(model.model_fields)):
            warning = f"{place.partition(':')[0]}: columns ignored: {', '.join(unknown)}"
            if warning not in self.warnings:
                self.warnings.append(warning)
        fitted: dict[str, Any] = {}
        for name, info in model.model_fields.items():
            value = row.get(name)
            if value is None or value == "":
                continue
            inner = _inner(info.annotation)
            if inner is not None and isinstance(value, list):
                parts = cast("list[object]", value)
                fitted[name] = [self._part(place, part, inner) for part in parts]
            else:
                fitted[name] = _text(value)
        return fitted

    def _part(self, place: str, part: object, model: type[BaseModel]) -> object:
        if isinstance(part, dict):
            return self._fit(place, cast("dict[str, Any]", part), model)
        return part


def _inner(annotation: object) -> type[BaseModel] | None:
    """The model of a `tuple[Model, ...]`."""
    for part in get_args(annotation):
        if isinstance(part, type) and issubclass(part, BaseModel):
            return part
    return None


def _text(value: object) -> object:
    if isinstance(value, list):
        return [_text(part) for part in cast("list[object]", value)]
    return str(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else value


def _refuse(constant: str) -> object:
    msg = f"{constant} is not a number"
    raise ValueError(msg)

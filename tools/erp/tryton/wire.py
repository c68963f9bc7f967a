"""Values on the wire to Tryton: JSON with `__class__` for what JSON lacks. No number is a float."""

import base64
import datetime as dt
import json
from decimal import Decimal
from typing import Any, cast

Row = dict[str, Any]
"""A record as Tryton answers it: the fields that were asked for, relations nested."""


def one(row: Row, name: str) -> Row:
    """A related record; an empty one where there is none."""
    return cast("Row", row[name] or {})


def many(row: Row, name: str) -> list[Row]:
    """Related records."""
    return cast("list[Row]", row[name] or [])


def dump(value: object) -> bytes:
    """The bytes of a body. Raises TypeError: a value that Tryton has no form for, floats too."""
    return json.dumps(_exact(value), separators=(",", ":")).encode()


def header(value: object) -> str:
    """A value inside a header or a query: base64 for URLs."""
    return base64.urlsafe_b64encode(dump(value)).decode()


def load(content: bytes) -> Any:  # noqa: ANN401 - any JSON
    """The values of an answer; quantities that Tryton keeps as floats come out as Decimal.

    Raises ValueError: no JSON, or a value of a class that is not known here.
    """
    return json.loads(content, parse_float=Decimal, object_hook=_read)


def _exact(value: Any) -> Any:  # noqa: ANN401 - any JSON
    match value:
        case dict():
            return {k: _exact(v) for k, v in cast("Row", value).items()}
        case list() | tuple():
            return [_exact(v) for v in cast("list[Any]", value)]
        case Decimal():
            return {"__class__": "Decimal", "decimal": str(value)}
        case dt.datetime() | float():
            msg = f"{type(value).__name__} is never sent"
            raise TypeError(msg)
        case dt.date():
            day = {"year": value.year, "month": value.month, "day": value.day}
            return {"__class__": "date", **day}
        case _:
            return value


def _read(found: Row) -> Any:  # noqa: ANN401 - any JSON
    match found.get("__class__"):
        case None:
            return found
        case "Decimal":
            return Decimal(found["decimal"])
        case "date":
            return dt.date(found["year"], found["month"], found["day"])
        case "datetime" | "time" | "timedelta" | "bytes" as other:
            return {"__class__": other}
        case other:
            raise ValueError(f"a value of class `{other}`")

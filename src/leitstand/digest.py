"""Canonical form and digests.

The canonical form is RFC 8785 for what tools may carry: no floats (refused when a tool is defined),
integers within ±2^53, ASCII keys. For these it is what orjson gives with sorted keys; sets are
sorted, wherever they stand: their order is another one in another process.
Digests over a case's data are keyed (BLAKE2b with the case's key, RFC 7693, 128 bits): a plain hash
of a small secret is the secret (KERNEL no. 32; docs/decisions/digests.md says why not HMAC-SHA256).
"""

import hashlib
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import cache

import orjson
from pydantic import BaseModel

from leitstand.errors import ValueRefused

_OPTIONS = orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_STRICT_INTEGER


def canonical(value: object) -> bytes:
    """Canonical bytes of JSON values, pydantic models, Decimal, dates, enums, tuples and sets.

    Raises ValueRefused: an integer beyond ±2^53, a lone surrogate, an unknown type.
    """
    try:
        return orjson.dumps(value, default=plain_of, option=_OPTIONS)
    except (TypeError, orjson.JSONEncodeError) as error:
        raise ValueRefused(f"no canonical form: {error}") from error


def plain_of(value: object) -> object:
    """`value` as JSON-able data: the one place that says how our types are written."""
    if isinstance(value, BaseModel) and not _holds_sets(type(value)):
        # What a model made without validation is validated by the guard, not by a warning. Not
        # `model_dump`, which hands on a dozen arguments that nobody gave.
        return value.__pydantic_serializer__.to_python(value, mode="json", warnings=False)
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, date | Enum):
        return value.isoformat() if isinstance(value, date) else value.value
    if isinstance(value, frozenset | set):
        return sorted(value)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    if isinstance(value, Mapping | BaseModel):
        return dict(value)  # pyright: ignore[reportUnknownArgumentType]
    raise TypeError(f"{type(value).__name__}")


@cache
def _holds_sets(model: type[BaseModel]) -> bool:
    """Whether pydantic would write sets, in the order that they have in this process."""
    return "set', 'items_schema'" in str(model.__pydantic_core_schema__)


class Keyed:
    """Keyed BLAKE2b under one key (at most 64 bytes); the key is taken in once for many digests."""

    __slots__ = ("_begun",)

    def __init__(self, key: bytes) -> None:
        self._begun = hashlib.blake2b(key=key, digest_size=16)

    def digest(self, data: bytes) -> str:
        """128 bits as 32 hexadecimal digits."""
        made = self._begun.copy()
        made.update(data)
        return made.hexdigest()


def keyed(key: bytes, data: bytes) -> str:
    """The same for one digest."""
    return Keyed(key).digest(data)


def plain(data: bytes) -> str:
    """SHA-256 of public data (policy files, graph sources, documents), hexadecimal."""
    return hashlib.sha256(data).hexdigest()

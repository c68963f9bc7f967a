"""Business values that every floor shares: money, identifiers, text, readings, secrets.

Amounts are whole cents (`Money`); text formats such as "1.000,00", "1e3", full-width digits or
NaN are refused, never guessed.
"""

import os
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from types import UnionType
from typing import (
    Annotated,
    Generic,
    Literal,
    NewType,
    NoReturn,
    TypeVar,
    Union,
    cast,
    get_args,
    get_origin,
)

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from leitstand.errors import SecretMissing, ValueRefused

T = TypeVar("T")
Language = Literal["de", "en"]
"""What people read."""

_AMOUNT = re.compile(r"-?(0|[1-9][0-9]{0,12})(\.[0-9]{2})?", re.ASCII)
_IDENTIFIER = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._/:#@+-]{0,127})", re.ASCII)
_HIDDEN = frozenset({"Cf", "Co", "Cs", "Cn"})
_LIMIT_CENTS = 10**14


@dataclass(frozen=True, slots=True)
class Kept:
    """Marks a text that names nobody: `Annotated[str, Kept()]` for a code, a type, a status.

    Every other text of a tool's data is personal: a re-recorded case shows a pseudonym of it.
    """


class Frozen(BaseModel):
    """Immutable, strict record that refuses unknown fields: the form of arguments and results."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


def check_identifier(value: str) -> str:
    """`value` if it is a plain ASCII identifier without `..`.

    Raises ValueError: control, bidi, look-alike or other characters outside the allow-list.
    """
    if not _IDENTIFIER.fullmatch(value) or ".." in value:
        msg = "not an identifier: ASCII letters, digits and . _ / : # @ + - only, 128 at most"
        raise ValueError(msg)
    return value


def check_text(value: str) -> str:
    """`value` in NFC, if it holds no invisible, bidi, private, surrogate or control characters.

    Raises ValueError otherwise. Line breaks and tabs are allowed.
    """
    if value.isascii() and value.isprintable():
        return value
    for char in value:
        category = unicodedata.category(char)
        if category in _HIDDEN or (category == "Cc" and char not in "\n\t"):
            raise ValueError(f"hidden or control character U+{ord(char):04X}")
    return unicodedata.normalize("NFC", value)


def split_names(text: object) -> object:
    """The parts of a text between commas, as a file states a list; anything else as it is."""
    return tuple(n.strip() for n in text.split(",") if n.strip()) if isinstance(text, str) else text


Money = Annotated[int, Field(strict=True, ge=-_LIMIT_CENTS, le=_LIMIT_CENTS)]
Percent = Annotated[int, Field(strict=True, ge=0, le=100)]
Identifier = Annotated[str, Field(strict=True), AfterValidator(check_identifier)]
Text = Annotated[str, Field(strict=True, max_length=20_000), AfterValidator(check_text)]
Code = Annotated[str, Kept()]
Word = Annotated[Text, Kept()]
Names = Annotated[tuple[Identifier, ...], BeforeValidator(split_names)]


class Reading(Frozen, Generic[T]):
    """A value with its source and confidence: a proposal, never the truth.

    `id` is set by the guard when the reading is recorded; evidence of a later call names it.
    `confidence` in whole percent. `source` says which record or document it was read from.
    """

    value: T
    source: str
    confidence: Percent = 100
    id: str = ""


class Conflict(Frozen):
    """Two readings of one thing that do not agree; shown side by side to the supervisor."""

    field: str
    values: tuple[str, ...]
    sources: tuple[str, ...]


class Secret:
    """A secret that never prints: `env:NAME` or `file:/path`, resolved when it is used.

    Raises SecretMissing from `reveal` when the reference resolves to nothing.
    """

    __slots__ = ("_reference",)

    def __init__(self, reference: str) -> None:
        if not reference.startswith(("env:", "file:")):
            msg = "a secret is given as env:NAME or file:/path, never as its value"
            raise ValueRefused(msg, where="secret")
        self._reference = reference

    def reveal(self) -> str:
        """The secret itself, for the adapter that needs it."""
        kind, _, name = self._reference.partition(":")
        value = os.environ.get(name) if kind == "env" else _content(Path(name))
        if not value:
            raise SecretMissing(f"`{self._reference}` is empty or absent")
        return value

    def __repr__(self) -> str:
        """Names the reference, never the value."""
        return f"Secret({self._reference!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not pickled")


def part_of(node: object, path: Iterable[str]) -> object:
    """What stands in data at a path of names, None where there is nothing."""
    for name in path:
        node = cast("Mapping[str, object]", node).get(name) if isinstance(node, Mapping) else None
    return node


def text_at(node: object, *path: str) -> str:
    """The text at a path in data, empty where there is none."""
    found = part_of(node, path)
    return found if isinstance(found, str) else ""


def leaves(table: Mapping[str, object], above: str = "") -> Iterator[tuple[str, object]]:
    """Every value in nested tables by its dotted path; an empty table is a value."""
    for name, value in table.items():
        if isinstance(value, Mapping) and value:
            yield from leaves(cast("Mapping[str, object]", value), f"{above}{name}.")
        else:
            yield f"{above}{name}", value


def nodes(value: object, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], object]]:
    """Every value in JSON data with its path; what holds others comes before them."""
    yield path, value
    if isinstance(value, Mapping):
        for name, inner in cast("Mapping[str, object]", value).items():
            yield from nodes(inner, (*path, name))
    elif isinstance(value, list | tuple):
        for place, inner in enumerate(cast("Sequence[object]", value)):
            yield from nodes(inner, (*path, str(place)))


def members_of(hint: object, *marks: object) -> Iterator[tuple[object, tuple[object, ...]]]:
    """The members of a union, each with the marks of its `Annotated`; of another type, itself."""
    origin = get_origin(hint)
    if isinstance(hint, NewType):
        yield from members_of(cast("object", hint.__supertype__), *marks)
    elif origin is Annotated:
        inner, *more = get_args(hint)
        yield from members_of(inner, *marks, *more)
    elif origin is Union or origin is UnionType:
        for member in get_args(hint):
            yield from members_of(member, *marks)
    else:
        yield hint, marks


def parse_money(text: str) -> int:
    """Whole cents of `1234.56` or `1234`.

    Raises ValueRefused for every other form (thousands marks, comma, exponent, blanks, `+`,
    other digits than ASCII, more than two decimals) and above 10^14 cents.
    """
    if not _AMOUNT.fullmatch(text):
        raise ValueRefused(f"`{text[:40]!r}` is not an amount such as 1234.56")
    return cents_of(Decimal(text))


def faults_of(error: ValidationError) -> str:
    """What pydantic found wrong, the first five: `` `field`: what ``."""
    return "; ".join(f"`{'.'.join(map(str, e['loc']))}`: {e['msg']}" for e in error.errors()[:5])


def defect_of(error: BaseException) -> str:
    """An error that nobody planned: its kind, and what it says, the first 500 characters."""
    text = faults_of(error) if isinstance(error, ValidationError) else error
    return f"{type(error).__name__}: {text}"[:500]


def cents_of(amount: Decimal) -> int:
    """Whole cents of a finite amount with at most two decimals.

    Raises ValueRefused otherwise: an amount is never rounded on its way to the guard.
    """
    if not amount.is_finite() or abs(amount) * 100 > _LIMIT_CENTS:
        raise ValueRefused(f"`{amount}` is not a usable amount")
    cents = amount * 100
    if cents != cents.to_integral_value():
        raise ValueRefused(f"`{amount}` has more than two decimals")
    return int(cents)


def show_money(cents: int, currency: str = "EUR") -> str:
    """German notation for people: `1.234,56 €`; other currencies by their code."""
    sign, whole = ("-" if cents < 0 else ""), abs(cents)
    grouped = f"{whole // 100:,}".replace(",", ".")
    mark = "€" if currency == "EUR" else currency
    return f"{sign}{grouped},{whole % 100:02d} {mark}"


def _content(path: Path) -> str | None:
    return path.read_text(encoding="utf-8").strip() if path.is_file() else None

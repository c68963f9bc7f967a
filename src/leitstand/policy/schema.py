"""The Cedar schema, generated from the argument models of the tools and the models of their facts.

Nobody writes a schema by hand, so none can fall behind: a rule that names an argument or a fact
that does not exist keeps the bundle from loading. Values are checked against the same table before
they reach the engine, because the engine skips a rule whose values are ill-typed, and a skipped
`forbid` is an open door.
"""

import inspect
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import Enum
from importlib.resources import files
from types import NoneType
from typing import Any, Literal, cast, get_args, get_origin

from pydantic import BaseModel

from leitstand.digest import canonical
from leitstand.errors import ValueRefused
from leitstand.tool import Tool
from leitstand.values import members_of

Kind = Literal["Long", "Bool", "String", "Set<String>"]


@dataclass(frozen=True, slots=True)
class Slot:
    """One attribute that rules can name: its Cedar type, and whether it may be absent.

    `values` are all that it can have, empty where its type is open.
    """

    kind: Kind
    optional: bool = False
    values: tuple[str | int, ...] = field(default=(), compare=False)


COMMON = files(__package__ or "").joinpath("common.cedarschema").read_text("utf-8")
"""What every bundle shares: who acts, on what, and what the guard knows of a call."""

CALL: Mapping[str, Slot] = {
    "tainted": Slot("Set<String>"),
    "edited": Slot("Bool"),
    "done": Slot("Set<String>"),
}
APPROVAL: Mapping[str, Slot] = {
    "count": Slot("Long"),
    "roles": Slot("Set<String>"),
    "persons": Slot("Set<String>"),
}
"""The attributes of `Call` and of its `approval`, as the guard gives them."""

Place = tuple[str, str]
_LONG = 2**53
_SURROGATE = re.compile("[\ud800-\udfff]")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_PLAIN: dict[Kind, type] = {"Bool": bool, "String": str, "Long": int}
_SETS = (frozenset, set, tuple, list)


def slots_of(model: type[BaseModel]) -> dict[str, Slot]:
    """The attributes of a model that rules can name; nested models and records are left out."""
    found = {name: slot_of(info.annotation) for name, info in model.model_fields.items()}
    return {name: slot for name, slot in found.items() if slot and _NAME.fullmatch(name)}


def slot_of(annotation: object) -> Slot | None:
    """The attribute that a type becomes, None where rules cannot name it.

    int → Long, bool → Bool, str, Literal, Enum, date and Decimal → String, sets, tuples and lists
    of these texts → Set<String>, `| None` → optional.
    """
    options = tuple(_options(annotation))
    kinds: list[Kind | None] = [_kind(o) for o in options if o is not NoneType]
    kind = kinds[0] if kinds else None
    if kind is None or any(k != kind for k in kinds):
        return None
    values = [_values(o) for o in options if o is not NoneType]
    closed = tuple(dict.fromkeys(v for some in values for v in some)) if all(values) else ()
    return Slot(kind, NoneType in options, closed)


def action_text(tool: Tool[Any, Any], args: Mapping[str, Slot], facts: Mapping[str, Slot]) -> str:
    """The schema of one tool: its group, its arguments and its facts."""
    group = "write" if tool.writes else "read"
    name = canonical(tool.name).decode()
    return (
        f'action {name} in [Action::"{group}"] appliesTo {{\n'
        f"  principal: [Agent], resource: [Case],\n"
        f"  context: {{\n    args: {_record(args)},\n"
        f"    facts: {_record(facts)},\n    call: Call\n  }}\n}};\n"
    )


def fit(slots: Mapping[str, Slot], given: Mapping[str, object], what: str) -> dict[str, object]:
    """`given` as JSON values for the engine: exactly the slots, each of its type.

    Raises ValueRefused: a value is missing or ill-typed, an integer is beyond ±2^53, a text has a
    lone surrogate.
    """
    fitted: dict[str, object] = {}
    for name, slot in slots.items():
        value = given.get(name)
        if type(value) is _PLAIN.get(slot.kind) and not _beyond(value):
            fitted[name] = value
        elif value is not None or not slot.optional:
            fitted[name] = _value(slot.kind, value, (what, name))
    return fitted


def _beyond(value: object) -> bool:
    if isinstance(value, str):
        return not value.isascii() and _SURROGATE.search(value) is not None
    return type(value) is int and not -_LONG <= value <= _LONG


def _record(slots: Mapping[str, Slot]) -> str:
    if not slots:
        return "{}"
    rows = (f'      "{n}"{"?" * s.optional}: {s.kind}' for n, s in sorted(slots.items()))
    return "{\n" + ",\n".join(rows) + "\n    }"


def _options(annotation: object) -> Iterator[object]:
    """The members of a union, each word of a literal by itself."""
    for member, _ in members_of(annotation):
        if get_origin(member) is Literal:
            yield from (NoneType if word is None else Literal[word] for word in get_args(member))
        else:
            yield member


def _kind(annotation: object) -> Kind | None:
    origin = get_origin(annotation)
    if origin is Literal:
        literal: object = get_args(annotation)[0]
        return _single(type(literal))
    if origin in _SETS:
        members = [a for a in get_args(annotation) if a is not Ellipsis]
        texts = all(slot_of(m) == Slot("String") for m in members)
        return "Set<String>" if members and texts else None
    return _single(annotation) if inspect.isclass(annotation) else None


def _values(annotation: object) -> tuple[str | int, ...]:
    """All values of a closed type, empty where it is open."""
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    if not inspect.isclass(annotation):
        return ()
    if issubclass(annotation, Enum):
        return tuple(member.value for member in annotation)
    return (False, True) if annotation is bool else ()


def _single(annotation: type) -> Kind | None:
    if issubclass(annotation, bool):
        return "Bool"
    if issubclass(annotation, int) and not issubclass(annotation, Enum):
        return "Long"
    return "String" if issubclass(annotation, str | date | Decimal | Enum) else None


def _value(kind: Kind, value: object, place: Place) -> object:
    if kind == "String":
        return _text(value, place)
    if kind == "Set<String>" and isinstance(value, _SETS):
        members = cast("Iterable[object]", value)
        return sorted({_text(m, place) for m in members})
    raise _ill_typed(kind, value, place)


def _text(value: object, place: Place) -> str:
    if isinstance(value, Enum):
        return _text(value.value, place)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if not isinstance(value, str) or _beyond(value):
        raise _ill_typed("String", value, place)
    return value


def _ill_typed(kind: Kind, value: object, place: Place) -> ValueRefused:
    given = "missing" if value is None else f"of type `{type(value).__name__}`"
    given = "half a surrogate pair" if isinstance(value, str) and kind == "String" else given
    what = ".".join(place)
    return ValueRefused(f"`{what}` is {given}, not a {kind}", where=what)

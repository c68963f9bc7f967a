"""Edits: values as a person types them in a terminal, made arguments again, strictly.

One way to write each value, never guessed: `1.234,56` could be either of two amounts, so it is
refused and the message shows how to write it.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from datetime import date
from decimal import Decimal
from enum import Enum
from types import NoneType
from typing import Any, Literal, TypeVar, cast, get_args, get_origin
from typing import get_type_hints as hints_of

from pydantic import BaseModel, ValidationError

from leitstand.digest import canonical
from leitstand.errors import ValueRefused
from leitstand.tool import Tool
from leitstand.values import Money, faults_of, members_of, parse_money

M = TypeVar("M", bound=BaseModel)
A = TypeVar("A", bound=BaseModel)
_MONEY: object = get_args(Money)[1]
_WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,14})", re.ASCII)
_EXACT = re.compile(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,9})?", re.ASCII)
_GERMAN_DAY = re.compile(r"([0-9]{2})\.([0-9]{2})\.([0-9]{4})", re.ASCII)
_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
Kind = Literal["amount", "choice", "day", "text"]
"""How a field is written: an amount, one of a few words, a day, or any other text."""

_TRUTHS = {"ja": True, "yes": True, "true": True, "nein": False, "no": False, "false": False}


def edit(tool: Tool[A, Any], args: Mapping[str, Any], edits: Mapping[str, str]) -> A:
    """The arguments with these fields changed, validated as if the agent had given them.

    `args` is canonical JSON (amounts in cents), `edits` maps a field (`account`, `lines.0.account`)
    to text: amounts `1234.56`, days `2026-11-30` or `30.11.2026`, `ja`/`nein`, empty for none, sets
    and lists with commas. Raises ValueRefused: an unknown field, another way to write it, an
    invalid value.
    """
    return _made(tool.args, deepcopy(dict(args)), edits, tool.name)


def fill(model: type[M], texts: Mapping[str, str], where: str) -> M:
    """A value of a type from its fields as a person types them, each written as in `edit`.

    Fields that are not given have their default. Raises ValueRefused.
    """
    return _made(model, dict.fromkeys(texts), texts, where)


def kind_of(model: type[BaseModel], field: str) -> tuple[Kind, tuple[str, ...]]:
    """How a field of a model is written, and of a choice its words; empty stands for none.

    Raises ValueRefused: no such field.
    """
    options = list(members_of(_step(model, field)))
    none = ("",) if any(option is NoneType for option, _ in options) else ()
    real = [(option, marks) for option, marks in options if option is not NoneType]
    words = [_words(option) for option, _ in real]
    if real and all(words):
        return "choice", (*none, *(word for some in words for word in some))
    if is_amount(_step(model, field)):
        return "amount", ()
    return ("day" if [option for option, _ in real] == [date] else "text"), ()


def is_amount(hint: object) -> bool:
    """Whether values of a type are typed and shown as amounts: `Money`, or a union with it."""
    return any(_MONEY in marks for _, marks in members_of(hint))


def part_type(hint: object, part: str) -> object | None:
    """The type of a part of a value of this type, a field or the place in a list; None if none."""
    for option, _ in members_of(hint):
        model = option if isinstance(option, type) and issubclass(option, BaseModel) else None
        if model and part in model.model_fields:
            return cast("object", hints_of(model, include_extras=True)[part])
        members = [a for a in get_args(option) if a is not Ellipsis]
        if get_origin(option) in (tuple, list, frozenset) and members and part.isdecimal():
            return cast("object", members[min(int(part), len(members) - 1)])
        if get_origin(option) in (dict, Mapping):
            return cast("object", members[1])
    return None


def _words(option: object) -> tuple[str, ...]:
    """The words that a type is written in; none if it is written in others, too."""
    if option is bool:
        return ("true", "false")
    if get_origin(option) is Literal:
        return tuple(map(str, get_args(option)))
    if isinstance(option, type) and issubclass(option, Enum):
        return tuple(str(m.value) for m in option)
    return ()


def _made(model: type[M], fresh: dict[str, Any], edits: Mapping[str, str], where: str) -> M:
    faults = [f for name, text in edits.items() if (f := _set(model, fresh, name, text))]
    if faults:
        raise ValueRefused("; ".join(faults), where=where)
    try:
        return model.model_validate_json(canonical(fresh))
    except ValidationError as error:
        raise ValueRefused(f"not valid: {faults_of(error)}", where=where) from error


def typed(model: type[BaseModel], texts: Mapping[str, str]) -> dict[str, object]:
    """Fields of a model as JSON, from text as `edit` reads it. Raises ValueRefused: all faults."""
    found: dict[str, object] = {}
    faults: list[str] = []
    for name, text in texts.items():
        try:
            found[name] = _typed(_step(model, name), text)
        except ValueRefused as error:
            faults.append(f"`{name}`: {error.text}")
    if faults:
        raise ValueRefused("; ".join(faults), where=model.__name__)
    return found


def _set(model: type[BaseModel], args: dict[str, Any], name: str, text: str) -> str:
    """Put one typed value in its place; what is wrong with it, empty if nothing."""
    *path, last = name.replace("[", ".").replace("]", "").split(".")
    try:
        hint, place = _walk(model, args, path)
        place[_index(place, last)] = _typed(_step(hint, last), text)
    except ValueRefused as error:
        return f"`{name}`: {error.text}"
    return ""


def _walk(model: type[BaseModel], args: Any, path: Sequence[str]) -> tuple[object, Any]:  # noqa: ANN401 - JSON
    hint: object = model
    for part in path:
        hint, args = _step(hint, part), args[_index(args, part)]
    return hint, args


def _step(hint: object, part: str) -> object:
    if (found := part_type(hint, part)) is None:
        raise ValueRefused(f"no field `{part}`")
    return found


def _index(place: object, part: str) -> str | int:
    if isinstance(place, dict) and part in place:
        return part
    if isinstance(place, list) and part.isdecimal() and int(part) < len(cast("list[Any]", place)):
        return int(part)
    raise ValueRefused(f"nothing at `{part}`")


def _typed(hint: object, text: str) -> object:
    """`text` as JSON of this type; of a union, the first member that takes it."""
    options = list(members_of(hint))
    if not text.strip() and any(o is NoneType for o, _ in options):
        return None
    problems: list[ValueRefused] = []
    for option, marks in options:
        if option is not NoneType:
            try:
                return _value(option, marks, text.strip())
            except ValueRefused as error:
                problems.append(error)
    raise problems[0]


def _value(option: object, marks: tuple[object, ...], text: str) -> object:
    origin = get_origin(option)
    if origin is Literal:
        return _one_of(get_args(option), text)
    if origin in (frozenset, set, tuple, list):
        member = next(a for a in get_args(option) if a is not Ellipsis)
        return [_typed(member, part) for part in text.split(",") if part.strip()]
    if _MONEY in marks:
        return _money(text)
    return _single(option, text)


def _single(option: object, text: str) -> object:
    if isinstance(option, type) and issubclass(option, Enum):
        return _one_of(tuple(m.value for m in option), text)
    read = _READERS.get(cast("object", option))
    if read is None:
        raise ValueRefused("cannot be changed as text")
    return read(text)


def _one_of(values: tuple[object, ...], text: str) -> object:
    for value in values:
        if str(value) == text:
            return value
    names = ", ".join(map(str, values))
    raise ValueRefused(f"none of: {names}")


def _money(text: str) -> int:
    try:
        return parse_money(text)
    except ValueRefused:
        raise ValueRefused(f"`{text}` is no amount such as 1234.56") from None


def _whole(text: str) -> int:
    if not _WHOLE.fullmatch(text):
        raise ValueRefused(f"`{text}` is no whole number such as 12")
    return int(text)


def _exact(text: str) -> str:
    if not _EXACT.fullmatch(text):
        raise ValueRefused(f"`{text}` is no number such as 12.5")
    return str(Decimal(text))


def _day(text: str) -> str:
    german = _GERMAN_DAY.fullmatch(text)
    iso = f"{german[3]}-{german[2]}-{german[1]}" if german else text
    try:
        return date.fromisoformat(iso if _ISO_DAY.fullmatch(iso) else "").isoformat()
    except ValueError:
        raise ValueRefused(f"`{text}` is no date such as 2026-11-30") from None


def _truth(text: str) -> bool:
    if text.casefold() not in _TRUTHS:
        raise ValueRefused(f"`{text}` is neither yes nor no")
    return _TRUTHS[text.casefold()]


_READERS: Mapping[object, Callable[[str], object]] = {
    bool: _truth,
    int: _whole,
    Decimal: _exact,
    date: _day,
    str: str,
}

"""Deep immutability of a role's state: what a step cannot change, no sibling can see change."""

import inspect
from collections.abc import Iterator
from datetime import date, time
from decimal import Decimal
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from leitstand.errors import RoleRefused

_PLAIN = (str, int, Decimal, date, time, Enum, NoneType)
_ADVICE = "use tuples, frozensets, frozen pydantic models, str, int, bool, Decimal, dates and enums"


def check_frozen(state: type, where: str) -> None:
    """Refuse a state that could be changed in place, or that has no canonical form.

    Raises RoleRefused naming every field at fault: lists, dicts, sets, mappings, floats, open
    types, models that are not frozen or keep private attributes.
    """
    faults = list(_model_faults(state, state.__name__, set()))
    if faults:
        text = f"the state must be deeply immutable, but {'; '.join(faults)}"
        raise RoleRefused(text, where=where, mend=_ADVICE)


def _model_faults(model: type, path: str, seen: set[type]) -> Iterator[str]:
    if model in seen:
        return
    seen.add(model)
    if not issubclass(model, BaseModel):
        yield f"`{path}` is a `{model.__name__}`"
        return
    if not model.model_config.get("frozen"):
        yield f"`{path}` (`{model.__name__}`) is not frozen"
    if model.model_config.get("extra") == "allow":
        yield f"`{path}` (`{model.__name__}`) takes fields that it does not declare"
    if model.__private_attributes__:
        yield f"`{path}` (`{model.__name__}`) keeps private attributes"
    for name, info in model.model_fields.items():
        yield from _faults(info.annotation, f"{path}.{name}", seen)


def _faults(kind: object, path: str, seen: set[type]) -> Iterator[str]:
    origin, args = get_origin(kind), get_args(kind)
    if origin is Annotated:
        yield from _faults(args[0], path, seen)
    elif origin in (Union, UnionType, tuple):
        for arg in args:
            yield from _faults(arg, path, seen)
    elif origin is frozenset:
        yield from _set_faults(args[0], path)
    elif origin is Literal or kind in (None, Ellipsis):
        return
    elif inspect.isclass(kind):
        yield from _class_faults(kind, path, seen)
    else:
        yield f"`{path}` is `{kind}`"


def _set_faults(kind: object, path: str) -> Iterator[str]:
    """A set is written sorted, so its elements must have an order."""
    if not (inspect.isclass(kind) and issubclass(kind, str | int | Decimal | date)):
        yield f"`{path}` is a frozenset of `{kind}`, which has no order"


def _class_faults(kind: type, path: str, seen: set[type]) -> Iterator[str]:
    if issubclass(kind, BaseModel):
        yield from _model_faults(kind, path, seen)
    elif not issubclass(kind, _PLAIN):
        yield f"`{path}` is a `{kind.__name__}`"

"""Personal values: every text of a tool's data that is not declared to name nobody.

The class of a value is declared on the field of the tool: `Annotated[str, Kept()]` is kept, and so
is what has a closed vocabulary, a number, an amount or a date. All other texts are personal.
"""

from collections.abc import Callable, Mapping, Sequence
from types import UnionType
from typing import Annotated, Any, Literal, Union, cast, get_args, get_origin

from pydantic import BaseModel

from leitstand.values import Kept

Take = Callable[[str], str]
"""What becomes of a personal text."""


def taken(kind: object, value: Any, take: Take) -> Any:  # noqa: ANN401 - JSON in, JSON out
    """`value`, JSON data of the type `kind`, with `take` applied to every personal text.

    Where the type says nothing (`Any`), every text is personal; names of fields never are.
    """
    origin = get_origin(kind)
    if origin is Annotated:
        inner, *marks = get_args(kind)
        return value if _kept(marks) else taken(inner, value, take)
    if origin in (Union, UnionType):
        return taken(_member(get_args(kind), value), value, take)
    if isinstance(value, str):
        return take(value) if kind in (str, Any, object, None) else value
    if isinstance(value, Mapping):
        return _fields(kind, cast("Mapping[str, Any]", value), take)
    if isinstance(value, list | tuple):
        return _items(get_args(kind), cast("Sequence[Any]", value), take)
    return value


def _fields(kind: object, value: Mapping[str, Any], take: Take) -> dict[str, Any]:
    if not _is_model(kind):
        options = get_args(kind)
        inner = options[1] if len(options) == 2 else Any  # noqa: PLR2004 - key and value of a mapping
        return {name: taken(inner, item, take) for name, item in value.items()}
    known = cast("type[BaseModel]", kind).model_fields
    found: dict[str, Any] = {}
    for name, item in value.items():
        field = known.get(name)
        if field is None:
            found[name] = taken(Any, item, take)
        else:
            found[name] = item if _kept(field.metadata) else taken(field.annotation, item, take)
    return found


def _items(options: tuple[object, ...], value: Sequence[Any], take: Take) -> list[Any]:
    if len(options) == len(value) and Ellipsis not in options:
        return [taken(kind, item, take) for kind, item in zip(options, value, strict=True)]
    inner = options[0] if options else Any
    return [taken(inner, item, take) for item in value]


def _member(options: tuple[object, ...], value: object) -> object:
    """The member of a union that a value is of."""
    left = [o for o in options if o is not type(None)]
    for option in left:
        if get_origin(option) is Literal and value in get_args(option):
            return option
    if isinstance(value, Mapping):
        names = set(cast("Mapping[str, object]", value))
        models = [o for o in left if _is_model(o)]
        fits = (m for m in models if names <= set(cast("type[BaseModel]", m).model_fields))
        return next(fits, left[0] if len(left) == 1 else Any)
    return left[0] if len(left) == 1 else next((o for o in left if _takes_text(o)), left[0])


def _takes_text(option: object) -> bool:
    inner = get_args(option)[0] if get_origin(option) is Annotated else option
    return inner is str


def _is_model(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _kept(marks: Sequence[object]) -> bool:
    return any(isinstance(m, Kept) for m in marks)

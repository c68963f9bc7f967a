"""Typed tools: functions on a business system, with their reads and writes declared.

A tool has one argument model and one result model, both frozen, strict and free of floats. A read
takes `(args, port)`, a write `(args, port, key)` with the idempotency key. Adapters behind a port
raise only the errors of `CallFailed`; everything else becomes `ToolFailed`.
"""

import inspect
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, Protocol, TypeVar, cast, get_type_hints, overload

from pydantic import BaseModel, ConfigDict, PositiveFloat, TypeAdapter, validate_call
from pydantic.fields import FieldInfo

from leitstand.errors import ToolDefined
from leitstand.values import nodes

A = TypeVar("A", bound=BaseModel)
R = TypeVar("R", bound=BaseModel)
P = TypeVar("P")

_NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")

Authority = Literal["record", "document", "service", "tenant", "person"]
"""Where a read's values come from: a system of record, an untrusted document, a derived service, or
the tenant's own data, which change as rules do: a replay reads them as they are now. No tool reads
from a `person`: that is the authority of what one has supplied to a case."""


class Port(Protocol):
    """What a business system can do, as typed async methods; adapters stand behind it."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """Marks an argument that must equal a value of a system of record.

    `Annotated[Identifier, Recorded("erp.supplier.find", "id")]`: the argument is clean when it
    equals the value at `path` (dots; `*` for any element) of what `tool` answered in this case.
    """

    tool: str
    path: str


@dataclass(frozen=True, slots=True)
class Connection:
    """A configured client of one business system: the adapter behind `port`, under a name.

    `settle` seconds must pass after a call's timeout before the system's "not found" counts: its
    declared delay, index lag included (KERNEL no. 5).
    """

    name: str
    port: type
    adapter: object
    settle: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Tool(Generic[A, R]):
    """A typed function on a business system.

    `writes` names what changes (empty for a read); `key` the fields of the business key, unique per
    tenant and connection over all cases; `undo` the tool that reverses it; `timeout` seconds;
    `idempotent` says that the system honours the idempotency key, so that a repeat is safe;
    `reconcile` looks an effect up by its key. `watch`: a read that must still hold when an approval
    is acted on; it is read again, and a change voids the approval. `recorded` are the arguments
    that must equal a value of a system of record; `open_fields` those whose type is no closed
    vocabulary, so that their values can carry foreign content.
    """

    name: str
    args: type[A]
    result: type[R]
    port: type
    run: Callable[..., Awaitable[R]]
    text: str
    writes: str = ""
    authority: Authority = "record"
    key: tuple[str, ...] = ()
    undo: str = ""
    timeout: float = 30.0
    idempotent: bool = False
    watch: bool = False
    reconcile: Callable[[str, Any], Awaitable[R | None]] | None = None
    recorded: Mapping[str, Recorded] = field(default_factory=dict[str, Recorded])
    open_fields: tuple[str, ...] = ()


class _Read(Protocol):
    @overload
    def __call__(self, run: Callable[[A, P], Awaitable[R]]) -> Tool[A, R]: ...
    @overload
    def __call__(self, run: Callable[[A, P, str], Awaitable[R]]) -> Tool[A, R]: ...


@validate_call(config=ConfigDict(strict=True))
def tool(  # noqa: PLR0913 - the options mirror the fields of Tool, keyword by keyword
    name: str,
    *,
    writes: str = "",
    authority: Authority = "record",
    key: tuple[str, ...] = (),
    undo: str = "",
    timeout: PositiveFloat = 30.0,
    idempotent: bool = False,
    watch: bool = False,
    reconcile: Callable[[str, Any], Awaitable[Any]] | None = None,
) -> "_Read":
    """Make a typed async function a tool named `system.noun.verb`.

    Raises ToolDefined: another name, not async, a missing annotation, a float, a write without key
    parameter, a business key that is no argument field. ValidationError: an option's type.
    """

    def define(run: Callable[..., Awaitable[Any]]) -> Tool[Any, Any]:
        if reconcile and not inspect.iscoroutinefunction(reconcile):
            raise ToolDefined(f"`reconcile` of `{name}` must be an async function", where=name)
        given, port, answer = _signature(name, run, writes=bool(writes))
        args, result = _check(name, given, answer, key)
        return Tool(
            name=name,
            args=args,
            result=result,
            port=port,
            run=run,
            text=inspect.getdoc(run) or inspect.getdoc(args) or "",
            writes=writes,
            authority=authority,
            key=key,
            undo=undo,
            timeout=timeout,
            idempotent=idempotent,
            watch=watch,
            reconcile=reconcile,
            recorded=_recorded(args),
            open_fields=tuple(n for n, i in args.model_fields.items() if not _closed(i)),
        )

    return cast("_Read", define)


def _signature(
    name: str, run: Callable[..., Awaitable[Any]], *, writes: bool
) -> tuple[object, type, object]:
    if not _NAME.fullmatch(name):
        raise ToolDefined(f"`{name}` is no name: tools are called `system.noun.verb`", where=name)
    if not inspect.iscoroutinefunction(run):
        raise ToolDefined(f"`{name}` must be an async function", where=name)
    hints: dict[str, Any] = get_type_hints(run)
    result = hints.pop("return", None)
    parameters = list(hints.values())
    if result is None or len(parameters) != (3 if writes else 2):
        wanted = "(args, port, key)" if writes else "(args, port)"
        msg = f"`{name}` takes {wanted}, all annotated, and says what it returns"
        raise ToolDefined(msg, where=name)
    return parameters[0], parameters[1], result


def _check(
    name: str, args: object, result: object, key: tuple[str, ...]
) -> tuple[type[BaseModel], type[BaseModel]]:
    models: list[type[BaseModel]] = []
    for model in (args, result):
        if not (inspect.isclass(model) and issubclass(model, BaseModel)):
            msg = f"`{name}`: arguments and result are pydantic models, not {model!r}"
            raise ToolDefined(msg, where=name)
        if _holds_float(TypeAdapter(model).json_schema(mode="serialization")):
            msg = f"`{name}`: `{model.__name__}` holds a float; use Money, Decimal or int"
            raise ToolDefined(msg, where=name)
        models.append(model)
    if unknown := set(key) - set(models[0].model_fields):
        msg = f"`{name}`: business key field {sorted(unknown)} is no argument"
        raise ToolDefined(msg, where=name)
    return models[0], models[1]


def _holds_float(schema: object) -> bool:
    tables = (cast("dict[str, object]", n) for _, n in nodes(schema) if isinstance(n, dict))
    return any(table.get("type") == "number" for table in tables)


def _recorded(args: type[BaseModel]) -> dict[str, Recorded]:
    marks = {
        name: next((m for m in info.metadata if isinstance(m, Recorded)), None)
        for name, info in args.model_fields.items()
    }
    return {name: mark for name, mark in marks.items() if mark is not None}


def _closed(info: FieldInfo) -> bool:
    schema = TypeAdapter(info.annotation).json_schema() if info.annotation else {}
    options = cast("list[dict[str, object]]", schema.get("anyOf", [schema]))
    return all(o.get("type") in ("boolean", "null") or "enum" in o or "const" in o for o in options)

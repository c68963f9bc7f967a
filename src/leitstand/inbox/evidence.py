"""Evidence as people are shown it: what was read, from where, how sure, where a value stands."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple, cast

import orjson

from leitstand.records import MODELS, SUPPLY
from leitstand.store import Journal
from leitstand.tool import Authority, Tool
from leitstand.values import nodes, part_of

_TELLING = 4
"""Characters from which on a value that stands in a reading once is taken to come from there."""


class Place(NamedTuple):
    """Where a value stands in a reading: the path in its value, and what people call the place."""

    path: str
    shown: str


@dataclass(frozen=True, slots=True)
class Read:
    """One reading: its id, the tool that gave it, and its result as JSON."""

    id: str
    tool: str
    authority: Authority
    result: Mapping[str, Any]

    @property
    def source(self) -> str:
        """Which record or document it was read from."""
        return str(self.result.get("source", self.tool))

    @property
    def confidence(self) -> int:
        """How sure the tool is, whole percent."""
        return int(self.result.get("confidence", 100))


async def readings_of(
    journal: Journal, tools: Mapping[str, Tool[Any, Any]], names: Sequence[str]
) -> tuple[Read, ...]:
    """The readings with these ids; what is no reading of this case is left out. Raises Missing."""
    found: list[Read] = []
    for name in names:
        event = journal.tape.answers.get(name)
        body: dict[str, Any] = event.said() if event is not None else {"failure": True}
        tool = tools.get(body.get("tool", ""))
        if body.get("tool") == SUPPLY:
            found.append(Read(name, SUPPLY, "person", await result_of(journal, body)))
        elif body.get("tool") in MODELS and "failure" not in body:
            found.append(Read(name, body["prompt"], "service", await result_of(journal, body)))
        elif "failure" not in body and tool is not None:
            result = await result_of(journal, body)
            found.append(Read(name, tool.name, tool.authority, result))
    return tuple(found)


async def result_of(journal: Journal, body: Mapping[str, Any]) -> dict[str, Any]:
    """The result in a recorded answer, from its blob if it is large. Raises Missing."""
    raw = orjson.loads(await journal.load(body["blob"])) if "blob" in body else body.get("value")
    return cast("dict[str, Any]", raw) if isinstance(raw, dict) else {"value": raw}


def find_value(reading: Read, value: object, stands: Sequence[str] = ()) -> Place | None:
    """Where `value` was read; None rather than a place where it stands by chance.

    `stands` are the paths at which it is to stand (`value.lines.*.net`); it stands there or
    nowhere. Without them it has to stand in the reading once, and to be no small number or word.
    """
    wanted = _forms(value)
    found = [(path, place) for path, leaf, place in leaves_of(reading) if _plain(leaf) in wanted]
    for wish in stands:
        segments = wish.removeprefix("value.").split(".")
        for path, place in found:
            if _fits(path, segments):
                return Place(dotted(path), place or dotted(path))
    if stands or len(found) != 1 or len(_plain(value)) < _TELLING:
        return None
    [(path, place)] = found
    return Place(dotted(path), place or dotted(path))


def leaves_of(reading: Read) -> Iterator[tuple[tuple[str, ...], object, str]]:
    """Every leaf of what was read: its path, the value, the document's own place or nothing."""
    return _leaves(reading.result.get("value", reading.result), (), {})


def look_up(
    reference: str, args: Mapping[str, Any], readings: Sequence[Read], limits: Mapping[str, Any]
) -> object:
    """What `TOOL path` or `limits path` refers to, None if absent; `{arg}` is an argument.

    `TOOL path ARGUMENT=path` is said only of what the argument names (one of the rows, where many
    were read), which a person may have changed; where none is that, it is the argument itself.
    """
    owner, path, *about = reference.split(" ")
    segments = [str(args.get(p[1:-1], "")) if p[:1] == "{" else p for p in path.split(".")]
    if owner == "limits":
        return part_of(limits, segments)
    argument, _, key = "".join(about).partition("=")
    named, mine = args.get(argument), [r.result for r in readings if r.tool == owner]
    if key:
        rows = [{**m, "value": v} for m in mine for v in _rows(m.get("value"))]
        mine = [m for m in rows if part_of(m, key.split(".")) == named]
    return next((f for m in mine if (f := part_of(m, segments)) is not None), named)


def listed_in(limits: Mapping[str, Any], places: Sequence[str]) -> Mapping[str, object]:
    """The rows of the tenant's data that an argument names one of (`limits accounts`), by name."""
    for place in places:
        rows = look_up(place, {}, (), limits) if place.startswith("limits ") else None
        if isinstance(rows, dict):
            return cast("dict[str, object]", rows)
    return {}


def conflicts_in(readings: Sequence[Read]) -> Iterator[Mapping[str, Any]]:
    """Every `Conflict` that a reading holds: `{field, values, sources}`."""
    for _, node in (found for reading in readings for found in nodes(reading.result)):
        if isinstance(node, dict) and node.keys() == {"field", "values", "sources"}:
            yield cast("dict[str, Any]", node)


def _leaves(
    node: object, path: tuple[str, ...], places: Mapping[str, str], start: int = 0
) -> Iterator[tuple[tuple[str, ...], object, str]]:
    """Every leaf with its path, and its place in the document if a record above has `paths`."""
    if isinstance(node, dict):
        row = cast("dict[str, object]", node)
        if isinstance(row.get("paths"), list):
            places, start = dict(cast("list[tuple[str, str]]", row["paths"])), len(path)
        for name, value in row.items():
            if name != "paths":
                yield from _leaves(value, (*path, name), places, start)
    elif isinstance(node, list):
        for index, value in enumerate(cast("list[object]", node)):
            yield from _leaves(value, (*path, str(index)), places, start)
    else:
        yield path, node, places.get(dotted(path[start:]), "")


def _rows(value: object) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else [value]


def _fits(path: Sequence[str], wish: Sequence[str]) -> bool:
    return len(path) == len(wish) and all(w in ("*", p) for p, w in zip(path, wish, strict=True))


def dotted(path: Sequence[str]) -> str:
    """`lines[0].net` of `("lines", "0", "net")`."""
    text = "".join(f"[{p}]" if p.isdecimal() else f".{p}" for p in path)
    return text.removeprefix(".")


def _forms(value: object) -> frozenset[str]:
    """How a value may be written in a document: cents also as an amount."""
    forms = {_plain(value)}
    if isinstance(value, int) and not isinstance(value, bool):
        forms.add(_plain(str(Decimal(value) / 100)))
    return frozenset(forms - {""})


def _plain(value: object) -> str:
    text = str(value) if value is not None and not isinstance(value, bool) else ""
    try:
        return str(Decimal(text).normalize()) if text[:1].isdecimal() else text
    except ArithmeticError:
        return text

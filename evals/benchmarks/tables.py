"""Tables: records by key that recorded changes are applied to, over a base that stays as it is."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, cast

from leitstand.errors import Contradiction
from leitstand.evals.foreign.world import Asked, Executed

_ABSENT = object()

Change = tuple[list[str], str, Any, Any]
"""Path, operation (`set`, `add`, `del`), old value, new value."""


@dataclass(slots=True)
class Tables:
    """Records by table and key over a base that is never touched: a copy of what is written."""

    base: Mapping[str, Mapping[str, Any]]
    touched: dict[tuple[str, str], Any] = field(default_factory=dict[tuple[str, str], Any])

    def apply(self, changes: list[Change]) -> None:
        """All changes of one call, or none. Raises Contradiction: an old value is another one."""
        kept = {place: deepcopy(record) for place, record in self.touched.items()}
        try:
            for path, operation, old, new in changes:
                self._change(path, operation, old, new)
        except (Contradiction, KeyError, IndexError, TypeError, ValueError) as error:
            self.touched = kept
            raise Contradiction(f"the record is another one: {error}", where="recording") from error

    def record(self, table: str, key: str) -> Any:  # noqa: ANN401 - a record, or nothing
        """A record as it is now; None if there is none."""
        place = (table, key)
        if place in self.touched:
            return self.touched[place]
        return self.base.get(table, {}).get(key)

    def _change(self, path: list[str], operation: str, old: object, new: object) -> None:
        table, key, *rest = path
        record: Any = deepcopy(self.record(table, key))
        if not rest:
            self._hold(record, operation, old)
            self.touched[table, key] = None if operation == "del" else deepcopy(new)
            return
        if record is None:
            record = {}
        node: Any = record
        for part in rest[:-1]:
            node = node[_at(node, part)]
        self._hold(_value(node, rest[-1]), operation, old)
        _put(node, rest[-1], operation, new)
        self.touched[table, key] = record

    def _hold(self, found: object, operation: str, old: object) -> None:
        """An `add` finds nothing there; anything else finds the recorded old value."""
        if operation == "add":
            if found is not _ABSENT and found is not None:
                raise Contradiction("it is there already", where="recording")
        elif (None if found is _ABSENT else found) != old:
            raise Contradiction(f"{found!r} instead of {old!r}", where="recording")


@dataclass(slots=True)
class Recorded:
    """A world's writes are the recorded effects on `tables`; `wrote` are those that held."""

    tables: Tables
    wrote: list[Any] = field(default_factory=list[Any])

    async def execute(self, asked: Asked) -> Executed:
        """Apply what the recording says the call did."""
        changes = cast("list[Change]", asked.effects or [])
        if changes:
            self.tables.apply(changes)
            self.wrote.append(changes)
        return Executed("recorded", changed=bool(changes))

    def corrected(self) -> int | None:
        """None: as `World` where the truth names states."""
        return None


def unequal(one: Tables, other: Tables) -> Iterator[tuple[str, str]]:
    """Places of records that are not the same in both."""
    for place in sorted(one.touched.keys() | other.touched.keys()):
        if one.record(*place) != other.record(*place):
            yield place


def _at(node: object, part: str) -> Any:  # noqa: ANN401 - a key or an index
    return int(part) if isinstance(node, list) else part


def _value(node: Any, part: str) -> object:  # noqa: ANN401 - JSON
    if isinstance(node, list):
        items = cast("list[object]", node)
        return items[int(part)] if int(part) < len(items) else _ABSENT
    return cast("dict[str, object]", node).get(part, _ABSENT)


def _put(node: Any, part: str, operation: str, new: object) -> None:  # noqa: ANN401 - JSON
    at = _at(node, part)
    if operation == "del":
        del node[at]
    elif isinstance(node, list) and at == len(cast("list[object]", node)):
        cast("list[object]", node).append(deepcopy(new))
    else:
        node[at] = deepcopy(new)

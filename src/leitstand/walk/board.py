"""The board: a case's state during one walk. Reducers are LangGraph's own channels."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from functools import lru_cache
from typing import Any, cast

from langgraph.channels import BinaryOperatorAggregate, LastValue
from langgraph.types import Overwrite

from leitstand.role import Channel, Compiled, Update

Fold = BinaryOperatorAggregate[Any]
_FIXED = frozenset({int, bool, float, str, bytes})
_REPLACING = (dict, Overwrite)
"""What a channel may take as the new value instead of folding it in: it decides for itself."""


class Board:
    """The `values` of all channels that have one, in the order of the channels.

    It belongs to one walk. Raises InvalidUpdateError, like LangGraph, for a second write to a field
    without a reducer in one superstep.
    """

    __slots__ = ("_channels", "_folds", "_shape", "values")

    def __init__(self, compiled: Compiled) -> None:
        self._channels, self._shape = compiled.channels, compiled.shape
        self._folds, begun = _begun(compiled)
        # The channels are those of the role, as they are before the first write; values are ours.
        self.values = {k: v if type(v) in _FIXED else deepcopy(v) for k, v in begun.items()}

    def read(self) -> object:
        """The state as steps take it: a dict of its own, or an object of its shape.

        Raises what the shape raises (pydantic's ValidationError).
        """
        values = self.values.copy()
        return values if self._shape is dict else self._shape(values)

    def fresh(self, update: Update) -> object:
        """The state as it would be if this alone were written: what a branch decides on."""
        written = {key: self._folded(key, [value]) for key, value in update.items()}
        return self._shape(self._sorted({**self.values, **written}))

    def write(self, update: Update) -> bool:
        """Apply the writes of a task that is alone in its superstep.

        False, and nothing done, if one is to a field that has no value yet, or to none.
        """
        values, folds = self.values, self._folds
        if not update.keys() <= values.keys():
            return False
        for key, value in update.items():
            fold = folds.get(key)
            if fold is None:
                values[key] = value
            elif isinstance(value, _REPLACING):
                values[key] = self._folded(key, [cast("object", value)])
            else:
                values[key] = fold.operator(values[key], value)
        return True

    def write_all(self, updates: Iterable[Update]) -> None:
        """Apply the writes of all tasks of a superstep, in canonical order."""
        held, grouped = self.values, defaultdict[str, list[object]](list)
        for key, value in (pair for update in updates for pair in update.items()):
            grouped[key].append(value)
        for key, written in grouped.items():
            if len(written) == 1 and key not in self._folds:
                held[key] = written[0]
            elif len(written) > 1 or not self.write({key: written[0]}):
                held[key] = self._folded(key, written)
        self.values = self._sorted(held)

    def _sorted(self, held: Mapping[str, object]) -> dict[str, object]:
        return {key: held[key] for key in self._channels if key in held}

    def _folded(self, key: str, written: Sequence[object]) -> object:
        """The value of a channel after these writes of one superstep, as LangGraph has it."""
        fold = self._folds.get(key)
        if fold is None:
            channel: Channel = LastValue(self._channels[key].typ, key)
        else:
            channel = fold.from_checkpoint(self.values[key]) if key in self.values else fold.copy()
        channel.update(written)
        return channel.get()


@lru_cache(maxsize=256)
def _begun(compiled: Compiled) -> tuple[dict[str, Fold], dict[str, object]]:
    """The channels of a role that fold, and what they hold before anything is written."""
    folds = {k: c for k, c in compiled.channels.items() if isinstance(c, BinaryOperatorAggregate)}
    return folds, {key: fold.get() for key, fold in folds.items() if fold.is_available()}

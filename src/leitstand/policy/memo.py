"""A small memory: the same question under the same rules has the same answer."""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Memo(Generic[K, V]):
    """The last `size` answers by their question. It belongs to whoever asks and goes with them."""

    __slots__ = ("_known", "_size")

    def __init__(self, size: int) -> None:
        self._known: OrderedDict[K, V] = OrderedDict()
        self._size = size

    def get(self, question: K) -> V | None:
        """The answer given before, None if it is not remembered."""
        answer = self._known.get(question)
        if answer is not None:
            self._known.move_to_end(question)
        return answer

    def put(self, question: K, answer: V) -> V:
        """Remember an answer and give it back; the one not asked for longest goes."""
        self._known[question] = answer
        if len(self._known) > self._size:
            self._known.popitem(last=False)
        return answer

    def __len__(self) -> int:
        return len(self._known)

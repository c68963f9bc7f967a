"""A small memory of decisions: the same question under the same rules has the same answer."""

from collections import OrderedDict

from leitstand.records import Verdict

__all__ = ["Memo"]


class Memo:
    """The last `size` verdicts by the canonical bytes of their request; belongs to one bundle."""

    __slots__ = ("_known", "_size")

    def __init__(self, size: int = 1024) -> None:
        self._known: OrderedDict[bytes, Verdict] = OrderedDict()
        self._size = size

    def get(self, request: bytes) -> Verdict | None:
        """The verdict given before, None if it is not remembered."""
        verdict = self._known.get(request)
        if verdict is not None:
            self._known.move_to_end(request)
        return verdict

    def put(self, request: bytes, verdict: Verdict) -> None:
        """Remember a verdict; the one not asked for longest goes."""
        self._known[request] = verdict
        if len(self._known) > self._size:
            self._known.popitem(last=False)

    def __len__(self) -> int:
        return len(self._known)

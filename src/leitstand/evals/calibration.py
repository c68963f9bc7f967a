"""Calibration: how sure readings say they are, held against how often they are right.

A reading is what a tool or a model says with a confidence; its truth stands in the case. Expected
calibration error (Guo et al. 2017), one bin a confidence, for these are whole percent. Below a
hundred fields nothing is claimed.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import cast

import orjson

from leitstand.evals.replay import Replayed
from leitstand.evals.result import Sure
from leitstand.values import Frozen

ENOUGH = 100
"""Fields from which on an error is claimed."""


class Bin(Frozen):
    """Readings of one confidence, in percent, and how many of them were right."""

    confidence: int
    n: int
    right: int


class Calibration(Frozen):
    """Of one tool's or prompt's readings: how far confidence and truth lie apart, from 0 to 1.

    `fields` are values of cases; repeats of a case read one more than once, which makes `readings`
    of it. `error` is None below a hundred fields.
    """

    fields: int
    readings: int
    error: float | None
    bins: tuple[Bin, ...]


class Sureness:
    """Counts readings; memory grows with tools and prompts, not with cases."""

    def __init__(self) -> None:
        self._fields: Counter[str] = Counter()
        self._bins: defaultdict[str, Counter[tuple[int, bool]]] = defaultdict(Counter)

    def add(self, readings: Iterable[Sure]) -> None:
        """Count the readings of one case."""
        seen: set[tuple[str, str]] = set()
        for sure in readings:
            seen.add((sure.of, sure.field))
            self._bins[sure.of][sure.confidence, sure.right] += 1
        self._fields.update(of for of, _ in seen)

    def found(self) -> dict[str, Calibration]:
        """The calibration of each tool and prompt, by name."""
        return {of: self._of(of) for of in sorted(self._bins)}

    def _of(self, of: str) -> Calibration:
        counts, fields = self._bins[of], self._fields[of]
        bins = tuple(
            Bin(confidence=c, n=counts[c, True] + counts[c, False], right=counts[c, True])
            for c in sorted({c for c, _ in counts})
        )
        readings = sum(b.n for b in bins)
        off = sum(abs(b.right - b.n * b.confidence / 100) for b in bins)
        error = round(off / readings, 6) if fields >= ENOUGH else None
        return Calibration(fields=fields, readings=readings, error=error, bins=bins)


def sure_of(done: Replayed) -> Iterator[Sure]:
    """Every value of a replay whose truth the case states, and that was read with a confidence.

    The confidence is that of the nearest part around the value that has one. A value that is not
    there, or None, claims nothing. Of several readings by one name the first counts.
    """
    for of, truths in done.case.expected.readings.items():
        read = next(_read(done, of), None)
        for path, truth in truths.items() if read is not None else ():
            value, confidence = _at(read, path.split("."))
            if value is not None and confidence is not None:
                yield Sure(of=of, field=path, confidence=confidence, right=value == truth)


def _read(done: Replayed, of: str) -> Iterator[object]:
    """What a tool or a prompt has answered, in the order of the journal."""
    for _, body in done.journal.bodies("answer", "outcome", "scope"):
        if of in (body["tool"], body.get("prompt")) and body["tool"] != "turn":
            if "blob" in body:
                yield orjson.loads(done.journal.large(body["blob"]))
            elif "value" in body:
                yield body["value"]


def _at(node: object, path: Sequence[str]) -> tuple[object, int | None]:
    """The value at a path, and the confidence that holds for it.

    In a list a part of the path is the `name` of an item, or its place.
    """
    known = [_named(node, "confidence")]
    for part in path:
        node = _inner(node, part)
        known.append(_named(node, "confidence"))
    sure = [one for one in known if isinstance(one, int)]
    return node, sure[-1] if sure else None


def _inner(node: object, part: str) -> object:
    if not isinstance(node, list):
        return _named(node, part)
    items = cast("Sequence[object]", node)
    place = items[int(part)] if part.isdecimal() and int(part) < len(items) else None
    return next((item for item in items if _named(item, "name") == part), place)


def _named(node: object, name: str) -> object:
    return cast("Mapping[str, object]", node).get(name) if isinstance(node, dict) else None

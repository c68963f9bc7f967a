"""Policy text before it is parsed: limits on size and nesting, and where each policy begins.

Cedar's parser recurses: some 700 nested brackets or 2,000 chained operators end the process with a
segmentation fault that no `except` can catch. So text is counted before the parser sees it.
"""

import re
from dataclasses import dataclass
from typing import NamedTuple

from leitstand.policy.finding import Finding

_LIMIT_BYTES = 256 * 1024
_LIMIT_DEPTH = 40
_LIMIT_OPERATORS = 400
_TOKEN = re.compile(
    r"""(?P<blank>\s+|//[^\n]*)
      | (?P<text>"(?:\\.|[^"\\])*")
      | (?P<open>[(\[{])
      | (?P<close>[)\]}])
      | (?P<end>;)
      | (?P<operator>&&|\|\||[.!+*<>=-]|\b(?:if|in|is|has|like)\b)
      | (?P<other>\w+|.)""",
    re.VERBOSE | re.DOTALL,
)


class Source(NamedTuple):
    """A policy file that may be parsed. `lines` holds the line on which each policy begins."""

    name: str
    text: str
    lines: tuple[int, ...]


@dataclass(slots=True)
class _Count:
    start: int = 0
    depth: int = 0
    deepest: int = 0
    operators: int = 0

    def take(self, kind: str, line: int) -> None:
        self.start = self.start or line
        if kind == "open":
            self.depth += 1
            self.deepest = max(self.deepest, self.depth)
        elif kind == "close":
            self.depth -= 1
        if kind in ("open", "operator"):
            self.operators += 1


def read_source(name: str, text: str) -> tuple[Source, tuple[Finding, ...]]:
    """`text` with the lines of its policies, and what forbids to parse it."""
    if len(text.encode("utf-8", "surrogatepass")) > _LIMIT_BYTES:
        problem = Finding("error", "too-large", f"more than {_LIMIT_BYTES // 1024} KiB", name)
        return Source(name, text, ()), (problem,)
    counts = _policies(text)
    findings = tuple(f for c in counts if (f := _judge(name, c)))
    return Source(name, text, tuple(c.start for c in counts)), findings


def _policies(text: str) -> list[_Count]:
    done: list[_Count] = []
    count, line = _Count(), 1
    for token in _TOKEN.finditer(text):
        kind = token.lastgroup or ""
        if kind == "end":
            done.append(count)
            count = _Count()
        elif kind != "blank":
            count.take(kind, line)
        line += token.group().count("\n")
    return [*done, count] if count.start else done


def _judge(name: str, count: _Count) -> Finding | None:
    place = f"{name}:{count.start}"
    if count.deepest > _LIMIT_DEPTH:
        return Finding("error", "too-deep", f"brackets nested over {_LIMIT_DEPTH} deep", place)
    if count.operators > _LIMIT_OPERATORS:
        text = f"more than {_LIMIT_OPERATORS} operators in one policy; make a fact of it"
        return Finding("error", "too-long", text, place)
    return None

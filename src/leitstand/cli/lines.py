"""A file of cases, line by line: what is no case keeps none of the others from being worked."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from leitstand.errors import UsageRefused
    from leitstand.project import Project
    from leitstand.runtime import CaseRow

__all__ = ["BadLine", "read_lines"]


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that is no case: what it is called, where it stands, and what is wrong with it."""

    name: str
    number: int
    error: "UsageRefused"

    def flat(self) -> dict[str, Any]:
        """What stands in the place of its row: nothing was decided, nothing done."""
        error = self.error
        told = {"code": error.code, "what": error.text, "where": error.where, "do": error.advice}
        nothing = {"decision": None, "guardrails": [], "effects": []}
        return {"case": self.name, "line": self.number, **nothing, "error": told}


def read_lines(project: "Project", role: str, file: Path) -> "list[CaseRow | BadLine]":
    """The cases of a file in its order, with what is no case in its place.

    Raises UsageRefused: the file cannot be read, or there is no case in it.
    """
    from leitstand.errors import UsageRefused
    from leitstand.runtime import read_rows

    try:
        return [*read_rows(project, role, file)]
    except UsageRefused:
        found = [*_one_by_one(project, role, file)] if file.is_file() else []
        if all(isinstance(one, BadLine) for one in found):
            raise
        return found


def _one_by_one(project: "Project", role: str, file: Path) -> "Iterator[CaseRow | BadLine]":
    """Each line as a file of its own, at the place that it has in the whole."""
    from leitstand.errors import UsageRefused
    from leitstand.runtime import read_rows

    lines = file.read_bytes().removeprefix(b"\xef\xbb\xbf").split(b"\n")
    with tempfile.TemporaryDirectory(prefix="leitstand-") as folder:
        alone = Path(folder) / "line.jsonl"
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            alone.write_bytes(b"\n" * (number - 1) + line)
            try:
                yield from read_rows(project, role, alone)
            except UsageRefused as error:
                text = (
                    error.text if error.text.startswith("line ") else f"line {number}: {error.text}"
                )
                told = UsageRefused(text, where=str(file), mend=error.advice)
                yield BadLine(_name(line) or str(number), number, told)


def _name(line: bytes) -> str:
    """What a line calls its case, if it gets so far."""
    import orjson

    try:
        row = orjson.loads(line)
    except orjson.JSONDecodeError:
        return ""
    return str(cast("dict[str, Any]", row).get("case") or "") if isinstance(row, dict) else ""

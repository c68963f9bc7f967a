"""A record of releases: a file beside what is released; lines are added, never changed."""

import re
from collections.abc import Iterator
from pathlib import Path

from leitstand.errors import LeitstandError


def lock_lines(
    file: Path, form: re.Pattern[str], refused: type[LeitstandError]
) -> Iterator[tuple[str, ...]]:
    """The parts of each line. Raises `refused`: a line is none, or its first part is there twice.

    What is beside the first part of a form with a group `by` may be there once for each of these.
    """
    seen: set[tuple[str, ...]] = set()
    lines = file.read_text("utf-8").splitlines() if file.is_file() else []
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        known = form.fullmatch(line.strip())
        key = (known[1], known.groupdict().get("by", "")) if known else ()
        if known is None or key in seen:
            raise refused(f"line {number} is no release, or one twice", where=file.name)
        seen.add(key)
        yield known.groups()

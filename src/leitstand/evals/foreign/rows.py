"""Rows: the recorded runs of a set, as they lie in its folder."""

import hashlib
import json
import lzma
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from leitstand.errors import CaseRefused


class Row(NamedTuple):
    """One run: its id (file and number), what was recorded without the answers, and the answers."""

    id: str
    data: dict[str, Any]
    answers: dict[str, Any]


def below(folder: Path, pattern: str) -> list[Path]:
    """Files whose path ends like this, sorted; folders that are links are looked into as well."""
    walked = os.walk(folder, followlinks=True)
    files = (Path(place, name) for place, _, names in walked for name in names)
    return sorted(file for file in files if file.match(pattern))


def files_of(folder: Path) -> list[Path]:
    """The files with rows below a folder: packed ones, else plain. Raises CaseRefused: none."""
    found = [f for f in below(folder, "*.jsonl.xz") if not f.name.startswith("labels-")]
    found = found or below(folder, "*.jsonl")
    if not found:
        raise CaseRefused("no *.jsonl.xz or *.jsonl with recordings below it", where=str(folder))
    return found


def rows_of(folder: Path, file: Path, told: frozenset[str]) -> Iterator[Row]:
    """The rows of one file, one after the other; fields in `told` are answers.

    Raises CaseRefused: cut, or no JSON objects.
    """
    name = file.relative_to(folder).as_posix()
    number = -1
    try:
        unpacked = lzma.open if file.suffix == ".xz" else open
        with unpacked(file, "rt", encoding="utf-8") as lines:
            for number, line in enumerate(lines):
                data = json.loads(line)
                answers = {key: data.pop(key) for key in told & data.keys()}
                yield Row(f"{name}#{number}", data, answers)
    except (EOFError, OSError, lzma.LZMAError) as error:
        raise CaseRefused(f"cut or damaged after row {number}: {error}", where=name) from error
    except (AttributeError, UnicodeError, ValueError) as error:
        raise CaseRefused(f"no recording: {error}", where=f"{name}#{number}") from error


def hash_of(file: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()

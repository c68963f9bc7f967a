"""The shelf: where the recorded cases of a suite lie, and how one is taken down.

A case is a folder with `case.json` and `tape.jsonl`. Many cases may lie packed in `*.jsonl` files
beside such folders: a line a case, `{"case": …, "lines": […]}`.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, cast

import orjson
from pydantic import ValidationError

from leitstand.digest import canonical, plain
from leitstand.errors import CaseRefused
from leitstand.evals.case import FORMAT, RecordedCase
from leitstand.evals.tape import Line, Recording, read_tape, tape_bytes

_FRESH: Mapping[str, Any] = {"expected": {}, "said": [], "exit": None, "origin": "probe"}
"""What a case that shares another one's tape does not take over from it."""


class Place(NamedTuple):
    """Where one case lies: a folder, or a line of a pack from byte `start`, `size` bytes long."""

    path: str
    start: int = -1
    size: int = 0


def places(shelf: Path) -> list[Place]:
    """Every case of a shelf, folders by name, then packs line by line.

    Raises CaseRefused: there is no such folder.
    """
    if not shelf.is_dir():
        raise CaseRefused("no such folder of cases", where=str(shelf))
    found = [Place(str(f)) for f in sorted(shelf.iterdir()) if (f / "case.json").is_file()]
    for file in sorted(shelf.glob("*.jsonl")):
        found += _lines(file)
    return found


def take(place: Place) -> tuple[RecordedCase, Recording]:
    """A case and its tape. Raises CaseRefused: cut, altered, or of a later format."""
    if place.start < 0:
        folder = Path(place.path)
        data: Any = _json(folder / "case.json")
        if isinstance(data, dict) and data.get("of"):  # pyright: ignore[reportUnknownMemberType]
            folder = folder.parent / str(cast("Any", data["of"]))
            data = {
                **_json(folder / "case.json", place.path),
                **_FRESH,
                **cast("dict[str, Any]", data),
            }
        case = _case(data, place.path)
        return case, read_tape(folder / "tape.jsonl", case.tape)
    with Path(place.path).open("rb") as file:
        file.seek(place.start)
        raw = file.read(place.size)
    where = f"{place.path} at byte {place.start}"
    try:
        packed = orjson.loads(raw)
        case = _case(packed["case"], where)
        lines = [Line.model_validate(line) for line in packed["lines"]]
    except (KeyError, TypeError, ValidationError, orjson.JSONDecodeError) as error:
        raise CaseRefused(f"no packed case: {error}", where=where) from error
    if plain(tape_bytes(lines)) != case.tape:
        raise CaseRefused("the tape is not the one that was recorded", where=where)
    return case, Recording(lines)


def put(folder: Path, case: RecordedCase, lines: Sequence[Line]) -> RecordedCase:
    """Lay a case into a folder of its own; the case as it lies there, with the hash of its tape."""
    raw = tape_bytes(lines)
    laid = case.model_copy(update={"tape": plain(raw)})
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tape.jsonl").write_bytes(raw)
    (folder / "case.json").write_bytes(case_bytes(laid))
    return laid


def pack(case: RecordedCase, lines: Sequence[Line]) -> bytes:
    """A case as one line of a pack."""
    laid = case.model_copy(update={"tape": plain(tape_bytes(lines))})
    return canonical({"case": laid, "lines": list(lines)}) + b"\n"


def case_bytes(case: RecordedCase) -> bytes:
    """A case as it is kept in its file: readable, and the same bytes for the same case."""
    options = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    return orjson.dumps(orjson.loads(canonical(case)), option=options)


def _lines(file: Path) -> Iterator[Place]:
    start = 0
    with file.open("rb") as lines:
        for line in lines:
            if not line.endswith(b"\n"):
                raise CaseRefused("the pack ends in the middle of a case", where=str(file))
            yield Place(str(file), start, len(line))
            start += len(line)


def _json(file: Path, asks: str = "") -> Any:  # noqa: ANN401 - it is found out by the caller
    """What a file holds; `asks` is the case that needs it, if that is another one."""
    try:
        return orjson.loads(file.read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        raise CaseRefused(f"no case: {error}", where=asks or str(file)) from error


def _case(data: Any, where: str) -> RecordedCase:  # noqa: ANN401 - it is found out here
    known = data.get("format") if isinstance(data, dict) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    if isinstance(known, int) and known > FORMAT:
        raise CaseRefused(
            f"recorded in form {known}, this version knows {FORMAT}",
            where=where,
            mend="replay it with a newer version of Leitstand",
        )
    try:
        return RecordedCase.model_validate_json(orjson.dumps(data))
    except ValidationError as error:
        raise CaseRefused(f"no case: {error}", where=where) from error

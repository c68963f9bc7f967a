"""Where a department's data lie in a world."""

from pathlib import Path

from tools.part import Part
from tools.rows import Reader


def _part() -> Part:
    async def enter(_systems: object) -> tuple[str, ...]:
        return ()

    return Part("hr", ("employees*.jsonl",), lambda _: {}, lambda _reader: enter)


def test_in_its_own_folder(tmp_path: Path) -> None:
    """A folder of its name holds it, whatever lies beside."""
    (tmp_path / "hr").mkdir()
    (tmp_path / "employees.jsonl").touch()
    assert _part().folder(tmp_path) == tmp_path / "hr"


def test_alone(tmp_path: Path) -> None:
    """A world that is nothing but this department's data holds one of the files that mark it."""
    assert _part().folder(tmp_path) is None
    (tmp_path / "employees_2026.jsonl").touch()
    assert _part().folder(tmp_path) == tmp_path
    assert Reader(tmp_path).problems == []

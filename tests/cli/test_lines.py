"""Files of cases in which some lines are none: each is told in its place, the others are worked."""

import json
from pathlib import Path

import pytest

from leitstand.cli.lines import BadLine, read_lines
from leitstand.errors import UsageRefused
from leitstand.project import Project, load_project
from tests.cli.conftest import Command

NOTE = '{{"case": "{}", "employee": "{}", "start": "2026-11-16", "end": "2026-11-17"}}'


@pytest.fixture(scope="module")
def project(root: Path) -> Project:
    """The reference project."""
    return load_project(root)


def mixed() -> bytes:
    """Two notes, and between them all that a line can be but a case; with a mark and CRLF."""
    lines = (
        NOTE.format("first", "E01"),
        "no JSON",
        "[1, 2]",
        "null",
        '{"case": "cut", "employee": "E01"',
        "",
        NOTE.format("last", "E04"),
    )
    return b"\xef\xbb\xbf" + "\r\n".join(lines).encode() + b'\r\n{"case": "L\xe4", "start": 1}\r\n'


def test_what_is_no_case_stands_in_its_place(project: Project, tmp_path: Path) -> None:
    """Name or number, line and reason of each; the cases around it as ever."""
    file = tmp_path / "cases.jsonl"
    file.write_bytes(mixed())
    found = read_lines(project, "hr", file)
    assert [one.name for one in found] == ["first", "2", "3", "4", "5", "last", "8"]
    bad = [one for one in found if isinstance(one, BadLine)]
    assert [one.number for one in bad] == [2, 3, 4, 5, 8]
    for one in bad:
        told = one.flat()["error"]
        assert told["code"] == "LS100"
        assert told["what"].startswith(f"line {one.number}: ")
        assert told["where"] == str(file)
        assert told["do"]


def test_a_row_that_the_role_does_not_take(project: Project, tmp_path: Path) -> None:
    """It is called as it calls itself."""
    file = tmp_path / "cases.jsonl"
    file.write_text('{"case": "A-1", "sha256": "x"}\n{"case": "A-2", "sha256": 7}\n', "utf-8")
    with pytest.raises(UsageRefused, match=r"line 1: .*line 2: "):
        read_lines(project, "accounting", file)
    good = json.dumps({"sha256": "0" * 64, "media_type": "text/xml", "size": 3})
    file.write_text(f'{{"case": "A-1", "sha256": "x"}}\n{good}\n', "utf-8")
    wrong, right = read_lines(project, "accounting", file)
    assert isinstance(wrong, BadLine)
    assert (wrong.name, right.name) == ("A-1", "2")


@pytest.mark.parametrize("text", ["", "\n\n", "[1]\nx\n"])
def test_a_file_without_a_case_is_refused(project: Project, tmp_path: Path, text: str) -> None:
    """There is nothing to work off."""
    file = tmp_path / "cases.jsonl"
    file.write_text(text, "utf-8")
    with pytest.raises(UsageRefused):
        read_lines(project, "hr", file)


def test_the_command_prints_a_line_for_each(command: Command, root: Path, tmp_path: Path) -> None:
    """Rows in the order of the file; what is no case also stands on stderr."""
    file = tmp_path / "cases.jsonl"
    file.write_bytes(mixed())
    world = root / "evals" / "accounting" / "world"
    done = command("batch", "hr", file, "--world", world, "--tenant", "t", "--json")
    assert done.code == 0
    assert [row["case"] for row in done.rows] == ["first", "2", "3", "4", "5", "last", "8"]
    assert [row["decision"] for row in done.rows if "error" not in row] == ["auto_draft"] * 2
    assert all(row["effects"] == [] for row in done.rows if "error" in row)
    assert done.err.count("cases.jsonl: line ") == 5

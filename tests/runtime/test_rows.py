"""A file of cases: rows become inputs of a role, their truth stays out, bad rows are all named."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from leitstand.errors import UsageRefused
from leitstand.project import Project, load_project
from leitstand.runtime import BadRow, read_lines, read_rows

SHA = "0" * 64


@pytest.fixture(scope="module")
def project() -> Project:
    """The reference project, whose accounting takes its rows as they are."""
    return replace(load_project(Path(__file__).parents[2]), rows={})


def given() -> str:
    """A row that is an invoice's input."""
    return f'"sha256": "{SHA}", "media_type": "text/xml", "size": 3'


def test_a_row_is_a_case_without_its_truth(project: Project, tmp_path: Path) -> None:
    """Name and truth are kept apart from the input; a row without a name is called by its line."""
    file = tmp_path / "cases.jsonl"
    file.write_text(
        f'{{"case": "A-1", {given()}, "truth": {{"decision": "hold"}}}}\n\n{{{given()}}}\n', "utf-8"
    )
    one, other = read_rows(project, "accounting", file)
    assert (one.name, one.truth, other.name) == ("A-1", {"decision": "hold"}, "3")
    assert one.given == other.given == {"sha256": SHA, "media_type": "text/xml", "size": 3}


def test_the_projects_function_makes_the_input(project: Project, tmp_path: Path) -> None:
    """It is shown nothing that is known about the case, and what it returns is the input."""
    shown: list[Mapping[str, Any]] = []

    def make(row: Mapping[str, Any]) -> Mapping[str, Any]:
        shown.append(row)
        return {"sha256": SHA, "media_type": "text/xml", "size": row["n"]}

    file = tmp_path / "cases.jsonl"
    known = '"truth": {"n": 8}, "expected": {"decision": "hold"}, "why": "8 is too much"'
    file.write_text(f'{{"case": "A", "n": 7, {known}}}', "utf-8")
    [row] = read_rows(replace(project, rows={"accounting": make}), "accounting", file)
    assert shown == [{"n": 7}]
    assert row.given["size"] == 7
    assert (row.whole["expected"], row.whole["why"]) == ({"decision": "hold"}, "8 is too much")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "there is no row"),
        ("[1]\n", "line 1: not an object"),
        (f"{{{given()}}}\n{{", "line 2: "),
        ('{"sha256": "x"}', "line 1: not valid: `sha256`"),
    ],
)
def test_bad_rows_are_named(project: Project, tmp_path: Path, text: str, named: str) -> None:
    """Nothing is started of a file in which a row is no case."""
    file = tmp_path / "cases.jsonl"
    file.write_text(text, "utf-8")
    with pytest.raises(UsageRefused, match=r"cases\.jsonl") as refused:
        read_rows(project, "accounting", file)
    assert named in refused.value.text


def test_no_such_file(project: Project, tmp_path: Path) -> None:
    """A file that is not there, or is no text."""
    (tmp_path / "binary.jsonl").write_bytes(b"\xff\xfe\x00")
    for name in ("absent.jsonl", "binary.jsonl"):
        with pytest.raises(UsageRefused, match="cannot be read"):
            read_rows(project, "accounting", tmp_path / name)


def mixed() -> bytes:
    """Two cases, and between them all that a line can be but a case; with a mark and CRLF."""
    lines = (
        f'{{"case": "first", {given()}}}',
        "no JSON",
        "[1, 2]",
        "null",
        '{"case": "cut"',
        "",
        '{"case": "A-1", "sha256": "x"}',
        f'{{"case": "last", {given()}}}',
    )
    return b"\xef\xbb\xbf" + "\r\n".join(lines).encode() + b'\r\n{"case": "L\xe4", "start": 1}\r\n'


def test_what_is_no_case_stands_in_its_place(project: Project, tmp_path: Path) -> None:
    """Name or number, line and reason of each; the cases around it as ever."""
    file = tmp_path / "cases.jsonl"
    file.write_bytes(mixed())
    found = read_lines(project, "accounting", file)
    assert [one.name for one in found] == ["first", "2", "3", "4", "5", "A-1", "last", "9"]
    bad = [one for one in found if isinstance(one, BadRow)]
    assert [one.line for one in bad] == [2, 3, 4, 5, 7, 9]
    for one in bad:
        assert one.error.text.startswith(f"line {one.line}: ")
        assert (one.error.where, one.error.advice) == (str(file), "give one JSON object a line")


@pytest.mark.parametrize("text", ["", "\n\n", "[1]\nx\n"])
def test_a_file_without_a_case_is_refused(project: Project, tmp_path: Path, text: str) -> None:
    """There is nothing to work off."""
    file = tmp_path / "cases.jsonl"
    file.write_text(text, "utf-8")
    with pytest.raises(UsageRefused):
        read_lines(project, "accounting", file)

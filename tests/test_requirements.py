"""What users asked for: `docs/requirements.md` and the tests that it names hold each other."""

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ASKED = range(1, 46)
ROW = re.compile(r"^\| R(\d+) \|(.+)\|([^|]+)\|([^|]+)\|$", re.MULTILINE)
NAMED = re.compile(r"`(tests/[\w/]+\.py::test_\w+)`")
SAID = re.compile(r"\((R\d+(?:, R\d+)*)\)")
LINKED = re.compile(r"\]\([^)]+\)")
TEST = 'def test_{}() -> None:\n    """What it proves. ({})"""\n'

Said = Mapping[str, frozenset[int]]
"""The numbers that the docstring of each test says, by `PATH::NAME`."""


def said_in(path: str, text: str) -> Iterator[tuple[str, frozenset[int]]]:
    """Every test of a file, with the numbers of its docstring."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found = SAID.findall(ast.get_docstring(node) or "")
            numbers = re.findall(r"\d+", " ".join(found))
            if node.name.startswith("test_"):
                yield f"{path}::{node.name}", frozenset(map(int, numbers))


def faults(page: str, said: Said) -> Iterator[str]:
    """Where page and tests do not say the same of requirements."""
    rows = [(int(no), answer, NAMED.findall(proof)) for no, _, answer, proof in ROW.findall(page)]
    yield from (f"R{no}: {n} rows" for no in ASKED if (n := sum(r[0] == no for r in rows)) != 1)
    yield from (f"R{no} was not asked" for no, _, _ in rows if no not in ASKED)
    for no, answer, tests in rows:
        if not 1 <= len(tests) <= 3:
            yield f"R{no}: {len(tests)} tests"
        if not LINKED.search(answer):
            yield f"R{no}: no page explains it"
        yield from (f"R{no}: no {test}" for test in tests if test not in said)
        yield from (f"R{no}: {t} does not say so" for t in tests if no not in said.get(t, {no}))
    named = {(no, test) for no, _, tests in rows for test in tests}
    for test, numbers in said.items():
        yield from (f"{test} says R{n}, its row not" for n in numbers if (n, test) not in named)


@pytest.mark.slow
def test_every_requirement_has_its_row_and_its_tests(root: Path) -> None:
    """Numbers 1-45 once each; tests are there and say the number, and no other test says one."""
    said = {
        test: numbers
        for file in sorted((root / "tests").rglob("test_*.py"))
        for test, numbers in said_in(file.relative_to(root).as_posix(), file.read_text("utf-8"))
    }
    page = (root / "docs" / "requirements.md").read_text("utf-8")
    assert len(said) > 1_000
    assert list(faults(page, said)) == []


def row(no: int, test: str = "", answer: str = "[answer](x.md)") -> str:
    """A row of the page; the test of its number unless another one is named."""
    return f"| R{no} | asked | {answer} | `tests/test_x.py::test_{test or f't{no}'}` |"


def told(rows: Mapping[int, str], tests: Mapping[str, str]) -> list[str]:
    """The faults of a page that is right but for these rows and these tests' numbers."""
    page = {no: row(no) for no in ASKED} | {**rows}
    said = {f"t{no}": f"R{no}" for no in ASKED} | {**tests}
    text = "\n".join(TEST.format(name, numbers) for name, numbers in said.items())
    return list(faults("\n".join(page.values()), dict(said_in("tests/test_x.py", text))))


@pytest.mark.parametrize(
    ("planted", "found"),
    [
        (row(7), []),
        ("", ["R7: 0 rows", "tests/test_x.py::test_t7 says R7, its row not"]),
        (f"{row(7)}\n{row(7)}", ["R7: 2 rows"]),
        (f"{row(7)}\n{row(46, 't7')}", ["R46 was not asked", "R46: tests/test_x.py::test_t7 …"]),
        (row(7, answer="answer"), ["R7: no page explains it"]),
        (row(7).replace("`", ""), ["R7: 0 tests", "tests/test_x.py::test_t7 says R7, …"]),
        (row(7, "gone"), ["R7: no tests/test_x.py::test_gone", "tests/test_x.py::test_t7 says …"]),
        (row(7, "t8"), ["R7: tests/test_x.py::test_t8 does …", "tests/test_x.py::test_t7 says …"]),
    ],
)
def test_a_planted_fault_of_the_page_is_found(planted: str, found: list[str]) -> None:
    """Each kind of fault in one row of a page that is right otherwise."""
    given = told({7: planted}, {})
    assert len(given) == len(found)
    for fault, words in zip(given, found, strict=True):
        assert fault.startswith(words.rstrip("…"))


def test_a_planted_fault_of_a_test_is_found() -> None:
    """A docstring that has lost its number, says one that no row has, or one that is not asked."""
    assert told({}, {"t7": "7"}) == ["R7: tests/test_x.py::test_t7 does not say so"]
    assert told({}, {"t7": "R7, R9", "t99": "R46"}) == [
        "tests/test_x.py::test_t7 says R9, its row not",
        "tests/test_x.py::test_t99 says R46, its row not",
    ]

"""The documents say what the code does: errors, commands, links, licences."""

import importlib
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from leitstand.channels import tables as channels
from leitstand.cli import main
from leitstand.store import schema as cases
from leitstand.web import tables as inbox

CODE_BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)
LINK = re.compile(r"\[[^\]]+\]\((?!https?:)([^)#]+)[^)]*\)")
ANCHOR = re.compile(r"\[[^\]]+\]\((?!https?:)([^)#]*)#([^)]+)\)")
LOCKED = re.compile(r"^([a-z0-9.-]+)==", re.MULTILINE)


def pages(root: Path) -> list[Path]:
    """Every page of the documentation."""
    return [*sorted(root.glob("*.md")), *sorted((root / "docs").rglob("*.md"))]


def commands(root: Path, program: str) -> set[str]:
    """The first words after `program` in the console blocks of all pages."""
    blocks = [block for page in pages(root) for block in CODE_BLOCK.findall(page.read_text())]
    found = (re.findall(rf"^\$ {program} ([a-z][a-z-]*)", block, re.MULTILINE) for block in blocks)
    return {word for words in found for word in words}


def tables(source: Path) -> Iterator[str]:
    """Reference of each model by which the product checks a table of settings."""
    for file in source.rglob("*.py"):
        for name in re.findall(r"read_table\(([A-Z]\w+)", file.read_text("utf-8")):
            module = ".".join(file.relative_to(source).with_suffix("").parts)
            model = getattr(importlib.import_module(module), name)
            yield f"{model.__module__}:{name}"


def test_every_error_is_documented(root: Path) -> None:
    """`docs/errors.md` says of every code what its class says; `make docs` writes it anew (R42)."""
    script = [sys.executable, "-W", "error", str(root / "docs" / "make_errors.py")]
    done = subprocess.run(script, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (root / "docs" / "errors.md").read_text("utf-8") == done.stdout, "run `make docs`"


def test_every_setting_is_documented(root: Path) -> None:
    """`docs/settings.md` says of every table what its model says, and none is left out."""
    script = root / "docs" / "make_settings.py"
    command = [sys.executable, "-W", "error", str(script)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (root / "docs" / "settings.md").read_text("utf-8") == done.stdout, "run `make docs`"
    assert (read := set(tables(root / "src")))
    assert not {name for name in read if f'"{name}"' not in script.read_text("utf-8")}


def test_every_error_is_met_by_a_test(root: Path) -> None:
    """Each that `docs/errors.md` names is met in a test, by its class or by its code."""
    page = (root / "docs" / "errors.md").read_text("utf-8")
    errors = re.findall(r"^## (LS\d{3}) `?(\w+)", page, re.MULTILINE)
    text = "\n".join(file.read_text("utf-8") for file in (root / "tests").rglob("*.py"))
    words = set(re.findall(r"\w+", text))
    assert errors
    assert not [error for error in errors if not words & {*error}]


def test_every_rule_of_the_kernel_has_tests(root: Path) -> None:
    """Each rule of `docs/kernel.md` is named by a test, and no test names another rule."""
    page = (root / "docs" / "kernel.md").read_text("utf-8")
    rules = {int(number) for number in re.findall(r"^\| (\d+) \|", page, re.MULTILINE)}
    tests = (file.read_text("utf-8") for file in (root / "tests").rglob("test_*.py"))
    named = {int(n) for text in tests for n in re.findall(r"@pytest\.mark\.kernel\((\d+)\)", text)}
    assert rules == set(range(1, 38))
    assert named == rules


def test_every_pain_of_a_supervisor_has_a_test(root: Path) -> None:
    """Pains 1-10 and 16 of today's agent runtimes are each named by a test of the inbox."""
    text = (root / "tests" / "web" / "test_pains.py").read_text("utf-8")
    named = {int(n) for n in re.findall(r"@pytest\.mark\.pain\((\d+)\)", text)}
    assert named == {*range(1, 11), 16}


def test_a_code_names_one_error(root: Path) -> None:
    """No two errors share a code."""
    codes = re.findall(r"^## (LS\d{3}) ", (root / "docs" / "errors.md").read_text(), re.MULTILINE)
    assert codes
    assert len(codes) == len(set(codes))


def test_documented_make_commands_exist(root: Path) -> None:
    """Every `$ make X` of the documents is a target, and every target explains itself."""
    makefile = (root / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z][a-z-]*):.*## ", makefile, re.MULTILINE))
    phony = set(re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[0].split())
    assert {"demo", "test"} <= commands(root, "make")
    assert commands(root, "make") <= targets
    assert targets == phony


def test_documented_leitstand_commands_exist(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every `$ leitstand X` of the documents answers to `--help`."""
    for command in sorted(commands(root, "leitstand")):
        assert main([command, "--help"]) == 0, (command, capsys.readouterr().err)
        assert "Usage: leitstand" in capsys.readouterr().out


def test_links_lead_somewhere(root: Path) -> None:
    """Every link to a file of the repository finds it."""
    dead = [
        (page.relative_to(root).as_posix(), target)
        for page in pages(root)
        for target in LINK.findall(page.read_text("utf-8"))
        if not (page.parent / target).exists()
    ]
    assert not dead


def test_links_into_a_page_find_their_heading(root: Path) -> None:
    """What stands behind `#` is a heading of the page that is named, or of the same page."""
    dead = [
        (page.relative_to(root).as_posix(), f"{target}#{anchor}")
        for page in pages(root)
        for target, anchor in ANCHOR.findall(page.read_text("utf-8"))
        if anchor not in headings(page.parent / target if target else page)
    ]
    assert not dead


def headings(page: Path) -> set[str]:
    """The names under which the headings of a page are linked to."""
    found = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", h.strip().lower()).replace(" ", "-") for h in found}


def test_every_page_is_reachable(root: Path) -> None:
    """The index names every page, so that none is written for nobody; decisions by their folder."""
    docs = root / "docs"
    index = (docs / "index.md").read_text("utf-8")
    named = {(docs / target).resolve() for target in LINK.findall(index)}
    pages = {p for p in docs.rglob("*.md") if p.parent.name != "decisions"}
    assert pages - {docs / "index.md"} <= named


def test_the_changelog_knows_the_version(root: Path) -> None:
    """A version is released under a heading of its own, or lies under Unreleased."""
    text = (root / "CHANGELOG.md").read_text("utf-8")
    version = re.findall(
        r'^__version__ = "(.+)"$', (root / "src/leitstand/__init__.py").read_text(), re.MULTILINE
    )
    assert len(version) == 1
    assert f"## [{version[0]}]" in text or "## [Unreleased]" in text


def test_licences_are_named(root: Path) -> None:
    """Every package that users get has its licence on the page, and no other does."""
    page = (root / "docs" / "licences.md").read_text("utf-8")
    rows = set(re.findall(r"^\| ([a-z0-9.-]+) \| [^|]*[A-Za-z]", page, re.MULTILINE)) - {"package"}
    locks = [(root / "locks" / lock).read_text() for lock in ("runtime.txt", "rules.txt")]
    assert rows == {name for lock in locks for name in LOCKED.findall(lock)}


def test_licences_of_traces_are_named(root: Path) -> None:
    """What an extra brings beyond the runtime is named on the page, though it is in no row."""
    page = (root / "docs" / "licences.md").read_text("utf-8")
    wide, narrow = (
        set(LOCKED.findall((root / "locks" / lock).read_text()))
        for lock in ("trace.txt", "runtime.txt")
    )
    assert len(wide - narrow) > 3
    assert not [name for name in wide - narrow if f"`{name}`" not in page]


def test_the_works_council_reads_of_every_table_with_people_in_it(root: Path) -> None:
    """Tables of cases, inbox and channels that name somebody stand on the page for it (R36)."""
    columns = {"person", "by", "sender", "requester", "identity"}
    named = {"attempts", "invitations"}  # What they call `name` is somebody's.
    page = (root / "docs" / "how-to" / "works-council.de.md").read_text("utf-8")
    tables = [t for m in (cases, inbox, channels) for t in m.metadata.sorted_tables]
    people = named | {t.name for t in tables if columns & {c.name for c in t.columns}}
    assert len(people) > len(named) + 10
    assert not [name for name in sorted(people) if f"`{name}`" not in page]

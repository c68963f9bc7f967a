"""Backup and restore, to the letter of `docs/how-to/operate.md`, with real processes."""

import json
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from leitstand.cli.place import open_to_others
from tests.cli.walkthrough import Command, Walk, steps_of

pytestmark = pytest.mark.slow

SHOP = Path(__file__).parent / "shop"
STUB = """#!/bin/sh
echo "$1 $2" >> "$HOME/systemctl"
"""


@dataclass(frozen=True)
class Site:
    """The small project at work, with its state and a place for backups."""

    walk: Walk
    state: Path
    page: str

    def section(self, name: str) -> None:
        """Do what a section says."""
        [text] = re.findall(rf"^## {name}\n(.*?)(?=^## |\Z)", self.page, re.MULTILINE | re.DOTALL)
        steps = list(steps_of(text))
        assert steps
        for step in steps:
            assert isinstance(step, Command)
            if not step.line.startswith("export"):
                self.walk.do(step)

    def run(self, line: str) -> str:
        """A command that works; what it prints."""
        done = self.walk.run(line)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def titles(self) -> set[str]:
        """The cases there are."""
        rows = self.run(f'leitstand case list --json --state "{self.state}"').splitlines()
        return {json.loads(row)["title"] for row in rows}


@pytest.fixture
def site(tmp_path: Path, root: Path) -> Iterator[Site]:
    """A demo of the small project; the usual umask, and a `systemctl` that takes notes."""
    (tmp_path / "home").mkdir()
    shutil.copytree(SHOP, tmp_path / "shop", ignore=shutil.ignore_patterns("__pycache__", "var"))
    walk = Walk(tmp_path / "shop", tmp_path / "home")
    bin_folder = tmp_path / "bin"
    bin_folder.mkdir()
    (bin_folder / "systemctl").write_text(STUB)
    (bin_folder / "systemctl").chmod(0o755)
    state, safe = tmp_path / "lib" / "leitstand", tmp_path / "safe"
    state.parent.mkdir()
    page = (root / "docs" / "how-to" / "operate.md").read_text("utf-8")
    found = Site(walk, state, page)
    before = os.umask(0o022)
    found.run(f'export STATE="{state}" SAFE="{safe}" PATH="{bin_folder}:$PATH"')
    found.run(f'leitstand demo --no-inbox --state "{state}"')
    yield found
    os.umask(before)


def test_a_restored_folder_is_whole_and_owns_up_to_what_it_lost(site: Site) -> None:
    """Every command of both sections: what the backup has is there, what it had not is named."""
    before = site.titles()
    site.section("Back up")
    (site.walk.folder / "late.json").write_text('{"name": "late.json"}')
    gone = json.loads(site.run('leitstand run buying late.json --json --state "$STATE"'))["case"]
    assert site.titles() == {*before, "late.json"}
    site.section("Restore")
    assert site.titles() == before
    calls = (site.walk.home / "systemctl").read_text().split("\n")
    assert calls[:4] == [f"{word} leitstand" for word in ("stop", "start", "stop", "start")]
    told = json.loads(site.run('leitstand journal verify --json --state "$STATE"'))
    assert (told["sound"], len(told["restores"])) == (True, 1)
    lines = (site.state / "anchors.jsonl").read_text().splitlines()
    notes = [
        content for line in lines if "restored" in (content := json.loads(json.loads(line)["body"]))
    ]
    assert [gone, 0] in [row[:2] for content in notes for row in content["behind"]]
    for folder in (site.state, site.walk.folder.parent / "safe"):
        assert not list(open_to_others(folder))


def test_without_newer_anchors_the_restore_is_said_by_hand(site: Site) -> None:
    """The whole folder is gone: only the flag tells that systems may know more than the journal."""
    site.section("Back up")
    shutil.copy(site.state / "anchors.jsonl", site.walk.home)
    site.section("Restore")
    told = json.loads(site.run('leitstand journal verify --json --state "$STATE"'))
    assert (told["sound"], len(told["restores"])) == (True, 1)

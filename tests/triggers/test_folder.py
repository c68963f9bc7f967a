"""The watched folder: finished files alone, moved away when their case is committed."""

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from leitstand.clock import SystemClock
from leitstand.project import Project
from leitstand.store.arrivals import Arrived
from leitstand.triggers import Arrival, MailRules, open_triggers
from leitstand.triggers.folder import Folder
from leitstand.triggers.settings import FolderSettings
from tests.triggers.house import entering, opened, rows, seen


class Watch(SystemClock):
    """A clock that stands until it is moved on."""

    now = 100.0

    def monotonic(self) -> float:
        """The time as it is set."""
        return self.now


async def _once(shop: Project, state: Path, folder: Path, **more: Any) -> None:  # noqa: ANN401
    table = {"folders": {"scan": {"path": str(folder), "quiet": 0, **more}}}
    async with opened(entering(shop, table), state) as leitstand:
        await open_triggers(leitstand).once()


async def test_files_become_cases_and_lie_in_done(shop: Project, tmp_path: Path) -> None:
    """What is hidden, unfinished or a folder stays; the same name twice keeps both files."""
    place = tmp_path / "in"
    (place / "below").mkdir(parents=True)
    for name in ("a.xml", ".hidden", "b.pdf.part", "c.tmp", "below/d.xml"):
        (place / name).write_bytes(b"<x/>")
    await _once(shop, tmp_path / "var", place)
    (place / "a.xml").write_bytes(b"<y/>")
    await _once(shop, tmp_path / "var", place)
    assert len(seen(tmp_path / "var")) == 2
    left = sorted(p.name for p in place.iterdir())
    assert left == [".hidden", "b.pdf.part", "below", "c.tmp", "done"]
    done = sorted(p.read_bytes() for p in (place / "done").iterdir())
    assert done == [b"<x/>", b"<y/>"]


@pytest.mark.parametrize("kind", ["empty", "large", "link", "pipe", "folder", "locked"])
async def test_what_is_no_file_to_read_is_refused(
    shop: Project, tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It ends in a record and in `refused`; a link is never followed."""
    place = tmp_path / "in"
    place.mkdir()
    secret = tmp_path / "secret"
    secret.write_bytes(b"secret")
    if kind == "link":
        (place / "x.xml").symlink_to(secret)
    elif kind == "pipe":
        os.mkfifo(place / "x.xml")
    elif kind == "folder":
        (place / "x.xml").mkdir()
    else:
        (place / "x.xml").write_bytes({"empty": b"", "locked": b"<x/>"}.get(kind, b"0" * 2000))
    if kind == "locked":
        _lock(monkeypatch, place / "x.xml")
    table = {"folders": {"scan": {"path": str(place), "quiet": 0}}, "mail": {"most_bytes": 1000}}
    async with opened(entering(shop, table), tmp_path / "var") as leitstand:
        await open_triggers(leitstand).once()
    [row] = rows(tmp_path / "var")
    reasons = {"empty": "empty", "large": "too large", "locked": "unreadable"}
    assert (row["outcome"], row["reason"]) == ("refused", reasons.get(kind, "no file"))
    assert [p.name for p in (place / "refused").iterdir()] == ["x.xml"]
    assert secret.read_bytes() == b"secret"
    assert seen(tmp_path / "var") == []


def _lock(monkeypatch: pytest.MonkeyPatch, locked: Path) -> None:
    """Let nobody open a file; root, who runs tests in containers, reads whatever its mode says."""
    opening = os.open

    def refuse(path: Path, flags: int, *more: int) -> int:
        if path == locked:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return opening(path, flags, *more)

    monkeypatch.setattr("leitstand.triggers.folder.os.open", refuse)


async def test_a_file_that_is_still_written_waits(tmp_path: Path) -> None:
    """Quiet for three seconds, counted from its last change."""
    watch = Watch()
    folder = Folder("scan", FolderSettings(path="in"), MailRules(), watch, tmp_path)
    (tmp_path / "in").mkdir()
    file = tmp_path / "in" / "a.xml"
    file.write_bytes(b"<half")
    assert folder._finished() == []  # pyright: ignore[reportPrivateUsage]
    watch.now += 2
    file.write_bytes(b"<half/> more")
    assert folder._finished() == []  # pyright: ignore[reportPrivateUsage]
    watch.now += 2
    assert folder._finished() == []  # pyright: ignore[reportPrivateUsage]
    watch.now += 2
    assert folder._finished() == [file]  # pyright: ignore[reportPrivateUsage]


async def test_a_file_that_changes_while_it_is_taken_in_stays(tmp_path: Path) -> None:
    """What was read is one arrival; what it became comes as another."""
    settings = FolderSettings(path="in", quiet=0)
    folder = Folder("scan", settings, MailRules(), SystemClock(), tmp_path)
    (tmp_path / "in").mkdir()
    file = tmp_path / "in" / "a.xml"
    file.write_bytes(b"<one/>")
    found: list[Arrival] = []
    async for arrival in folder.arrivals(once=True):
        found.append(arrival)
        if len(found) == 1:
            file.write_bytes(b"<two, longer/>")
        await folder.settle(arrival, Arrived("k" * 20, folder.source.name, "", "cases"))
    async for arrival in folder.arrivals(once=True):
        found.append(arrival)
        await folder.settle(arrival, Arrived("k" * 20, folder.source.name, "", "cases"))
    contents = [a.file.content for a in found if a.file]
    assert contents == [b"<one/>", b"<two, longer/>"]
    assert found[0].identity != found[1].identity
    assert (tmp_path / "in" / "done" / "a.xml").read_bytes() == b"<two, longer/>"


async def test_a_mail_as_a_file_is_read_as_a_mail(shop: Project, tmp_path: Path) -> None:
    """An .eml file that somebody saved."""
    place = tmp_path / "in"
    place.mkdir()
    (place / "m.eml").write_bytes(b"From: a@b.example\nSubject: Aus Datei\n\ntext")
    await _once(shop, tmp_path / "var", place)
    assert seen(tmp_path / "var") == ["Aus Datei"]


async def test_the_role_of_a_folder_is_told(shop: Project, tmp_path: Path) -> None:
    """A folder of one role."""
    place = tmp_path / "in"
    place.mkdir()
    (place / "a.json").write_bytes(b"{}")
    await _once(shop, tmp_path / "var", place, role="buying")
    assert seen(tmp_path / "var") == ["Datei"]

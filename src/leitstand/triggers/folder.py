"""The watched folder as a trigger: files that nobody writes any more, moved away when settled."""

import asyncio
import hashlib
import logging
import mimetypes
import os
import stat
from collections.abc import AsyncGenerator, Iterator
from contextlib import suppress
from pathlib import Path

from leitstand.clock import Clock
from leitstand.errors import Unreachable
from leitstand.records import Attachment
from leitstand.store.arrivals import Arrived
from leitstand.triggers.port import Arrival, Source, day_of
from leitstand.triggers.settings import FolderSettings, MailRules

_LOG = logging.getLogger("leitstand.triggers")
Stamp = tuple[int, int, int]
"""Size, time of the last change, inode: another stamp is another file."""


class Folder:
    """Files of one folder; folders in it are not looked into, links are not followed.

    What is called like a document and is none, such as a folder `x.xml`, is refused by name.
    """

    def __init__(
        self, name: str, settings: FolderSettings, rules: MailRules, clock: Clock, root: Path
    ) -> None:
        self.source = Source(f"folder.{name}", settings.done, settings.refused)
        self._settings, self._rules, self._clock = settings, rules, clock
        self._path = root / settings.path
        self._seen: dict[str, tuple[Stamp, float]] = {}
        self._taken: dict[bytes, tuple[str, Stamp]] = {}

    async def arrivals(self, *, once: bool) -> AsyncGenerator[Arrival]:
        """Files that lie there finished, then files that come."""
        while True:
            found = await asyncio.to_thread(self._finished)
            for file in found:
                arrival = await asyncio.to_thread(self._arrival, file)
                if arrival is not None:
                    yield arrival
            if once and not self._seen:
                return
            await asyncio.sleep(min(self._settings.look, 0.2) if once else self._settings.look)

    async def settle(self, arrival: Arrival, fate: Arrived) -> None:
        """Move the file, or delete one that nobody here may read; one that has changed stays."""
        await asyncio.to_thread(self._settle, arrival, fate)

    def _settle(self, arrival: Arrival, fate: Arrived) -> None:
        name, stamp = self._taken.pop(arrival.identity, ("", None))
        file = self._path / name
        try:
            if not name or _stamp(file.lstat()) != stamp:
                return
            place = self.source.place(fate.outcome)
            if not place:
                file.unlink()
                return
            target = self._path / place
            if not target.is_dir():  # It is as open as the folder that people put files into.
                target.mkdir()
                target.chmod(stat.S_IMODE(self._path.stat().st_mode))
            file.rename(_free(target / name, fate.key))
        except FileNotFoundError:
            return
        except OSError as error:
            raise Unreachable(
                f"cannot be moved: {error.strerror}", where=self.source.name
            ) from error

    def _finished(self) -> list[Path]:
        """Files that have stayed as they are for long enough, the oldest first."""
        try:
            self._path.mkdir(parents=True, exist_ok=True)
            there = {file.name: found for file, found in self._candidates()}
        except OSError as error:
            _LOG.warning("%s: cannot be looked into: %s", self.source.name, error.strerror)
            return []
        now = self._clock.monotonic()
        before, self._seen = self._seen, {}
        ready: list[tuple[int, Path]] = []
        for name, found in there.items():
            stamp = _stamp(found)
            since = before[name][1] if name in before and before[name][0] == stamp else now
            if now - since >= self._settings.quiet:
                ready.append((found.st_mtime_ns, self._path / name))
            else:
                self._seen[name] = (stamp, since)
        return [file for _, file in sorted(ready)]

    def _candidates(self) -> Iterator[tuple[Path, os.stat_result]]:
        for entry in os.scandir(self._path):
            hidden = entry.name.startswith((".", "~"))
            if hidden or entry.name.casefold().endswith(self._settings.unfinished):
                continue
            document = mimetypes.guess_type(entry.name)[0] and entry.name not in self.source[1:]
            with suppress(FileNotFoundError):
                found = entry.stat(follow_symlinks=False)
                if document or not stat.S_ISDIR(found.st_mode):
                    yield Path(entry.path), found

    def _arrival(self, file: Path) -> Arrival | None:
        """A file with its bytes; None: it was changed or taken away while it was read."""
        try:
            found = file.lstat()
        except OSError:
            return None
        refused = self._refused(found)
        try:
            content = b"" if refused else _read(file, found)
        except FileNotFoundError:
            return None
        except OSError as error:
            _LOG.warning("%s: a file cannot be read: %s", self.source.name, error.strerror)
            refused, content = "unreadable", b""
        if content is None:
            return None
        # The same bytes put there once more are a new file; moved after a restart it is the same.
        named = f"file\0{self.source.name}\0{file.name}\0{found.st_mtime_ns}\0{found.st_size}\0"
        identity = hashlib.sha256(named.encode("utf-8", "replace") + content).digest()
        self._taken[identity] = (file.name, _stamp(found))
        received = day_of(self._clock)
        if refused:
            return Arrival(self.source, identity, "", received, refused=refused)
        claimed, _ = mimetypes.guess_type(file.name)
        name = "".join(c if c.isprintable() else "?" for c in file.name)[:200]
        attachment = Attachment(name, claimed or "application/octet-stream", content)
        if file.suffix.casefold() == ".eml" and not self._settings.role:
            return Arrival(self.source, identity, "", received, raw=content)
        role = self._settings.role or ""
        return Arrival(self.source, identity, "", received, file=attachment, role=role)

    def _refused(self, found: os.stat_result) -> str:
        if not stat.S_ISREG(found.st_mode):
            return "no file"
        if found.st_size > self._rules.most_bytes:
            return "too large"
        return "" if found.st_size else "empty"


def _read(file: Path, found: os.stat_result) -> bytes | None:
    descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as opened:
        content = opened.read(found.st_size + 1)
        after = os.fstat(descriptor)
    same = _stamp(after) == _stamp(found) and len(content) == found.st_size
    return content if same else None


def _stamp(found: os.stat_result) -> Stamp:
    return found.st_size, found.st_mtime_ns, found.st_ino


def _free(target: Path, key: str) -> Path:
    """A name that nothing has: what lay there before stays."""
    if not os.path.lexists(target):
        return target
    return target.with_name(f"{target.stem[:150]}.{key[:12]}{target.suffix}")

r"""One login at an IMAP server: short commands, each of which may fail as unreachable.

Everything here blocks and belongs to one thread at a time. Flags that other mail programs set
(`\\Seen`) are never asked: a mail that still lies in the folder has not been settled.
"""

import imaplib
import re
import ssl
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from socket import SHUT_RDWR
from typing import Any, NamedTuple, cast

from imap_tools import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted
from imap_tools.errors import ImapToolsError
from imap_tools.utils import encode_folder

from leitstand.errors import Unreachable
from leitstand.triggers.settings import MailboxSettings
from leitstand.values import Secret

TIMEOUT = 60.0
"""Seconds for one answer of the server."""
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")
_UID = re.compile(rb"\bUID (\d+)")
_DATE = re.compile(rb'INTERNALDATE "([^"]+)"')
_BATCH = 200


class Lying(NamedTuple):
    """A mail that lies in the folder: its UID, bytes, and the day on which the server got it."""

    uid: int
    size: int
    received: date | None


class Session:
    """A login at the mailbox. Raises Unreachable: no answer, no login, or no such folder."""

    def __init__(self, settings: MailboxSettings) -> None:
        self._settings = settings
        password = Secret(settings.password).reveal()
        with _answering():
            self._box: Any = _connected(settings)
        try:
            with _answering():
                self._can, self.validity = self._opened(password)
        except Unreachable:
            self.close()
            raise

    def _opened(self, password: str) -> tuple[frozenset[str], int]:
        """Log in and select the folder; what the server can do, and the folder's UIDVALIDITY."""
        settings, folders = self._settings, self._box.folder
        self._box.login(settings.user, password, initial_folder=None)
        can = frozenset(c.upper() for c in self._asked("CAPABILITY"))
        for folder in (settings.done, settings.refused):
            if not folders.exists(folder):
                folders.create(folder)
        folders.set(settings.folder)
        status = folders.status(settings.folder, ["UIDVALIDITY"])
        return can, int(status["UIDVALIDITY"])

    def waiting(self) -> list[Lying]:
        """What lies in the folder and is not deleted, in its order; no body is fetched."""
        with _answering():
            self._box.client.untagged_responses.pop("EXISTS", None)
            uids = self._box.uids("UNDELETED", charset=None)
            found: list[Lying] = []
            for at in range(0, len(uids), _BATCH):
                found += self._sizes(uids[at : at + _BATCH])
            return found

    def head(self, uid: int, most: int) -> bytes:
        """The headers of a mail, `most` bytes of them; nothing where it is gone."""
        return self._fetched(uid, f"BODY.PEEK[HEADER]<0.{most}>")

    def whole(self, uid: int) -> bytes:
        """A mail's bytes; nothing where it is gone."""
        return self._fetched(uid, "BODY.PEEK[]")

    def mark(self, uid: int) -> None:
        """Set the keyword, where there is one; servers that keep none are not asked twice."""
        if self._settings.keyword:
            with suppress(imaplib.IMAP4.error), _answering(refused=False):
                self._box.client.uid("STORE", str(uid), "+FLAGS.SILENT", self._settings.keyword)

    def move(self, uid: int, folder: str) -> None:
        """Move a mail; moved already or gone is as good."""
        with _answering():
            if "MOVE" in self._can:
                self._said(self._box.client.uid("MOVE", str(uid), encode_folder(folder)))
                return
            self._said(self._box.client.uid("COPY", str(uid), encode_folder(folder)))
        self.delete(uid)

    def delete(self, uid: int) -> None:
        """Delete a mail for good, and no other."""
        with _answering():
            client: Any = self._box.client
            self._said(client.uid("STORE", str(uid), "+FLAGS.SILENT", r"(\Deleted)"))
            if "UIDPLUS" in self._can:
                self._said(client.uid("EXPUNGE", str(uid)))
            elif self._box.uids("DELETED", charset=None) == [str(uid)]:
                self._said(client.expunge())

    def wait(self, seconds: float) -> bool:
        """Wait until the server tells of something, at most `seconds`; False: it cannot tell."""
        if "IDLE" not in self._can:
            return False
        idle = self._box.idle
        with _answering():
            # What came since the last look: some servers tell of it only when they are asked.
            self._box.client.noop()
            if "EXISTS" in self._box.client.untagged_responses:
                return True
            idle.start()
            # What came just before IDLE is told with its very answer, where no poll sees it.
            if not self._told_already():
                idle.poll(timeout=seconds)
            idle.stop()
        return True

    def _told_already(self) -> bool:
        client = self._box.client
        if "EXISTS" in client.untagged_responses:
            return True
        client.sock.settimeout(0)
        try:
            return bool(client._get_line())  # noqa: SLF001 - a line that was read ahead
        except (OSError, imaplib.IMAP4.abort):  # Nothing there; a lost line is found by the poll.
            return False
        finally:
            client.sock.settimeout(TIMEOUT)

    def drop(self) -> None:
        """Break the connection off: whoever waits on it in another thread is woken."""
        with suppress(OSError):
            self._box.client.sock.shutdown(SHUT_RDWR)

    def close(self) -> None:
        """Log out, if the server still listens."""
        with suppress(OSError, imaplib.IMAP4.error, ImapToolsError):
            self._box.client.sock.settimeout(2)
            self._box.logout()
        with suppress(OSError):
            self._box.client.shutdown()

    def _sizes(self, uids: Sequence[str]) -> Iterator[Lying]:
        answer = self._box.client.uid("FETCH", ",".join(uids), "(UID RFC822.SIZE INTERNALDATE)")
        for row in self._said(answer):
            line = (
                b" ".join(cast("tuple[bytes, ...]", row)) if isinstance(row, tuple) else row or b""
            )
            uid, size, at = _UID.search(line), _SIZE.search(line), _DATE.search(line)
            if uid and size:
                yield Lying(int(uid[1]), int(size[1]), _day(at[1]) if at else None)

    def _fetched(self, uid: int, what: str) -> bytes:
        with _answering():
            rows: list[Any] = self._said(self._box.client.uid("FETCH", str(uid), f"({what})"))
        return next((cast("tuple[bytes, bytes]", r)[1] for r in rows if isinstance(r, tuple)), b"")

    def _asked(self, command: str) -> Sequence[str]:
        ask: Callable[[str], Any] = self._box.client._simple_command  # noqa: SLF001
        self._said(ask(command))
        _, lines = self._box.client.response(command)
        return b" ".join(line for line in lines or () if isinstance(line, bytes)).decode().split()

    @staticmethod
    def _said(answer: Any) -> list[Any]:  # noqa: ANN401 - as imaplib gives it
        kind, rows = answer
        if kind != "OK":
            raise imaplib.IMAP4.error(str(rows)[:200])
        return list(rows)


def _connected(settings: MailboxSettings) -> BaseMailBox:
    where = (settings.host, settings.port)
    if settings.security == "none":
        return MailBoxUnencrypted(*where, timeout=TIMEOUT)
    trusted = ssl.create_default_context(cafile=settings.ca or None)
    if settings.security == "starttls":
        return MailBoxStartTls(*where, timeout=TIMEOUT, ssl_context=trusted)
    return MailBox(*where, timeout=TIMEOUT, ssl_context=trusted)


@contextmanager
def _answering(*, refused: bool = True) -> Generator[None]:
    """Whatever goes wrong on the line is one thing: not reachable now, tried again later."""
    try:
        yield
    except (OSError, imaplib.IMAP4.abort, ImapToolsError) as error:
        raise Unreachable(_short(error), where="imap") from error
    except imaplib.IMAP4.error as error:
        if not refused:
            raise
        raise Unreachable(_short(error), where="imap") from error
    except (ValueError, IndexError, KeyError, TypeError) as error:  # an answer that is no IMAP
        raise Unreachable(f"not understood: {_short(error)}", where="imap") from error


def _short(error: Exception) -> str:
    return f"{type(error).__name__}: {str(error)[:120]}"


def _day(told: bytes) -> date | None:
    try:
        found = imaplib.Internaldate2tuple(b'INTERNALDATE "' + told + b'"')
    except (ValueError, KeyError):
        return None
    return date(*found[:3]) if found else None

"""A real IMAP server on loopback, in a process of its own, and how mail gets into it."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from imap_tools import MailBoxUnencrypted

__all__ = ["MailServer", "letter", "serving"]

USER, PASSWORD = "demouser", "demopass"
os.environ["LEITSTAND_TEST_MAILBOX"] = PASSWORD


@dataclass
class MailServer:
    """A mailbox at a port of this machine; `settings` as a project's table has them."""

    port: int
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def settings(self, **more: object) -> dict[str, object]:
        """Settings of the mailbox."""
        return {
            "host": "127.0.0.1",
            "port": self.port,
            "security": "none",
            "user": USER,
            "password": "env:LEITSTAND_TEST_MAILBOX",
            "look": 1,
            **more,
        }

    def put(self, *mails: bytes | EmailMessage, folder: str = "INBOX") -> None:
        """Let mails arrive."""
        with self.box() as box:
            for mail in mails:
                box.append(mail if isinstance(mail, bytes) else mail.as_bytes(), folder)

    def lying(self, folder: str = "INBOX") -> list[str]:
        """Subjects of what lies in a folder; none where there is no such folder."""
        with self.box() as box:
            if not box.folder.exists(folder):
                return []
            box.folder.set(folder)
            return [m.subject for m in box.fetch(mark_seen=False)]

    def clear(self) -> None:
        """Empty the folders that are used."""
        with self.box() as box:
            for found in [f.name for f in box.folder.list()]:
                if found == "INBOX" or found.startswith("Leitstand"):
                    box.folder.set(found)
                    box.delete(box.uids())

    @contextmanager
    def box(self) -> Generator[Any]:
        """A login of one's own."""
        with MailBoxUnencrypted("127.0.0.1", self.port, timeout=10).login(USER, PASSWORD) as box:
            yield box

    def start(self) -> None:
        """Start the server anew; it has forgotten all mails then."""
        command = [str(Path(sys.executable).with_name("pymap")), "--host", "127.0.0.1"]
        command += ["--port", str(self.port), "--no-tls", "--no-service", "admin"]
        command += ["--no-service", "managesieve", "dict", "--demo-data"]
        self.process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        for _ in range(200):
            try:
                with closing(socket.create_connection(("127.0.0.1", self.port), timeout=1)):
                    break
            except OSError:
                time.sleep(0.05)
        self.clear()

    def stop(self) -> None:
        """Kill it: every connection breaks."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


@contextmanager
def serving() -> Generator[MailServer]:
    """A server for as long as the block lasts."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = MailServer(port)
    try:
        server.start()
        yield server
    finally:
        server.stop()


def letter(  # noqa: PLR0913 - a mail has many parts; all but two by keyword
    subject: str,
    text: str = "",
    *,
    sender: str = "Erika Muster <erika@kunde.example>",
    to: str = "info@nordwerk.example",
    html: str = "",
    files: Sequence[tuple[str, bytes]] = (),
    headers: Mapping[str, str] | None = None,
) -> EmailMessage:
    """A mail as mail programs write them, with more `headers`."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, to, subject
    mail["Date"] = "Sat, 28 Nov 2026 09:00:00 +0100"
    mail["Message-ID"] = f"<{abs(hash((subject, text, sender)))}@kunde.example>"
    for name, value in (headers or {}).items():
        mail[name] = value
    mail.set_content(text or " ")
    if html:
        mail.add_alternative(html, subtype="html")
    for name, content in files:
        mail.add_attachment(content, "application", "octet-stream", filename=name)
    return mail

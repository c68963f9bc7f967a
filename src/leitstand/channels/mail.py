"""Mail: a notice with the case's title and an address that asks for a login. Nothing is heard.

Mail is read by scanners, forwarded and kept for years: so it never shows what is decided, and the
address in it decides nothing, however often it is called (PAINS no. 9).
"""

import asyncio
import hashlib
import smtplib
import ssl
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate
from typing import Literal

from leitstand.channels.port import Channel, Hear, Letter
from leitstand.clock import SystemClock
from leitstand.errors import ChannelRefused, Unreachable
from leitstand.inbox import Texts
from leitstand.values import Frozen, Secret, Text

TIMEOUT = 30.0
"""Seconds for one exchange with the mail server."""


class MailSettings(Frozen):
    """`[tool.leitstand.channels.mail]`: the server, our sender, and where people are written to.

    `security`: `starttls` or `tls` with a verified certificate, or `none` for a server on this very
    machine. `people` maps ids to addresses; who is not named gets no mail. `stop` is where people
    write to who want none.
    """

    host: Text
    port: int = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""
    password: str = ""
    sender: Text
    stop: Text
    people: dict[str, str]


class Mail(Channel):
    """Notices by SMTP. A letter whose fate is unknown is not sent again: SMTP honours no keys."""

    name = "mail"
    edits = False
    keyed = False
    native = False

    def __init__(self, settings: MailSettings, texts: Texts) -> None:
        self._settings, self._texts = settings, texts
        # The world's own, not that of a fictional company.
        self._clock = SystemClock()
        self._trusted = ssl.create_default_context()

    async def send(self, letter: Letter, replaces: str) -> str:
        """Send a notice; its Message-ID. Raises as the port says."""
        del replaces
        message = self._message(letter)
        try:
            await asyncio.to_thread(self._deliver, message)
        except smtplib.SMTPRecipientsRefused as error:
            codes = {code for code, _ in error.recipients.values()}
            raise _failure(min(codes), "the recipient is refused") from error
        except smtplib.SMTPResponseException as error:
            raise _failure(error.smtp_code, "the letter is refused") from error
        except (OSError, smtplib.SMTPException) as error:
            raise Unreachable(f"no answer ({type(error).__name__})", where="mail") from error
        return str(message["Message-ID"])

    async def listen(self, hear: Hear) -> None:
        """Nothing is heard by mail."""
        del hear
        await asyncio.Event().wait()

    def _message(self, letter: Letter) -> EmailMessage:
        settings, texts = self._settings, self._texts
        title = " ".join(letter.title.split())
        domain = settings.sender.rpartition("@")[2].strip("> ")
        message = EmailMessage(policy=SMTP)
        message["From"], message["To"] = settings.sender, letter.to
        message["Subject"] = texts.say("chat.subject", title=title)
        message["Date"] = formatdate(self._clock.time())
        name = hashlib.sha256(letter.key.encode()).hexdigest()[:32]
        message["Message-ID"] = f"<{name}@{domain}>"
        # RFC 3834: no out-of-office answers; RFC 2369: how to get none any more.
        message["Auto-Submitted"] = "auto-generated"
        message["X-Auto-Response-Suppress"] = "All"
        message["List-Unsubscribe"] = f"<mailto:{settings.stop}>"
        lines = [texts.say("chat.mail"), "", title, letter.link, "", texts.say("chat.mail_end")]
        message.set_content("\n".join(lines))
        return message

    def _deliver(self, message: EmailMessage) -> None:
        settings = self._settings
        if settings.security == "tls":
            server = smtplib.SMTP_SSL(
                settings.host, settings.port, timeout=TIMEOUT, context=self._trusted
            )
        else:
            server = smtplib.SMTP(settings.host, settings.port, timeout=TIMEOUT)
        with server:
            if settings.security == "starttls":
                server.starttls(context=self._trusted)
            if settings.user:
                server.login(settings.user, Secret(settings.password).reveal())
            server.send_message(message)


def _failure(code: int, text: str) -> Unreachable | ChannelRefused:
    """4xx may work later, 5xx never does (RFC 5321 §4.2.1)."""
    kind = ChannelRefused if code >= _PERMANENT else Unreachable
    return kind(f"{text} ({code})", where="mail")


_PERMANENT = 500

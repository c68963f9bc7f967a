"""Mail over a real SMTP server on loopback: title and address alone, once, deciding nothing."""

import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import cast

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from leitstand.channels import Letter, Link
from leitstand.channels.mail import Mail, MailSettings
from leitstand.errors import ChannelRefused, Unreachable
from leitstand.inbox import texts_of
from leitstand.project import Project
from leitstand.web import open_site
from tests.channels.house import HEAD, PASSPHRASE, Wire, chatting, vouchers
from tests.web.conftest import client_of

ADDRESS = "ben.krueger@nordwerk.example"


@dataclass
class Postbox:
    """What arrived; `answer` is what the server says to a letter."""

    answer: str = "250 OK"
    arrived: list[EmailMessage] = field(default_factory=list[EmailMessage])

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - the library's name
        """Take a letter in, or refuse it."""
        if self.answer.startswith("250"):
            content = cast("bytes", envelope.content)
            self.arrived.append(message_from_bytes(content, policy=default))
        return self.answer


@dataclass
class House:
    """A mail server, and our way to it."""

    box: Postbox
    mail: Mail


@pytest.fixture
async def post() -> AsyncIterator[House]:
    """A mail server on a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    box = Postbox()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield House(box, mail_to(port))
    controller.stop()


def mail_to(port: int) -> Mail:
    """Mail to a server on this machine."""
    settings = MailSettings(
        host="127.0.0.1",
        port=port,
        security="none",
        sender="Leitstand <leitstand@nordwerk.example>",
        stop="keine-post@nordwerk.example",
        people={HEAD: ADDRESS},
    )
    return Mail(settings, texts_of("de"))


def letter(title: str = "Rechnung R-1") -> Letter:
    """A notice."""
    link = "https://leitstand.example/card/abc"
    return Letter(key="k", channel="mail", to=ADDRESS, title=title, link=link, lines=("250,00 €",))


async def test_a_notice_holds_title_and_address_alone(post: House) -> None:
    """Nothing of what is decided, and the headers that keep machines from answering."""
    name = await post.mail.send(letter(), "")
    [message] = post.box.arrived
    text = message.get_content()
    assert message["Subject"] == "Wartet auf Ihre Entscheidung: Rechnung R-1"
    assert "https://leitstand.example/card/abc" in text
    assert "250" not in text
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Unsubscribe"] == "<mailto:keine-post@nordwerk.example>"
    assert message["Message-ID"] == name
    assert message.get_content_type() == "text/plain"


async def test_a_title_cannot_add_headers(post: House) -> None:
    """Line ends in a title are spaces."""
    await post.mail.send(letter("R-1\r\nBcc: eve@evil.example\n\nhallo"), "")
    [message] = post.box.arrived
    assert message["Bcc"] is None
    assert message["To"] == ADDRESS
    assert "Bcc: eve@evil.example" in message["Subject"]


async def test_failures_are_told_apart(post: House) -> None:
    """4xx and no server may work later, 5xx never does."""
    for answer, error in (("451 later", Unreachable), ("554 no", ChannelRefused)):
        post.box.answer = answer
        with pytest.raises(error):
            await post.mail.send(letter(), "")
    with pytest.raises(Unreachable):
        await mail_to(9).send(letter(), "")
    assert not post.box.arrived


async def test_a_mail_is_sent_once_and_its_address_decides_nothing(
    post: House, shop: Project, tmp_path: Path
) -> None:
    """One mail a card; calling the address, logged in or not, leaves the case as it is."""
    known = [Link(channel="mail", identity=ADDRESS, person=HEAD, place=ADDRESS)]
    async with chatting(shop, tmp_path, Wire(), others=[post.mail], known=known) as chat:
        await chat.bill("R-1", 25_000)
        for _ in range(2):
            await chat.channels.notices.look()
            while await chat.channels.outbox.send_next(post.mail):
                pass
        [message] = post.box.arrived
        path = next(x for x in message.get_content().split() if "/card/" in x)
        path = path.removeprefix("https://leitstand.example")
        async with open_site(chat.leitstand) as site, client_of(site) as client:
            assert (await client.http.get(path)).status_code == 303
            assert (await client.login(HEAD, PASSPHRASE)).status_code == 303
            assert (await client.http.get(path)).status_code == 200
            assert (await client.http.get(f"{path}/decide?answer=approve")).status_code == 405
        assert vouchers(chat.leitstand.state) == 0
        before = await chat.channels.book.ask(
            lambda c: c.exec_driver_sql("select open from cards").scalar()
        )
        assert before == 1

"""The outbox: drafts, one per key, sent by nobody."""

import pytest

from leitstand.clock import FixedClock
from leitstand.errors import Contradiction, Missing
from tools.database import Database, Tenancy
from tools.mail import DraftMail
from tools.mail.embedded import EmbeddedMails


@pytest.fixture
async def mails(database: Database, clock: FixedClock) -> EmbeddedMails:
    """The outbox of a company."""
    outbox = EmbeddedMails(Tenancy(database, "nord", clock))
    await outbox.prepare()
    await outbox.take_in("Old name")
    await outbox.take_in("Nordwerk Maschinenbau GmbH")
    return outbox


async def test_a_draft_is_written_once(mails: EmbeddedMails) -> None:
    """The same key is the same draft; another key with equal content is another draft."""
    args = DraftMail(template="duplicate_notice", invoice_no="WS-55012", to="a@b.example")
    first = await mails.draft(args, "k1")
    assert first.state == "draft"
    assert first.to == "a@b.example"
    assert first.body.endswith("Nordwerk Maschinenbau GmbH")
    assert await mails.draft(args, "k1") == first
    assert (await mails.draft(args, "k2")).mail_no == "M-000002"
    assert await mails.mail_of("k1") == first
    assert await mails.mail_of("k3") is None
    with pytest.raises(Contradiction):
        await mails.draft(args.model_copy(update={"language": "en"}), "k1")


async def test_a_letter_needs_a_sender(mails: EmbeddedMails, database: Database) -> None:
    """A tenant without a company's name cannot write; nothing is drafted in another's name."""
    nameless = EmbeddedMails(Tenancy(database, "west"))
    with pytest.raises(Missing, match="no sender"):
        await nameless.draft(DraftMail(template="duplicate_notice"), "k1")
    assert await nameless.mail_of("k1") is None

"""Mail: received ones taken apart, drafts from templates; a person sends, nobody else."""

from leitstand.tool import tool
from tools.mail.mail import DraftMail, Finding, Mail, TemplateId, quotable
from tools.mail.port import Mails
from tools.mail.received import FoundMail, ReadMail, ReceivedMail

__all__ = [
    "DraftMail",
    "Finding",
    "FoundMail",
    "Mail",
    "Mails",
    "ReadMail",
    "ReceivedMail",
    "TemplateId",
    "draft_mail",
    "quotable",
    "read_mail",
]


async def _mail(key: str, mails: Mails) -> Mail | None:
    return await mails.mail_of(key)


@tool("mail.read", authority="document")
async def read_mail(args: ReadMail, mails: Mails) -> FoundMail:
    """Take a received mail apart."""
    return await mails.read(args)


# No business key: a second case on the same invoice may have to write the same letter again.
@tool("mail.draft", writes="mail.draft", idempotent=True, reconcile=_mail)
async def draft_mail(args: DraftMail, mails: Mails, key: str) -> Mail:
    """Draft a mail from a template and closed fields."""
    return await mails.draft(args, key)

"""Mail: drafts from templates; nothing is ever sent without a person."""

from leitstand.tool import tool
from tools.mail.mail import DraftMail, Finding, Mail, TemplateId, quotable
from tools.mail.port import Mails

__all__ = ["DraftMail", "Finding", "Mail", "Mails", "TemplateId", "draft_mail", "quotable"]


async def _mail(key: str, mails: Mails) -> Mail | None:
    return await mails.mail_of(key)


# No business key: a second case on the same invoice may have to write the same letter again.
@tool("mail.draft", writes="mail.draft", idempotent=True, reconcile=_mail)
async def draft_mail(args: DraftMail, mails: Mails, key: str) -> Mail:
    """Draft a mail from a template and closed fields."""
    return await mails.draft(args, key)

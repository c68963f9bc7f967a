"""The port of the mail system."""

from typing import Protocol

from leitstand.tool import Port
from tools.mail.mail import DraftMail, Mail

__all__ = ["Mails"]


class Mails(Port, Protocol):
    """An outbox of drafts. Raises only `CallFailed`."""

    async def draft(self, args: DraftMail, key: str) -> Mail:
        """A draft in the outbox; a person sends it."""
        ...

    async def mail_of(self, key: str) -> Mail | None:
        """The draft that was made under `key`, for reconciling."""
        ...

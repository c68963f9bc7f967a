"""The port of the mail system."""

from typing import Protocol

from leitstand.tool import Port
from tools.mail.mail import DraftMail, Mail
from tools.mail.received import FoundMail, ReadMail


class Mails(Port, Protocol):
    """Received mails, and an outbox of drafts. Raises only `CallFailed`."""

    async def read(self, args: ReadMail) -> FoundMail:
        """A received mail, taken apart."""
        ...

    async def draft(self, args: DraftMail, key: str) -> Mail:
        """A draft in the outbox; a person sends it."""
        ...

    async def mail_of(self, key: str) -> Mail | None:
        """The draft that was made under `key`, for reconciling."""
        ...

"""The embedded outbox: drafts in SQLite, which a person sends."""

from dataclasses import dataclass

from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    Integer,
    MetaData,
    String,
    Table,
    delete,
    insert,
    select,
)

from leitstand.errors import Missing
from tools.database import Tenancy, next_no
from tools.mail.letter import write_letter
from tools.mail.mail import DraftMail, Mail
from tools.mail.received import FoundMail, ReadMail, take_apart
from tools.once import Keys, Write

_metadata = MetaData()
_keys = Keys(_metadata, "mail")
_sender = Table(
    "mail_sender",
    _metadata,
    Column("tenant", String, primary_key=True),
    Column("company", String, nullable=False),
)
_outbox = Table(
    "mail_outbox",
    _metadata,
    Column("tenant", String, primary_key=True),
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("recipient", String),
    Column("subject", String, nullable=False),
    Column("body", String, nullable=False),
    Column("template", String, nullable=False),
    Column("state", String, nullable=False, server_default="draft"),
    Column("entered", String, nullable=False),
    CheckConstraint("state = 'draft'"),
)


@dataclass(frozen=True, slots=True)
class EmbeddedMails:
    """`tools.mail.Mails` for one tenant of a database."""

    site: Tenancy

    async def prepare(self) -> None:
        """Create the tables that are not there yet."""
        await self.site.database.create(_metadata)

    async def take_in(self, company: str) -> None:
        """Set the company that signs the letters."""
        own = {"tenant": self.site.tenant}
        await self.site.write(
            lambda c: (
                c.execute(delete(_sender).where(_sender.c.tenant == self.site.tenant)),
                c.execute(insert(_sender).values(**own, company=company)),
            )
        )

    async def read(self, args: ReadMail) -> FoundMail:
        """A received mail, taken apart."""
        return FoundMail(value=take_apart(args), source="mail:received")

    async def draft(self, args: DraftMail, key: str) -> Mail:
        """A draft in the outbox.

        Raises Missing: nobody is set to sign it.
        """
        write = Write(self.site.tenant, "mail.draft", key, args)
        return await self.site.write(
            lambda c: _keys.once(c, write, Mail, lambda: self._enter(c, args))
        )

    async def mail_of(self, key: str) -> Mail | None:
        """The draft that was made under `key`."""
        return await self.site.read(lambda c: _keys.find(c, self.site.tenant, key, Mail))

    def _enter(self, connection: Connection, args: DraftMail) -> Mail:
        letter = write_letter(args, self._company(connection))
        number = next_no(connection, self.site.tenant, _outbox.c.id)
        connection.execute(
            insert(_outbox),
            {
                "tenant": self.site.tenant,
                "id": number,
                "recipient": args.to,
                "subject": letter.subject,
                "body": letter.body,
                "template": args.template,
                "entered": self.site.entered,
            },
        )
        return Mail(mail_no=f"M-{number:06d}", to=args.to, subject=letter.subject, body=letter.body)

    def _company(self, connection: Connection) -> str:
        query = select(_sender.c.company).where(_sender.c.tenant == self.site.tenant)
        company = connection.execute(query).scalar_one_or_none()
        if company is None:
            raise Missing(
                f"no sender is set for tenant `{self.site.tenant}`",
                where="mail",
                mend="name the company in the tenant's limits",
            )
        return company

"""Settings: what the project's table `[tool.leitstand.triggers]` says; secrets by reference."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError
from pydantic import Field, field_validator, model_validator

from leitstand.clock import SystemClock
from leitstand.errors import ProjectRefused
from leitstand.project import Project
from leitstand.table import read_table
from leitstand.values import Frozen, Identifier, Text

Count = Annotated[int, Field(gt=0)]


class MailboxSettings(Frozen):
    """`[….mailboxes.NAME]`: a mailbox read by IMAP.

    `security` as for sending: `none` only for a server on this very machine; `ca` is a file with
    the authority of a server of one's own. What is settled lies in `done`, what nobody works on in
    `refused`; both are made if absent. `keyword` marks a mail that is being worked on; empty: none.
    `look` are the seconds between two looks where the server tells of nothing by itself.
    """

    host: Text
    port: int = 993
    security: Literal["tls", "starttls", "none"] = "tls"
    ca: str = ""
    user: Text
    password: Text
    folder: Text = "INBOX"
    done: Text = "Leitstand-erledigt"
    refused: Text = "Leitstand-abgewiesen"
    keyword: Annotated[str, Field(pattern=r"^[$A-Za-z0-9_-]*$")] = "$Leitstand"
    look: Annotated[int, Field(gt=0, le=1500)] = 60

    @model_validator(mode="after")
    def _apart(self) -> Self:
        if len({self.folder, self.done, self.refused}) < 3:  # noqa: PLR2004 - three of them
            raise ValueError("`folder`, `done` and `refused` are three folders")
        if self.security == "none" and self.host not in ("127.0.0.1", "localhost", "::1"):
            raise ValueError("`security` none is for a server on this very machine")
        return self


class FolderSettings(Frozen):
    """`[….folders.NAME]`: a folder on disk, relative to the project's root.

    A file is taken when it has not changed for `quiet` seconds and goes to `done` or `refused` in
    it. `role` takes all files in; without one they are routed like attachments.
    """

    path: Text
    role: Identifier | None = None
    quiet: Annotated[int, Field(ge=0)] = 3
    look: Count = 2
    done: Text = "done"
    refused: Text = "refused"
    unfinished: tuple[str, ...] = (".part", ".tmp", ".crdownload", ".filepart", "~")


class ScheduleSettings(Frozen):
    """`[….schedules.NAME]`: a case at times that `cron` says, in the time of `zone`.

    `row` is what a row of a file of cases would say. What was missed is caught up once.
    """

    cron: Text
    role: Identifier
    row: dict[str, Any] = {}
    title: Text = ""
    zone: Text = "Europe/Berlin"

    @model_validator(mode="after")
    def _known(self) -> Self:
        try:
            zone = ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"no time zone `{self.zone}`") from error
        try:
            next(CronSim(self.cron, datetime.fromtimestamp(SystemClock().time(), zone)))
        except (CronSimError, StopIteration) as error:
            raise ValueError(f"`{self.cron}` names no time: {error}") from error
        return self


class WebhookSettings(Frozen):
    """`[….webhooks.NAME]`: the address `/webhooks/NAME`, to which another system posts.

    `secret` as Standard Webhooks writes it (`whsec_…`); `role` as of a folder.
    """

    secret: Text
    role: Identifier | None = None
    most_an_hour: Count = 1_000


class WebhookRules(Frozen):
    """`[….webhook]`: what holds for each request, also of those who know no secret.

    A body has at most `most_bytes` and comes within `seconds`; of all that are not yet answered at
    most `most_held` bytes are kept. Its time may be off by `tolerance` seconds, both ways.
    """

    most_bytes: Count = 5_000_000
    most_held: Count = 20_000_000
    seconds: Count = 15
    tolerance: Count = 300


class MailRules(Frozen):
    """`[….mail]`: what is read of a mail, and whom it is believed.

    `own` are the company's domains, `checkers` the names under which its own mail servers say in
    Authentication-Results what they found. `addresses` are our own senders: what comes from them is
    a loop, as is what has a header that `marks` names. `answers` are values of Auto-Submitted and
    Precedence that only machines' answers have; `machines` those that machines' letters have: such
    a letter is read if something hangs on it.
    """

    own: tuple[str, ...] = ()
    checkers: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    most_bytes: Count = 25_000_000
    most_header: Count = 262_144
    most_text: Count = 100_000
    most_parts: Count = 200
    most_attachments: Count = 50
    most_recipients: Count = 100
    most_an_hour: Count = 60
    answers: tuple[str, ...] = ("auto-replied", "auto-notified", "auto_reply", "junk")
    machines: tuple[str, ...] = ("auto-generated", "bulk", "list")
    marks: tuple[str, ...] = ("x-loop", "x-autoreply", "x-autorespond", "x-leitstand")

    @field_validator("own", "checkers", "addresses", "answers", "machines", "marks")
    @classmethod
    def _small(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(one.strip().casefold() for one in value)


class Settings(Frozen):
    """The whole table."""

    mail: MailRules = MailRules()
    mailboxes: dict[Identifier, MailboxSettings] = {}
    folders: dict[Identifier, FolderSettings] = {}
    schedules: dict[Identifier, ScheduleSettings] = {}
    webhook: WebhookRules = WebhookRules()
    webhooks: dict[Identifier, WebhookSettings] = {}

    @property
    def secrets(self) -> Mapping[str, str]:
        """The references of all secrets, by the name of their trigger."""
        boxes = {f"mailboxes.{name}": one.password for name, one in self.mailboxes.items()}
        return boxes | {f"webhooks.{name}": one.secret for name, one in self.webhooks.items()}


def read_settings(project: Project) -> Settings:
    """The table, checked. Raises ProjectRefused: a name or value it does not know, no `route`."""
    where = "[tool.leitstand.triggers]"
    settings = read_table(Settings, project.table.triggers, where)
    places = [(project.root / one.path).resolve() for one in settings.folders.values()]
    if len({*places}) < len(places):
        raise ProjectRefused("two triggers watch one folder", where=where, mend="give each its own")
    tables = (settings.schedules, settings.folders, settings.webhooks)
    named = {one.role for table in tables for one in table.values() if one.role}
    if unknown := sorted(named - set(project.roles)):
        raise ProjectRefused(f"no role `{unknown[0]}`", where=where, mend="name one that is there")
    if (settings.mailboxes or settings.folders or settings.webhooks) and project.route is None:
        mend = "name in `route` a function that makes cases of it (docs/triggers.md)"
        raise ProjectRefused("nothing routes what comes in", where=where, mend=mend)
    return settings

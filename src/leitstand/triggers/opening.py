"""What a project has configured as triggers, opened and running beside the dispatcher."""

import asyncio
import logging
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from starlette.routing import Route

from leitstand.errors import LeitstandError, ProjectRefused, SecretMissing, StoreFailed
from leitstand.records import Routed
from leitstand.runtime import Leitstand
from leitstand.store.arrivals import last_name
from leitstand.triggers.entrance import Entrance
from leitstand.triggers.folder import Folder
from leitstand.triggers.mailbox import Mailbox
from leitstand.triggers.port import Source, Trigger
from leitstand.triggers.schedule import Schedule
from leitstand.triggers.settings import ScheduleSettings, Settings, read_settings
from leitstand.triggers.signature import key_of
from leitstand.triggers.webhook import Webhook, Webhooks
from leitstand.values import Secret

_LOG = logging.getLogger("leitstand.triggers")
PAUSE = 10.0
"""Seconds before a trigger that failed is started again."""


@dataclass(frozen=True, slots=True)
class Triggers:
    """All triggers of an open project: those that run, and addresses for the web server."""

    entrance: Entrance
    each: Sequence[Trigger]
    routes: Sequence[Route]

    async def run(self) -> None:
        """Take in until cancelled; a trigger that fails stops no other. Raises StoreFailed."""
        async with asyncio.TaskGroup() as group:
            for trigger in self.each:
                group.create_task(self._again(trigger))

    async def once(self) -> None:
        """Take in what is there now. Raises StoreFailed, Unreachable, SecretMissing."""
        for trigger in self.each:
            await self.entrance.watch(trigger, once=True)

    async def _again(self, trigger: Trigger) -> None:
        while True:
            try:
                await self.entrance.watch(trigger)
                return
            except (StoreFailed, SecretMissing):
                raise
            except Exception as error:  # noqa: BLE001 - the other side may send anything
                told = error if isinstance(error, LeitstandError) else type(error).__name__
                _LOG.error("%s: failed, and is started again: %s", trigger.source.name, told)
            await asyncio.sleep(PAUSE)


def open_triggers(leitstand: Leitstand) -> Triggers:
    """The triggers of the project's table; nothing is connected yet.

    Raises ProjectRefused: a setting that is none, or a role that is not there; SecretMissing.
    """
    project = leitstand.project
    settings = read_settings(project)
    entrance = Entrance(leitstand, settings)
    routes = _routes(leitstand, entrance, settings)
    return Triggers(entrance, tuple(_each(leitstand, settings)), routes)


def _routes(leitstand: Leitstand, entrance: Entrance, settings: Settings) -> Sequence[Route]:
    """The addresses of webhooks; a secret is for one of them, or its requests fit the others."""
    found: dict[str, Webhook] = {}
    for name, one in settings.webhooks.items():
        where = f"[tool.leitstand.triggers.webhooks.{name}]"
        key = key_of(one.secret, where)
        if any(key == other.key for other in found.values()):
            raise ProjectRefused("another webhook has the same secret", where=where)
        times = deque[float](maxlen=one.most_an_hour)
        found[name] = Webhook(Source(f"webhook.{name}"), key, one.role or "", times)
    if not found:
        return ()
    return (Webhooks(entrance, found, settings.webhook, leitstand.rules.clock).route,)


def _each(leitstand: Leitstand, settings: Settings) -> Iterator[Trigger]:
    clock, root = leitstand.rules.clock, leitstand.project.root
    for name, mailbox in settings.mailboxes.items():
        Secret(mailbox.password).reveal()  # Before anything runs, not at the first login.
        yield Mailbox(name, mailbox, settings.mail, clock)
    for name, folder in settings.folders.items():
        yield Folder(name, folder, settings.mail, clock, root)
    for name, schedule in settings.schedules.items():
        yield _schedule(leitstand, name, schedule)


def _schedule(leitstand: Leitstand, name: str, settings: ScheduleSettings) -> Schedule:
    make = leitstand.project.rows.get(settings.role)
    given = make(settings.row) if make else settings.row
    routed = Routed(settings.role, given, title=settings.title or name, reasons=("schedule",))
    last = partial(last_name, leitstand.store, f"schedule.{name}")
    return Schedule(name, settings, routed, leitstand.rules.clock, last)

"""What a project has configured as triggers, opened and running beside the dispatcher."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from leitstand.errors import LeitstandError, ProjectRefused, SecretMissing, StoreFailed
from leitstand.records import Routed
from leitstand.runtime import Leitstand
from leitstand.store.arrivals import last_name
from leitstand.triggers.entrance import Entrance
from leitstand.triggers.folder import Folder
from leitstand.triggers.mailbox import Mailbox
from leitstand.triggers.port import Trigger
from leitstand.triggers.schedule import Schedule
from leitstand.triggers.settings import ScheduleSettings, Settings, read_settings
from leitstand.values import Secret

__all__ = ["Triggers", "open_triggers"]

_LOG = logging.getLogger("leitstand.triggers")
PAUSE = 10.0
"""Seconds before a trigger that failed is started again."""


@dataclass(frozen=True, slots=True)
class Triggers:
    """All triggers of an open project; without any, there is nothing to run."""

    entrance: Entrance
    each: Sequence[Trigger]

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
                _LOG.error("%s: failed, and is started again: %s", trigger.name, told)
            await asyncio.sleep(PAUSE)


def open_triggers(leitstand: Leitstand) -> Triggers:
    """The triggers of the project's table; nothing is connected yet.

    Raises ProjectRefused: a setting that is none, or a role that is not there; SecretMissing.
    """
    project = leitstand.project
    settings = read_settings(project.table.triggers, project.root)
    named = [s.role for s in (*settings.schedules.values(), *settings.folders.values()) if s.role]
    if unknown := sorted(set(named) - set(project.roles)):
        msg = f"no role `{unknown[0]}`"
        raise ProjectRefused(msg, where="[tool.leitstand.triggers]", mend="name one that is there")
    each = (*_mailboxes(leitstand, settings), *_folders(leitstand, settings))
    return Triggers(Entrance(leitstand, settings), (*each, *_schedules(leitstand, settings)))


def _mailboxes(leitstand: Leitstand, settings: Settings) -> list[Mailbox]:
    clock = leitstand.rules.clock
    for one in settings.mailboxes.values():  # Before anything runs, not at the first login.
        Secret(one.password).reveal()
    each = settings.mailboxes.items()
    return [Mailbox(name, one, settings.mail, clock) for name, one in each]


def _folders(leitstand: Leitstand, settings: Settings) -> list[Folder]:
    clock, root = leitstand.rules.clock, leitstand.project.root
    each = settings.folders.items()
    return [Folder(name, one, settings.mail, clock, root) for name, one in each]


def _schedules(leitstand: Leitstand, settings: Settings) -> list[Schedule]:
    return [_schedule(leitstand, name, one) for name, one in settings.schedules.items()]


def _schedule(leitstand: Leitstand, name: str, settings: ScheduleSettings) -> Schedule:
    make = leitstand.project.rows.get(settings.role)
    given = make(settings.row) if make else settings.row
    routed = Routed(settings.role, given, title=settings.title or name, reasons=("schedule",))

    async def last() -> str:
        return await last_name(leitstand.store, f"schedule.{name}")

    return Schedule(name, settings, routed, leitstand.rules.clock, last)

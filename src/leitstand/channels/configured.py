"""What a project has configured, opened: its table names the channels that are connected."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from leitstand.channels.opening import Channels, open_channels
from leitstand.channels.settings import read_settings
from leitstand.runtime import Leitstand

__all__ = ["configured"]


@asynccontextmanager
async def configured(leitstand: Leitstand) -> AsyncGenerator[Channels | None]:
    """The channels of the project's table, not yet running; None where it has no such table.

    Raises ProjectRefused: a setting that is none. Raises SecretMissing.
    """
    table = leitstand.project.table.channels
    if not table:
        yield None
        return
    settings = read_settings(table)
    known = settings.known()
    async with open_channels(leitstand, settings, settings.connect, known) as channels:
        yield channels

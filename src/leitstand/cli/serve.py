"""`leitstand serve`: the inbox in a browser, and the dispatcher of cases behind it."""

import os
import webbrowser
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import replace
from socket import socket
from typing import TYPE_CHECKING, Annotated, Any

import typer

from leitstand.cli.command import Place, command
from leitstand.cli.output import hint
from leitstand.errors import UsageRefused
from leitstand.inbox.hours import deadlines_of
from leitstand.project import Project
from leitstand.runtime import Leitstand
from leitstand.web import first_key, listen, open_site, read_settings
from leitstand.web import serve as serve_site

if TYPE_CHECKING:
    from leitstand.channels import Channels
    from leitstand.triggers import Triggers


PORT = 8440
_SCREENS = ("DISPLAY", "WAYLAND_DISPLAY")


@command("state", "world", "tenant")
async def serve(
    place: Place,
    *,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on; 0: any free one.")] = PORT,
    secure: Annotated[
        bool, typer.Option("--secure", help="Reached by https alone: so are its cookies.")
    ] = False,
) -> None:
    """Serve the inbox to browsers, take in what triggers bring, and run the cases, until Ctrl-C."""
    await run_server(place, host, port, secure=secure)


async def run_server(
    place: Place,
    host: str,
    port: int,
    *,
    secure: bool = False,
    show: bool = False,
    other: bool = False,
) -> None:
    """Serve until the process is told to end; `show` opens a browser where there is a screen.

    `other`: on any free port where this one is taken.

    Raises UsageRefused: the port is taken. Raises ProjectRefused, SecretMissing.
    """
    oidc = read_settings(place.project.table.oidc)
    with _listening(host, port, other=other) as at:
        async with place.opened() as opened:
            leitstand = replace(opened, patience=place.project.table.web.wait_seconds)
            async with (
                channels_of(leitstand) as channels,
                open_site(leitstand, secure=secure, channels=channels, oidc=oidc) as site,
            ):
                url = f"http://{host}:{at.getsockname()[1]}/"
                lock = leitstand.state / "journal.db.lock"
                lock.write_text(f"{url} (process {os.getpid()})")  # For whoever finds it locked.
                hint(f"{url} (Ctrl-C ends)")
                if key := await first_key(site):
                    hint(f"{url}begin?key={key} (makes the first person; once, within an hour)")
                triggers = _triggers(leitstand)
                if show and any(os.environ.get(name) for name in _SCREENS):
                    webbrowser.open(url)
                await serve_site(site, at, triggers)


# Where a project has no channels or no triggers, none of what they need is loaded.


def channels_of(leitstand: Leitstand) -> AbstractAsyncContextManager["Channels | None"]:
    """The channels of the project, not yet running; None where it has none."""
    if not leitstand.project.table.channels:
        return nullcontext()
    from leitstand.channels import configured

    return configured(leitstand)


def _triggers(leitstand: Leitstand) -> "Triggers | None":
    if not leitstand.project.table.triggers:
        return None
    from leitstand.triggers import open_triggers

    return open_triggers(leitstand)


def _listening(host: str, port: int, *, other: bool) -> socket:
    """A socket on this port, or on any where that is taken and another will do."""
    try:
        return listen(host, port)
    except UsageRefused:
        if not other:
            raise
        hint(f"port {port} is taken")
        return listen(host, 0)


def read_served(project: Project, limits: Mapping[str, Any]) -> None:
    """Read the tables that only a server reads. Raises ProjectRefused: one makes no sense."""
    from leitstand import channels, web

    deadlines_of(limits, project.table.web)
    web.read_settings(project.table.oidc)
    if project.table.channels:
        channels.read_settings(project.table.channels)

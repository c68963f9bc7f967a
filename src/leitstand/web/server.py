"""The server: pages and the dispatcher of cases in one process."""

import asyncio
from socket import create_server, socket
from typing import TYPE_CHECKING

import uvicorn

from leitstand.errors import UsageRefused
from leitstand.web.app import make_app
from leitstand.web.site import Site

if TYPE_CHECKING:  # As with channels: loaded by whoever opens them.
    from leitstand.triggers import Triggers


def listen(host: str, port: int) -> socket:
    """A socket that listens; port 0 takes any that is free. Raises UsageRefused: it is taken."""
    try:
        return create_server((host, port))
    except OSError as error:
        msg = f"cannot listen on {host}:{port}: {error.strerror or error}"
        raise UsageRefused(msg, mend="give another --host or --port") from error


async def serve(site: Site, at: socket, triggers: "Triggers | None" = None) -> None:
    """Serve pages, run cases and take them in until the process is to end (SIGINT, SIGTERM).

    Raises StoreFailed: nothing can be recorded any more.
    """
    config = uvicorn.Config(
        make_app(site, triggers.routes if triggers else ()),
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=2,
        lifespan="off",
        ws="none",
    )
    server = _Server(config, site)
    works = [site.leitstand.run, site.reminders.run]
    works += [site.channels.run] if site.channels else []
    works += [triggers.run] if triggers and triggers.each else []
    running = [asyncio.create_task(work()) for work in works]
    serving = asyncio.create_task(server.serve(sockets=[at]))
    try:
        done, _ = await asyncio.wait({*running, serving}, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        server.should_exit = True
        for task in running:
            task.cancel()
        await asyncio.wait(running)
        await serving


class _Server(uvicorn.Server):
    """Ends the streams of open pages before it waits for what is still under way."""

    def __init__(self, config: uvicorn.Config, site: Site) -> None:
        super().__init__(config)
        self._site = site

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        self._site.live.end()
        await super().shutdown(sockets)

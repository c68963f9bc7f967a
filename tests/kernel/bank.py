"""A business system in a process of its own: what it was sent arrives, whoever dies meanwhile.

It honours keys on one line of business and knows none on the other, where a look-up shows an effect
only some time after it happened. One JSON object a line, on loopback.
"""

import asyncio
import json
import sys
from pathlib import Path
from random import Random
from typing import Any

__all__ = ["LAG", "TRAVEL"]

TRAVEL = 0.12
"""Seconds that a request may travel."""
LAG = 0.15
"""Seconds until a look-up shows what happened."""


class Bank:
    """Counts effects by key into a log that outlives everybody."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._random = Random(7)  # noqa: S311 reproducible, not secret
        self._done: dict[str, int] = {}
        self._shown: dict[str, int] = {}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer requests of one client until it goes."""
        try:
            while line := await reader.readline():
                asked = json.loads(line)
                answer = await getattr(self, f"_{asked['what']}")(asked)
                writer.write(json.dumps(answer).encode() + b"\n")
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()

    async def _post(self, asked: dict[str, Any]) -> dict[str, Any]:
        """A write under a key that is honoured."""
        return await asyncio.shield(self._arrive(asked["key"], honours=True))

    async def _add(self, asked: dict[str, Any]) -> dict[str, Any]:
        """A write under a key that can be looked up only."""
        return await asyncio.shield(self._arrive(asked["key"], honours=False))

    async def _find(self, asked: dict[str, Any]) -> dict[str, Any]:
        return {"no": asked["key"] if asked["key"] in self._shown else None}

    async def _arrive(self, key: str, *, honours: bool) -> dict[str, Any]:
        await asyncio.sleep(self._random.uniform(0, TRAVEL))
        if not (honours and key in self._done):
            self._done[key] = self._done.get(key, 0) + 1
            with self._log.open("a") as log:
                log.write(f"{key}\n")
            loop = asyncio.get_running_loop()
            loop.call_later(self._random.uniform(0, LAG), self._shown.setdefault, key, 1)
        return {"no": key}


async def main(folder: Path) -> None:
    """Serve until killed; the port is in a file, and on stdout once it is there."""
    bank = Bank(folder / "effects.log")
    (folder / "effects.log").touch()
    server = await asyncio.start_server(bank.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    (folder / "port").write_text(str(port))
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))

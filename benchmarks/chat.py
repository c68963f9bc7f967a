"""A decision by chat, from the request to its effect, over a real home server on loopback. JSON.

Run it as `python benchmarks/chat.py [--rounds 60]`. A round begins when a bill comes in that needs
an approval, goes on when its card is in the supervisor's room (who answers at once) and ends when
the receipt of the posted voucher is there. Needs `.venv/synapse` (`make bench` installs it).
"""

import argparse
import asyncio
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import uvloop

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from leitstand.channels import Channels, Settings, open_channels  # noqa: E402
from leitstand.channels.matrix import MatrixSettings  # noqa: E402
from leitstand.project import load_project  # noqa: E402
from leitstand.runtime import Leitstand, open_leitstand  # noqa: E402
from tests.channels.homeserver import SERVER, Account, home_server  # noqa: E402
from tests.channels.house import HEAD, Chat, Wire, signers_of  # noqa: E402

SHOP = ROOT / "tests" / "cli" / "shop"


class Client:
    """A supervisor's client: it syncs for ever and hands over what the other side says."""

    def __init__(self, account: Account, other: str) -> None:
        self._account, self._other = account, other
        self._since = ""

    async def begin(self) -> None:
        """Take the position."""
        self._since = (await self._account.ask("GET", "/sync"))["next_batch"]

    async def await_text(self, wanted: Callable[[str], bool]) -> str:
        """The next message of the other side that is wanted."""
        while True:
            asked = {"since": self._since, "timeout": "30000"}
            found = await self._account.ask("GET", "/sync", params=asked)
            self._since = found["next_batch"]
            for room in found.get("rooms", {}).get("join", {}).values():
                for event in room["timeline"]["events"]:
                    text = str(event.get("content", {}).get("body", ""))
                    if event["sender"] == self._other and wanted(text):
                        return text


async def measure(folder: Path, rounds: int) -> dict[str, float]:
    """Milliseconds from request to card, and from request to effect."""
    shutil.copytree(SHOP, folder / "shop", ignore=shutil.ignore_patterns("__pycache__", "var"))
    (folder / "home").mkdir()
    with home_server(folder / "home") as home:
        bot, ben = home.account("leitstand"), home.account("ben")
        os.environ["MATRIX_TOKEN"] = bot.token
        matrix = MatrixSettings(
            homeserver=home.url,
            user=bot.id,
            token="env:MATRIX_TOKEN",  # noqa: S106 - a reference
            servers=(SERVER,),
            decide=True,
        )
        settings = Settings(url="http://127.0.0.1/", matrix=matrix)
        leitstand = await open_leitstand(load_project(folder / "shop"), state=folder / "state")
        try:
            async with open_channels(leitstand, settings, settings.connect) as channels:
                running = asyncio.create_task(channels.run())
                taken = await _rounds(leitstand, channels, bot, ben, rounds)
                running.cancel()
                await asyncio.wait({running})
        finally:
            await leitstand.close()
    return taken


async def _rounds(
    leitstand: Leitstand, channels: Channels, bot: Account, ben: Account, rounds: int
) -> dict[str, float]:
    chat = Chat(leitstand, channels, Wire(), await signers_of(leitstand))
    room = await ben.room_with(bot)
    client = Client(ben, bot.id)
    await client.begin()
    code = await channels.links.offer(chat.signers[HEAD])
    await ben.say(room, f"verbinden {code}", "link")
    await client.await_text(lambda text: "Verbunden" in text)
    cards: list[float] = []
    effects: list[float] = []
    for number in range(rounds):
        begun = time.perf_counter()
        await chat.bill(f"R-{number}", 25_000)
        card = await client.await_text(lambda text: "freigeben " in text)
        cards.append((time.perf_counter() - begun) * 1e3)
        code = card.partition("freigeben ")[2][:9]
        await ben.say(room, f"freigeben {code}", f"yes{number}")
        await client.await_text(lambda text: "Gebucht als" in text)
        effects.append((time.perf_counter() - begun) * 1e3)
    return {
        "rounds": rounds,
        "card_p50_ms": statistics.median(cards),
        "effect_p50_ms": statistics.median(effects),
        "effect_p95_ms": statistics.quantiles(effects, n=20)[-1],
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=60)
    given = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        found: dict[str, Any] = runner.run(measure(Path(folder), given.rounds))
    print(orjson.dumps({"benchmark": "chat"} | {k: round(v, 1) for k, v in found.items()}).decode())


if __name__ == "__main__":
    main()

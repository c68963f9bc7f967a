"""A server of webhooks that dies at a chosen point: `SHOP STATE POINT`; it prints its port.

Points as `listener` counts them: before and after putting away, routing and committing.
"""

import asyncio
import sys
from pathlib import Path

from leitstand.project import load_project
from leitstand.triggers import open_triggers
from leitstand.web import listen, open_site, serve
from tests.triggers import house
from tests.triggers.listener import Counter, plant
from tests.triggers.poster import NAME


async def _hear(shop: Path, state: Path) -> None:
    hooks = {"webhooks": {"orders": {"secret": f"env:{NAME}", "role": "buying"}}}
    async with (
        house.opened(house.entering(load_project(shop), hooks), state) as leitstand,
        open_site(leitstand) as site,
    ):
        at = listen("127.0.0.1", 0)
        sys.stdout.write(f"{at.getsockname()[1]}\n")
        sys.stdout.flush()
        await serve(site, at, open_triggers(leitstand))


if __name__ == "__main__":
    plant(Counter(int(sys.argv[3])))
    asyncio.run(_hear(Path(sys.argv[1]), Path(sys.argv[2])))

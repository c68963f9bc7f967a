"""A slow system, seen in a browser: the page says that it runs, and turns into the receipt."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.web.conftest import HEAD, SIMPLE, House, Server, Sit

pytestmark = pytest.mark.slow

SLOW = """
import asyncio, sys
from pathlib import Path
sys.path.insert(0, {root!r})
from tools.erp.embedded import EmbeddedErp
post, gate = EmbeddedErp.post_voucher, Path({gate!r})
async def slow(erp, *given):
    while not gate.exists():
        await asyncio.sleep(0.05)
    return await post(erp, *given)
EmbeddedErp.post_voucher = slow
from leitstand.cli import main
sys.exit(main())
"""


@dataclass
class SlowServer(Server):
    """A server whose ERP posts once there is a file `gate`."""

    gate: Path = field(default_factory=Path)

    def command(self) -> list[str]:
        """How it is called."""
        python, *flags, _, verb = super().command()
        code = SLOW.format(root=str(Path(__file__).parents[2]), gate=str(self.gate))
        return [python, *flags, code, verb]


@pytest.fixture
def server(house: House, tmp_path: Path) -> Iterator[SlowServer]:
    """A running server over the copy."""
    made = SlowServer(house, gate=tmp_path / "gate")
    made.start()
    yield made
    made.gate.touch()
    made.stop()


def test_the_result_appears_by_itself(sit: Sit, server: SlowServer) -> None:
    """Nothing is pressed again: the open page hears that the system has answered, and shows it."""
    head = sit(HEAD)
    head.card(SIMPLE)
    head.press("approve")
    head.page.wait_for_selector("[role=status]")
    assert "wird ausgeführt" in head.text("[role=status]")
    assert head.page.get_by_role("link", name="Stand ansehen").count() == 1
    server.gate.touch()
    head.page.wait_for_function(
        "() => document.querySelector('[role=status]').innerText.includes('2026-000001')"
    )
    assert "wird ausgeführt" not in head.text()
    assert head.faults == []


def test_without_javascript_a_link_shows_the_result(sit: Sit, server: SlowServer) -> None:
    """It leads to how things stand now."""
    head = sit(HEAD, script=False)
    path = head.card(SIMPLE)
    head.press("approve")
    head.page.get_by_role("link", name="Stand ansehen").click()
    assert head.page.url.endswith(f"{path}/receipt")
    assert "wird ausgeführt" in head.text()
    server.gate.touch()
    other = sit(HEAD)
    other.open(f"{path}/receipt")
    other.page.wait_for_function("() => document.body.innerText.includes('2026-000001')")
    head.page.reload()
    assert "2026-000001" in head.text()

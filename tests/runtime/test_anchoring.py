"""Anchors of a server that runs on and on."""

import asyncio
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from leitstand.project import Project
from leitstand.runtime import opening
from leitstand.store import Store
from tests.channels.conftest import shop
from tests.channels.house import Wire, chatting

__all__ = ["shop"]


@pytest.mark.kernel(18)
async def test_what_was_done_is_anchored_while_cases_run(
    shop: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hourly, not only when the process ends: a server may run for months."""
    done, anchor = asyncio.Event(), opening.anchor

    async def anchoring(store: Store, key: Ed25519PrivateKey, path: Path) -> int:
        heads = await anchor(store, key, path)
        done.set()
        return heads

    monkeypatch.setattr(opening, "anchor", anchoring)
    monkeypatch.setattr(opening, "HOUR", 0.0)
    async with chatting(shop, tmp_path, Wire()) as chat:
        await chat.bill("R-1", 25_000)
        running = asyncio.create_task(chat.leitstand.run())
        async with asyncio.timeout(20):
            await done.wait()
        assert len((tmp_path / "anchors.jsonl").read_bytes().splitlines()) == 1
        running.cancel()
        await asyncio.wait({running})

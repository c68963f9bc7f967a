"""Health: whether this server works, for whatever watches it. No login, nothing personal."""

import asyncio
from typing import Any

from sqlalchemy import Connection, func, select
from starlette.requests import Request
from starlette.responses import JSONResponse

from leitstand.errors import StoreFailed
from leitstand.runtime import Leitstand
from leitstand.store.anchors import put_state
from leitstand.store.arrival import CLOSED
from leitstand.store.database import is_damaged
from leitstand.store.schema import cases
from leitstand.web.page import site_of

KEPT = 5.0
"""Seconds for which an answer holds: however often it is asked, the journal writes no oftener."""
PATIENCE = 3.0
"""Seconds within which the journal has to take a row."""


async def show(request: Request) -> JSONResponse:
    """200 and how much there is to do, or 503 with the reason why nothing can be recorded."""
    leitstand, kept = site_of(request).leitstand, request.app.state
    now = leitstand.store.clock.monotonic()
    if now >= getattr(kept, "healthy_until", 0.0):
        kept.healthy_until, kept.health = now + KEPT, asyncio.ensure_future(_looked(leitstand))
    known = await asyncio.shield(kept.health)
    return JSONResponse(known, 200 if known["ok"] else 503)


async def _looked(leitstand: Leitstand) -> dict[str, Any]:
    store, now = leitstand.store, leitstand.store.clock.time()
    try:
        async with asyncio.timeout(PATIENCE):
            await store.writer.work(lambda conn: put_state(conn, "health", repr(now)))
            found = await store.read(lambda conn: _counted(conn, leitstand.tenant, now))
            if await asyncio.to_thread(is_damaged, leitstand.state / "web.db"):
                return {"ok": False, "reason": "a database cannot be used: web.db"}
        halted = [halt.role or "*" for halt in leitstand.rules.halts.now()]
    except (StoreFailed, TimeoutError) as error:
        return {"ok": False, "reason": str(error) or f"the journal took nothing in {PATIENCE:g} s"}
    return {"ok": True, "halted": halted, **found}


def _counted(conn: Connection, tenant: str, now: float) -> dict[str, Any]:
    """Cases by status, those due, seconds since one last changed."""
    c, many = cases.c, func.count()
    late = select(many).where(c.status.not_in(CLOSED))  # Closed: the day to erase it.
    of_status = select(c.status, many, func.max(c.changed)).where(c.tenant == tenant)
    rows = conn.execute(of_status.group_by(c.status)).all()
    return {
        "last_commit_seconds": round(now - max(r[2] for r in rows), 1) if rows else None,
        "due": conn.execute(late.where(c.tenant == tenant, c.due <= now)).scalar(),
        "cases": {row[0]: row[1] for row in rows},
    }

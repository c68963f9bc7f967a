"""After a backup was restored: the journals went back, the business systems did not.

A restored store is a new epoch: every case opened before it asks the system by key before each
write (KERNEL no. 31; the key is the same after a restore, no. 6).
"""

import math
from dataclasses import asdict
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, func, select

from leitstand.errors import StoreFailed
from leitstand.store.anchors import (
    SIZE,
    Anchor,
    anchors_at,
    anchors_in,
    in_step,
    last_of,
    public_of,
    put_state,
)
from leitstand.store.schema import anchors, cases
from leitstand.store.store import Store


async def notice_restore(store: Store, key: Ed25519PrivateKey, path: Path) -> bool:
    """Mark the store as restored if its anchors' file (`path`) is ahead of it; whether it was.

    Call it whenever a store is opened for writing, before any case runs. Raises StoreFailed: the
    file and the database contradict each other, which no restore explains.
    """
    if await in_step(store, path):
        return False
    known = last_of(await store.read(anchors_in))
    filed = anchors_at(path)
    if all(n <= known.get(tenant, 0) for tenant, n in last_of(filed).items()):
        return False
    await mark_restored(store, key, filed)
    return True


async def mark_restored(
    store: Store, key: Ed25519PrivateKey | None = None, filed: list[Anchor] | None = None
) -> float:
    """Begin a new epoch; cases opened before the time returned are reconciled first.

    `filed` are anchors of the file: those beyond the database are taken over if they are signed
    with `key`, so that the chain goes on and owns up to what was lost. Raises StoreFailed.
    """
    trusted = {public_of(key)} if key else set[str]()
    now = store.clock.time()

    def mark(conn: Connection) -> float:
        for lost in _lost(anchors_in(conn), filed or (), trusted):
            conn.execute(anchors.insert(), {**asdict(lost), "body": lost.body.encode()})
        newest = conn.execute(select(func.max(cases.c.opened))).scalar() or 0.0
        # The clock may be behind the backup's: no open case may count as younger than the restore.
        at = max(now, math.nextafter(float(newest), math.inf))
        put_state(conn, "restored", repr(at))
        # The file is held against the database before it is written again.
        put_state(conn, SIZE, "unknown")
        return at

    store.restored = await store.writer.work(mark)
    return store.restored


def _lost(known: list[Anchor], filed: list[Anchor] | tuple[()], trusted: set[str]) -> list[Anchor]:
    """Anchors that the file holds and the database does not."""
    here = {(a.tenant, a.n): a for a in known}
    for one in filed:
        if here.get((one.tenant, one.n), one) != one or one.flaw(trusted):
            raise StoreFailed(
                f"anchor {one.n} of `{one.tenant}` in the file is not this store's",
                mend="run `leitstand journal verify`; a restore cannot explain this",
            )
    return [one for one in filed if (one.tenant, one.n) not in here]

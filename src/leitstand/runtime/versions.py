"""Versions: a case moves to another version of its role only where nothing decided would change.

Its full tape must replay equal to the seals, and whatever it waits for must be the same: address,
proposed arguments and evidence of a checkpoint, the wait, the write whose outcome is open. A case
that does not fit stays for a worker of the version it began with (KERNEL no. 29).
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from leitstand.errors import LeitstandError
from leitstand.guard import Rules
from leitstand.role import Compiled
from leitstand.runtime.rehearsal import Rehearsal
from leitstand.store import Claimed, Journal, Limits, Store, Tape, course
from leitstand.store.moving import Movable, movable, record_move

WIDTH = 50
"""Cases tried side by side: their records share a commit."""


@dataclass(frozen=True, slots=True)
class Move:
    """What became of one case. `why` says what speaks against the new version, empty if nothing."""

    case: str
    title: str
    status: str
    before: str
    why: str = ""

    @property
    def fits(self) -> bool:
        """Whether the case goes on with the new version."""
        return not self.why


async def move(
    store: Store,
    rules: Rules,
    compiled: Compiled,
    limits: Limits | None = None,
    *,
    check: bool = False,
) -> list[Move]:
    """Move every case of the role that fits to the version of `compiled`; a report on each.

    `check`: only report, as before the new version takes over. Cases that a burst works on are left
    out.
    """
    found = await movable(store, compiled.name, compiled.version)
    kept, report = limits or Limits(), list[Move]()
    for at in range(0, len(found), WIDTH):
        part = found[at : at + WIDTH]
        tried = (_try(store, rules, compiled, kept, one, check=check) for one in part)
        report += await asyncio.gather(*tried)
    return report


async def _try(
    store: Store, rules: Rules, compiled: Compiled, limits: Limits, found: Movable, *, check: bool
) -> Move:
    try:
        claimed = await store.journal(found.ulid)
    except LeitstandError as error:  # Erased, or not to be opened: it keeps no other from moving.
        return Move(found.ulid, "", found.status, found.version, error.text)
    journal = Journal(claimed, store, limits)
    rehearsal = Rehearsal(rules, compiled, journal)
    why = await rehearsal.run() or next(_differences(rehearsal, journal.tape, found), "")
    if not why and not check:
        why = await _record(store, claimed, found, compiled.version)
    return Move(found.ulid, claimed.case.title, found.status, found.version, why)


def _differences(rehearsal: Rehearsal, tape: Tape, found: Movable) -> Iterator[str]:
    """What a person, a system or a signal would find changed."""
    for address, frozen in tape.checkpoints.items():
        if frozen.state == "open":
            yield from _changed(rehearsal, address, frozen.body, frozen.body["readings"])
    for address in tape.unsettled():
        yield from _changed(rehearsal, address, tape.intents[address], None)
    if found.status == "waiting" and rehearsal.more:
        yield f"it does more before it waits: {rehearsal.more[0]}"


def _changed(
    rehearsal: Rehearsal, address: str, body: Mapping[str, Any], readings: Sequence[str] | None
) -> Iterator[str]:
    call = rehearsal.asked.get(address)
    if call is None:
        yield f"it does not come to the call that is open at {address}"
    elif call.proposed != body["proposed"]:
        yield f"it proposes something else at {address}"
    elif list(call.evidence) != (body["evidence"] if readings is None else readings):
        yield f"it rests on other readings at {address}"
    elif readings is not None and rehearsal.evidence(call) != body["evidence"]:
        yield f"it reads the evidence at {address} as something else"


async def _record(store: Store, claimed: Claimed, found: Movable, version: str) -> str:
    taken = course(claimed.events, claimed.key)
    moved = await record_move(store, Journal(claimed, store, Limits()), found, version, taken)
    return "" if moved else "it went on in the meantime; try again"

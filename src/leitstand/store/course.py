"""The course of a case: what a replay must reproduce, whatever the order in which things came home.

The chain proves that nothing was changed; it differs between two runs of one case, for it holds
their order. The course does not (KERNEL no. 17).
"""

from collections.abc import Iterable

from leitstand.digest import canonical
from leitstand.records import Event
from leitstand.store.page import CaseKey

_ANSWERED = frozenset({"answer", "outcome"})
_ANSWERS = ("value", "blob", "failure")


def course(events: Iterable[Event], key: CaseKey) -> str:
    """Digest over (address, proposed, acted, answer) of every answered call, sorted by address.

    Times, order, idempotency keys and numbers of signals are no part of it; the answers of the
    clock and of models are. 32 hexadecimal characters under the case's key: compare runs under one
    key.
    """
    rows: dict[str, list[object]] = {}
    for event in events:
        if event.kind in _ANSWERED:
            body = event.said()
            answer = {name: body[name] for name in _ANSWERS if name in body}
            acted = body.get("acted", body["proposed"])
            rows[event.address] = [event.address, body["proposed"], acted, answer]
    return key.digest(canonical([rows[address] for address in sorted(rows)]))

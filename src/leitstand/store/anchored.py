"""What the anchors prove: their chain checked, and how far each case must reach."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from leitstand.store.anchors import Anchor
from leitstand.store.fault import Fault

_UNKNOWN = "?"
"""The head of an anchor that is gone: what follows cannot be held against it."""


@dataclass(slots=True)
class Anchored:
    """By case (ULID): after how many events which head (hex) was anchored. And what is wrong."""

    heads: dict[str, dict[int, str]] = field(default_factory=dict[str, dict[int, str]])
    tenants: dict[str, str] = field(default_factory=dict[str, str])
    restores: list[float] = field(default_factory=list[float])
    count: int = 0
    faults: list[Fault] = field(default_factory=list[Fault])


def anchored(
    known: Sequence[Anchor], filed: Sequence[Anchor] | None, trusted: Collection[str]
) -> Anchored:
    """The proof in the anchors of the database (`known`) and of the file (None: there is none).

    An anchor that only one of the two holds still counts, and is named.
    """
    here = {(a.tenant, a.n): a for a in known}
    there = here if filed is None else {(a.tenant, a.n): a for a in filed}
    proof = Anchored()
    for tenant in sorted({name for name, _ in (*here, *there)}):
        links = [n for name, n in (*here, *there) if name == tenant]
        proof.faults += _gaps(tenant, max(links), here, "the database")
        proof.faults += _gaps(tenant, max(links), there, "the file")
        prev = ""
        for n in range(1, max(links) + 1):
            both = [held[tenant, n] for held in (here, there) if (tenant, n) in held]
            flaws = [_flaw(one, prev, trusted) for one in both]
            sound = next((o for o, flaw in zip(both, flaws, strict=True) if not flaw), None)
            if any(one != both[0] for one in both):
                flaws = ["the file holds another than the database"]
            if wrong := next(filter(None, flaws), ""):
                proof.faults.append(Fault("altered", f"tenant {tenant}", n, f"anchor: {wrong}"))
            if sound is not None:
                _take(proof, sound)
            prev = sound.head if sound is not None else _UNKNOWN
    return proof


def _flaw(one: Anchor, prev: str, trusted: Collection[str]) -> str:
    try:
        flaw = one.flaw(trusted)
    except (KeyError, TypeError, ValueError) as error:
        return f"unreadable: {error}"
    if not flaw and prev not in (_UNKNOWN, one.content["prev"]):
        return "it does not follow on the one before it"
    return flaw


def _take(proof: Anchored, one: Anchor) -> None:
    content = one.content
    proof.count += 1
    for ulid, count, head in content.get("cases", ()):
        proof.heads.setdefault(ulid, {})[count] = head
        proof.tenants[ulid] = one.tenant
    if "restored" in content:
        proof.restores.append(float(content["restored"]))
        for ulid, count, head in content["behind"]:
            left = {n: h for n, h in proof.heads.get(ulid, {}).items() if n < count}
            proof.heads[ulid] = {**left, count: head} if count else {}


def _gaps(
    tenant: str, last: int, held: dict[tuple[str, int], Anchor], place: str
) -> Iterator[Fault]:
    """Numbers that are not there: the tail as one fault, each gap as one."""
    numbers = sorted(n for name, n in held if name == tenant)
    end = numbers[-1] if numbers else 0
    if end < last:
        text = f"{place} ends at anchor {end}, there were {last}"
        yield Fault("truncated", f"tenant {tenant}", end + 1, text)
    for before, after in zip([0, *numbers], numbers, strict=False):
        if after > before + 1:
            text = f"{place} lacks the anchors from {before + 1} to {after - 1}"
            yield Fault("missing", f"tenant {tenant}", before + 1, text)

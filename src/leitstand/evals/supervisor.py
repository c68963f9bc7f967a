"""Scripted supervisors: who decides in a replay, and how. None of them is called human."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from leitstand.approval import Statement, changed, sign, write
from leitstand.clock import Clock
from leitstand.errors import UsageRefused
from leitstand.evals.case import ExpectedEffect, RecordedCase, Said
from leitstand.records import Approval, Checkpoint, Person

Supervisor = Callable[[Checkpoint], Sequence[Said]]
"""What people say of a checkpoint of one case; nothing if nobody decides."""


class People:
    """The directory of a replay: everybody who speaks in it, with keys made from their names."""

    def __init__(self, said: Sequence[Said] = ()) -> None:
        self._roles: dict[str, set[str]] = {}
        for one in said:
            self.join(one)

    def join(self, said: Said) -> None:
        """Let somebody speak in a role."""
        self._roles.setdefault(said.person, set()).add(said.role)

    def represented(self, tenant: str, name: str, at: float) -> tuple[str, ...]:
        """Nobody: in a replay a substitute speaks in the role that they spoke in."""
        del tenant, name, at
        return ()

    def person(self, tenant: str, name: str) -> Person | None:
        """A person who has spoken, as the guard asks for her."""
        return self._person(tenant, name) if name in self._roles else None

    def _person(self, tenant: str, name: str) -> Person:
        roles = tuple(sorted(self._roles[name]))
        return Person(id=name, name=name, tenant=tenant, roles=roles, public_key=_public(name))

    def signed(
        self, shown: Checkpoint, said: Said, statement: Statement, clock: Clock
    ) -> tuple[Person, Approval]:
        """Who has said it, and its signature with a key of replays and nowhere else."""
        self.join(said)
        person = self._person(shown.tenant, said.person)
        unsigned = write(shown, person, said.role, statement, clock, 86_400.0)
        return person, sign(unsigned, _key(said.person))


@dataclass
class Recorded:
    """Says again what people said when the case was recorded, each thing once.

    Said of the same call if there is one at this address, else of the next call of this tool. An
    edit that the proposal has taken up by now is a plain yes.
    """

    said: Sequence[Said]
    _used: set[int] = field(default_factory=set[int])

    def __call__(self, shown: Checkpoint) -> Sequence[Said]:
        """What is left to say of a checkpoint."""
        here = self._open(shown, at_address=True) or self._open(shown, at_address=False)
        self._used.update(here)
        return [_now(self.said[i], shown) for i in here]

    def _open(self, shown: Checkpoint, *, at_address: bool) -> list[int]:
        found = [
            i
            for i, one in enumerate(self.said)
            if i not in self._used
            and one.tool == shown.tool
            and (one.address == shown.address or not at_address)
        ]
        first = self.said[found[0]].address if found else ""
        return [i for i in found if self.said[i].address == first]


def grant_all(shown: Checkpoint) -> Sequence[Said]:
    """Yes, by as many people as are needed: what remains is what rules alone have stopped."""
    return _by_all(shown)


def refuse_all(shown: Checkpoint) -> Sequence[Said]:
    """No: what remains is what no checkpoint has seen."""
    return [_said(shown, 0, answer="reject", reason="refuse-all")]


def oracle(effects: Sequence[ExpectedEffect]) -> Supervisor:
    """Knows the truth: an upper bound of what any person could do.

    Yes to what is expected, an edit to make it so, no to what must not happen.
    """

    def decide(shown: Checkpoint) -> Sequence[Said]:
        same = [e for e in effects if e.tool == shown.tool]
        if not same:
            return [_said(shown, 0, answer="reject", reason="the truth has no such effect")]
        if any(not changed(shown.args, {**shown.args, **e.args}) for e in same):
            return _by_all(shown)
        return _by_all(shown, same[0].args)

    return decide


def fallible(knowing: Supervisor, miss: float) -> Supervisor:
    """As one who knows, but says yes to a share; which that is follows from the proposal."""

    def decide(shown: Checkpoint) -> Sequence[Said]:
        draw = hashlib.sha256(f"{shown.case}|{shown.proposed}".encode()).digest()
        if int.from_bytes(draw[:8]) < miss * 2**64:
            return _by_all(shown)
        return knowing(shown)

    return decide


def supervisor_of(name: str, case: RecordedCase) -> Supervisor:
    """The supervisor of this name (`fallible:0.1` with a miss rate). Raises UsageRefused."""
    kind, _, rate = name.partition(":")
    knowing = oracle(case.expected.effects or ())
    made: Mapping[str, Supervisor] = {
        "recorded": Recorded(case.said),
        "grant-all": grant_all,
        "refuse-all": refuse_all,
        "oracle": knowing,
    }
    if kind == "fallible":
        return fallible(knowing, _rate(rate))
    if kind not in made or rate:
        mend = f"one of {', '.join((*made, 'fallible'))}"
        raise UsageRefused(f"no supervisor `{name}`", mend=mend)
    return made[kind]


def _rate(text: str) -> float:
    with suppress(ValueError):
        if 0.0 <= (rate := float(text)) <= 1.0:
            return rate
    raise UsageRefused(f"`{text}` is no miss rate", mend="write for example fallible:0.1")


def _now(said: Said, shown: Checkpoint) -> Said:
    """What somebody said of an earlier proposal, said of this one."""
    if said.answer != "edit":
        return said
    left = changed(shown.args, {**shown.args, **said.edits})
    if not left:
        return said.model_copy(update={"answer": "approve", "edits": {}})
    return said.model_copy(update={"edits": left})


def _by_all(shown: Checkpoint, wanted: Mapping[str, Any] | None = None) -> list[Said]:
    edits = changed(shown.args, {**shown.args, **wanted}) if wanted else {}
    first = _said(shown, 0, answer="edit" if edits else "approve", edits=edits)
    return [first, *(_said(shown, n, answer="approve") for n in range(1, shown.approvers))]


def _said(shown: Checkpoint, number: int, **what: Any) -> Said:  # noqa: ANN401 - fields of `Said`
    role = shown.roles[number % len(shown.roles)] if shown.roles else "supervisor"
    return Said(
        tool=shown.tool, address=shown.address, person=f"{role}-{number + 1}", role=role, **what
    )


@lru_cache(maxsize=256)
def _key(name: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(name.encode()).digest())


@lru_cache(maxsize=256)
def _public(name: str) -> str:
    return _key(name).public_key().public_bytes_raw().hex()

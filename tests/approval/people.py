"""People and one checkpoint to test decisions with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from leitstand.approval import Statement, sign, write
from leitstand.clock import FixedClock
from leitstand.records import Absence, Answer, Approval, Checkpoint, Person

START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


class StillClock(FixedClock):
    """It does not run: signatures are held against moments, however long the tests take."""

    def time(self) -> float:
        """The start, always."""
        return self.start.timestamp()


CLOCK = StillClock(START)
NOW = CLOCK.time() + 30.0

CHECKPOINT = Checkpoint(
    id="a1b2c3",
    case="01J9ZB",
    tenant="t1",
    address="book#1/:2",
    tool="erp.voucher.post",
    args={"gross": 750_000},
    proposed="p" * 32,
    acted="p" * 32,
    evidence="e" * 32,
    slice="s" * 64,
    requester="clara.clerk",
    roles=("department_head", "managing_director"),
    approvers=2,
    opened=CLOCK.time() - 3_600.0,
)


@dataclass(frozen=True)
class Known:
    """A directory in memory, as a port sees it."""

    people: Mapping[tuple[str, str], Person]
    absences: tuple[Absence, ...] = ()

    def represented(self, tenant: str, name: str, at: float) -> tuple[str, ...]:
        """For whom this person stands in."""
        mine = (a for a in self.absences if (a.tenant, a.substitute) == (tenant, name))
        return tuple(a.person for a in mine if a.holds(at))

    def person(self, tenant: str, name: str) -> Person | None:
        """The person with this id."""
        return self.people.get((tenant, name))


@dataclass
class House:
    """People with their private keys."""

    keys: dict[str, Ed25519PrivateKey] = field(default_factory=dict[str, Ed25519PrivateKey])
    people: dict[tuple[str, str], Person] = field(default_factory=dict[tuple[str, str], Person])

    def join(self, name: str, *roles: str, tenant: str = "t1", key: str = "") -> Person:
        """A new person; with `key` the second account of somebody."""
        secret = self.keys.get(key) or Ed25519PrivateKey.generate()
        public = secret.public_key().public_bytes_raw().hex()
        person = Person(id=name, name=name, tenant=tenant, roles=roles, public_key=public)
        self.keys[name], self.people[tenant, name] = secret, person
        return person

    @property
    def directory(self) -> Known:
        """Who is known."""
        return Known(self.people)

    def says(
        self,
        name: str,
        role: str,
        answer: Answer = "approve",
        **changes: Any,  # noqa: ANN401
    ) -> Approval:
        """A signed decision of a person; `shown` and fields may be changed before signing."""
        shown: Checkpoint = changes.pop("shown", CHECKPOINT)
        reason = "passt nicht" if answer == "reject" else ""
        edits = {"gross": 1} if answer == "edit" else {}
        acted = changes.pop("acted", "x" * 32) if answer == "edit" else ""
        said = Statement(answer=answer, reason=reason, edits=edits, acted=acted)
        person = next(p for (_, n), p in self.people.items() if n == name)
        draft = write(shown, person, role, said, CLOCK, 900.0)
        return sign(draft.model_copy(update=changes), self.keys[name])


def house() -> House:
    """A clerk who asks, two heads, a director, a head of another tenant."""
    found = House()
    found.join("clara.clerk", "clerk", "department_head")
    found.join("hans.head", "department_head")
    found.join("hilda.head", "department_head")
    found.join("dora.director", "managing_director", "department_head")
    found.join("otto.other", "department_head", "managing_director", tenant="t2")
    return found

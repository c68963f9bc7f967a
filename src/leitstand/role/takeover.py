"""A takeover: who takes a case over that left the automation, until when, and what resolves it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from pydantic import BaseModel

from leitstand.errors import Cause, RoleRefused
from leitstand.records import Exit
from leitstand.role.ends import CAUSES

Queue = Mapping[Cause, "Takeover | Sequence[str]"]
"""Who takes over, for each cause; roles alone are a takeover in which all else is left out."""


@dataclass(frozen=True, slots=True)
class Takeover:
    """What people do about one cause: the `roles` that take over, and all that they need to.

    `days` of work until the deadline, None: `queue_days` of the tenant's `deadlines`. `de` and `en`
    say what resolves it, empty: the sentence of the texts for that cause. `supply` names the fields
    of the role's state that a person may fill in.
    """

    roles: tuple[str, ...]
    days: int | None = None
    de: str = ""
    en: str = ""
    supply: tuple[str, ...] = ()

    @property
    def lacks(self) -> tuple[str, ...]:
        """What people would miss: somebody who takes over, or what resolves it in one language."""
        people = () if self.roles and all(self.roles) else ("roles",)
        missing = [name for name, text in (("de", self.de), ("en", self.en)) if not text]
        return (*people, *(missing if len(missing) == 1 else ()))

    def resolution(self, language: str) -> str:
        """What resolves it, in a language; in the other where there is none."""
        return (self.de or self.en) if language == "de" else (self.en or self.de)


def queue_of(given: Queue | None) -> Mapping[Cause, Takeover]:
    """The takeovers of a role as it was written."""
    return MappingProxyType({cause: _takeover(one) for cause, one in (given or {}).items()})


def to_queue(leave: Exit, queue: Mapping[Cause, Takeover]) -> Exit:
    """An exception that names nobody goes to those who take over its cause."""
    known = queue.get(leave.cause) if leave.cause and not leave.roles else None
    return leave.model_copy(update={"roles": known.roles}) if known else leave


def check_queue(role: str, state: type[BaseModel], queue: Mapping[Cause, Takeover]) -> None:
    """Raises RoleRefused: an unknown cause, a deadline before it begins, a field that is none."""
    if unknown := sorted(set(queue) - set(CAUSES)):
        raise RoleRefused(f"`queue` names {unknown}; the causes are {CAUSES}", where=role)
    for cause, one in queue.items():
        if one.days is not None and one.days <= 0:
            raise RoleRefused(f"`days` of {cause!r} is {one.days}, not 1 or more", where=role)
        if strange := sorted(set(one.supply) - set(state.model_fields)):
            text = f"`supply` of {cause!r} names {strange}, which `{state.__name__}` does not have"
            raise RoleRefused(text, where=role)


def _takeover(given: Takeover | Sequence[str]) -> Takeover:
    if isinstance(given, Takeover):
        return Takeover(tuple(given.roles), given.days, given.de, given.en, tuple(given.supply))
    if isinstance(given, str):
        raise RoleRefused(f"roles are a list, not a text: [`{given}`]", where="queue")
    return Takeover(tuple(given))

"""Sight: which cases a person may see: need to know, by role of the case, as the table says.

A case of a role that `sees` names is seen by those roles, and by whoever one of its checkpoints
asks or has asked: nobody decides what they may not see. Cases of other roles are seen by everybody.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, false, literal, or_, select, true

from leitstand.inbox.seat import roles_of
from leitstand.records import Person
from leitstand.runtime import Leitstand
from leitstand.store.schema import cases, checkpoints

_ASKED = checkpoints.alias("asked")
"""Beside the checkpoints that a question may be about itself."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What somebody in these roles sees; `hidden` are roles whose cases they see if asked alone."""

    hidden: frozenset[str] = frozenset()
    roles: tuple[str, ...] = ()

    @property
    def where(self) -> ColumnElement[bool]:
        """The condition on `cases` for those that are seen."""
        if not self.hidden:
            return true()
        theirs = or_(false(), *(_asks(_ASKED.c.roles, role) for role in self.roles))
        asked = select(_ASKED.c.case_no).where(theirs)
        return or_(cases.c.role.not_in(self.hidden), cases.c.case_no.in_(asked))

    async def among(self, leitstand: Leitstand, ulids: Iterable[str]) -> frozenset[str]:
        """Those of these cases that are seen."""
        names = frozenset(ulids)
        if not self.hidden or not names:
            return names
        query = select(cases.c.ulid).where(cases.c.ulid.in_(names), self.where)
        return await leitstand.store.read(lambda c: frozenset(c.execute(query).scalars()))

    async def cards(
        self, leitstand: Leitstand, names: Iterable[str], *more: ColumnElement[bool]
    ) -> frozenset[str]:
        """Those of these cards whose cases are seen, and for which more holds."""
        joined = checkpoints.join(cases, cases.c.case_no == checkpoints.c.case_no)
        where = (checkpoints.c.id.in_(names), self.where, *more)
        query = select(checkpoints.c.id).select_from(joined).where(*where)
        return await leitstand.store.read(lambda c: frozenset(c.execute(query).scalars()))

    async def of(self, leitstand: Leitstand, ulid: str) -> bool:
        """Whether a case is seen."""
        query = select(cases.c.ulid).where(
            cases.c.ulid == ulid, cases.c.tenant == leitstand.tenant, self.where
        )
        return await leitstand.store.read(lambda c: c.execute(query).first()) is not None


def sight_of(leitstand: Leitstand, person: Person | None) -> Sight:
    """What a person sees now, for themselves and for those whom they stand in for; None: all."""
    if person is None:
        return Sight()
    roles = roles_of(leitstand, person)
    sees = leitstand.project.table.web.sees
    return Sight(frozenset(r for r, by in sees.items() if set(by).isdisjoint(roles)), roles)


def _asks(roles: ColumnElement[str], role: str) -> ColumnElement[bool]:
    named = literal(",").concat(roles).concat(",")
    return named.contains(f",{role},", autoescape=True)

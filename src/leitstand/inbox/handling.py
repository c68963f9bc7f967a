"""Handling the exception queue: a case is let go on, supplied, handed over or closed by a person.

Who may is who takes the case over: the roles of its exit, or those it was handed over to. Of two
people who let one exit go on, the first does; the second hears who it was.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from leitstand.approval import typed
from leitstand.errors import ApprovalRefused, LeitstandError, Missing
from leitstand.inbox.dossier import Dossier, open_dossier
from leitstand.inbox.seat import holders
from leitstand.inbox.sight import sight_of
from leitstand.inbox.texts import Texts
from leitstand.records import Person, Supplied
from leitstand.role import Compiled, Takeover
from leitstand.runtime import Leitstand
from leitstand.store.handling import Handled, assign, close, resume
from leitstand.values import Frozen, check_text

Kind = Literal["retry", "supply", "assign", "close"]


class Act(Frozen):
    """What a person wants done with an exception.

    `retry`: the cause is gone, and the case goes on in a new round, by today's version of its role.
    `supply`: it goes on with `values`, fields of the role's state as they were typed; only those
    that the role's queue names for this cause. `assign`: whoever is `to`, a role or a person of the
    tenant, handles it from now on. `close`: people have dealt with it for `reason`, and it ends for
    good; a case that waits for this one is told that it was rejected.
    """

    kind: Kind
    case: str
    reason: str = ""
    values: Mapping[str, str] = {}
    to: str = ""


class Handling(Frozen):
    """What came of it: `won` is false where somebody else was first; `lines` say it in words."""

    case: str
    act: Kind
    person: str
    won: bool
    status: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Desk:
    """Whoever handles, and the language in which they are answered."""

    leitstand: Leitstand
    person: Person
    texts: Texts

    async def dossier(self, case: str) -> Dossier:
        """The case. Raises Missing: there is none that this person sees."""
        if not await sight_of(self.leitstand, self.person).of(self.leitstand, case):
            raise Missing(f"no case `{case}`")
        return await open_dossier(self.leitstand, case)

    def role_of(self, dossier: Dossier) -> Compiled:
        """The role as the project has it now. Raises ApprovalRefused."""
        found = self.leitstand.project.roles.get(dossier.case.role)
        if found is None:
            raise self.refused("handling.no_role", dossier, role=dossier.case.role)
        return found

    def refused(self, key: str, dossier: Dossier, **values: object) -> ApprovalRefused:
        return ApprovalRefused(self.texts.say(key, **values), where=dossier.case.ulid)


async def handle(leitstand: Leitstand, person: Person, act: Act, texts: Texts) -> Handling:
    """Do it, once, and let the case go on where it can.

    What is supplied is read and validated by its type before anything is kept, and stands in the
    journal on the word of this person. Raises Missing, Erased, ValueRefused, and ApprovalRefused:
    it is not in the queue, not this person's to handle, people have rejected too much in it, or
    nobody is called or holds what it is to be handed over to.
    """
    desk, won = _Desk(leitstand, person, texts), False
    dossier = await desk.dossier(act.case)
    if dossier.status == "exception":
        role = _role(desk, dossier, act.kind)
        at = leitstand.rules.clock.time()
        by = Handled(person.id, role, _text(desk, dossier, act.reason), at)
        won = await _WORK[act.kind](desk, dossier, by, act)
        await leitstand.go_on(act.case)
    elif _last(dossier) is None:
        raise desk.refused("handling.status", dossier, status=dossier.status)
    after = await desk.dossier(act.case)
    return Handling(
        case=after.case.ulid,
        act=act.kind,
        person=person.id,
        won=won,
        status=after.status,
        lines=tuple(_lines(desk, after, act.kind, won=won)),
    )


async def retry_each(
    leitstand: Leitstand, person: Person, names: Iterable[str], reason: str, texts: Texts
) -> list[Handling]:
    """Let several cases go on, each as by `handle`; one that is refused keeps no other back."""

    async def retry(case: str) -> Handling:
        act = Act(kind="retry", case=case, reason=reason)
        try:
            return await handle(leitstand, person, act, texts)
        except LeitstandError as error:
            said = (texts.told(error.text),)
            return Handling(
                case=case, act=act.kind, person=person.id, won=False, status="", lines=said
            )

    return await asyncio.gather(*map(retry, names))


def takeover_of(leitstand: Leitstand, dossier: Dossier) -> Takeover:
    """Who takes over a case now and what resolves it: hand-over, exit, the role's queue."""
    role, leave = leitstand.project.roles.get(dossier.case.role), dossier.exit
    known = role.queue.get(leave.cause) if role and leave and leave.cause else None
    known = known or Takeover(())
    to, roles = dossier.tape.assigned, leave.roles if leave else ()
    if to:
        roles = (to["to_role"],) if to["to_role"] else ()
    elif not roles:
        roles = known.roles
    return Takeover(roles, known.days, known.de, known.en, known.supply)


def may_handle(leitstand: Leitstand, dossier: Dossier, person: Person) -> bool:
    """Whether a person may let it go on, supply, hand over and close."""
    roles = takeover_of(leitstand, dossier).roles
    return _seat(holders(leitstand, person), dossier.tape.assigned, roles) is not None


def since_of(dossier: Dossier) -> float:
    """When the case left the automation; no hand-over and no further try changes that."""
    known = {"since": dossier.changed, **dossier.tape.again, **dossier.tape.assigned}
    return float(known["since"])


async def _resume(desk: _Desk, dossier: Dossier, by: Handled, act: Act) -> bool:
    if dossier.journal.one_too_many() is not None:
        raise desk.refused("handling.rejections", dossier)
    role = desk.role_of(dossier)
    supplied = _supplied(desk, dossier, role, act.values)
    role.take({**dossier.tape.given, **{s.field: s.value for s in supplied}})
    return await resume(desk.leitstand.store, dossier.journal, by, role.version, supplied)


async def _assign(desk: _Desk, dossier: Dossier, by: Handled, act: Act) -> bool:
    leitstand, to = desk.leitstand, act.to
    people = leitstand.people
    whom = {"person": to} if any(p.id == to for p in people) else {"role": to}
    holding = [p for p in people if to in (p.id, *p.roles)]
    if not any([await sight_of(leitstand, p).of(leitstand, act.case) for p in holding]):
        raise desk.refused("handling.nobody", dossier, to=to)
    return await assign(leitstand.store, dossier.journal, by, since_of(dossier), **whom)


async def _close(desk: _Desk, dossier: Dossier, by: Handled, act: Act) -> bool:
    del act
    if not by.reason:
        raise desk.refused("handling.reason", dossier)
    return await close(desk.leitstand.store, dossier.journal, by)


_WORK: Mapping[Kind, Callable[[_Desk, Dossier, Handled, Act], Awaitable[bool]]] = {
    "retry": _resume,
    "supply": _resume,
    "assign": _assign,
    "close": _close,
}


def _role(desk: _Desk, dossier: Dossier, act: Kind) -> str:
    """The role in which this person handles the case, empty if it was given to them by name.

    Who could handle it before it was handed over may hand it over again. Raises ApprovalRefused.
    """
    person, to = desk.person, dossier.tape.assigned
    if person.tenant != dossier.case.tenant:
        raise desk.refused("refused.tenant", dossier, name=person.name)
    seats = holders(desk.leitstand, person)
    roles = takeover_of(desk.leitstand, dossier).roles
    if to and act == "assign":
        roles = (*roles, *(dossier.exit.roles if dossier.exit else ()))
    found = _seat(seats, to, roles)
    if found is None:
        names = desk.texts.roles(roles) or to.get("to_person") or "–"
        raise desk.refused("refused.role", dossier, name=person.name, roles=names)
    return found


def _seat(seats: Sequence[Person], assigned: Mapping[str, Any], roles: Sequence[str]) -> str | None:
    if assigned and assigned["to_person"] in {p.id for p in seats}:
        return ""
    return next((r for r in roles for p in seats if r in p.roles), None)


def _text(desk: _Desk, dossier: Dossier, reason: str) -> str:
    try:
        return check_text(reason.strip())[:2000]
    except ValueError as error:
        raise desk.refused("handling.text", dossier, text=desk.texts.told(str(error))) from error


def _supplied(
    desk: _Desk, dossier: Dossier, role: Compiled, values: Mapping[str, str]
) -> list[Supplied]:
    """The values as JSON of their fields' types. Raises ApprovalRefused, ValueRefused."""
    may = takeover_of(desk.leitstand, dossier).supply
    if strange := [name for name in values if name not in may]:
        names = {"fields": ", ".join(strange), "may": ", ".join(may) or "–"}
        raise desk.refused("handling.fields", dossier, **names)
    person = desk.person
    return [
        Supplied(field=name, value=value, person=person.id, source=person.name)
        for name, value in typed(role.state, values).items()
    ]


def handled_of(dossier: Dossier) -> Iterator[dict[str, Any]]:
    """What was done with the case in the queue, oldest first, with the `kind` of it.

    `again` is a try that no person began.
    """
    for event in dossier.events:
        if event.kind in ("resumed", "assigned", "closed"):
            body = event.said()
            yield {**body, "kind": "again" if "again" in body else event.kind}


def handling_line(handled: Mapping[str, Any], texts: Texts) -> str:
    """One of those in words."""
    fields = ", ".join(texts.field(name) for name in handled.get("supplied", ()))
    to = handled.get("to_person") or texts.role(handled.get("to_role", ""))
    more = {"fields": fields, "to": to, "parent": handled.get("parent", "")}
    again = handled.get("again", {})
    return texts.say(f"handling.{handled['kind']}_line", **{**handled, **more, **again})


def _last(dossier: Dossier) -> Mapping[str, Any] | None:
    """How people last took the case out of the queue, if they did."""
    found = [one for one in handled_of(dossier) if one["kind"] not in ("again", "assigned")]
    return found[-1] if found else None


def _lines(desk: _Desk, after: Dossier, act: Kind, *, won: bool) -> list[str]:
    texts, last = desk.texts, _last(after)
    if not won and last is not None:
        values = {"person": desk.leitstand.name_of(last["person"]), "at": last["at"]}
        return [texts.say(f"handling.{last['kind']}_before", **values)]
    if not won:
        return [texts.say("handling.moved")]
    to = after.tape.assigned
    whom = to.get("to_person") or texts.role(to.get("to_role", ""))
    roles = texts.roles(after.exit.roles) if after.exit else ""
    closing = texts.say(f"receipt.case_{after.status}", roles=roles or "–")
    own = texts.say(f"handling.{act}", to=whom)
    return [own] if act in ("assign", "close") else [own, closing]

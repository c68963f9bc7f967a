"""Handling the exception queue: a case is let go on, supplied, handed over or closed by a person.

Who may is who takes the case over: the roles of its exit, or those it was handed over to. Of two
people who let one exit go on, the first does; the second hears who it was.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from leitstand.approval import typed
from leitstand.digest import canonical
from leitstand.errors import ApprovalRefused, Missing, ValueRefused
from leitstand.inbox.dossier import Dossier, open_dossier
from leitstand.inbox.seat import holders
from leitstand.inbox.sight import sight_of
from leitstand.inbox.texts import Texts
from leitstand.records import Person, Supplied
from leitstand.role import Compiled, Takeover
from leitstand.runtime import Leitstand
from leitstand.store.handling import Handled, assign, close, resume
from leitstand.values import Frozen, check_text

__all__ = [
    "Handling",
    "assign_case",
    "close_case",
    "handled_of",
    "handling_line",
    "may_handle",
    "retry_case",
    "since_of",
    "supply_case",
    "takeover_of",
]

Act = Literal["retry", "supply", "assign", "close"]


class Handling(Frozen):
    """What came of it: `won` is false where somebody else was first; `lines` say it in words."""

    case: str
    act: Act
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
        return await open_dossier(self.leitstand.store, self.leitstand.rules.tools, case)

    def role_of(self, dossier: Dossier) -> Compiled:
        """The role as the project has it now. Raises ApprovalRefused."""
        found = self.leitstand.project.roles.get(dossier.case.role)
        if found is None:
            raise self.refused("handling.no_role", dossier, role=dossier.case.role)
        return found

    def refused(self, key: str, dossier: Dossier, **values: object) -> ApprovalRefused:
        return ApprovalRefused(self.texts.say(key, **values), where=dossier.case.ulid)


async def retry_case(
    leitstand: Leitstand, person: Person, case: str, reason: str, texts: Texts
) -> Handling:
    """The cause is gone: the case goes on in a new round, by today's version of its role.

    Raises Missing, Erased, ApprovalRefused: it is not in the queue, not this person's to handle, or
    people have rejected too much in it.
    """
    return await _go_on(_Desk(leitstand, person, texts), case, {}, reason)


async def supply_case(
    leitstand: Leitstand,
    person: Person,
    case: str,
    values: Mapping[str, str],
    reason: str,
    texts: Texts,
) -> Handling:
    """Fill in fields of the role's state, as text, and let the case go on with them.

    Only fields that the role's queue names for this cause; each value is read and validated by its
    type before anything is kept, and stands in the journal on the word of this person. Raises as
    `retry_case`, and ValueRefused.
    """
    return await _go_on(_Desk(leitstand, person, texts), case, values, reason)


async def assign_case(
    leitstand: Leitstand, person: Person, case: str, to: str, reason: str, texts: Texts
) -> Handling:
    """Hand an exception over to a role or to a person of the tenant, who then handle it.

    Raises as `retry_case`; ApprovalRefused also where nobody is called or holds that.
    """
    desk = _Desk(leitstand, person, texts)
    people = leitstand.directory.everybody(leitstand.tenant)
    whom = {"person": to} if any(p.id == to for p in people) else {"role": to}

    async def act(dossier: Dossier, by: Handled) -> bool:
        holding = [p for p in people if to in (p.id, *p.roles)]
        ulid = dossier.case.ulid
        if not any([await sight_of(leitstand, p).of(leitstand, ulid) for p in holding]):
            raise desk.refused("handling.nobody", dossier, to=to)
        return await assign(leitstand.store, dossier.journal, by, since_of(dossier), **whom)

    return await _handled(desk, case, "assign", reason, act)


async def close_case(
    leitstand: Leitstand, person: Person, case: str, reason: str, texts: Texts
) -> Handling:
    """End an exception for good, for a reason: people have dealt with it. Raises as `retry_case`.

    A case that waits for this one is told that it was rejected.
    """
    desk = _Desk(leitstand, person, texts)

    async def act(dossier: Dossier, by: Handled) -> bool:
        if not by.reason:
            raise desk.refused("handling.reason", dossier)
        return await close(leitstand.store, dossier.journal, by)

    return await _handled(desk, case, "close", reason, act)


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
    """When the case left the automation; handing it over changes nothing about that."""
    return float(dossier.tape.assigned.get("since", dossier.changed))


async def _go_on(desk: _Desk, case: str, values: Mapping[str, str], reason: str) -> Handling:
    async def act(dossier: Dossier, by: Handled) -> bool:
        if dossier.journal.one_too_many() is not None:
            raise desk.refused("handling.rejections", dossier)
        role = desk.role_of(dossier)
        supplied = _supplied(desk, dossier, role, values)
        _check_given(role, {**dossier.tape.given, **{s.field: s.value for s in supplied}})
        return await resume(desk.leitstand.store, dossier.journal, by, role.version, supplied)

    return await _handled(desk, case, "supply" if values else "retry", reason, act)


async def _handled(
    desk: _Desk,
    case: str,
    act: Act,
    reason: str,
    work: Callable[[Dossier, Handled], Awaitable[bool]],
) -> Handling:
    dossier = await desk.dossier(case)
    won = False
    if dossier.status == "exception":
        role = _role(desk, dossier, act)
        at = desk.leitstand.rules.clock.time()
        by = Handled(desk.person.id, role, _text(desk, dossier, reason), at)
        won = await work(dossier, by)
        await desk.leitstand.go_on(case)
    elif _last(dossier) is None:
        raise desk.refused("handling.status", dossier, status=dossier.status)
    after = await desk.dossier(case)
    return Handling(
        case=after.case.ulid,
        act=act,
        person=desk.person.id,
        won=won,
        status=after.status,
        lines=tuple(_lines(desk, after, act, won=won)),
    )


def _role(desk: _Desk, dossier: Dossier, act: Act) -> str:
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


def _check_given(role: Compiled, given: Mapping[str, Any]) -> None:
    """Raises ValueRefused: the role as it is now does not take this input."""
    try:
        TypeAdapter[Any](role.state).validate_json(canonical(dict(given)))
    except ValidationError as error:
        faults = (f"`{'.'.join(map(str, e['loc']))}`: {e['msg']}" for e in error.errors())
        raise ValueRefused(f"not valid: {'; '.join(faults)}", where=role.name) from error


def handled_of(dossier: Dossier) -> Iterator[dict[str, Any]]:
    """What people did with the case in the queue, oldest first, with the `kind` of it."""
    for event in dossier.events:
        if event.kind in ("resumed", "assigned", "closed"):
            yield {**dossier.tape.body(event), "kind": event.kind}


def handling_line(handled: Mapping[str, Any], texts: Texts) -> str:
    """One of those in words."""
    fields = ", ".join(texts.field(name) for name in handled.get("supplied", ()))
    to = handled.get("to_person") or texts.role(handled.get("to_role", ""))
    more = {"fields": fields, "to": to, "parent": handled.get("parent", "")}
    return texts.say(f"handling.{handled['kind']}_line", **{**handled, **more})


def _last(dossier: Dossier) -> Mapping[str, Any] | None:
    """How people last took the case out of the queue, if they did."""
    found = [one for one in handled_of(dossier) if one["kind"] != "assigned"]
    return found[-1] if found else None


def _lines(desk: _Desk, after: Dossier, act: Act, *, won: bool) -> list[str]:
    texts, last = desk.texts, _last(after)
    if not won and last is not None:
        known = desk.leitstand.directory.person(after.case.tenant, last["person"])
        values = {"person": known.name if known else last["person"], "at": last["at"]}
        return [texts.say(f"handling.{last['kind']}_before", **values)]
    if not won:
        return [texts.say("handling.moved")]
    to = after.tape.assigned
    whom = to.get("to_person") or texts.role(to.get("to_role", ""))
    roles = texts.roles(after.exit.roles) if after.exit else ""
    closing = texts.say(f"receipt.case_{after.status}", roles=roles or "–")
    own = texts.say(f"handling.{act}", to=whom)
    return [own] if act in ("assign", "close") else [own, closing]

"""Halting: who may stop a role and let it go on, and what is said of it."""

from leitstand.errors import ApprovalRefused, UsageRefused
from leitstand.inbox.texts import Texts
from leitstand.records import Person
from leitstand.runtime import Leitstand
from leitstand.store.halts import Halt


def halt(
    leitstand: Leitstand, person: Person, role: str, reason: str, texts: Texts, *, on: bool
) -> None:
    """Halt a role (empty: all), or let go `on` what was halted under this name.

    Raises ApprovalRefused: the project names others for it (`web.halt`); UsageRefused: no such
    role, no reason, or it is as they want it already.
    """
    named, roles = leitstand.project.table.web.halt, sorted(leitstand.project.roles)
    halts, reason = leitstand.rules.halts, " ".join(reason.split())
    if named and not {*named} & {*person.roles}:
        raise ApprovalRefused(texts.say("halt.not_yours", name=person.name))
    if role not in ("", *roles):
        raise UsageRefused(texts.say("halt.no_role", name=role, names=", ".join(roles)))
    if on != any(known.role == role for known in halts.now()):
        raise UsageRefused(texts.say("halt.not_halted" if on else "halt.is_halted"))
    if not on and not reason:
        raise UsageRefused(texts.say("halt.no_reason"))
    halts.say(Halt(role, person.id, reason, leitstand.rules.clock.time()), on=on)


def halted_lines(leitstand: Leitstand, texts: Texts) -> list[str]:
    """A sentence for each halt: what, since when, by whom, why."""
    lines: list[str] = []
    for role, person, reason, at in leitstand.rules.halts.now():
        said = {"person": leitstand.name_of(person), "reason": reason, "at": at}
        what = texts.value("role", role) if role else texts.known("halt.all")
        lines.append(texts.say("halt.halted", what=what, **said))
    return lines

"""Requests to HR by text: what they ask for, who asks, and what follows from it.

The role proposes what `change_of` or `onboarding_of` gives; the guard reads the text again. A
pattern decides nothing: which topic is denied, held or signed stands in `hr.cedar`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from email.utils import parseaddr
from functools import cached_property
from typing import Literal

from policies.facts.hr.amounts import PayChange, day_in, marked, pay_change_in
from policies.facts.hr.limits import HrLimits
from policies.facts.hr.wording import fold, topics_in
from tools.hr import CreateOnboarding, Named, OnboardingTask, ProposeChange

Origin = Literal["own", "outside", "unknown"]
"""Where a request comes from: the company's domains, elsewhere, or nobody can tell."""

_PAY, _ONBOARDING = "pay", "onboarding"
_MONTHS = re.compile(
    r"(?P<n>\d{1,2}|ein(?:em)?|one|sieben|seven|acht|eight|neun|nine|zehn|ten|elf|eleven|zwoelf|twelve)"
    r"\W+(?P<unit>monat|month|jahr|year)"
)
_WORDS = {
    "ein": 1, "einem": 1, "one": 1, "sieben": 7, "seven": 7, "acht": 8, "eight": 8, "neun": 9,
    "nine": 9, "zehn": 10, "ten": 10, "elf": 11, "eleven": 11, "zwoelf": 12, "twelve": 12,
}  # fmt: skip
_YEAR = 12


@dataclass(frozen=True)
class Request:
    """A request with what it is read against. `known_cents` is the salary of the master record."""

    text: str
    sender: str
    limits: HrLimits
    today: date
    named: tuple[Named, ...] = ()
    known_cents: int | None = None

    @cached_property
    def topics(self) -> frozenset[str]:
        """The topics of the lexicon that it speaks of; of what is wider, the narrower alone."""
        found = set(topics_in(marked(fold(self.text))))
        if "probation" in found and not self.long_probation:
            found.discard("probation")
        if "bank_account" in found and pay_change_in(self.text) == PayChange():
            found.discard(_PAY)
        if len(found) > 1:
            found.discard(_ONBOARDING)
        return frozenset(found)

    @property
    def main(self) -> Literal["onboarding", "change"]:
        """Whether it is about a new colleague and nothing else, or about a change."""
        return "onboarding" if _ONBOARDING in self.topics else "change"

    @property
    def long_probation(self) -> bool:
        """Whether a probation is longer than the law allows (BGB § 622 (3))."""
        months = (
            (int(m["n"]) if m["n"].isdigit() else _WORDS[m["n"]])
            * (_YEAR if m["unit"] in ("jahr", "year") else 1)
            for m in _MONTHS.finditer(fold(self.text))
        )
        return any(n > self.limits.requests.probation_months_max for n in months)

    @cached_property
    def pay(self) -> PayChange:
        """Old and new pay; nothing for requests about something else.

        What is paid once changes no pay: it is not held against the master record.
        """
        if not self.paid:
            return PayChange()
        found = pay_change_in(self.text)
        return found if self.once else found.against(self.known_cents)

    @cached_property
    def once(self) -> bool:
        """Whether it asks for something that is paid once: it names neither old nor new pay."""
        words, text = self.limits.payroll, fold(self.text)
        found = pay_change_in(self.text)
        named = found.old_cents is not None or found.new_cents is not None
        if not self.paid or named or re.search(words.lasting, text):
            return False
        return bool(re.search(words.once, text))

    @property
    def paid(self) -> bool:
        """Whether it asks for another pay."""
        return _PAY in self.topics

    @property
    def employee(self) -> Named | None:
        """Whom it is about: the one employee that it names."""
        return self.named[0] if len(self.named) == 1 else None

    @property
    def effective_on(self) -> date | None:
        """The day from which it is to hold."""
        return day_in(self.text, self.today)

    @property
    def origin(self) -> Origin:
        """Where it comes from, by the domain of the sender."""
        return origin_of(self.sender, self.limits)


def origin_of(sender: str, limits: HrLimits) -> Origin:
    """Where a message comes from, by the domain of its sender."""
    _, _, domain = parseaddr(sender)[1].rpartition("@")
    domain = domain.casefold().strip(".")
    own = limits.requests.own_domains
    if not domain:
        return "unknown"
    if own:
        return "own" if _within(domain, own) else "outside"
    return "outside" if _within(domain, limits.requests.freemail) else "unknown"


def change_of(request: Request, *, health_removed: bool) -> ProposeChange:
    """The proposal that a request comes to."""
    pay, employee = request.pay, request.employee
    return ProposeChange(
        sender=request.sender,
        text=request.text,
        employee_id=employee.id if employee else None,
        old_cents=pay.old_cents,
        new_cents=pay.new_cents,
        delta_cents=pay.delta_cents,
        effective_on=request.effective_on,
        once=request.once,
        health_removed=health_removed,
    )


def onboarding_of(request: Request, *, health_removed: bool) -> CreateOnboarding | None:
    """The tasks for a new colleague; None where the text names no day of the start."""
    start = request.effective_on
    if start is None:
        return None
    tasks = tuple(
        OnboardingTask(kind=step.kind, role=step.role, due=start + timedelta(days=step.days))
        for step in request.limits.onboarding
    )
    return CreateOnboarding(
        sender=request.sender,
        text=request.text,
        starts_on=start,
        tasks=tasks,
        health_removed=health_removed,
    )


def _within(domain: str, domains: Iterable[str]) -> bool:
    return any(domain == own or domain.endswith(f".{own}") for own in domains)

"""G-C03, G-C04: what becomes of each record when somebody asks (Art. 15, 17, 18 GDPR)."""

import re
from collections.abc import Collection, Iterator
from datetime import date, timedelta
from typing import Literal

from policies.facts.compliance.calendar import later, working, year_end
from policies.facts.compliance.limits import ComplianceLimits, Right, Rule
from policies.facts.patterns import fold, sentences
from tools.privacy import Action, AnswerRequest, Measure, Record, Request

Asked = Literal["disclose", "erase", "restrict"]

_NUMBER = re.compile(r"\d+")
_RIGHTS = range(15, 23)
"""The articles that give rights to ask for something; others beside them only say how."""
_WEEKEND = 4
"""Days by which a given deadline may be later than the month: over Easter, whatever the Land."""


def asked_by(request: Request, limits: ComplianceLimits) -> frozenset[Asked]:
    """What is asked for: by the articles that are named, else by the words of the mail.

    Nothing where an article is one that nobody answers here, or the mail speaks of other rights.
    """
    said = asked_in(request.mail, limits)
    if _takes_back(request.mail, limits):
        return frozenset()
    if not request.article.strip():
        return said
    numbers = {n for n in _NUMBER.findall(request.article) if int(n) in _RIGHTS}
    known = {number for right in limits.right for number in right.article}
    named: frozenset[Asked] = frozenset(
        right.ask for right in limits.right if numbers & set(right.article)
    )
    return named if numbers <= known and (not said or named & said) else frozenset()


def _takes_back(mail: str, limits: ComplianceLimits) -> bool:
    """Whether a mail takes a request back; what else it says then is for people."""
    return any(re.search(limits.withdrawn.words, part) for part in _asking(fold(mail), limits))


def asked_in(mail: str, limits: ComplianceLimits) -> frozenset[Asked]:
    """What the words of a mail ask for."""
    asking = tuple(_asking(fold(mail), limits))
    return frozenset(
        right.ask for right in limits.right if any(_says(part, right) for part in asking)
    )


def _says(part: str, right: Right) -> bool:
    """Whether a sentence asks for what the right gives."""
    if re.search(rf"\b({right.unless})\b", part):
        return False
    return any(re.search(rf"\b({words})\b", part) for words in right.words)


def _asking(text: str, limits: ComplianceLimits) -> Iterator[str]:
    """The sentences of a mail that may ask for something: no quoted lines, no small print."""
    for part in sentences(text):
        if not part.lstrip().startswith(">") and not re.search(limits.aside.words, part):
            yield part


def unknown_kinds(request: Request, limits: ComplianceLimits) -> tuple[str, ...]:
    """Records of a kind that the retention table does not know, or without the day it needs."""
    periods = {rule.type: rule.period for rule in limits.retention}
    return tuple(
        record.record
        for record in request.records
        if (period := periods.get(record.type)) is None or (any(period) and record.date is None)
    )


def answer_to(request: Request, limits: ComplianceLimits) -> AnswerRequest | None:
    """What the rules make of a request; None where it is not clear what is asked, or of nothing."""
    asked = asked_by(request, limits)
    measures = tuple(_measures(request, next(iter(asked)), limits)) if len(asked) == 1 else ()
    if not measures:
        return None
    return AnswerRequest(
        article=request.article.strip() or _article(request.mail, asked, limits),
        received=request.received,
        deadline=_deadline(request, limits),
        identity_check=limits.identity_check,
        measures=measures,
    )


def _article(mail: str, asked: Collection[Asked], limits: ComplianceLimits) -> str:
    """The article of the right that the mail asks for in words; of several the last of the table.

    Whoever asks for data to take along (Art. 20) asks for a copy (Art. 15) as well.
    """
    asking = tuple(_asking(fold(mail), limits))
    rights = [right for right in limits.right if right.ask in asked]
    said = [right for right in rights if any(_says(part, right) for part in asking)]
    return f"Art. {(said or rights)[-1].article[0]}"


def _measures(request: Request, asked: Asked, limits: ComplianceLimits) -> Iterator[Measure]:
    rules = {rule.type: rule for rule in limits.retention}
    unknown = unknown_kinds(request, limits)
    for record in request.records:
        if record.record not in unknown:
            yield _measure(record, rules[record.type], asked, request.received, limits)


def _measure(
    record: Record, rule: Rule, asked: Asked, today: date, limits: ComplianceLimits
) -> Measure:
    until = _until(record, rule, limits)
    running = until is not None and until >= today
    action: Action = "disclose" if asked == "disclose" else "erase"
    if asked == "restrict" or (asked == "erase" and running):
        action = "restrict_and_keep"
    basis = (rule.basis or None) if until is not None else None
    return Measure(record=record.record, action=action, keep_until=until, basis=basis)


def _until(record: Record, rule: Rule, limits: ComplianceLimits) -> date | None:
    """The last day on which a record is kept; None where no period protects it."""
    months, days = rule.period or (0, 0)
    if not (months or days) or record.date is None:
        return None
    start = fold(rule.start)
    counted = any(re.search(words, start) for one in limits.start for words in one.words)
    first = year_end(record.date) if counted else record.date
    return later(first, months) + timedelta(days=days)


def _deadline(request: Request, limits: ComplianceLimits) -> date:
    """A month from receipt (Art. 12 (3)), or the day that is given.

    A month that ends on a day without work ends on the next working day: as the period is one of
    the Union's, regulation 1182/71 counts it, not § 193 BGB, which says the same. A day that is
    given counts where it is earlier, or no later than that.
    """
    month = later(request.received, limits.answer_months)
    given = request.deadline
    if given is not None and request.received <= given <= month + timedelta(days=_WEEKEND):
        return given
    return working(month, limits.state)

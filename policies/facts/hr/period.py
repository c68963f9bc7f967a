"""The days that a text speaks of, where they are one stretch: `vom 7. bis 11.12.`, `KW 32`.

Nothing is guessed: two stretches, days that do not go on from each other, a weekday that is not
the day's, or `nächsten Freitag` said on a Monday give none.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

from policies.facts.hr.amounts import YEARS
from policies.facts.hr.wording import day_words, fold, numbered

Days = tuple[date, date]

_TOLD = day_words()
_MONTHS = numbered(_TOLD["months"], 1)
_WEEKDAYS = numbered(_TOLD["weekdays"], 0)
_NEAR = numbered(_TOLD["near"], 0)
_MONTH = rf"(?:{'|'.join(_MONTHS)})\b\.?"
_WEEKDAY = rf"(?:{'|'.join(_WEEKDAYS)})\b\.?"
_TH = rf"(?:{_TOLD['ordinal']})?"
_INCLUDED = rf"(?:{_TOLD['included']})"
_ON = (
    rf",?\s?(?:{_TOLD['on'].replace('%included%', _TOLD['included'])})\s?"
    rf"(?:{_INCLUDED}\s)?"
)
_AND = rf"\s?(?:{_TOLD['and']})\s?(?:(?:{_TOLD['again']})\s)?"
_THE = rf"(?:(?:{_TOLD['the']})\s)?"
_PART = rf"(?:\b(?P<wp>{_WEEKDAY}),?\s)?{_THE}\b(?P<p>\d{{1,2}})(?:\.|{_TH})?"


def _day(n: str) -> str:
    """A day, written in any way; the names of its groups end in `n`."""
    return (
        rf"(?:\b(?P<wd{n}>{_WEEKDAY}),?\s)?{_THE}"
        rf"(?:(?P<iy{n}>\d{{4}})-(?P<im{n}>\d{{2}})-(?P<id{n}>\d{{2}})\b"
        rf"|\b(?P<d{n}>\d{{1,2}})\.\s?(?P<m{n}>\d{{1,2}})\."
        rf"(?:\s?(?P<ny{n}>\d{{4}})\b|(?P<sy{n}>\d{{2}})\b(?!\.))?"
        rf"|\b(?P<td{n}>\d{{1,2}})(?:\.|{_TH})\s?(?:(?:{_TOLD['of']})\s)?(?P<tm{n}>{_MONTH})"
        rf"(?:,?\s?(?P<ty{n}>\d{{4}})\b)?"
        rf"|\b(?P<em{n}>{_MONTH})\s(?:(?:{_TOLD['behind']})\s)?(?P<ed{n}>\d{{1,2}}){_TH}\b(?![.:]\d)"
        rf"(?:,?\s(?P<ey{n}>\d{{4}})\b)?)"
    )


_FROM_TO = rf"(?P<ranged>{_day('a')}(?:(?P<on1>{_ON})|{_AND}){_day('b')})"
_PART_TO = rf"(?P<parted>{_PART}(?:(?P<on2>{_ON})|{_AND}){_day('c')})"
_ENGLISH = (
    rf"(?P<english>\b(?P<xm>{_MONTH})\s(?P<xa>\d{{1,2}}){_TH}(?:(?P<on3>{_ON})|{_AND})"
    rf"(?P<xb>\d{{1,2}}){_TH}\b(?:,?\s(?P<xy>\d{{4}}))?)"
)
_SINGLE = rf"(?P<single>{_day('s')})"
_OF_WEEK = (
    rf"(?P<week>\b(?:{_TOLD['numbered']})\s?(?P<kw>\d{{1,2}})\b"
    r"(?:\s?/?\s?(?P<ky>\d{4}))?)"
)
_COMING = rf"(?P<coming>\b(?P<which>{_TOLD['coming']})\s(?P<cw>{_WEEKDAY}))"
_GREETED = "".join(rf"(?<!{re.escape(word)} )" for word in _TOLD["greeting"])
_CLOSE = rf"(?P<near>{_GREETED}\b(?:{'|'.join(_NEAR)})\b)"
_ALL = (_FROM_TO, _PART_TO, _ENGLISH, _SINGLE, _OF_WEEK, _COMING, _CLOSE)
_WHOLE = re.compile("|".join(_ALL))
_EITHER = re.compile(rf"\b(?:{_TOLD['either']})\b")
_OPEN = re.compile(rf"\b(?:{_TOLD['open']})\s?$")
_ONWARDS = re.compile(rf"\b(?:{_TOLD['onwards']})\s?$")
_WEEKS = re.compile(rf"\b(?P<n>{'|'.join(_TOLD['counts'])}|[1-6])\s(?:{_TOLD['weeks']})\b")
_WEEK = 7
_FAR = 330
"""Days ahead from which a day without a year may as well be one that has just gone by."""


class _Found(NamedTuple):
    days: Days
    at: int
    end: int
    week: bool


def period_in(text: str, today: date | None) -> Days | None:
    """First and last day of the one stretch that a text names; days without a year need `today`."""
    folded = fold(text)
    if _EITHER.search(folded):
        return None
    found: list[_Found] = []
    for match in _WHOLE.finditer(folded):
        days = _read(match, today)
        if days is None or days[1] < days[0]:
            return None
        found.append(_Found(days, match.start(), match.end(), week=bool(match["week"])))
    named = [one for one in found if not one.week]
    found = [one for one in found if not (one.week and any(_within(n, one) for n in named))]
    if not found or not all(_goes_on(a, b, folded) for a, b in pairwise(found)):
        return None
    first, last = found[0], found[-1]
    if len(found) == 1 and first.days[0] == first.days[1]:
        return _from_open(first, folded)
    return (first.days[0], last.days[1])


def _from_open(found: _Found, folded: str) -> Days | None:
    """A single day; where it only begins or ends something, so many weeks from it."""
    weeks = {match["n"] for match in _WEEKS.finditer(folded)}
    start = found.days[0]
    if not _OPEN.search(folded[: found.at]):
        return found.days if not weeks else None
    if len(weeks) != 1 or not _ONWARDS.search(folded[: found.at]):
        return None
    number = weeks.pop()
    count = int(number) if number.isdigit() else _TOLD["counts"][number]
    return start, start + timedelta(days=_WEEK * count - 1)


def _goes_on(one: _Found, other: _Found, folded: str) -> bool:
    """Whether a stretch follows the one before it day by day, or only says it again."""
    if other.days == one.days:
        return True
    between = folded[one.end : other.at].strip()
    next_day = other.days[0] == one.days[1] + timedelta(days=1)
    return next_day and between in _TOLD["joins"]


def _within(one: _Found, week: _Found) -> bool:
    return week.days[0] <= one.days[0] and one.days[1] <= week.days[1]


def _read(match: re.Match[str], today: date | None) -> Days | None:
    if match["ranged"]:
        return _ends(_one(match, "a", today), _one(match, "b", today), today, on=bool(match["on1"]))
    if match["parted"]:
        last = _one(match, "c", today)
        first = _made(last.year, last.month, int(match["p"])) if last else None
        right = first is not None and _fits(match["wp"], first)
        return _ends(first if right else None, last, today, on=bool(match["on2"]))
    if match["english"]:
        year = int(match["xy"]) if match["xy"] else None
        month = _month(match["xm"])
        ends = [_dated(year, month, int(match[n]), today) for n in ("xa", "xb")]
        return _ends(ends[0], ends[1], today, on=bool(match["on3"]))
    if match["single"]:
        day = _one(match, "s", today)
        return (day, day) if day else None
    return _told(match, today)


def _told(match: re.Match[str], today: date | None) -> Days | None:
    """Days that are told by the week, or by how far they are off."""
    if match["week"]:
        return _week(int(match["kw"]), int(match["ky"]) if match["ky"] else None, today)
    if today is None:
        return None
    if match["coming"]:
        day = _coming(match["which"], match["cw"], today)
        return (day, day) if day else None
    day = today + timedelta(days=_NEAR[match["near"]])
    return day, day


def _ends(first: date | None, last: date | None, today: date | None, *, on: bool) -> Days | None:
    if first is None or last is None:
        return None
    if last < first and today is not None and last.year == first.year:
        last = _made(last.year + 1, last.month, last.day)  # over the turn of the year
    if last is None or (last - first).days > _FAR or (not on and last != first + timedelta(days=1)):
        return None
    return first, last


def _week(number: int, year: int | None, today: date | None) -> Days | None:
    years = (year,) if year else (today.year, today.year + 1) if today else ()
    for one in years:
        try:
            monday = date.fromisocalendar(one, number, 1)
        except ValueError:
            continue
        if year or (today and monday + timedelta(days=_WEEK - 1) >= today):
            return monday, monday + timedelta(days=_WEEK - 1)
    return None


def _coming(which: str, name: str, today: date) -> date | None:
    """The next such weekday; `nächsten` of this week's may be a week later as well."""
    ahead = (_weekday(name) - today.weekday() - 1) % _WEEK + 1
    day = today + timedelta(days=ahead)
    same_week = day.isocalendar()[:2] == today.isocalendar()[:2]
    return None if same_week and which.startswith(tuple(_TOLD["far"])) else day


def _one(match: re.Match[str], n: str, today: date | None) -> date | None:
    """The day that a group of the pattern tells; None where its weekday is another."""
    parts = {
        k: match[f"{k}{n}"]
        for k in ("iy", "im", "id", "d", "m", "ny", "sy", "td", "tm", "ty", "em", "ed", "ey")
    }
    year = parts["iy"] or parts["ny"] or parts["ty"] or parts["ey"]
    if parts["sy"]:
        year = f"20{parts['sy']}"
    name = parts["tm"] or parts["em"]
    month = _month(name) if name else int(parts["im"] or parts["m"])
    day = int(parts["id"] or parts["d"] or parts["td"] or parts["ed"])
    found = _dated(int(year) if year else None, month, day, today)
    return found if found and _fits(match[f"wd{n}"], found) else None


def _dated(year: int | None, month: int, day: int, today: date | None) -> date | None:
    if year is not None:
        return _made(year, month, day)
    near = _next(month, day, today) if today else iter(())
    return next(near, None)


def _next(month: int, day: int, today: date) -> Iterator[date]:
    for year in (today.year, today.year + 1):
        found = _made(year, month, day)
        if found and today <= found and (found - today).days <= _FAR:
            yield found


def _fits(weekday: str | None, day: date) -> bool:
    return weekday is None or _weekday(weekday) == day.weekday()


def _weekday(name: str) -> int:
    return _WEEKDAYS[name.rstrip(".")]


def _month(name: str) -> int:
    return _MONTHS[name.rstrip(".")]


def _made(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if year in YEARS else None
    except ValueError:
        return None

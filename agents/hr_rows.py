"""Rows of HR: what a row gives to a case, and which columns a case shows.

`given` is the entrance: of sick notes and requests for leave no text is kept at all, from other
texts what tells of health is cut out, before there is a case, a journal or a log. What cannot be
used stays out and is named.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, cast, get_args

from agents.hr_case import HrKind
from agents.hr_entries import entries_of, is_entry
from agents.moments import day_of
from leitstand.project import Told
from policies.facts.compliance.whistleblowing import RULE, recognise
from policies.facts.headings import category, renamed
from policies.facts.hr.amounts import day_in, marked
from policies.facts.hr.asking import asks_leave, leave_asked, signed_by
from policies.facts.hr.days import UNTIL, names_another_end, names_other_days
from policies.facts.hr.leave import LeaveRequest
from policies.facts.hr.limits import HrLimits, Level, hr_limits_of
from policies.facts.hr.period import Days
from policies.facts.hr.redaction import redact, tells_reason
from policies.facts.hr.wording import beside, fold, leave_message, plain, topics_in
from policies.facts.hr.worktime import words_of
from tools.hr import Absences, Employee

Row = Mapping[str, Any]
Given = dict[str, Any]

_TEXTS = ("mail", "text", "reason", "note", "subject", "comment", "message", "body")
_LONGEST = 20_000
"""Characters of the longest message; what is longer is none, and goes to people."""
_PARTS = ("subject", "text", "body")
_CAME_IN = ("today", "requested_on", "requested_at", "received", "received_on", "received_at")
_GIVEN_MARKS = (("G-H08", "health_removed"), (RULE, "sealed"))
"""Rules that were kept at the entrance, before there was a case."""
_ENDS = ("from", "to")
_DATED: tuple[HrKind, ...] = ("leave", "sick")
_SICK_ALONE = frozenset({"sick_note"})


def given(row: Row) -> Mapping[str, Any]:
    """The input of a case of HR. Lenient: what cannot be used is named in `unusable`."""
    row = renamed(renamed(row, "hr"), "hr_object", lambda value: isinstance(value, dict))
    kind = _kind(row)
    made = _MAKE[kind](row)
    if today := _came_in(row):
        made["today"] = today.isoformat()
    return {"kind": kind, **made}


def _came_in(row: Row) -> date | None:
    """The day on which a row came in, as whoever brought it says; a recorded one by itself."""
    asked = row.get("request")
    places = (row, cast("Row", asked)) if isinstance(asked, dict) else (row,)
    return next((day for place in places if (day := day_of(_first(place, *_CAME_IN)))), None)


def columns(told: Told) -> Mapping[str, object]:
    """The columns of a case of HR, in the company's own words."""
    limits = hr_limits_of(told.limits)
    kind = str(told.given["kind"])
    marks = [rule for rule in told.guardrails if rule.startswith("G-")]
    marks += [r for r, n in _GIVEN_MARKS if told.given.get(n) and r not in marks]
    shown: dict[str, object] = {"guardrails": marks}
    words = limits.decisions.get(kind, {})
    noticed = kind == "working_time" and told.decision == "auto_draft" and bool(told.args)
    level: Level = "noticed" if noticed else cast("Level", told.decision)
    if level in words:
        shown["decision"] = words[level]
    if make := _SHOW.get(kind):
        shown |= make(told, limits, marks)
    return shown


def _kind(row: Row) -> HrKind:
    if row.get("kind") in get_args(HrKind):
        return cast("HrKind", row["kind"])
    if "entries" in row or is_entry(row):
        return "working_time"
    return _dated_kind(row) or _text_kind(row)


def _dated_kind(row: Row) -> HrKind | None:
    """What the days of a row are; nothing where it has none."""
    told = category(_first(_asked(row), "category") or row.get("category"))
    if isinstance(row.get("request"), dict):
        return "sick" if told == "sick" else "leave"
    places = ("hr_period",) if told else ()
    kinds = (cast("HrKind", told),) if told else _DATED
    for kind in kinds:
        if any(_period(row, *places, f"hr_{kind}")):
            return kind
    if "start" not in row and "end" not in row:
        return None
    if asks_leave(_joined(row)):
        return "leave"
    return "unknown" if row.get("category") else "sick"


def _text_kind(row: Row) -> HrKind:
    """What the text of a row is."""
    text = _request_text(row)
    if text is None:
        return "unknown"
    if leave_in(row):
        return "leave"
    topics, short = _topics(text), text[:_LONGEST]
    return "sick" if topics == _SICK_ALONE and not recognise(short, asked=True) else "request"


def _asked(row: Row) -> Row:
    """The request of a row, where it is an object of its own; else the row."""
    value = row.get("request")
    return renamed(cast("Row", value), "hr") if isinstance(value, dict) else row


def _period(row: Row, *places: str) -> tuple[date | None, date | None]:
    """First and last day under the headings of `places`; `from` and `to` alone tell no kind."""
    found = row if "hr_period" in places else {n: v for n, v in row.items() if n not in _ENDS}
    for place in places:
        found = renamed(found, place, lambda value: day_of(value) is not None)
    return day_of(found.get("from")), day_of(found.get("to"))


def leave_in(row: Row) -> Days | None:
    """The days of the leave that a row's message asks for, where it asks HR for nothing else."""
    text = _joined(row)
    if len(text) > _LONGEST or _topics(text) or recognise(text, asked=True):
        return None
    return leave_asked(text, _came_in(row))


def _leave(row: Row) -> Given:
    asked = _asked(row)
    texts = _texts({**row, **asked})
    told = _first(asked, "category") or row.get("category")
    start, end = _period(asked, "hr_period", "hr_leave")
    message = None if start or end else leave_in(row)
    if message or any(_period(asked, "hr_leave")):
        told = told or leave_message()["kind"]
    kind = plain(str(told or "")).strip()[:80] or _leave_kind(texts)
    if message:
        start, end = message
    elif names_other_days(texts, start, end):
        start = end = None
    names = {"start": "request.from", "end": "request.to"}
    found, unusable = _found({"start": start, "end": end}, names)
    employee, absent = _employee(row, _joined(row) if message else "")
    no_kind = () if kind else ("request.type",)
    return {
        **employee,
        **found,
        **({"sender": _sender(row)} if message else {}),
        "leave": redact(kind)[0],
        "health_removed": any(map(_told_health, (*texts, kind))),
        "unusable": [*absent, *unusable, *no_kind, *_beside("leave", (*texts, *_marked(asked)))],
    }


def _leave_kind(texts: tuple[str, ...]) -> str:
    """The kind of leave that a text asks for where no field says it; empty if none does."""
    kinds = re.findall(
        r"\b(\w*urlaub|vacation|annual leave|elternzeit|parental leave)\b", _all(texts)
    )
    return kinds[0] if len(set(kinds)) == 1 else ""


def _sick(row: Row) -> Given:
    texts = _texts(row)
    start, end = _period(_asked(row), "hr_period", "hr_sick")
    if start and end is None:
        end = day_in(_all(texts), start, after=UNTIL)
    if start and end and names_another_end(texts, start, end):
        end = None
    found, unusable = _found({"start": start, "end": end}, {})
    employee, absent = _employee(row)
    return {
        **employee,
        **found,
        "health_removed": any(map(tells_reason, texts)),
        "unusable": [*absent, *unusable, *_beside("sick", texts)],
    }


def _marked(asked: Row) -> Iterator[str]:
    """What a request ticks, in words: `half_day`."""
    return (name.replace("_", " ") for name, value in asked.items() if value is True)


def _beside(kind: HrKind, texts: tuple[str, ...]) -> tuple[str, ...]:
    return beside(kind, _all(texts))


def _working_time(row: Row) -> Given:
    entries, unusable = entries_of([row] if is_entry(row) else row.get("entries"))
    employee, absent = _employee(row)
    return {**employee, "entries": entries, "unusable": [*absent, *unusable]}


def _request(row: Row) -> Given:
    asked = _request_text(row) or ""
    if recognise(asked[:_LONGEST], asked=bool(_topics(asked))):
        return {"sealed": True}
    text, removed = redact(asked) if len(asked) <= _LONGEST else ("", False)
    employee, _ = _employee(row)
    return {
        **employee,
        "text": text.strip()[:_LONGEST],
        "sender": _sender(row),
        "health_removed": removed,
        "unusable": [] if text.strip() else ["text"],
    }


def _sender(row: Row) -> str:
    return plain(str(row.get("from") or row.get("sender") or ""))[:320]


def _topics(text: str) -> frozenset[str]:
    """What a message asks of HR, as its request would be read."""
    return topics_in(marked(fold(text[:_LONGEST])))


def _unknown(row: Row) -> Given:
    return _employee(row)[0]


_MAKE: Mapping[HrKind, Callable[[Row], Given]] = {
    "leave": _leave,
    "sick": _sick,
    "working_time": _working_time,
    "request": _request,
    "unknown": _unknown,
}


def _request_text(row: Row) -> str | None:
    """Subject and text of a message, as they were written."""
    names = ("subject", "text", "mail", "message", "body", "request")
    texts = [text for name in names for text in _said(row.get(name)) if text.strip()]
    return "\n".join(texts) if texts else None


def _employee(row: Row, text: str = "") -> tuple[Given, list[str]]:
    """Whom a row is about: a number or a name; else who signs `text`."""
    raw = row.get("employee")
    if isinstance(raw, dict):
        raw = _first(cast("Row", raw), "id", "number", "name")
    name = plain(str(raw)).strip() if isinstance(raw, str | int) else signed_by(text)
    usable = 0 < len(name) <= 200  # noqa: PLR2004 - as long as `HrCase.employee`
    return ({"employee": name}, []) if usable else ({}, ["employee"])


def _found(days: Mapping[str, date | None], names: Mapping[str, str]) -> tuple[Given, list[str]]:
    known = {n: day.isoformat() for n, day in days.items() if day}
    return known, [names.get(n, n) for n, day in days.items() if day is None]


def _texts(row: Row) -> tuple[str, ...]:
    """Texts of a row that are looked through and not kept, no more of each than anybody writes."""
    said = (text for name in _TEXTS for text in _said(row.get(name)))
    return tuple(text[:_LONGEST] for text in said)


def _joined(row: Row) -> str:
    return "\n".join(_texts(row))


def _said(value: object) -> Iterator[str]:
    """A text, or those of a message that is given in parts."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        parts = cast("Row", value)
        yield from (text for name in _PARTS if isinstance(text := parts.get(name), str))


def _told_health(text: str) -> bool:
    return redact(text)[1]


def _all(texts: tuple[str, ...]) -> str:
    return fold("\n".join(texts))


def _first(row: Row, *names: str) -> object:
    return next((row[n] for n in names if row.get(n) not in (None, "")), None)


def _show_leave(told: Told, limits: HrLimits, marks: list[str]) -> dict[str, object]:
    shown: dict[str, object] = {"approver": limits.leave.approver, "note": None}
    if not told.args:
        return shown
    years = [{k: _number(v) for k, v in year.items()} for year in told.args["years"]]
    first = years[0] if years else {}
    names = ("entitlement", "balance_before", "balance_after")
    return {
        **shown,
        "working_days": _number(told.args["working_days"]),
        "public_holidays_inside": told.args["holidays"],
        **{name: first.get(name) for name in names},
        **({"years": years} if len(years) > 1 else {}),
        "note": _note(told, limits, marks),
    }


def _note(told: Told, limits: HrLimits, marks: list[str]) -> str | None:
    notes = [limits.notes[rule] for rule in marks if rule in limits.notes]
    return "; ".join(note.format(**_staffing(told, limits)) for note in notes) or None


def _staffing(told: Told, limits: HrLimits) -> dict[str, str]:
    """How many of a department are away on the worst day, in words."""
    person = Employee.model_validate(told.readings["hr.employee.get"]["value"], strict=False)
    away = Absences.model_validate(told.readings["hr.absence.list"]["value"], strict=False)
    start, end = (date.fromisoformat(told.args[n]) for n in ("start", "end"))
    came = day_of(told.args["requested_on"])
    request = LeaveRequest(person, away, limits, told.args["kind"], start, end, came)
    found = request.staffing
    if found is None:
        return {}
    words = dict(enumerate(limits.numbers))
    return {
        "away": words.get(found.away, str(found.away)),
        "staff": words.get(found.staff, str(found.staff)),
        "least": str(found.least),
        "department": away.department,
    }


def _show_sick(told: Told, limits: HrLimits, marks: list[str]) -> dict[str, object]:
    left_out = {"employee_id", "start", "end", "health_removed"}
    shown = {name: value for name, value in told.args.items() if name not in left_out}
    if told.given.get("health_removed"):
        shown["must_not_store"] = limits.sick.must_not_store
    return shown


def _show_worktime(told: Told, limits: HrLimits, marks: list[str]) -> dict[str, object]:
    if told.decision != "auto_draft":
        return {}
    found = told.args.get("violations", ())
    return {"violations": [_violation(v, limits) for v in found]}


def _violation(raw: Mapping[str, Any], limits: HrLimits) -> dict[str, object]:
    word = words_of(raw["rule"], limits)
    return {"rule": word, "date": raw["date"], "value": _number(raw["value"])}


def _show_request(told: Told, limits: HrLimits, marks: list[str]) -> dict[str, object]:
    shown: dict[str, object] = {}
    if "G-H10" in marks:
        asked = limits.requests
        shown["actions"] = _offered(asked.actions, limits.vocabulary.get("actions", ()))
        forbidden = limits.vocabulary.get("forbidden_actions", ())
        shown["must_not"] = _offered(asked.must_not, forbidden)
    if "G-H11" in marks:
        cents = told.args.get("delta_cents")
        shown["delta"] = None if cents is None else _euros(cents)
        shown["works_council"] = limits.requests.works_council
    reasons = [limits.reasons[rule] for rule in marks if rule in limits.reasons]
    return {**shown, **({"reason": "; ".join(reasons)} if reasons else {})}


_SHOW: Mapping[str, Callable[[Told, HrLimits, list[str]], dict[str, object]]] = {
    "leave": _show_leave,
    "sick": _show_sick,
    "working_time": _show_worktime,
    "request": _show_request,
}


def _offered(own: tuple[str, ...], vocabulary: tuple[str, ...]) -> list[str]:
    """The words that are meant, as far as the company's vocabulary has them; else all of its."""
    known = [word for word in own if word in vocabulary]
    return known or list(vocabulary or own)


def _number(value: object) -> object:
    """A number as rows have it: whole where it is whole."""
    if not isinstance(value, str):
        return value
    number = Decimal(value)
    return int(number) if number == number.to_integral_value() else float(number)


def _euros(cents: int) -> str:
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"

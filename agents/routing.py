"""From what came in to cases: sealed, sorted, cut down to what its role may keep.

The order is fixed. `seal` comes first and takes out what only the reporting office may read. What
goes to HR, or comes from the house itself, loses every word of anybody's health before there is a
case. A danger becomes a ticket at once, whatever else the mail brings.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any, cast

import orjson

from agents import compliance_rows, hr_rows, sales_rows
from leitstand.records import Attachment, Received, Routed
from policies.facts.compliance.whistleblowing import recognise
from policies.facts.hr.amounts import day_in
from policies.facts.hr.limits import hr_limits_of
from policies.facts.hr.mail import asks_leave_alone, writes_as
from policies.facts.hr.redaction import redact
from policies.facts.hr.request import origin_of
from policies.facts.hr.wording import fold, topics_in
from policies.facts.routing import Candidate, Signs, Sorted, routing, sort
from policies.facts.sales.meaning import told_by
from tools.einvoice.sniff import sniff
from tools.office import keep, reporting_office

_E_INVOICE = re.compile(
    rb"CrossIndustryInvoice|CrossIndustryDocument|FatturaElettronica"
    rb"|oasis:names:specification:ubl:schema:xsd:(Invoice|CreditNote)-2"
)
_EDIFACT = re.compile(rb"(UNA.{6}\s*)?UNB\+.{0,400}?UNH\+[^+]*\+INVOIC", re.DOTALL)
_HYBRID = re.compile(rb"(factur-x|zugferd-invoice|xrechnung)\.xml", re.IGNORECASE)
_LONGEST = 20_000
_SEALED = ("application/pkcs7-mime", "application/x-pkcs7-mime", "application/pgp-encrypted")
_START = r"\b(?:ab|seit|vom|von|from|since|starting|as of)\b"
_NEAR = {"heute": 0, "today": 0, "gestern": -1, "yesterday": -1, "morgen": 1, "tomorrow": 1}
_NEAR_WORDS = "heute|gestern|morgen|today|yesterday|tomorrow"
_NEAR_START = re.compile(rf"\b(?:ab|seit|since|from|starting) ({_NEAR_WORDS})\b")
_NEAR_ALONE = re.compile(r"\b(heute|today)\b")
_FILES = "invoice"


async def seal(state: Path, received: Received) -> Routed | None:
    """Put a report away with the reporting office; the case knows no more than its receipt."""
    asked = _may_ask(received)
    if not any(
        recognise(text, received.subject, received.recipients, asked=asked)
        for text in _texts(received)
    ):
        return None
    office = reporting_office(state)
    receipt = office.take_in(received.raw, received.received, key=received.key)
    given = {"report": receipt.receipt_no}
    return Routed("compliance", given, title="Meldung", reasons=("report",))


def _may_ask(received: Received) -> bool:
    """Whether a mail may ask for something: all do but a known colleague's that fits no work.

    A row for a role is weighed again at its entrance, by what that role does.
    """
    return bool(
        received.role or received.trust != "known" or sort(_signs(received)).best is not None
    )


def _texts(received: Received) -> tuple[str, ...]:
    """What a mail says, and a row that came as a file of a folder or to a webhook."""
    rows = (_row(file.content) for file in received.attachments if received.role in _ROWS)
    said = (row.get(name) for row in rows if row for name in ("mail", "text", "subject"))
    return (received.text, *(text for text in said if isinstance(text, str)))


async def route(state: Path, limits: Mapping[str, Any], received: Received) -> Sequence[Routed]:
    """The cases that come of a mail or a file; what nobody can sort goes to the reception."""
    if received.role:
        return await _for_role(state, received)
    found = sort(_signs(received, limits))
    if found.best is None:
        return [_reception(received, found)]
    cases = await _cases(state, received, found.best)
    if found.why == "at once":
        invoices = [c for c in found.candidates if c.kind == _FILES and _is_sure(c)]
        cases += [case for c in invoices for case in await _cases(state, received, c)]
    if _unread(received) and all(case.role != "reception" for case in cases):
        cases.append(_reception(received, Sorted(why="unread", candidates=())))
    return cases


def _signs(received: Received, limits: Mapping[str, Any] | None = None) -> Signs:
    """What is known of a mail; that it asks for leave alone where the company's data are known."""
    kinds = [_kind_of(file) for file in received.attachments]
    folded = fold(f"{received.subject}\n{received.text}")
    about = told_by(f"{received.subject}\n{received.text}")
    domain = received.sender.rpartition("@")[2]
    signs = {f"file:{kind}" for kind in kinds} | {f"hr:{topic}" for topic in topics_in(folded)}
    signs.add(f"sender:{received.trust}")
    if about is not None:
        signs.add(f"service:{about.meaning}")
    if domain in routing().own:
        signs.add("sender:own")
    if limits is not None and _asks_leave(received, limits):
        signs.add("hr:leave")
    return Signs.of(
        signs,
        received.subject,
        received.text,
        [file.name for file in received.attachments],
        (received.sender, received.recipients),
    )


def _unread(received: Received) -> list[str]:
    """What hangs on it and is read by nobody here: kinds of files, and marks of the mail."""
    found = [*map(_kind_of, received.attachments), *sorted(received.marks)]
    return [name for name in dict.fromkeys(found) if name in routing().unread]


def _kind_of(file: Attachment) -> str:
    kind = "sealed" if file.claimed in _SEALED else sniff(file.content)
    if kind == "xml" and _E_INVOICE.search(file.content.replace(b"\0", b"")):
        return "e-invoice"
    if kind == "text" and _EDIFACT.match(file.content):
        return "e-invoice"
    return "e-invoice" if kind == "pdf" and _HYBRID.search(file.content) else kind


async def _cases(state: Path, received: Received, best: Candidate) -> list[Routed]:
    kind = routing().kind[best.kind]
    if best.kind == _FILES:
        files = _invoices(received)
        if not files:
            return [_reception(received, Sorted(why="unclear", candidates=(best,)))]
        named = [(_name_of(file), file.content) for file in files]
        kept = await keep(state, named)
        return [
            Routed(kind.role, one, name, best.confidence, best.rules)
            for (name, _), one in zip(named, kept, strict=True)
        ]
    made = _MAKE[best.kind](received)
    return [Routed(kind.role, made, kind.title, best.confidence, best.rules)]


def _invoices(received: Received) -> list[Attachment]:
    """The files that are invoices: the structured ones, beside which a PDF is only their picture.

    More PDFs that are called invoices than there are structured ones are no pictures, but for those
    that share a name with one. Without any, PDFs that are called so, or all of them.
    """
    files = [(file, _kind_of(file)) for file in received.attachments]
    structured = [file for file, kind in files if kind == "e-invoice"]
    pages = [file for file, kind in files if kind in ("pdf", "xml")]
    called = next(r.files for r in routing().rule if r.kind == _FILES and r.files)
    named = [f for f in pages if any(re.search(p, fold(f.name.replace("_", " "))) for p in called)]
    if not structured:
        return named or pages
    shown = {Path(file.name).stem.casefold() for file in structured}
    others = [file for file in named if Path(file.name).stem.casefold() not in shown]
    return [*structured, *others] if len(named) > len(structured) else structured


def _name_of(file: Attachment) -> str:
    """A file's name, if it tells nothing of anybody's health; else what kind of file it is."""
    _, tells = redact(file.name.replace("_", " "))
    if file.name and not tells:
        return file.name
    return f"{routing().kind[_FILES].title}{Path(file.name).suffix[:8]}"


def _is_sure(candidate: Candidate) -> bool:
    return candidate.confidence >= routing().threshold


def _sick(received: Received) -> Mapping[str, Any]:
    """A sick note: its days, and who is ill, if our own server vouches for who writes."""
    text = f"{received.subject}\n{received.text}"
    start = _start(text, received.received)
    person = received.display if received.trust == "known" else ""
    return hr_rows.given(
        {
            "kind": "sick",
            "text": text,
            **({"employee": person} if person else {}),
            **({"start": start.isoformat()} if start else {}),
            "today": received.received.isoformat(),
        }
    )


def _start(text: str, came: date) -> date | None:
    """The first day: named from a word on (`ab heute`), as a date, or as today in passing."""
    folded = fold(text)
    if near := _NEAR_START.search(folded):
        return came + timedelta(days=_NEAR[near[1]])
    named = day_in(text, came, after=_START)
    return named or (came if _NEAR_ALONE.search(folded) else None)


def _asks_leave(received: Received, limits: Mapping[str, Any]) -> bool:
    """Whether a known colleague asks for leave of their own, and for nothing else.

    Servers vouch for anybody's domain: whose mail it is, is told by the company's.
    """
    if received.trust != "known" or received.attachments or received.marks:
        return False
    ours = received.sender.rpartition("@")[2] in routing().own
    if not ours and origin_of(received.sender, hr_limits_of(limits)) != "own":
        return False
    if not writes_as(received.display, received.sender):
        return False
    text = f"{received.subject}\n{received.text}"
    alone = asks_leave_alone(text, received.received, received.display)
    return alone and hr_rows.leave_in(_leave_row(received)) is not None


def _leave(received: Received) -> Mapping[str, Any]:
    """A request for leave; of its text only the days are kept."""
    return hr_rows.given(_leave_row(received))


def _leave_row(received: Received) -> Mapping[str, Any]:
    return {
        "employee": received.display,
        "text": f"{received.subject}\n{received.text}",
        "from": received.sender,
        "today": received.received.isoformat(),
    }


def _personnel(received: Received) -> Mapping[str, Any]:
    return hr_rows.given(
        {
            "kind": "request",
            "text": f"{received.subject}\n{received.text}"[:_LONGEST],
            "from": received.sender if received.trust == "known" else "",
            "today": received.received.isoformat(),
        }
    )


def _privacy(received: Received) -> Mapping[str, Any]:
    text = redact(f"{received.subject}\n{received.text}"[:_LONGEST])[0]
    return compliance_rows.given({"mail": text, "received": received.received.isoformat()})


def _danger(received: Received) -> Mapping[str, Any]:
    """All of it, also who is hurt and how: whoever helps needs to know."""
    text = f"{received.subject}\n{received.text}"[:_LONGEST]
    return sales_rows.given(
        {"kind": "ticket", "mail": text, "received": received.received.isoformat()}
    )


def _customer(received: Received) -> Mapping[str, Any]:
    text = f"{received.subject}\n{received.text}"[:_LONGEST]
    own = routing().own
    if not own or received.sender.rpartition("@")[2] in own:  # Not named: anybody may be ours.
        text = redact(text)[0]
    row = {"customer": None, "mail": text, "received": received.received.isoformat()}
    return sales_rows.given(row)


_MAKE: Mapping[str, Callable[[Received], Mapping[str, Any]]] = {
    "sick": _sick,
    "leave": _leave,
    "personnel": _personnel,
    "privacy": _privacy,
    "danger": _danger,
    "customer": _customer,
}
_ROWS: Mapping[str, Callable[[Mapping[str, Any]], Mapping[str, Any]]] = {
    "hr": hr_rows.given,
    "compliance": compliance_rows.given,
    "sales": sales_rows.given,
}


async def _for_role(state: Path, received: Received) -> Sequence[Routed]:
    """A file of a folder or webhook that belongs to one role: an invoice, or a row as JSON.

    To HR it came in on the day on which it arrived: an earlier one of its own would make a request
    that is late one in time.
    """
    file, reasons = received.attachments[0], (received.trigger.partition(".")[0],)
    if received.role == "accounting":
        name = _name_of(file)
        [given] = await keep(state, [(name, file.content)])
        return [Routed("accounting", given, name, reasons=reasons)]
    row = _row(file.content)
    make = _ROWS.get(received.role)
    if make is None or row is None:
        return [_reception(received, Sorted(why="unclear", candidates=()))]
    if received.role == "hr":
        row = {**row, "today": received.received.isoformat()}
    title = routing().rows.get(received.role, received.role)
    return [Routed(received.role, make(row), title, reasons=reasons)]


def _row(content: bytes) -> Mapping[str, Any] | None:
    try:
        found = orjson.loads(content)
    except orjson.JSONDecodeError:
        return None
    return cast("dict[str, Any]", found) if isinstance(found, dict) else None


def _reception(received: Received, found: Sorted) -> Routed:
    rules = routing()
    reasons = [rules.reasons[found.why]] if found.why in rules.reasons else []
    reasons += [rules.unread[name] for name in _unread(received)]
    given = {
        "trigger": received.trigger,
        "why": found.why,
        "reason": " ".join(reasons),
        "subject": redact(received.subject)[0][:300],
        "candidates": [c.model_dump(mode="json") for c in found.candidates],
        "marks": sorted(received.marks),
        "people": list(rules.people),
    }
    best = max((c.confidence for c in found.candidates), default=0)
    return Routed("reception", given, rules.titles.get(found.why, "Eingang"), best)

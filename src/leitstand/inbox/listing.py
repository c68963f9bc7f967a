"""Listing: cases found by words, status, role and day, the newest first, a part at a time."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, get_args

from sqlalchemy import ColumnElement, func, or_, select

from leitstand.errors import UsageRefused
from leitstand.inbox.sight import sight_of
from leitstand.records import Person, Status
from leitstand.runtime import Leitstand
from leitstand.store.schema import cases, checkpoints, marks
from leitstand.store.waiting import Place
from leitstand.store.words import digest_of
from leitstand.values import Frozen

ALONE = "alone"
"""Asks for what is done and was shown to nobody."""
RESTRICTED = "restricted"
"""Asks for what one role alone may read until it is to be erased."""
STATUSES = (*get_args(Status), ALONE, RESTRICTED)


class Sought(Frozen):
    """Which cases: all by default.

    `find`: words, each in the title, or whole in what the case asked of systems and wrote to them
    (numbers, names). `since` and `until`: when they began, seconds since the epoch. `alone`: done,
    and no person was ever asked. `restricted`: kept for a role alone until `due`.
    """

    find: str = ""
    status: str = ""
    role: str = ""
    since: float = 0.0
    until: float | None = None
    alone: bool = False
    restricted: bool = False


def sought_of(leitstand: Leitstand, asked: Mapping[str, str]) -> Sought:
    """What a form or a command asks for: `find`, `status`, `role`, `day`, `since`.

    Both are days of the tenant's time zone: begun on that `day`, or on `since` or later. Raises
    UsageRefused: no such status or role, or no day.
    """
    status, role = asked.get("status", ""), asked.get("role", "")
    for what, name, known in (
        ("status", status, STATUSES),
        ("role", role, leitstand.project.roles),
    ):
        if name and name not in known:
            raise UsageRefused(f"no {what} `{name}`", mend=f"one of: {', '.join(sorted(known))}")
    since, until = 0.0, None
    if day := asked.get("day") or asked.get("since"):
        try:
            start = datetime.combine(date.fromisoformat(day), time(), leitstand.zone)
            until = (start + timedelta(days=1)).timestamp() if asked.get("day") else None
            since = start.timestamp()
        except (ValueError, OverflowError) as error:
            raise UsageRefused(f"`{day}` is no day", mend="write it as 2026-11-30") from error
    return Sought(
        find=asked.get("find", ""),
        status="" if status in (ALONE, RESTRICTED) else status,
        role=role,
        since=since,
        until=until,
        alone=status == ALONE,
        restricted=status == RESTRICTED,
    )


class Listed(Frozen):
    """A case in a list. `opened`, `changed` and `due` in seconds since the epoch."""

    case: str
    title: str
    role: str
    status: str
    reason: str
    requester: str
    parent: str
    opened: float
    changed: float
    due: float | None

    @property
    def place(self) -> Place:
        """Where it stands in the list."""
        return (self.opened, self.case)


async def cases_of(
    leitstand: Leitstand,
    sought: Sought,
    *,
    person: Person | None = None,
    after: Place | None = None,
    limit: int = 50,
) -> tuple[tuple[Listed, ...], int]:
    """A part of these cases, the newest first, and how many there are in all.

    With `person` only what they see; `after` is the place of the last entry of the part before.
    """
    seen = sight_of(leitstand, person)
    where = (seen.where, *conditions(leitstand, sought))
    query: Any = select(*_COLUMNS).where(*where).order_by(cases.c.case_no.desc())
    if after is not None:
        last = select(cases.c.case_no).where(cases.c.ulid == after[1]).scalar_subquery()
        query = query.where(cases.c.case_no < last)
    rows = await leitstand.store.read(lambda c: c.execute(query.limit(limit)).all())
    count = len(rows)
    if after is not None or count == limit:
        total = select(func.count()).select_from(cases).where(*where)
        count = await leitstand.store.read(lambda c: c.execute(total).scalar_one())
    names = tuple(Listed.model_fields)
    return tuple(Listed(**dict(zip(names, row, strict=True))) for row in rows), count


def conditions(leitstand: Leitstand, sought: Sought) -> Iterator[ColumnElement[bool]]:
    """What holds for the rows of these cases."""
    # Not by the index on tenants: the newest come first in the order of their numbers.
    yield cases.c.tenant.concat("") == leitstand.tenant
    if sought.status:
        same = ("ready", "running") if sought.status == "running" else (sought.status,)
        yield cases.c.status.in_(same)
    if sought.role:
        yield cases.c.role == sought.role
    if sought.since:
        yield cases.c.opened >= sought.since
    if sought.until is not None:
        yield cases.c.opened < sought.until
    if sought.alone:
        yield cases.c.status == "done"
        yield cases.c.reason != RESTRICTED
        yield unasked()
    if sought.restricted:
        yield cases.c.reason == RESTRICTED
    for term in sought.find.split():
        yield _found(leitstand, term)


def unasked() -> ColumnElement[bool]:
    """Of whom no person was asked, and who never stopped."""
    asked = select(checkpoints.c.case_no)
    stopped = select(marks.c.case_no).where(marks.c.kind == "stop")
    return cases.c.case_no.not_in(asked) & cases.c.case_no.not_in(stopped)


def _found(leitstand: Leitstand, term: str) -> ColumnElement[bool]:
    """In the title as it is written, or a word of the case."""
    # SQLite knows upper and lower case of ASCII alone.
    forms = {term} if term.isascii() else {term, term.lower(), term.upper(), term.capitalize()}
    titled = [cases.c.title.icontains(form, autoescape=True) for form in forms]
    digest = digest_of(leitstand.store.words, term)
    # Quicker than LIKE, and the same in every database.
    held = _WITH.where(func.replace(marks.c.name, digest, "") != marks.c.name)
    return or_(*titled, cases.c.case_no.in_(held)) if digest else or_(*titled)


_WITH = select(marks.c.case_no).where(marks.c.kind == "words")
_COLUMNS = [cases.c["ulid" if name == "case" else name] for name in Listed.model_fields]

"""The shelf: keys and pages of cases as they stand in the tables, by case number."""

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, Connection, Integer, literal_column, select

from leitstand.errors import Restricted
from leitstand.records import Event
from leitstand.store.page import Page
from leitstand.store.prepared import MINE, Prepared
from leitstand.store.schema import PAGE_SHIFT, cases, keys, pages

MASK = (1 << PAGE_SHIFT) - 1
"""The bits of a page's primary key that are its first seq; the others are the case's number."""


def keys_of(conn: Connection, mine: Sequence[int]) -> dict[int, bytes]:
    """The wrapped keys of these cases."""
    return dict(_KEYS.among(conn, mine))


def pages_of(conn: Connection, mine: Sequence[int]) -> dict[int, list[Page]]:
    """The pages of these cases, in order. A case without a row has none."""
    found: dict[int, list[Page]] = {}
    for at, headers, body in _PAGES.among(conn, mine):
        found.setdefault(at >> PAGE_SHIFT, []).append(Page(at & MASK, headers, body))
    return found


def check_reader(ulid: str, last: Event, roles: Collection[str]) -> None:
    """Raises Restricted: the last event of the case names who may read it, and these may not."""
    if last.kind == "restricted":
        said = last.said()
        if set(roles).isdisjoint(said["roles"]):
            msg = f"only {', '.join(said['roles'])} may read it until {said['until']}"
            raise Restricted(f"{msg}: {said['basis']}", where=ulid)


_KEYS = Prepared(select(keys.c.case_no, keys.c.wrapped).where(keys.c.case_no.in_(MINE)))
_FIRST: ColumnElement[int] = cases.c.case_no.op("<<")(literal_column(str(PAGE_SHIFT)))
_PAGES = Prepared(
    select(pages.c.page, pages.c.headers, pages.c.body)
    .select_from(
        cases.join(pages, pages.c.page.between(_FIRST, _FIRST + literal_column(str(MASK), Integer)))
    )
    .where(cases.c.case_no.in_(MINE))
    .order_by(pages.c.page)
)

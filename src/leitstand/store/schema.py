"""The tables: events, signals, blobs and arrivals are the truth, all else a projection.

A page holds events that one case committed together: headers in clear and chained, bodies encrypted
under the case's key. Its primary key packs case number and first seq into one integer. On SQLite
that is an index of its own, not the table's order: rows stay in the order in which they came, so
that a commit fills a few pages of the file up instead of splitting one for each case
(docs/decisions/journal-pages.md).
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    DDL,
    BigInteger,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    event,
    literal_column,
)
from sqlalchemy.types import TypeEngine

PAGE_SHIFT = 20
"""Bits for the seq within a page's primary key: 2^20 events a case, far above any limit."""

metadata = MetaData()
AT_ONCE = 0.0
"""`due` of a case that waits for nothing: it runs at once, whatever clock is set back."""
_Number = BigInteger().with_variant(Integer, "sqlite")
Kind = type | TypeEngine[Any]
"""What a column holds, by the type of its values or, where its length counts, by its own."""
_TYPES: Mapping[Any, type[TypeEngine[Any]]] = {
    str: Text,
    int: Integer,
    float: Float,
    bytes: LargeBinary,
}


def table(
    book: MetaData, name: str, key: Mapping[str, Kind], /, *indexes: Index, **more: Kind
) -> Table:
    """A table by what its key and its other columns hold; none of them is empty."""
    kinds: dict[str, Any] = {**key, **more}
    made = (
        Column(n, _TYPES.get(kind, kind), primary_key=n in key, nullable=False)
        for n, kind in kinds.items()
    )
    return Table(name, book, *made, *indexes)


cases = Table(
    "cases",
    metadata,
    Column("case_no", _Number, primary_key=True),
    Column("ulid", String(26), nullable=False, unique=True),
    Column("tenant", String(64), nullable=False),
    Column("role", String(64), nullable=False),
    Column("version", String(64), nullable=False),
    Column("requester", String(128), nullable=False),
    Column("title", String(200), nullable=False),
    Column("parent", String(26), nullable=False, default=""),
    Column("depth", Integer, nullable=False, default=0),
    Column("status", String(16), nullable=False),
    Column("reason", String(32), nullable=False, default=""),
    Column("seq", Integer, nullable=False, default=0),
    Column("head", LargeBinary, nullable=False, default=b""),
    Column("bursts", Integer, nullable=False, default=0),
    Column("fence", Integer, nullable=False, default=0),
    Column("owner", String(64)),
    Column("due", Float),
    Column("pending", Integer, nullable=False, default=0),
    Column("anchored", Integer, nullable=False, default=0),
    Column("opened", Float, nullable=False),
    Column("changed", Float, nullable=False),
    Index("cases_status", "tenant", "status", "changed"),
)
HANDED_OVER = cases.c.parent != literal_column("''")
# Few cases are children, and most are due no more: the others are not in it. As text, for an
# `Index` with a `where` of PostgreSQL's loads all of that dialect on SQLite too.
for _name, _few in (("parent", "parent != ''"), ("due", "due is not null")):
    _part = f"create index cases_{_name} on cases ({_name}) where {_few}"
    event.listen(cases, "after_create", DDL(_part))

keys = table(metadata, "keys", {"case_no": _Number}, wrapped=bytes)

pages = Table(
    "pages",
    metadata,
    Column("page", BigInteger, primary_key=True, autoincrement=False),
    Column("headers", LargeBinary, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

blobs = table(metadata, "blobs", {"case_no": _Number, "name": String(32)}, body=bytes)

signals = Table(
    "signals",
    metadata,
    Column("case_no", _Number, primary_key=True, autoincrement=False),
    Column("id", String(64), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("at", Float, nullable=False),
    Column("drawn", Integer, nullable=False, default=0),
)

arrivals = table(
    metadata,
    "arrivals",
    {"key": String(64)},
    Index("arrivals_sender", "sender", "at"),
    Index("arrivals_trigger", "trigger", "name"),
    trigger=String(80),
    name=String(80),
    outcome=String(8),
    reason=String(32),
    place=String(200),
    sender=String(32),
    cases=str,
    at=float,
)

checkpoints = Table(
    "checkpoints",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("case_no", _Number, nullable=False),
    Column("tenant", String(64), nullable=False),
    Column("address", String(200), nullable=False),
    Column("tool", String(80), nullable=False),
    Column("roles", String(300), nullable=False),
    Column("approvers", Integer, nullable=False),
    Column("state", String(12), nullable=False),
    Column("opened", Float, nullable=False),
    Column("expires", Float, nullable=False, default=0.0),
    Index("checkpoints_roles", "tenant", "state", "roles", "opened"),
    Index("checkpoints_case", "case_no"),
)

approvals = table(
    metadata,
    "approvals",
    {"checkpoint": String(16), "nonce": String(64)},
    tenant=String(64),
    person=String(64),
    answer=String(8),
    at=float,
)
effects = table(
    metadata,
    "effects",
    {"key": String(32)},
    case_no=_Number,
    address=String(200),
    tool=String(80),
    state=String(8),
    at=float,
)
business_keys = table(
    metadata,
    "business_keys",
    {"tenant": String(64), "connection": String(64), "name": String(64)},
    effect=String(32),
)
reservations = table(
    metadata,
    "reservations",
    {"effect": String(32), "budget": String(80)},
    Index("reservations_window", "tenant", "budget", "window"),
    tenant=String(64),
    window=String(16),
    amount=_Number,
)
marks = table(
    metadata,
    "marks",
    {},
    Index("marks_case", "case_no"),
    case_no=_Number,
    kind=String(8),
    name=str,
    checkpoint=String(16),
)
anchors = table(
    metadata,
    "anchors",
    {"tenant": String(64), "n": int},
    body=bytes,
    head=String(64),
    signature=String(128),
)
traces = table(metadata, "traces", {"word": String(64)})
"""Names and hashes of erased cases for as long as something of them may lie elsewhere."""
state = table(metadata, "state", {"name": String(32)}, value=String(200))

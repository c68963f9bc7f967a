"""The tables: events, signals, blobs and arrivals are the truth, all else a projection.

A page holds events that one case committed together: headers in clear and chained, bodies encrypted
under the case's key. Its primary key packs case number and first seq into one integer. On SQLite
that is an index of its own, not the table's order: rows stay in the order in which they came, so
that a commit fills a few pages of the file up instead of splitting one for each case
(docs/decisions/journal-pages.md).
"""

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

PAGE_SHIFT = 20
"""Bits for the seq within a page's primary key: 2^20 events a case, far above any limit."""

metadata = MetaData()
AT_ONCE = 0.0
"""`due` of a case that waits for nothing: it runs at once, whatever clock is set back."""
_Number = BigInteger().with_variant(Integer, "sqlite")

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

keys = Table(
    "keys",
    metadata,
    Column("case_no", _Number, primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
)

pages = Table(
    "pages",
    metadata,
    Column("page", BigInteger, primary_key=True, autoincrement=False),
    Column("headers", LargeBinary, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

blobs = Table(
    "blobs",
    metadata,
    Column("case_no", _Number, primary_key=True),
    Column("name", String(32), primary_key=True),
    Column("body", LargeBinary, nullable=False),
)

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

arrivals = Table(
    "arrivals",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("trigger", String(80), nullable=False),
    Column("name", String(80), nullable=False),
    Column("outcome", String(8), nullable=False),
    Column("reason", String(32), nullable=False),
    Column("place", String(200), nullable=False),
    Column("sender", String(32), nullable=False),
    Column("cases", Text, nullable=False),
    Column("at", Float, nullable=False),
    Index("arrivals_sender", "sender", "at"),
    Index("arrivals_trigger", "trigger", "name"),
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

approvals = Table(
    "approvals",
    metadata,
    Column("checkpoint", String(16), primary_key=True),
    Column("nonce", String(64), primary_key=True),
    Column("tenant", String(64), nullable=False),
    Column("person", String(64), nullable=False),
    Column("answer", String(8), nullable=False),
    Column("at", Float, nullable=False),
)

effects = Table(
    "effects",
    metadata,
    Column("key", String(32), primary_key=True),
    Column("case_no", _Number, nullable=False),
    Column("address", String(200), nullable=False),
    Column("tool", String(80), nullable=False),
    Column("state", String(8), nullable=False),
    Column("at", Float, nullable=False),
)

business_keys = Table(
    "business_keys",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("connection", String(64), primary_key=True),
    Column("name", String(64), primary_key=True),
    Column("effect", String(32), nullable=False),
)

reservations = Table(
    "reservations",
    metadata,
    Column("effect", String(32), primary_key=True),
    Column("budget", String(80), primary_key=True),
    Column("tenant", String(64), nullable=False),
    Column("window", String(16), nullable=False),
    Column("amount", _Number, nullable=False),
    Index("reservations_window", "tenant", "budget", "window"),
)

marks = Table(
    "marks",
    metadata,
    Column("case_no", _Number, nullable=False),
    Column("kind", String(8), nullable=False),
    Column("name", Text, nullable=False),
    Column("checkpoint", String(16), nullable=False),
    Index("marks_case", "case_no"),
)

anchors = Table(
    "anchors",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("body", LargeBinary, nullable=False),
    Column("head", String(64), nullable=False),
    Column("signature", String(128), nullable=False),
)

traces = Table("traces", metadata, Column("word", String(64), primary_key=True))
"""Names and hashes of erased cases for as long as something of them may lie elsewhere."""

state = Table(
    "state",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", String(200), nullable=False),
)

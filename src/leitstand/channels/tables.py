"""The channels' own tables: what is to be sent, what was heard, who is who. No case, no decision.

`heard` is also the record of what was refused and to whom. Times are seconds since the epoch.
"""

from sqlalchemy import Column, Float, Index, Integer, LargeBinary, MetaData, String, Table, Text

__all__ = ["cards", "codes", "cursors", "heard", "links", "metadata", "outbox", "places"]

metadata = MetaData()

outbox = Table(
    "outbox",
    metadata,
    Column("no", Integer, primary_key=True),
    Column("key", String(200), nullable=False, unique=True),
    Column("channel", String(16), nullable=False),
    Column("letter", Text, nullable=False),
    Column("replaces", String(200), nullable=False),
    # due, sending (its fate is unknown after a crash), sent, dead
    Column("state", String(8), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due", Float, nullable=False),
    Column("handle", String(300), nullable=False),
    Index("outbox_due", "state", "channel", "due"),
)
heard = Table(
    "heard",
    metadata,
    Column("channel", String(16), primary_key=True),
    Column("id", String(300), primary_key=True),
    Column("identity", String(300), nullable=False),
    Column("place", String(300), nullable=False),
    Column("person", String(128), nullable=False),
    Column("outcome", String(8), nullable=False),
    Column("reply", Text, nullable=False),
    Column("at", Float, nullable=False),
)
links = Table(
    "links",
    metadata,
    Column("channel", String(16), primary_key=True),
    Column("identity", String(300), primary_key=True),
    Column("tenant", String(64), nullable=False),
    Column("person", String(128), nullable=False),
    Column("place", String(300), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("at", Float, nullable=False),
)
codes = Table(
    "codes",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("tenant", String(64), nullable=False),
    Column("person", String(128), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("until", Float, nullable=False),
)
cards = Table(
    "cards",
    metadata,
    Column("channel", String(16), primary_key=True),
    Column("place", String(300), primary_key=True),
    Column("code", String(9), primary_key=True),
    Column("checkpoint", String(16), nullable=False),
    Column("seen", String(32), nullable=False),
    Column("person", String(128), nullable=False),
    Column("letter", String(200), nullable=False),
    Column("open", Integer, nullable=False),
    Column("at", Float, nullable=False),
    Index("cards_open", "open", "channel", "place"),
)
cursors = Table(
    "cursors",
    metadata,
    Column("channel", String(16), primary_key=True),
    Column("value", Text, nullable=False),
)
places = Table(
    "places",
    metadata,
    Column("place", String(300), primary_key=True),
    Column("service", String(300), nullable=False),
    Column("user", String(300), nullable=False),
)

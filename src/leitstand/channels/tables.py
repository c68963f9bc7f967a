"""The channels' own tables: what is to be sent, what was heard, who is who. No case, no decision.

`heard` is also the record of what was refused and to whom. Times are seconds since the epoch.
"""

from sqlalchemy import Index, MetaData

from leitstand.store.schema import table

metadata = MetaData()

# `state`: due, sending (its fate is unknown after a crash), sent, dead.
outbox = table(
    metadata,
    "outbox",
    {"no": int},
    key=str,
    channel=str,
    letter=str,
    replaces=str,
    state=str,
    attempts=int,
    due=float,
    handle=str,
)
Index("outbox_due", outbox.c.state, outbox.c.channel, outbox.c.due)
Index("outbox_key", outbox.c.key, unique=True)
heard = table(
    metadata,
    "heard",
    {"channel": str, "id": str},
    identity=str,
    place=str,
    person=str,
    outcome=str,
    reply=str,
    at=float,
)
links = table(
    metadata,
    "links",
    {"channel": str, "identity": str},
    tenant=str,
    person=str,
    place=str,
    sealed=bytes,
    at=float,
)
codes = table(metadata, "codes", {"id": str}, tenant=str, person=str, sealed=bytes, until=float)
cards = table(
    metadata,
    "cards",
    {"channel": str, "place": str, "code": str},
    checkpoint=str,
    seen=str,
    person=str,
    letter=str,
    open=int,
    at=float,
)
Index("cards_open", cards.c.open, cards.c.channel, cards.c.place)
cursors = table(metadata, "cursors", {"channel": str}, value=str)
places = table(metadata, "places", {"place": str}, service=str, user=str)

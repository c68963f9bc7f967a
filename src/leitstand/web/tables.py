"""The web inbox's own tables: sessions, drafts, postponed cards; no case and no decision.

Whatever is lost here costs a login or a half-typed form, never a decision: those are signals in the
store. Times are seconds since the epoch.
"""

from sqlalchemy import (
    Column,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

metadata = MetaData()

sessions = Table(
    "sessions",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("tenant", String(64), nullable=False),
    Column("person", String(128), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("began", Float, nullable=False),
    Column("until", Float, nullable=False),
)
oidc_sessions = Table(
    "oidc_sessions",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("person", String(128), nullable=False),
    Column("sid", String(255), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("checked", Float, nullable=False),
)
drafts = Table(
    "drafts",
    metadata,
    Column("person", String(128), primary_key=True),
    Column("checkpoint", String(16), primary_key=True),
    Column("fields", Text, nullable=False),
    Column("at", Float, nullable=False),
)
postponed = Table(
    "postponed",
    metadata,
    Column("person", String(128), primary_key=True),
    Column("checkpoint", String(16), primary_key=True),
    Column("until", Float, nullable=False),
)
assignments = Table(
    "assignments",
    metadata,
    Column("checkpoint", String(16), primary_key=True),
    Column("person", String(128), nullable=False),
    Column("by", String(128), nullable=False),
    Column("at", Float, nullable=False),
)
proposals = Table(
    "proposals",
    metadata,
    Column("checkpoint", String(16), primary_key=True),
    Column("rule", String(128), primary_key=True),
    Column("person", String(128), primary_key=True),
    Column("text", Text, nullable=False),
    Column("at", Float, nullable=False),
)
samples = Table(
    "samples",
    metadata,
    Column("ulid", String(26), primary_key=True),
    Column("person", String(128), primary_key=True),
    Column("same", Integer, nullable=False),
    Column("at", Float, nullable=False),
)
attempts = Table(
    "attempts",
    metadata,
    Column("name", String(200), primary_key=True),
    Column("failed", Integer, nullable=False),
    Column("at", Float, nullable=False),
)
second_factors = Table(
    "second_factors",
    metadata,
    Column("person", String(128), primary_key=True),
    Column("secret", String(64), nullable=False),
    Column("last", Integer, nullable=False, default=0),
)
invitations = Table(
    "invitations",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("tenant", String(64), nullable=False),
    Column("name", String(200), nullable=False),
    Column("roles", Text, nullable=False),
    Column("until", Float, nullable=False),
)
deadlines = Table(
    "deadlines",
    metadata,
    Column("checkpoint", String(40), primary_key=True),
    Column("level", Integer, primary_key=True),
    Column("due", Float, nullable=False),
    Column("role", String(128), nullable=False),
    Column("told", Integer, nullable=False),
)
notices = Table(
    "notices",
    metadata,
    Column("checkpoint", String(40), primary_key=True),
    Column("person", String(128), primary_key=True),
    Column("level", Integer, primary_key=True),
    Column("title", Text, nullable=False),
    Column("at", Float, nullable=False),
)

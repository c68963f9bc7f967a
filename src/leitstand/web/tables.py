"""The web inbox's own tables: sessions, drafts, postponed cards; no case and no decision.

Whatever is lost here costs a login or a half-typed form, never a decision: those are signals in the
store. Times are seconds since the epoch.
"""

from sqlalchemy import MetaData

from leitstand.store.schema import table

metadata = MetaData()

sessions = table(
    metadata,
    "sessions",
    {"id": str},
    tenant=str,
    person=str,
    sealed=bytes,
    began=float,
    until=float,
)
oidc_sessions = table(
    metadata, "oidc_sessions", {"id": str}, person=str, sid=str, sealed=bytes, checked=float
)
drafts = table(metadata, "drafts", {"person": str, "checkpoint": str}, fields=str, at=float)
postponed = table(metadata, "postponed", {"person": str, "checkpoint": str}, until=float)
assignments = table(metadata, "assignments", {"checkpoint": str}, person=str, by=str, at=float)
proposals = table(
    metadata, "proposals", {"checkpoint": str, "rule": str, "person": str}, text=str, at=float
)
samples = table(metadata, "samples", {"ulid": str, "person": str}, same=int, at=float)
attempts = table(metadata, "attempts", {"name": str}, failed=int, at=float)
second_factors = table(metadata, "second_factors", {"person": str}, secret=str, last=int)
invitations = table(
    metadata, "invitations", {"id": str}, tenant=str, name=str, roles=str, until=float
)
deadlines = table(
    metadata, "deadlines", {"checkpoint": str, "level": int}, due=float, role=str, told=int
)
notices = table(
    metadata, "notices", {"checkpoint": str, "person": str, "level": int}, title=str, at=float
)

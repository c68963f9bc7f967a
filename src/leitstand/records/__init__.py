"""The records that every floor speaks of: frozen, typed, one noun a file."""

from leitstand.records.approval import Absence, Answer, Approval, Checkpoint, Identity, Person
from leitstand.records.case import Case, Exit, Held, Status
from leitstand.records.correction import Correction
from leitstand.records.effect import Effect
from leitstand.records.event import Address, Event, Kind
from leitstand.records.lock import lock_lines
from leitstand.records.received import INTAKE, SENDER, Attachment, Mark, Received, Routed, Trust
from leitstand.records.supplied import MODELS, SUPPLY, Supplied
from leitstand.records.verdict import Decision, Hit, Level, Verdict

__all__ = [
    "INTAKE",
    "MODELS",
    "SENDER",
    "SUPPLY",
    "Absence",
    "Address",
    "Answer",
    "Approval",
    "Attachment",
    "Case",
    "Checkpoint",
    "Correction",
    "Decision",
    "Effect",
    "Event",
    "Exit",
    "Held",
    "Hit",
    "Identity",
    "Kind",
    "Level",
    "Mark",
    "Person",
    "Received",
    "Routed",
    "Status",
    "Supplied",
    "Trust",
    "Verdict",
    "lock_lines",
]

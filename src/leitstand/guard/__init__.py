"""The guard: validation, evidence, facts, verdict, checkpoint, intent, connection, outcome."""

from leitstand.guard.answers import checkpoint_of, wanted
from leitstand.guard.budget import caps_of
from leitstand.guard.call import Call, Pause, Unsettled
from leitstand.guard.failure import failure_of, raised
from leitstand.guard.guard import Guard
from leitstand.guard.judging import validated
from leitstand.guard.passage import Passage
from leitstand.guard.rules import Rules
from leitstand.guard.sending import UnknownEffect
from leitstand.guard.shadow import Shadow
from leitstand.guard.systems import Wires

__all__ = [
    "Call",
    "Guard",
    "Passage",
    "Pause",
    "Rules",
    "Shadow",
    "UnknownEffect",
    "Unsettled",
    "Wires",
    "caps_of",
    "checkpoint_of",
    "failure_of",
    "raised",
    "validated",
    "wanted",
]

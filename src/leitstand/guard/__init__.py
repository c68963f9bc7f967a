"""The guard: validation, evidence, facts, verdict, checkpoint, intent, connection, outcome."""

from leitstand.guard.call import Call, Pause
from leitstand.guard.guard import Guard
from leitstand.guard.passage import Passage, checkpoint_of, effect_key
from leitstand.guard.rules import Rules
from leitstand.guard.sending import UnknownEffect

__all__ = [
    "Call",
    "Guard",
    "Passage",
    "Pause",
    "Rules",
    "UnknownEffect",
    "checkpoint_of",
    "effect_key",
]

"""Triggers: mail, files and times come in; each becomes exactly one record and its cases."""

from leitstand.triggers.entrance import Entrance
from leitstand.triggers.message import read_message
from leitstand.triggers.opening import Triggers, open_triggers
from leitstand.triggers.port import Arrival, Fate, Outcome, Trigger
from leitstand.triggers.settings import MailRules, Settings, read_settings

__all__ = [
    "Arrival",
    "Entrance",
    "Fate",
    "MailRules",
    "Outcome",
    "Settings",
    "Trigger",
    "Triggers",
    "open_triggers",
    "read_message",
    "read_settings",
]

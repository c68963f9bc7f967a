"""Triggers: mail, files and times come in; each becomes exactly one record and its cases."""

from leitstand.triggers.message import read_message
from leitstand.triggers.opening import open_triggers
from leitstand.triggers.port import Arrival, Fate
from leitstand.triggers.settings import MailRules

__all__ = ["Arrival", "Fate", "MailRules", "open_triggers", "read_message"]

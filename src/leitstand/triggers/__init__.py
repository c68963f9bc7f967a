"""Triggers: mail, files, times and posts come in; each becomes one record and its cases."""

from leitstand.triggers.message import read_message
from leitstand.triggers.opening import Triggers, open_triggers
from leitstand.triggers.port import Arrival
from leitstand.triggers.settings import MailRules

__all__ = ["Arrival", "MailRules", "Triggers", "open_triggers", "read_message"]

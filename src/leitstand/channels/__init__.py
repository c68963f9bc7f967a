"""Channels: people are told and decide where they already are, by the same way as in the inbox."""

from leitstand.channels.commands import code_of, read_command
from leitstand.channels.links import Link
from leitstand.channels.opening import Channels, configured, open_channels
from leitstand.channels.port import Channel, Command, Hear, Letter, Reply, Said
from leitstand.channels.settings import Settings, read_settings

__all__ = [
    "Channel",
    "Channels",
    "Command",
    "Hear",
    "Letter",
    "Link",
    "Reply",
    "Said",
    "Settings",
    "code_of",
    "configured",
    "open_channels",
    "read_command",
    "read_settings",
]

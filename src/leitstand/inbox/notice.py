"""A notice: somebody is told that a card or an exception waits too long; it decides nothing."""

from typing import NamedTuple


class Notice(NamedTuple):
    """A person is told of a card: level 0 reminds who may decide, n tells a chain's n-th role.

    For a case in the exception queue `checkpoint` is its ULID and the length of its journal, with a
    dot between: whoever is handed it is told as well.
    """

    checkpoint: str
    person: str
    level: int
    title: str

    @property
    def key(self) -> str:
        """Names this notice for ever."""
        return f"deadline/{self.checkpoint}/{self.level}/{self.person}"

    @property
    def case(self) -> str:
        """The case in the exception queue; empty for a card."""
        ulid, dot, _ = self.checkpoint.partition(".")
        return ulid if dot else ""

    @property
    def path(self) -> str:
        """Where it is looked at, below the inbox's address."""
        return f"case/{self.case}" if self.case else f"card/{self.checkpoint}"

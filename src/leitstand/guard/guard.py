"""The guard: every call of every case passes it, and nothing else holds a connection."""

from collections.abc import Sequence

from leitstand.guard.passage import Passage
from leitstand.guard.rules import Rules
from leitstand.guard.sending import Sending
from leitstand.guard.systems import Systems, Wires
from leitstand.store import Journal
from leitstand.tool import Connection


class Guard:
    """Rules and systems of one process; `systems` are others than those behind `connections`."""

    def __init__(
        self, rules: Rules, connections: Sequence[Connection], systems: Wires | None = None
    ) -> None:
        self.rules = rules
        self.__systems = systems or Systems(connections)

    def open(self, journal: Journal, *, restored: bool = False, shared: bool = False) -> Passage:
        """The way of one case through the guard for one burst.

        `restored`: the case is older than the last restore of the store, so every write asks the
        system by key before it is sent (KERNEL no. 31). `shared`: other processes may have had the
        case before, and be frozen rather than gone.
        """
        rules = self.rules
        sending = Sending(self.__systems, journal, rules, restored=restored, shared=shared)
        return Passage(self.rules, sending, journal)

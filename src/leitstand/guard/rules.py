"""The rules in force: policy bundle, tenant data, directory of people, the guard's live clock."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from leitstand.approval import Directory, Grants, verify
from leitstand.clock import Clock, zone_of
from leitstand.digest import keyed
from leitstand.guard.budget import Cap
from leitstand.policy import Bundle, Request, decide
from leitstand.records import Approval, Checkpoint, Verdict
from leitstand.store.halts import Halts
from leitstand.tool import Tool


class Rules:
    """What the guard decides by, and whether it may decide at all: a halted role does nothing.

    A new bundle is one assignment: no decision mixes two.
    """

    def __init__(
        self,
        bundle: Bundle,
        tools: Sequence[Tool[Any, Any]],
        limits: Callable[[str], Mapping[str, Any]],
        directory: Directory,
        clock: Clock,
        secret: bytes,
    ) -> None:
        self.bundle = bundle
        self.tools = {t.name: t for t in tools}
        self.limits = limits
        self.directory = directory
        self.clock = clock
        self.halts = Halts()
        self._secret = secret
        self._caps: tuple[object, list[Cap]] = (None, [])

    def business_key(self, tenant: str, writes: str, values: bytes) -> str:
        """Name of a business key: keyed over tenant, what is written and the key fields' values."""
        return keyed(self._secret, b"|".join((tenant.encode(), writes.encode(), values)))

    def caps(self, tenant: str, tool: str) -> list[Cap]:
        """The tenant's budgets of a tool."""
        given = self.limits(tenant).get("budgets", ())
        if given is not self._caps[0]:
            self._caps = given, [Cap.model_validate(b, strict=False) for b in given]
        return [cap for cap in self._caps[1] if cap.tool == tool]

    def today(self, tenant: str) -> date:
        """The day that it is where the tenant is."""
        return datetime.fromtimestamp(self.clock.time(), zone_of(self.limits(tenant))).date()

    def grants(
        self,
        checkpoint: Checkpoint,
        approvals: Sequence[Approval],
        at: float | None = None,
        suppliers: frozenset[str] = frozenset(),
    ) -> Grants:
        """Who of these people validly signed exactly this, by the directory of now.

        Never counted are `suppliers`, on whose word the case rests. Deadlines count by the clock
        of now, or as of `at`: when the signatures were used.
        """
        now = self.clock.time() if at is None else at
        return verify(checkpoint, approvals, self.directory, now=now, requesters=suppliers)

    def decide(self, request: Request) -> Verdict:
        """The verdict on an action under the bundle in force now."""
        return decide(self.bundle, request)

"""The rules in force: policy bundle, tenant data, directory of people, the guard's live clock."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from leitstand.approval import Directory, Grants, verify
from leitstand.clock import Clock
from leitstand.digest import keyed
from leitstand.policy import Bundle, Request, decide
from leitstand.records import Approval, Checkpoint, Verdict
from leitstand.tool import Tool

__all__ = ["Rules"]


class Rules:
    """What the guard decides by. A new bundle is one assignment: no decision mixes two."""

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
        self._secret = secret

    def business_key(self, tenant: str, writes: str, values: bytes) -> str:
        """Name of a business key: keyed over tenant, what is written and the key fields' values."""
        return keyed(self._secret, b"|".join((tenant.encode(), writes.encode(), values)))

    def budgets(self, tenant: str, tool: str, args: Mapping[str, Any]) -> list[list[Any]]:
        """What a write takes from the tenant's budgets: [name, window, amount, cap] each.

        A budget is data: `{"name", "tool", "field", "cap_cents", "per": "day" | "month"}`.
        """
        now = datetime.fromtimestamp(self.clock.time(), UTC).date().isoformat()
        return [
            [
                b["name"],
                now if b["per"] == "day" else now[:7],
                abs(args[b["field"]]),
                b["cap_cents"],
            ]
            for b in self.limits(tenant).get("budgets", ())
            if b["tool"] == tool
        ]

    def grants(
        self,
        checkpoint: Checkpoint,
        approvals: Sequence[Approval],
        at: float | None = None,
        suppliers: frozenset[str] = frozenset(),
    ) -> Grants:
        """Who of these people validly signed exactly this, by the directory of now.

        Never counted are `suppliers`, on whose word the action rests. Deadlines count by the clock
        of now, or as of `at`: when the signatures were used.
        """
        now = self.clock.time() if at is None else at
        return verify(checkpoint, approvals, self.directory, now=now, requesters=suppliers)

    def decide(self, request: Request) -> Verdict:
        """The verdict on an action under the bundle in force now."""
        return decide(self.bundle, request)

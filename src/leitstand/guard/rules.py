"""The rules in force: policy bundle, tenant data, directory of people, and the guard's live clock."""

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from leitstand.approval import Directory, Grants
from leitstand.clock import Clock
from leitstand.digest import keyed
from leitstand.guard.call import Call
from leitstand.policy import Bundle, Measured, Request, decide
from leitstand.records import Case, Verdict
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
        self._lock = threading.Lock()

    def business_key(self, tenant: str, writes: str, values: bytes) -> str:
        """Name of a business key: keyed over tenant, what is written and the key fields' values."""
        return keyed(self._secret, b"|".join((tenant.encode(), writes.encode(), values)))

    def decide(
        self,
        case: Case,
        call: Call,
        args: Mapping[str, Any],
        measured: Measured,
        tainted: tuple[str, ...],
        grants: Grants | None,
    ) -> Verdict:
        """The verdict on an action under the bundle in force now."""
        return decide(
            self.bundle,
            Request(
                tool=call.tool.name,
                role=case.role,
                tenant=case.tenant,
                requester=case.requester,
                case=case.ulid,
                args=args,
                facts=measured.values,
                tainted=frozenset(tainted),
                approval_count=grants.count if grants else 0,
                approval_roles=frozenset(grants.roles) if grants else frozenset(),
                approval_persons=frozenset(grants.persons) if grants else frozenset(),
            ),
        )

"""The tenant's own data as a tool: who prepares a proposal has to know the house it is for.

What a step reads here decides nothing: the guard takes the data in force from its own source.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import orjson

from leitstand.digest import canonical
from leitstand.tool import Port, tool
from leitstand.values import Frozen, Reading

__all__ = ["FixedTenant", "FoundTenant", "GetTenant", "Tenant", "tenant_data"]


class GetTenant(Frozen):
    """Get the tenant's data: company, limits, accounts, periods."""


class FoundTenant(Reading[str]):
    """Reading of the tenant's data, as canonical JSON."""

    def data(self) -> dict[str, Any]:
        """The data as a mapping, numbers as texts or integers."""
        return orjson.loads(self.value)


class Tenant(Port, Protocol):
    """Who we are. Raises only `CallFailed`."""

    async def data(self, args: GetTenant) -> FoundTenant:
        """The tenant's data."""
        ...


@dataclass(frozen=True, slots=True)
class FixedTenant:
    """`Tenant` over data that were loaded with a world."""

    limits: Mapping[str, Any]

    async def data(self, args: GetTenant) -> FoundTenant:
        """The tenant's data."""
        return FoundTenant(value=canonical(dict(self.limits)).decode(), source="policy.json")


@tool("tenant.data", authority="tenant")
async def tenant_data(args: GetTenant, tenant: Tenant) -> FoundTenant:
    """Get company, limits, accounts and periods of the tenant."""
    return await tenant.data(args)

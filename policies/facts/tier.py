"""G-A18: who has to approve an amount."""

from decimal import Decimal

from pydantic import BaseModel, ConfigDict

from policies.facts.limits import Limits, Tier

__all__ = ["TierFacts", "tier_facts"]

_MOST = 10**15


class TierFacts(BaseModel):
    """The tenant's tier for the gross amount (by its number, whatever the currency).

    `tier_*` are 0 and empty where nobody has to approve the amount itself; `approval_*` name the
    tier that approves where another rule asks for it: the amount's own, or the first that has
    approvers (the clerk where none has). `approval_all`: each role of the tier has to sign, not any
    of them.
    """

    model_config = ConfigDict(frozen=True)

    gross_cents: int
    tier_approvers: int
    tier_roles: frozenset[str]
    approval_approvers: int
    approval_roles: frozenset[str]
    approval_all: bool


def tier_facts(gross: Decimal, limits: Limits) -> TierFacts:
    """The tier of a gross amount, credit or not. An amount above all tiers takes the highest."""
    amount = abs(gross)
    tiers = limits.approval_tiers
    own = next((t for t in tiers if t.max_gross is None or amount <= t.max_gross), tiers[-1])
    clerk = Tier(approvers=1, roles=frozenset({limits.clerk_role}))
    first = next((t for t in tiers if t.approvers), clerk)
    asked = own if own.approvers else first
    return TierFacts(
        gross_cents=min(int((amount * 100).to_integral_value()), _MOST),
        tier_approvers=own.approvers,
        tier_roles=own.roles,
        approval_approvers=asked.approvers,
        approval_roles=asked.roles,
        approval_all=asked.approvers >= len(asked.roles),
    )

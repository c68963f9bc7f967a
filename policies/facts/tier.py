"""G-A18: who has to approve an amount."""

from decimal import ROUND_CEILING, Decimal
from itertools import takewhile

from pydantic import BaseModel, ConfigDict

from policies.facts.limits import Limits, Tier, cents

__all__ = ["TierFacts", "tier_facts"]

_MOST = 10**15


class TierFacts(BaseModel):
    """The tenant's tier for the gross amount (by its number, whatever the currency).

    `limit_free_cents`: up to which nobody has to approve an amount. `approval_*`: who approves this
    one where a rule asks for it: people of the amount's own tier, or of the first that has
    approvers (the clerk where none has); `approval_all`: each role has to sign, not any of them.
    """

    model_config = ConfigDict(frozen=True)

    gross_cents: int
    limit_free_cents: int
    approval_approvers: int
    approval_roles: frozenset[str]
    approval_all: bool


def tier_facts(gross: Decimal, limits: Limits) -> TierFacts:
    """The tier of a gross amount, credit or not. An amount above all tiers takes the highest."""
    amount, tiers = abs(gross), limits.approval_tiers
    own = next((t for t in tiers if t.max_gross is None or amount <= t.max_gross), tiers[-1])
    clerk = Tier(approvers=1, roles=frozenset({limits.clerk_role}))
    asked = own if own.approvers else next((t for t in tiers if t.approvers), clerk)
    return TierFacts(
        gross_cents=min(int((amount * 100).to_integral_value(ROUND_CEILING)), _MOST),
        limit_free_cents=_free(tiers),
        approval_approvers=asked.approvers,
        approval_roles=asked.roles,
        approval_all=asked.approvers >= len(asked.roles),
    )


def _free(tiers: tuple[Tier, ...]) -> int:
    """The end of the lowest tiers without approvers, -1 where there is none."""
    free = list(takewhile(lambda t: not t.approvers, tiers))
    if not free:
        return -1
    top = free[-1].max_gross
    return _MOST if top is None else cents(top)

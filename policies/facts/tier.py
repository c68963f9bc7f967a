"""G-A18: who has to approve an amount."""

from decimal import ROUND_CEILING, Decimal
from itertools import takewhile

from pydantic import BaseModel, ConfigDict

from policies.facts.limits import Limits, Tier, cents
from tools.einvoice import Invoice

_MOST = 10**15


class TierFacts(BaseModel):
    """The tenant's tier for the gross amount.

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


def tier_amount(
    invoice: Invoice, limits: Limits, proposed: Decimal = Decimal(0), rate: Decimal = Decimal(0)
) -> Decimal:
    """The gross amount as tiers count it, never less than its number.

    Of the invoice's and the one `proposed` to be booked the larger counts, for people may change
    it. In a foreign currency its worth in that of the books counts, by the `rate` that is proposed
    or where the invoice states its VAT in both (BT-110 and BT-111, § 16 (6) UStG): a dearer
    currency leads no large amount past its approvers.
    """
    tax, own = invoice.tax_total, invoice.tax_total_accounting
    gross = max(invoice.gross_total or Decimal(0), proposed, key=abs)
    stated = own / tax if tax and own and invoice.tax_currency == limits.currency else Decimal(1)
    return max(gross, gross * stated, gross * rate, key=abs)


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

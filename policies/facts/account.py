"""Whether the books have the account that a voucher names, and whether it suits its VAT."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict

from policies.facts.limits import Limits


class AccountFacts(BaseModel):
    """`account_charted`: the tenant's chart has the voucher's key, with numbers in SKR03, SKR04.

    `vat_not_ours`: VAT is charged, and the account is for supplies on which we owe it (§ 13b, § 1a
    UStG): either it is charged wrongly (§ 14c) or the account is another.
    """

    model_config = ConfigDict(frozen=True)

    account_charted: bool
    vat_not_ours: bool


def account_facts(args: Mapping[str, Any], limits: Limits) -> AccountFacts:
    """`args` are those of a voucher; what names no account (a payment) books to none."""
    key = args.get("account")
    return AccountFacts(
        account_charted=key is None or limits.numbers_of(key) is not None,
        vat_not_ours=bool(args.get("tax_cents")) and key in limits.buyer_owes_accounts,
    )

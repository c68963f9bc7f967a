"""Whether the books have the account that a voucher names."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict

from policies.facts.limits import Limits

__all__ = ["AccountFacts", "account_facts"]


class AccountFacts(BaseModel):
    """`account_charted`: the tenant's chart has the voucher's key, with numbers in SKR03, SKR04."""

    model_config = ConfigDict(frozen=True)

    account_charted: bool


def account_facts(args: Mapping[str, Any], limits: Limits) -> AccountFacts:
    """`args` are those of a voucher; what names no account (a payment) books to none."""
    key = args.get("account")
    return AccountFacts(account_charted=key is None or limits.numbers_of(key) is not None)

"""The chart of accounts: keys such as `material` and their numbers in SKR03 and SKR04.

A tenant's chart is its own map (`accounts` in its limits) over `chart.json`, which holds what every
booking needs: the liability account and the accounts of input and self-assessed VAT.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from leitstand.errors import Missing

Framework = Literal["skr03", "skr04"]


@dataclass(frozen=True, slots=True)
class Account:
    """An account of the chart: its key and its numbers in both frameworks."""

    key: str
    skr03: str
    skr04: str


@dataclass(frozen=True, slots=True)
class Chart:
    """The accounts of a tenant and the framework in which it books."""

    accounts: Mapping[str, Account]
    framework: Framework = "skr03"

    def number(self, key: str) -> str:
        """The number of an account in the tenant's framework.

        Raises Missing: the chart has no such key.
        """
        account = self.accounts.get(key)
        if account is None:
            raise Missing(
                f"the chart of accounts has no key `{key}`",
                where="erp",
                mend="add it to `accounts` in the tenant's limits",
            )
        return account.skr03 if self.framework == "skr03" else account.skr04


@cache
def standard_accounts() -> Mapping[str, Account]:
    """The accounts of `chart.json` by key."""
    rows = json.loads((Path(__file__).parent / "chart.json").read_text(encoding="utf-8"))
    return {key: Account(key, row["skr03"], row["skr04"]) for key, row in rows.items()}

"""Recurring contracts: rent, leasing, maintenance and the like, which need no purchase order."""

import datetime as dt
from decimal import Decimal

from leitstand.values import Frozen, Identifier, Reading, Text, Word


class Contract(Frozen):
    """A contract with a fixed amount a month, net. `valid_to` is None while it has no end."""

    contract: Text
    supplier: Identifier
    type: Word = ""
    monthly_net: Decimal
    cost_center: Text | None = None
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None

    def runs(self, day: dt.date) -> bool:
        """Whether it has begun by `day` and not ended before it."""
        begun = self.valid_from is None or self.valid_from <= day
        return begun and (self.valid_to is None or day <= self.valid_to)


class FindContracts(Frozen):
    """Find all contracts of a supplier, ended ones included."""

    supplier_id: Identifier


class FoundContracts(Reading[tuple[Contract, ...]]):
    """Reading of a supplier's contracts, by number."""

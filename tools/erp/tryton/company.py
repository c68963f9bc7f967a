"""What a company knows beside Tryton: its chart's keys, its tax names, its suppliers' own data.

Tryton has no field for a supplier's usual expense account, agreed cash discounts or sanctions
screening: they stay in the company's own files, under the code of the party in Tryton.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from leitstand.errors import Missing
from tools.erp.chart import Chart
from tools.erp.supplier import Supplier
from tools.erp.tryton.settings import Settings


@dataclass(frozen=True, slots=True)
class Company:
    """The settings, the chart by key, the suppliers' own data by code, the books' currency."""

    settings: Settings
    chart: Chart
    suppliers: Mapping[str, Supplier]
    currency: str = "EUR"

    def key_of(self, number: str) -> str:
        """The chart's key of an account number; the number itself where the chart has none."""
        skr03 = self.chart.framework == "skr03"
        accounts = self.chart.accounts.values()
        return next((a.key for a in accounts if number == (a.skr03 if skr03 else a.skr04)), number)

    def tax(self, key: str) -> str:
        """What Tryton calls the tax of a rate. Raises Missing: nobody has said it."""
        name = {**_names(), **self.settings.taxes}.get(key)
        if name is None:
            mend = f"name the tax under `taxes` in tryton.json: `{key}`"
            raise Missing(f"no tax of Tryton is named for `{key}`", where="tryton", mend=mend)
        return name

    def completed(self, supplier: Supplier, categories: frozenset[str]) -> Supplier:
        """A supplier of Tryton, with what only the company knows of it."""
        own = self.suppliers.get(supplier.id)
        known = self.settings.categories
        account = next((known[name] for name in sorted(categories) if name in known), None)
        if own is None:
            return supplier.model_copy(update={"account": account})
        kept = {"skonto": own.skonto, "screened": own.screened, "cleared": own.cleared}
        return supplier.model_copy(update={**kept, "account": account or own.account})


@cache
def _names() -> Mapping[str, str]:
    return json.loads((Path(__file__).parent / "taxes.json").read_text(encoding="utf-8"))

"""The reference world of sales, as facts see it."""

import json
from pathlib import Path
from typing import Any

from policies.facts.sales.dossier import SalesDossier
from policies.facts.sales.limits import SalesLimits, sales_limits
from tools.catalog import Product
from tools.crm import Customer
from tools.mail.received import ReadMail, take_apart
from tools.sales import SALES
from tools.tickets import Machine

EVALS = Path(__file__).parents[4] / "evals" / "sales"
WORLD = EVALS.with_name("accounting") / "world" / "sales"
LIMITS: SalesLimits = sales_limits({"sales": SALES.limits(WORLD)})


def rows(file: Path) -> list[dict[str, Any]]:
    """The rows of a file of JSON lines."""
    return [json.loads(line) for line in file.read_text("utf-8").splitlines() if line.strip()]


PRODUCTS = tuple(
    Product(sku=r["sku"], name=r["name"], price_cents=int(r["price"].replace(".", "")))
    for r in rows(WORLD / "products.jsonl")
)
MACHINES = tuple(Machine(**r) for r in rows(WORLD / "installed_base.jsonl"))


def dossier(mail: str, customer: Customer | None = None) -> SalesDossier:
    """A mail in the reference world, with the whole catalogue and installed base at hand."""
    return SalesDossier(LIMITS, take_apart(ReadMail(text=mail)), PRODUCTS, customer, MACHINES)

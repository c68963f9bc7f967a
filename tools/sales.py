"""What the sales department adds to a company's world.

price_rules.json        discounts, freight, VAT, validity
vocabulary.json         categories of tickets with their queues, priorities
sales.json              what of `policies/sales.toml` is otherwise here     may be absent
products.jsonl          the catalogue: sku, name, price; aliases, export_control
installed_base.jsonl    machines at customers': serial, sku
customers.jsonl         customers of the CRM
"""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, cast

from pydantic import Field, ValidationError

from leitstand.values import Frozen, Identifier, Text, cents_of
from tools.catalog import Catalog, Product
from tools.crm import Crm
from tools.crm.intake import read_customers
from tools.part import Enter, Part, Systems
from tools.pricing import PriceRules, Pricing
from tools.rows import Reader, WorldRefused, read_json
from tools.tickets import Machine, Service

_RULES, _VOCABULARY, _OWN = "price_rules.json", "vocabulary.json", "sales.json"


class _ProductRow(Frozen):
    sku: Identifier
    name: Text
    price: Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=2)]
    aliases: tuple[Text, ...] = ()
    export_control: Text = ""


def _limits(folder: Path) -> Mapping[str, Any]:
    """Price rules, vocabulary and own settings.

    Priorities come as a list: their order, most urgent first, is what says which is which.
    Raises WorldRefused: a file is no JSON object, or price rules or vocabulary have no sense.
    """
    vocabulary = read_json(folder / _VOCABULARY, dict) or {}
    priorities = vocabulary.get("priorities", {})
    if not isinstance(vocabulary.get("categories", {}), dict) or not isinstance(
        priorities, dict | list
    ):
        raise WorldRefused(f"{_VOCABULARY}: categories or priorities are none", where=str(folder))
    rules = read_json(folder / _RULES, dict) or {}
    if rules:
        _rules(rules, folder)
    return {
        "price_rules": rules,
        "categories": vocabulary.get("categories", {}),
        "priorities": list(cast("Mapping[str, Any]", priorities)),
        "own": read_json(folder / _OWN, dict) or {},
    }


def _read(reader: Reader) -> Enter:
    products = reader.read("products", _ProductRow, lambda p: p.sku)
    machines = reader.read("installed_base", Machine, lambda m: m.serial)
    customers = read_customers(reader)
    rules = read_json(reader.folder / _RULES, dict)

    async def enter(systems: Systems) -> tuple[str, ...]:
        if products is not None:
            await systems[Catalog].take_in([_product(row) for row in products])
        if machines is not None:
            await systems[Service].take_in(machines)
        if customers is not None:
            await systems[Crm].take_in(customers)
        if rules:
            await systems[Pricing].take_in(_rules(rules, reader.folder))
        return ()

    return enter


def _rules(data: Mapping[str, Any], folder: Path) -> PriceRules:
    try:
        return PriceRules.model_validate(data)
    except ValidationError as error:
        wrong = (f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise WorldRefused(f"{_RULES}: {'; '.join(wrong)}", where=str(folder)) from error


def _product(row: _ProductRow) -> Product:
    return Product(
        sku=row.sku,
        name=row.name,
        price_cents=cents_of(row.price),
        aliases=row.aliases,
        export_control=row.export_control,
    )


SALES = Part("sales", (_RULES, "products.jsonl", "installed_base.jsonl"), _limits, _read)

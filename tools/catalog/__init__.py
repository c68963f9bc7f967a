"""The catalogue: what a company sells, found by what a customer calls it."""

from leitstand.tool import tool
from tools.catalog.port import Catalog
from tools.catalog.product import FindProducts, FoundProducts, Product

__all__ = ["Catalog", "FindProducts", "FoundProducts", "Product", "find_products"]


@tool("catalog.find")
async def find_products(args: FindProducts, catalog: Catalog) -> FoundProducts:
    """Find the products that a text may speak of."""
    return await catalog.find(args)

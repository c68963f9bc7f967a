"""Products as the catalogue holds them."""

from typing import Annotated

from pydantic import Field

from leitstand.values import Frozen, Identifier, Kept, Money, Reading, Text


class Product(Frozen):
    """A product: article number, name, list price in cents net, other names that customers use.

    `export_control`: the classification that keeps it from leaving without compliance; empty: none.
    """

    sku: Identifier
    name: Annotated[Text, Kept()]
    price_cents: Annotated[Money, Field(ge=0)]
    aliases: Annotated[tuple[Text, ...], Kept()] = ()
    export_control: Annotated[Text, Kept()] = ""


class FindProducts(Frozen):
    """Find the products that `text` may speak of."""

    text: Annotated[str, Field(max_length=40_000)]


class FoundProducts(Reading[tuple[Product, ...]]):
    """Reading of candidates by article number: all that share a word or a code with the text.

    Which of them are meant is for others to say. `more`: there were too many to give.
    """

    more: bool = False

"""Siblings: an intake tells a document of all that the rules may take for its seller's."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.facts.limits import limits_of
from policies.facts.sibling import of_same_seller
from tests.agents.paper import Paper
from tests.agents.worlds import World
from tools.einvoice import Reader, ReadInvoice
from tools.intake.intake import Intake

NAMES = (
    "Keller Dichtungstechnik GmbH",
    "Keller Dichtungstechnik",
    "Dichtungstechnik Keller",
    "KELLER DICHTUNGSTECHNIK GMBH & CO. KG",
    "Kellner Dichtungstechnik GmbH",
    "Lieferant 00017 GmbH",
    "Lieferant 00018 GmbH",
    "Lieferant 17",
    "Müller & Söhne OHG",
    "Mueller und Soehne",
    "Aurich Pumpen AG",
)
VATS = ("DE999999026", "de 999 999 026", "DE999999034", "DE999999027", None)
LIMITS = limits_of(World().policy)
Seller = tuple[str, str | None]


@pytest.fixture(scope="module")
def read() -> ReadInvoice:
    """An invoice, read."""

    async def one() -> ReadInvoice:
        async with Reader() as reader:
            return await reader.read(Paper().data)

    return asyncio.run(one())


def named(read: ReadInvoice, position: int, seller: Seller) -> ReadInvoice:
    """The same from another seller."""
    assert read.invoice is not None
    name, vat = seller
    party = read.invoice.seller.model_copy(update={"name": name, "vat_id": vat})
    invoice = read.invoice.model_copy(update={"seller": party, "payments": ()})
    return read.model_copy(update={"sha256": f"{position:064x}", "invoice": invoice})


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(VATS)), min_size=2, max_size=8))
def test_nobody_is_left_out(read: ReadInvoice, sellers: list[Seller]) -> None:
    """What the rules find among all they find among what they are told."""
    reads = [named(read, position, seller) for position, seller in enumerate(sellers)]
    intake = Intake.of(reads)
    for own in reads:
        assert own.invoice is not None
        told = of_same_seller(intake.beside(own), own.invoice, None, LIMITS)
        assert told == of_same_seller(intake.siblings, own.invoice, None, LIMITS)


def test_a_stranger_is_not_told(read: ReadInvoice) -> None:
    """Other names, other numbers: nothing of them is carried along."""
    sellers = [(f"Lieferant {n:05d} GmbH", None) for n in range(40)]
    reads = [named(read, position, seller) for position, seller in enumerate(sellers)]
    (own,) = Intake.of(reads).beside(reads[7])
    assert own.seller_name == "Lieferant 00007 GmbH"


def test_two_sound_vat_ids_are_two_companies(read: ReadInvoice) -> None:
    """One name with two valid VAT IDs is not one seller; a mistyped one does not part them."""
    name = "Keller Dichtungstechnik GmbH"
    first, other, mistyped = (
        named(read, n, (name, vat)) for n, vat in enumerate((VATS[0], VATS[2], VATS[3]))
    )
    assert first.invoice is not None
    found = of_same_seller(Intake.of([other, mistyped]).siblings, first.invoice, None, LIMITS)
    assert [s.seller_vat for s in found] == [VATS[3]]

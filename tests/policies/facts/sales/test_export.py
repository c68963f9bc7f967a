"""Exports: countries, places under embargo, controlled goods."""

import pytest

from policies.facts.sales.export import export_findings
from tests.policies.facts.sales.reference import LIMITS, PRODUCTS

FREE = (
    "Lieferung nach Österreich bitte.",
    "Angebot an unser Werk in Bremen, Deutschland.",
    "Kein Dual-Use.",
    "Bitte 5 Steuerungen, Versand nach Polen und Frankreich.",
    "Wir brauchen 3 Förderbänder.",
)
ABROAD = {
    "Bitte liefern Sie in die Schweiz.": "CH",
    "Versand nach Großbritannien": "GB",
    "Unser Werk in den USA braucht 3 Förderbänder.": "US",
    "Lieferung in die Türkei": "TR",
    "Delivery to Norway, please": "NO",
    "Ship to Switzerland": "CH",
}
EMBARGO = {
    "Wir haben Kunden in Russland.": "RU",
    "Endkunde sitzt in Weißrussland": "BY",
    "für den Iran": "IR",
    "nach Nordkorea": "KP",
    "Lieferung nach St. Petersburg": "RU",
    "Baustelle auf der Krim": "embargo",
}


@pytest.mark.parametrize("mail", FREE)
def test_trade_at_home_is_none(mail: str) -> None:
    """Nothing for compliance."""
    assert not export_findings(mail, (), LIMITS).any


@pytest.mark.parametrize("mail", ABROAD)
def test_goods_that_leave_are_found(mail: str) -> None:
    """In a sentence that speaks of going there."""
    assert export_findings(mail, (), LIMITS).abroad == {ABROAD[mail]}


@pytest.mark.parametrize("mail", EMBARGO)
def test_a_country_under_embargo_is_enough(mail: str) -> None:
    """Whatever is said of it."""
    assert EMBARGO[mail] in export_findings(mail, (), LIMITS).embargo


def test_controlled_goods_are_found_by_catalogue_and_by_mail() -> None:
    """A classification of the product, or words for it."""
    listed = PRODUCTS[0].model_copy(update={"export_control": "2B001"})
    assert export_findings("", (listed,), LIMITS).controlled == {listed.sku}
    assert export_findings("Für militärische Zwecke", (), LIMITS).controlled == {"mail"}

"""Names of any catalogue: measures, sizes, signs and letters in them tell products apart."""

import pytest

from policies.facts.sales.request import Request, request_of
from tools.catalog import Product

_NAMES = (
    "Torx-Schraube 4,5 × 50 mm",
    "Torx-Schraube 4,5 × 60 mm",
    "Schutzhandschuh Gr. 9",
    "Schutzhandschuh Gr. 10",
    "Toner HP 26X",
    "Toner HP 26A",
    "Brötchen Mix 60 Stk",
    "Bohrer-Set HSS 19-tlg.",
    'Bürostuhl "Komfort"',
    "Bergkäse mild Laib 4,5 kg",
    "Antivirus Lizenz 12 Monate",
    "Antivirus Lizenz 36 Monate",
    "Wartung Rollstuhl (1 Jahr)",
    "Tisch Eiche 120 x 80 cm",
)
_PRODUCTS = tuple(
    Product(sku=f"P-{number:02d}", name=name, price_cents=100)
    for number, name in enumerate(_NAMES, 1)
)


def asked(mail: str) -> Request:
    """The request of a mail, of these products."""
    return request_of(mail, _PRODUCTS)


@pytest.mark.parametrize("product", _PRODUCTS, ids=lambda p: p.name)
@pytest.mark.parametrize("form", ["Angebot über 7 {p}, danke.", "7x {p}", "{p}: 7 Stück bitte"])
def test_a_name_as_the_catalogue_has_it_is_that_product(product: Product, form: str) -> None:
    """Whatever stands in the name; its own figures and signs count nothing."""
    found = asked(form.format(p=product.name))
    assert [(w.sku, int(w.qty)) for w in found.wishes] == [(product.sku, 7)]
    assert (found.missing, found.contradictions) == ((), ())


@pytest.mark.parametrize(
    ("mail", "sku", "count"),
    [
        ("12 Torx-Schrauben 4,5x60 mm", "P-02", 12),
        ("3 Schutzhandschuhe (Gr. 10)", "P-04", 3),
        ("2 Bürostühle Komfort", "P-09", 2),
        ("5 Antivirus Lizenzen 36 Monate", "P-12", 5),
        ("Wartung Rollstuhl für 2 Jahre", "P-13", 2),
        ("50 Bergkäse mild 4,5 kg", "P-10", 50),
    ],
)
def test_it_may_be_inflected_and_written_with_other_signs(mail: str, sku: str, count: int) -> None:
    """Plural, brackets, `x` for `×`."""
    found = asked(f"Bitte anbieten: {mail}")
    assert [(w.sku, int(w.qty)) for w in found.wishes] == [(sku, count)]


@pytest.mark.parametrize(
    "mail",
    [
        "2 Toner HP 26",
        "4 Schutzhandschuhe",
        "9 Bergkäse mild Laib 5 kg",
        "8 Torx-Schrauben 4,5 × 70 mm",
    ],
)
def test_what_tells_products_apart_is_not_left_out(mail: str) -> None:
    """Another letter, size or weight, or none, is no product of the catalogue: it is asked."""
    found = asked(f"Bitte anbieten: {mail}")
    assert not found.wishes
    assert found.missing or found.contradictions


_FAMILY = tuple(
    Product(sku=f"R-{metres}", name=f"Regal 5-Boden {metres} m", price_cents=cents)
    for metres, cents in ((1, 4_900), (2, 8_900), (3, 12_900))
)


@pytest.mark.parametrize(
    ("mail", "skus"),
    [
        ("Bitte 10 Regale 5-Boden mit 3 m anbieten.", ["R-3"]),
        ("Bitte 10 Regale 5-Boden, 1 m anbieten.", ["R-1"]),
        ("Bitte 10 Regale 5-Boden anbieten.", []),
    ],
)
def test_dearer_goods_of_one_kind_are_not_what_the_cheaper_ones_are_for(
    mail: str, skus: list[str]
) -> None:
    """The lengths of one model are told apart by the length alone; without it people are asked."""
    found = request_of(mail, _FAMILY)
    assert [w.sku for w in found.wishes] == skus
    assert bool(found.contradictions) == (not skus)

"""Cash discounts in plain words: what is said beyond doubt, and nothing else."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.einvoice.samples import Sample, cii, ubl
from tests.einvoice.test_reading import load
from tools.einvoice.skonto import worded_discounts

ISSUED = date(2028, 3, 1)


@pytest.mark.parametrize(
    ("terms", "wanted"),
    [
        ("3 % Skonto innerhalb von 8 Tagen, 30 Tage netto", [("3", 8)]),
        ("10 Tage 2 % Skonto, 30 Tage netto", [("2", 10)]),
        ("30 Tage netto, 10 Tage 2 % Skonto", [("2", 10)]),
        (
            "Zahlbar innerhalb von 14 Tagen, abzüglich 2,5 % Skonto; 30 Tage rein netto",
            [("2.5", 14)],
        ),
        ("Zahlungsziel 30 Tage, bei Zahlung binnen 14 Tagen 2 % Skonto", [("2", 14)]),
        (
            "Innerhalb 8 Tage: 3 v.H. Skonto; innerhalb 21 Tage: 2 v.H. Skonto",
            [("3", 8), ("2", 21)],
        ),
        ("8 Tage 3 %, 14 Tage 2 % Skonto, 30 Tage netto", [("3", 8), ("2", 14)]),
        ("8 Tg. 3 % Skto., 14 Tg. 2 %, 30 Tg. netto", [("3", 8), ("2", 14)]),
        ("Kein Skto., 10 Tg. 2 %", []),
        ("Bei Zahlung bis zum 20.03.2028 gewähren wir 3% Skonto", [("3", 19)]),
        ("Zahlbar bis 12.04.2028 ohne Abzug, bis 2028-03-20 mit 3 % Skonto", [("3", 19)]),
        ("2 % cash discount within 10 days, net 30 days", [("2", 10)]),
        ("Kein Skonto. 10 Tage, 2 %", []),
        ("Skontoabzug von 2 % nach 10 Tagen nicht zulässig", []),
        ("Bei Zahlung innerhalb von 30 Tagen ohne Abzug", []),
        ("2 % Skonto", []),
        ("10 Tage 2 %", []),
        ("50 % Skonto, 10 Tage", []),
        ("2 % Skonto bei Zahlung bis 20.02.2028", []),
        ("5 % Rabatt, 2 % Skonto innerhalb von 10 Tagen", []),
        ("2 % Skonto auf den Warenwert zzgl. 19 % MwSt, 10 Tage", []),
        ("2 % Skonto 10 Tage, 30 Tage", [("2", 10)]),
        ("2 % Skonto, 3 % Skonto, 10 Tage", []),
        ("2 % Skonto bis 31.02.2028", []),
        (None, []),
    ],
)
def test_terms(terms: str | None, wanted: list[tuple[str, int]]) -> None:
    """Percentage and term pair in one order, the term for the full amount is none."""
    found = [(d.percent, d.days) for d in worded_discounts(terms, ISSUED)]
    assert found == [(Decimal(percent), days) for percent, days in wanted]


@given(st.text(max_size=200))
def test_any_text_gives_sound_discounts_or_none(text: str) -> None:
    """No text breaks the reader, and none makes a discount of more than ten percent."""
    for found in worded_discounts(f"Skonto {text}", ISSUED):
        assert 0 < found.percent <= 10
        assert found.days >= 0


@given(
    percent=st.integers(1, 9), days=st.integers(1, 28), net=st.integers(29, 90), first=st.booleans()
)
def test_what_is_said_is_what_is_read(percent: int, days: int, net: int, *, first: bool) -> None:
    """Whichever comes first, percentage or term."""
    term, discount = f"innerhalb von {days} Tagen", f"{percent} % Skonto"
    said = f"{discount} {term}" if first else f"{term} {discount}"
    (found,) = worded_discounts(f"{said}, {net} Tage netto", ISSUED)
    assert (found.percent, found.days) == (percent, days)


@pytest.mark.parametrize("write", [ubl, cii])
def test_words_are_read_where_nothing_is_coded(write: Callable[[Sample], bytes]) -> None:
    """In both syntaxes; a coded discount goes before words."""
    (found,) = load(write(Sample(terms="10 Tage 3 % Skonto, 30 Tage netto")))[1].discounts
    assert (found.percent, found.days) == (3, 10)
    coded = "#SKONTO#TAGE=14#PROZENT=2.00#\n10 Tage 3 % Skonto, 30 Tage netto"
    (found,) = load(write(Sample(terms=coded)))[1].discounts
    assert (found.percent, found.days) == (2, 14)

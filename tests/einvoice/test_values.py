"""Single values: what is an amount or a date, and what is coded inside a text."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.einvoice import values


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**9)))
def test_decimals_are_read_exactly(number: Decimal) -> None:
    """Every amount that can be written is read as it was written."""
    if abs(number) < 10**18:
        assert values.decimal(format(number, "f")) == number


@pytest.mark.parametrize(
    "text",
    [
        "1.000,00",
        "1,5",
        "1e19",
        "NaN",
        "Infinity",
        "",
        "-",
        ".",
        "1 000",
        "0x10",
        "\uff11\uff12",
        "١٢",
        "1_0",
        "9" * 21,
    ],
)
def test_what_is_no_amount_is_none(text: str) -> None:
    """No format is guessed, no digit but ASCII counts."""
    assert values.decimal(text) is None


@pytest.mark.parametrize(
    ("text", "form", "day"),
    [
        ("2018-11-04", None, date(2018, 11, 4)),
        ("2018-11-04+01:00", None, date(2018, 11, 4)),
        ("2018-11-04Z", None, date(2018, 11, 4)),
        ("20181104", "102", date(2018, 11, 4)),
        ("201811041530", "203", date(2018, 11, 4)),
        ("20181104", None, date(2018, 11, 4)),
        ("2018-02-30", None, None),
        ("04.11.2018", None, None),
        ("20181104", "610", None),
        ("\uff12\uff10\uff11\uff18-11-04", None, None),
    ],
)
def test_days(text: str, form: str | None, day: date | None) -> None:
    """Dates of both syntaxes, with time zones, and none that do not exist."""
    assert values.day(text, form) == day


def test_discounts_in_terms() -> None:
    """Cash discounts are read in the form of BR-DE-18 and no other."""
    terms = (
        "#SKONTO#TAGE=7#PROZENT=2.00#\n"
        "#SKONTO#TAGE=14#PROZENT=1.00#BASISBETRAG=252.53#\n"
        "#SKONTO#TAGE=14#PROZENT=1,00#\n3 % Skonto binnen 8 Tagen"
    )
    assert [(d.days, d.percent, d.base) for d in values.discounts(terms)] == [
        (7, Decimal("2.00"), None),
        (14, Decimal("1.00"), Decimal("252.53")),
    ]


def test_no_percent_is_no_discount() -> None:
    """Zero percent grants nothing, whatever the days."""
    assert not list(values.discounts("#SKONTO#TAGE=14#PROZENT=0.00#\n"))


def test_note_subject() -> None:
    """A UBL note holds its subject in front."""
    assert values.note("#AAI#Lieferung frei Haus") == {
        "subject": "AAI",
        "text": "Lieferung frei Haus",
    }
    assert values.note("#1 unter den Dichtungen") == {}


def test_tax_point_codes_are_those_of_ubl() -> None:
    """Both syntaxes name the tax point by the same code."""
    assert [values.tax_point(code) for code in ("5", "29", "72", "35")] == ["3", "35", "432", "35"]


def test_compact() -> None:
    """Numbers that are written in groups are joined."""
    assert values.compact(" de12 1234\u00a04321 9876 00 ") == "DE1212344321987600"

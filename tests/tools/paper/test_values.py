"""Values on paper: amounts and days in any usual writing, and nothing guessed."""

from datetime import date
from decimal import Decimal

import pytest

from tools.paper.patterns import DEFAULT
from tools.paper.values import Day, amount, amounts, compact, day


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.234,56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("1 234,56", "1234.56"),
        ("1\u202f234,56", "1234.56"),
        ("1'234.50", "1234.50"),
        ("12.345.678,90", "12345678.90"),
        ("17808,00", "17808.00"),
        ("0,79", "0.79"),
        ("-8,79", "-8.79"),
        ("\u2212 8,79", "-8.79"),
        ("8,79-", "-8.79"),
    ],
)
def test_amounts_in_every_writing(text: str, value: str) -> None:
    """German, English, French and Swiss amounts, with the sign before or behind."""
    assert amount(text) == Decimal(value)


@pytest.mark.parametrize(
    "text",
    ["1.234", "12,3", "1.23.45", "19,00 %", "19,00%", "3,3333", "01.02.2026", "1.234.56", ""],
)
def test_what_is_no_amount(text: str) -> None:
    """Without two decimals, with a percent sign or as part of a day it is no amount."""
    assert amount(text) is None


def test_amounts_of_a_line() -> None:
    """Each amount with its place; a rate beside them is none."""
    line = "19,00 % USt auf 1.000,00 EUR: 190,00"
    assert [line[s:e] for s, e, _ in amounts(line)] == ["1.000,00", "190,00"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("05.03.2018", Day(date(2018, 3, 5))),
        ("5.3.18", Day(date(2018, 3, 5))),
        ("2018-03-05", Day(date(2018, 3, 5))),
        ("05/03/2018", Day(date(2018, 3, 5), ambiguous=True)),
        ("25/03/2018", Day(date(2018, 3, 25))),
        ("03/25/2018", Day(date(2018, 3, 25))),
        ("5/5/2018", Day(date(2018, 5, 5))),
        ("5. März 2018", Day(date(2018, 3, 5))),
        ("5 mars 2018", Day(date(2018, 3, 5))),
        ("March 5th, 2018", Day(date(2018, 3, 5))),
        ("31.02.2018", None),
        ("13.13.2018", None),
        ("2018", None),
    ],
)
def test_days(text: str, value: Day | None) -> None:
    """Days in figures and words; that day and month could be swapped is told."""
    assert day(text, DEFAULT.months) == value


def test_compact() -> None:
    """Accounts and tax numbers are compared without blanks, in capitals."""
    assert compact("de88 2008\u00a00000 0970") == "DE88200800000970"

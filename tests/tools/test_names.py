"""Names in a form that can be compared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.names import fold, other_numbers, words


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Müller & Söhne GmbH", "mueller und soehne gmbh"),
        ("MUELLER UND SOEHNE GMBH", "mueller und soehne gmbh"),
        ("Büro Brandt e.K.", "buero brandt ek"),
        ("Groß-Handel  Nord", "gross handel nord"),
        ("Électricité S.A.", "electricite sa"),
        ("", ""),
        ("!?", ""),
    ],
)
def test_spellings_of_one_name_fold_to_one(written: str, folded: str) -> None:
    """Case, umlauts, accents, marks and dotted legal forms do not make another name."""
    assert fold(written) == folded


@given(st.text())
def test_folding_twice_changes_nothing(name: str) -> None:
    """A folded name is in its final form, whatever was written."""
    assert fold(fold(name)) == fold(name)
    assert " ".join(words(name)) == fold(name)


@pytest.mark.parametrize(
    ("one", "other", "two"),
    [
        ("plant 4", "plant 5", True),
        ("plant 4", "plant 04", False),
        ("plant 4", "plant", False),
        ("bearing 40x62x8", "bearing 40x62x10", True),
        ("bearing", "seal", False),
    ],
)
def test_numbers_that_speak_against_each_other(one: str, other: str, *, two: bool) -> None:
    """From both sides the same; leading zeros and what is left out do not count."""
    assert other_numbers(one, other) == other_numbers(other, one) == two

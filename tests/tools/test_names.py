"""Names in a form that can be compared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.names import fold, words


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

"""Words of product names: spellings and inflections that are one, and words that are not."""

import pytest

from tools.catalog.words import fold, keys, same_word

ALIKE = [
    ("Seilzüge", "Seilzug"), ("Förderbänder", "Foerderband"), ("Antriebsrollen", "Antriebsrolle"),
    ("Steuerungen", "Steuerung"), ("Antribsrolle", "Antriebsrolle"), ("Straße", "STRASSE"),
]  # fmt: skip
UNLIKE = [("Antriebsrolle", "Tragrolle"), ("neuen", "neun"), ("Kette", "Kessel"), ("Band", "Bund")]


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_one_word_in_two_forms(one: str, other: str) -> None:
    """Plural, umlaut written out, a slip of the pen."""
    assert same_word(fold(one), fold(other))


@pytest.mark.parametrize(("one", "other"), UNLIKE)
def test_two_words_that_look_alike(one: str, other: str) -> None:
    """They stay two."""
    assert not same_word(fold(one), fold(other))


def test_a_product_is_found_by_part_of_its_name() -> None:
    """The head of a compound, its beginning, a code with and without signs."""
    known = keys("Förderband FB-2000")
    assert keys("ein Band") & known
    assert keys("fb 2000") & known
    assert keys("FB2000") & known

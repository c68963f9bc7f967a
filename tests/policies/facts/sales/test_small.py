"""Proves that words which German writes small are told from nouns, and English from German."""

import pytest

from policies.facts.sales.small import is_english, is_small_word
from policies.facts.sales.tokens import tokens_of
from tools.catalog.words import fold


@pytest.mark.parametrize("word", ["brauchen", "passende", "könnten", "wir", "dringend"])
def test_examples_say_which_words_are_no_nouns(word: str) -> None:
    """Verbs, adjectives, adverbs: written small more often than not."""
    assert is_small_word(fold(word))


@pytest.mark.parametrize("word", ["Kescher", "Rechnung", "Angebot", "Pumpe", "Firma"])
def test_nouns_are_none_of_these(word: str) -> None:
    """Also nouns that somebody in haste once wrote small."""
    assert not is_small_word(fold(word))


@pytest.mark.parametrize(
    "said", ["Bitte ein Angebot für the pumps", "Zwei Pumpen bitte", "12 pumps"]
)
def test_a_sentence_is_english_by_its_small_words(said: str) -> None:
    """One word of German, or too few of English, and it is taken for German."""
    assert is_english(tokens_of("We need two pumps for our hotel near Munich"))
    assert not is_english(tokens_of(said))

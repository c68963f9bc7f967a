"""What tells of health is cut out; whether a sick note tells too much."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.facts.hr.redaction import redact, tells_reason
from tests.policies.facts.hr.notes import HARMLESS, TELLING, WORDS


@pytest.mark.parametrize("text", TELLING)
def test_notes_that_tell_why(text: str) -> None:
    """German and English, compounds, codes, colloquial words, letters with gaps."""
    assert tells_reason(text)
    assert tells_reason(text.upper())


@pytest.mark.parametrize("text", HARMLESS)
def test_notes_that_tell_no_more_than_they_must(text: str) -> None:
    """Days, certificates, greetings: nothing of health."""
    assert not tells_reason(text)
    assert redact(text) == (text, False)


@pytest.mark.parametrize("word", WORDS)
def test_the_word_is_gone(word: str) -> None:
    """Whatever stands around it, and the rest of the text stays."""
    text, found = redact(f"Bitte, wegen {word}, ab 1.3. auf 25 Stunden.")
    assert found
    assert word.casefold() not in text.casefold()
    assert text.endswith("ab 1.3. auf 25 Stunden.")


def test_a_form_of_address_is_no_illness() -> None:
    """`Ms` before a name, however it is written; `MS` and `ms` elsewhere are one."""
    for name in ("Brown", "Öztürk", "Şahin", "O'Hara"):
        assert redact(f"Please raise Ms {name} and Ms. {name}.") == (
            f"Please raise Ms {name} and Ms. {name}.",
            False,
        )
    for text in ("Ich habe MS", "MS Diagnose", "i have ms", "Ms seit drei Jahren"):
        assert redact(text)[1]


@given(st.sampled_from(WORDS), st.text(max_size=20), st.text(max_size=20))
def test_no_neighbour_hides_it(word: str, before: str, after: str) -> None:
    """Any text around the word, apart by a blank."""
    text, found = redact(f"{before} {word} {after}")
    assert found
    assert word.casefold() not in text.casefold().replace(after.casefold(), "")


@pytest.mark.parametrize("filler", ["x", "ä", "1", "a.", "1 ", "habe eine "])
def test_a_text_of_any_length_is_read_in_time(filler: str) -> None:
    """What hides in a word that no language has is found; a minute would be far too long."""
    text = filler * (20_000 // len(filler))
    redact(text)
    redacted, removed = redact(f"{text}depression{text}")
    assert removed
    assert "depression" not in redacted

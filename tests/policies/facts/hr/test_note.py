"""Sick notes: what they may say, and that everything else about oneself is taken for a reason."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.facts.hr.note import says_more
from tests.policies.facts.hr.notes import HARMLESS

SYLLABLES = st.sampled_from(["bro", "dil", "fex", "gom", "hul", "kri", "mox", "nup", "vla", "zem"])
WORDS = st.lists(SYLLABLES, min_size=3, max_size=5).map(lambda parts: "".join(parts).capitalize())
"""Words of no language, as the names of illnesses are that nobody listed."""


@given(WORDS)
@pytest.mark.parametrize(
    "note",
    [
        "Guten Morgen, ich habe {} und bin bis Freitag krank.",
        "Bin krank: {}. Die Schicht übernimmt Ali.",
        "{}, bin bis Freitag arbeitsunfähig. Gruß Ole",
        "Mein {} ist wieder da, der Arzt hat mich krankgeschrieben.",
        "bin bis freitag krank, hab mir die {} geholt",
        "Off sick until Friday, my {} is back.",
    ],
)
def test_an_illness_that_no_list_knows_is_a_reason(note: str, word: str) -> None:
    """Wherever it stands, and whatever else the note says."""
    assert says_more(note.format(word))
    assert says_more(note.format(word.casefold()).casefold())


@given(WORDS)
@pytest.mark.parametrize(
    "note",
    [
        "Hallo {}, bin heute krank. Gruß {}",
        "Sehr geehrter Herr {}, ich bin bis Freitag krank. Mit freundlichen Grüßen, {}",
        "Bin krank. Die Unterlagen für Kunde {} liegen im Büro, {} übernimmt den Termin.",
        "Hi {}, I am sick today. {} will take over.",
        "Ich bin heute krank.\n{}",
    ],
)
def test_names_are_no_reason(note: str, name: str) -> None:
    """Of who is greeted, who signs, and who takes over."""
    assert not says_more(note.replace("{}", name))


@pytest.mark.parametrize("text", HARMLESS)
def test_notes_that_tell_no_more_than_they_must(text: str) -> None:
    """Days, certificates, greetings, hand-overs."""
    assert not says_more(text)


@pytest.mark.parametrize("filler", ["x", "Ä ", "a.", "ich habe ", "\n", "mein, "])
def test_a_note_of_any_length_is_read_in_time(filler: str) -> None:
    """No text holds up the entrance."""
    assert says_more(filler * (20_000 // len(filler)) + " Ich habe Xylomit.")

"""Words: found as people write them, told by nothing that lies in the file."""

from leitstand.digest import Keyed, canonical
from leitstand.records import Event
from leitstand.store.words import digest_of, words_in

KEY = Keyed(b"k" * 32)
ASKED = Event("answer", "a", canonical({"asked": {"name": "Öl-Müller GmbH", "n": 5}}), "")
WRITTEN = Event("intent", "b", canonical({"args": {"rows": [{"no": "RE-2026-4021"}]}}), "")


def found(text: str, *events: Event) -> bool:
    """Whether every word of a text is among those of the events."""
    return {digest_of(KEY, word) for word in text.split()} <= {*words_in(KEY, events).split()}


def test_numbers_and_names_are_found_whatever_their_case() -> None:
    """Asked or written, in any depth; another word is not."""
    for text in ("müller", "ÖL-MÜLLER gmbh", "4021", "re-2026-4021", "RE 2026 4021", "RE2026/4021"):
        assert found(text, ASKED, WRITTEN)
    assert not found("Meier", ASKED, WRITTEN)
    assert not found("402", ASKED, WRITTEN)


def test_the_file_holds_no_word_and_another_store_other_digests() -> None:
    """Eight hexadecimal digits a word, under the store's key."""
    kept = words_in(KEY, [ASKED])
    assert all(len(one) == 8 and int(one, 16) >= 0 for one in kept.split())
    assert kept != words_in(Keyed(b"x" * 32), [ASKED])


def test_digests_long_texts_and_other_events_are_left_out() -> None:
    """What nobody types, and what stands in no question and no write."""
    texts = {"sha": "a" * 64, "body": "Sehr geehrte Damen und Herren " * 9, "x": "y"}
    assert words_in(KEY, [Event("intent", "b", canonical({"args": texts}), "")]) == ""
    assert words_in(KEY, [Event("answer", "b", canonical({"value": "R-1"}), "")]) == ""
    assert words_in(KEY, [Event("seal", "0", canonical({"args": {"a": "R-1"}}), "")]) == ""

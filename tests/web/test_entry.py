"""What a form shows of an argument is read back as the same value, in each language."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leitstand.inbox import Argument, Card, texts_of
from leitstand.values import Language, parse_money
from leitstand.web.entry import entries_of, written

LANGUAGES: tuple[Language, ...] = ("de", "en")


def card(*arguments: Argument) -> Card:
    """A card of nothing but arguments."""
    return Card.model_construct(arguments=arguments)


def amount(cents: int) -> Argument:
    """An amount."""
    return Argument(field="sum", label="", shown="", value=str(cents), kind="amount")


@pytest.mark.parametrize("language", LANGUAGES)
@given(cents=st.integers(-(10**13), 10**13))
def test_an_amount_comes_back_as_it_was_shown(language: Language, cents: int) -> None:
    """Whatever its size and sign; nobody has to type another form than the one they see."""
    shown, texts = card(amount(cents)), texts_of(language)
    entry = entries_of(shown, texts)["sum"]
    assert entry is not None
    assert parse_money(written({"sum": entry}, shown, texts)["sum"]) == cents


@pytest.mark.parametrize("language", LANGUAGES)
@given(text=st.from_regex(r"[0-9.,]{1,9}", fullmatch=True))
def test_nothing_is_guessed(language: Language, text: str) -> None:
    """Only whole amounts are put into the other form: two decimals, groups of three."""
    found = written({"sum": text}, card(amount(0)), texts_of(language))["sum"]
    if found != text:
        assert re.fullmatch(r"[0-9]+\.[0-9]{2}", found)
        assert re.sub(r"[.,]", "", found) == re.sub(r"[.,]", "", text)


def test_days_and_choices_and_what_no_field_can_hold() -> None:
    """Days as the reader's language writes them; empty for none; rows are shown, not typed."""

    def entries(language: Language) -> list[str | None]:
        values = {"day": '"2026-11-30"', "text": "null", "choice": "true"}
        rows = [
            Argument.model_validate({"field": k, "label": "", "shown": "", "value": v, "kind": k})
            for k, v in values.items()
        ]
        rows.append(Argument(field="rows", label="", shown="", value="[1]"))
        return list(entries_of(card(*rows), texts_of(language)).values())

    assert entries("de") == ["30.11.2026", "", "true", None]
    assert entries("en") == ["2026-11-30", "", "true", None]


def test_a_digest_is_shown_and_not_typed() -> None:
    """Nobody writes 64 digits: such an argument has no field; a text that only holds one has."""
    digest = "0123456789abcdef" * 4
    rows = [
        Argument(field=n, label="", shown="", value=f'"{v}"')
        for n, v in (("original", digest), ("note", f"see {digest}"), ("no", digest[:12]))
    ]
    assert list(entries_of(card(*rows), texts_of("de")).values()) == [
        None,
        f"see {digest}",
        digest[:12],
    ]


def test_words_of_other_fields_are_left_alone() -> None:
    """An account or a number of an invoice may look like an amount."""
    other = Argument(field="no", label="", shown="", value='"1.190,00"')
    assert written({"no": "1.234,56"}, card(other), texts_of("de")) == {"no": "1.234,56"}

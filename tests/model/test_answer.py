"""A model's answer: of the form or none, and its copied values stand where it says."""

import unicodedata
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leitstand.model import Copied, Span, Unfit, read_answer
from leitstand.values import Frozen, Identifier, Text

INPUTS: dict[str, Any] = {
    "subject": "Rechnung RE-4711",
    "body": "Sehr geehrte Damen und Herren,\nbitte zahlen Sie 1.234,50 €\nan  die  Müller GmbH.",
    "lines": [{"text": "Schrauben M8"}, {"count": 12}],
}


class Sorted(Frozen):
    """Where a mail belongs."""

    folder: Identifier
    urgent: bool


class Line(Frozen):
    """A line of a bill."""

    text: Annotated[Text, Copied()]


class Bill(Frozen):
    """What a mail says of a bill."""

    number: Annotated[Text, Copied("subject")]
    payee: Annotated[Text | None, Copied("body")] = None
    amount: Annotated[Text, Copied()] = ""
    lines: tuple[Line, ...] = ()
    words: Annotated[tuple[Text, ...], Copied()] = ()
    sort: Text = "bill"


def read(kind: type[Any] = Bill, **said: object) -> Any:  # noqa: ANN401 an answer
    """The answer with these values."""
    return read_answer(said, kind, INPUTS, source="m:p@1#0", confidence=80)


def test_an_answer_is_a_reading_that_says_from_where() -> None:
    """Value, source, confidence, and for each copied value its place in the inputs (R8)."""
    found = read(number="RE-4711", payee="Müller GmbH", lines=[{"text": "Schrauben M8"}])
    assert (found.value.number, found.source, found.confidence) == ("RE-4711", "m:p@1#0", 80)
    assert found.spans == (
        Span(field="number", path="subject", start=9, end=16),
        Span(field="payee", path="body", start=68, end=79),
        Span(field="lines.0.text", path="lines.0.text", start=0, end=12),
    )
    for span in found.spans[:2]:
        assert INPUTS[span.path][span.start : span.end] in ("RE-4711", "Müller GmbH")
    assert found.unfounded == ()


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"number": "RE-4712"}, "number"),
        ({"number": "Müller GmbH"}, "number"),
        ({"number": "RE-471"}, "number"),
        ({"number": "4711", "amount": "234,50"}, "amount"),
        ({"number": "4711", "amount": "1.234"}, "amount"),
        ({"number": "4711", "amount": "1"}, "amount"),
        ({"number": "4711", "amount": "2"}, "amount"),
        ({"number": "RE-4711", "payee": "Mueller GmbH"}, "payee"),
        ({"number": "RE-4711", "lines": [{"text": "Muttern"}]}, "lines.0.text"),
        ({"number": "RE-4711", "words": ["bitte", "danke"]}, "words.1"),
        ({"number": " "}, "number"),
    ],
)
def test_what_does_not_occur_was_not_read(said: dict[str, Any], field: str) -> None:
    """Another number, a part of one, another input, another spelling: confidence 0, and named."""
    found = read(**said)
    assert (found.unfounded, found.confidence) == ((field,), 0)


@pytest.mark.parametrize(
    "said",
    [
        {"amount": "12"},
        {"amount": "1.234,50"},
        {"amount": "1.234,50 €"},
        {"payee": "die Müller\nGmbH"},
        {"payee": None},
        {"sort": "made up"},
    ],
)
def test_spaces_may_differ_and_what_is_absent_claims_nothing(said: dict[str, Any]) -> None:
    """A line break is a space; numbers of the inputs count; a field without a mark is free."""
    found = read(number="RE-4711", **said)
    assert (found.unfounded, found.confidence) == ((), 80)


def test_composed_and_decomposed_letters_are_the_same() -> None:
    """An input in NFD holds what a model writes in NFC."""
    body = unicodedata.normalize("NFD", "an die Müller GmbH")
    found = read_answer({"number": "1", "payee": "Müller GmbH"}, Bill, {"body": body, "subject": 1})
    assert found.unfounded == ()


@given(st.text(max_size=40), st.integers(0, 30), st.integers(1, 10))
def test_a_span_holds_its_value(text: str, start: int, length: int) -> None:
    """Whatever is cut out of a text: if a place is named, what stands there is it."""
    value = text[start : start + length]
    try:
        found = read_answer({"text": value}, Line, {"x": text})
    except Unfit:
        return
    for span in found.spans:
        there = unicodedata.normalize("NFC", text)[span.start : span.end]
        same = text[span.start : span.end]
        assert found.value.text.split() in (there.split(), same.split())


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "invoices",
        "null",
        "[]",
        "NaN",
        '{"folder": "a"}',
        '{"folder": "a", "urgent": "yes"}',
        '{"folder": "a", "urgent": 1}',
        '{"folder": "a", "urgent": NaN}',
        '{"folder": "a", "urgent": true, "pay": true}',
        '{"folder": "a", "urgent": true, "urgent": false}',
        '{"folder": "a\\u202e", "urgent": true}',
        '{"folder": "a\\ud800", "urgent": true}',
        f'{{"folder": "a", "urgent": {10**30}}}',
        'Sure! {"folder": "a", "urgent": true}',
        '{"folder": "a", "urgent": true} {"folder": "b", "urgent": true}',
        "[" * 100_000,
        '{"folder": ' * 10_000,
    ],
)
def test_anything_but_the_form_is_refused(answer: str) -> None:
    """No guessing, no repairing, no extra field: an answer fits or is none."""
    with pytest.raises(Unfit):
        read_answer(answer, Sorted, {})


def test_a_fenced_answer_is_read() -> None:
    """One object in a fence is one object."""
    text = '```json\n{"folder": "a", "urgent": true}\n```'
    assert read_answer(text, Sorted, {}).value.urgent

"""A model's answer: a reading that says where its values stand in what the model was given.

A field of the answer's type that is marked `Copied` must occur in the inputs. That is checked by
comparing texts, never by asking; what does not occur there was not read from there.
"""

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from pydantic import BaseModel, ValidationError

from leitstand.digest import canonical
from leitstand.errors import ValueRefused
from leitstand.values import Frozen, Percent, Reading, faults_of, nodes

T = TypeVar("T")
_FENCED = re.compile(r"```(?:json)?\s*\n(.*)\n```", re.DOTALL)
_SPACES = re.compile(r"\s+")
# Whole words and whole numbers: `12` is copied neither out of `4123` nor out of `12,50`.
_BEFORE, _AFTER = r"(?<!\w)(?<!\d[.,])", r"(?!\w)(?![.,]\d)"


@dataclass(frozen=True, slots=True)
class Copied:
    """Marks a field whose value is copied out of an input: `Annotated[Text, Copied("body")]`.

    Without a name, out of any input. Only line breaks and runs of spaces may differ.
    """

    of: str = ""


class Span(Frozen):
    """Where a value stands: characters `start` to `end` of the text at `path` of the inputs."""

    field: str
    path: str
    start: int
    end: int


class Answer(Reading[T], Generic[T]):
    """A model's answer as a reading. It grounds nothing: no rule takes it for a record.

    `spans` say where each copied value stands, `unfounded` names the fields whose value stands
    nowhere; with one of those the confidence is 0.
    """

    spans: tuple[Span, ...] = ()
    unfounded: tuple[str, ...] = ()


class Unfit(Exception):
    """What a model said is not of the form it was asked for; the text says why."""


def read_answer(
    said: str | Mapping[str, Any],
    kind: type[BaseModel],
    inputs: Mapping[str, Any],
    *,
    source: str = "",
    confidence: Percent = 0,
) -> Answer[Any]:
    """The answer in a text or an object. Raises Unfit: not exactly one object of `kind`."""
    try:
        given = strict_object(said) if isinstance(said, str) else said
        value = kind.model_validate_json(canonical(given), strict=True, extra="forbid")
    except (ValidationError, ValueRefused) as error:
        text = faults_of(error) if isinstance(error, ValidationError) else error.text
        raise Unfit(f"no {kind.__name__}: {text}") from error
    texts = tuple(_texts(json.loads(canonical(inputs))))
    found = [(path, _span(path, text, mark, texts)) for path, text, mark in _copies(value, ())]
    unfounded = tuple(path for path, span in found if span is None)
    return Answer[kind](
        value=value,
        source=source,
        confidence=0 if unfounded else confidence,
        spans=tuple(span for _, span in found if span is not None),
        unfounded=unfounded,
    )


def strict_object(text: str) -> dict[str, Any]:
    """The one JSON object in a text, in a fence or not. Raises Unfit: anything else.

    An object that says a thing twice says two things.
    """
    fenced = _FENCED.fullmatch(text.strip())
    try:
        found = json.loads(
            fenced[1] if fenced else text, object_pairs_hook=_once, parse_constant=_no_number
        )
    except (ValueError, RecursionError) as error:
        raise Unfit(f"no JSON: {error}"[:300]) from error
    if not isinstance(found, dict):
        raise Unfit("no JSON object")
    return cast("dict[str, Any]", found)


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a field stands there twice")
    return found


def _no_number(name: str) -> object:
    raise ValueError(f"{name} is no number")


def _copies(value: object, path: tuple[str, ...]) -> Iterator[tuple[str, str, Copied]]:
    """Every marked text of an answer with its path; an absent one (None, empty) claims nothing."""
    if isinstance(value, BaseModel):
        for name, info in type(value).model_fields.items():
            held = getattr(value, name)
            mark = next((m for m in info.metadata if isinstance(m, Copied)), None)
            if mark is None:
                yield from _copies(held, (*path, name))
                continue
            for place, text in nodes(held, (*path, name)):
                if not isinstance(text, list | tuple) and text not in (None, ""):
                    yield ".".join(place), str(text), mark
    elif isinstance(value, list | tuple):
        for place, item in enumerate(cast("Sequence[object]", value)):
            yield from _copies(item, (*path, str(place)))


def _texts(inputs: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - JSON
    """Every text and number of the inputs with its path."""
    for path, value in nodes(inputs):
        if isinstance(value, str | int) and not isinstance(value, bool):
            yield ".".join(path), str(value)


def _span(path: str, value: str, mark: Copied, texts: Sequence[tuple[str, str]]) -> Span | None:
    words = [re.escape(word) for word in _SPACES.split(value.strip()) if word]
    if not words:
        return None
    wanted = re.compile(_BEFORE + _SPACES.pattern.join(words) + _AFTER)
    for place, text in texts:
        if mark.of and place.partition(".")[0] != mark.of:
            continue
        if found := wanted.search(text) or wanted.search(unicodedata.normalize("NFC", text)):
            return Span(field=path, path=place, start=found.start(), end=found.end())
    return None

"""A vendor: the form of its HTTP interface, as its documentation publishes it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from jsonschema import Draft202012Validator

__all__ = ["KEY", "Body", "Said", "Seen", "Vendor", "an", "unanswered"]

KEY = "key-4711-of-nobody"
"""The key that every vendor knows."""
Body = dict[str, Any]


class Said(Protocol):
    """An answer as the vendor words it."""

    def __call__(self, text: str | None = None, *calls: tuple[str, str], end: str = "stop") -> Body:
        """A text, or calls by name and arguments as JSON; `end` is `stop`, or `length`: cut off."""
        ...


@dataclass(frozen=True)
class Seen:
    """What a request says, in one form for all vendors; `choice` is empty if none is made."""

    most: int
    heat: float | None
    schema: Body | None
    choice: str
    told: str


@dataclass(frozen=True)
class Vendor:
    """Where and how it is asked, what is amiss with a request, and how it answers and fails.

    `root` is what its address ends with, `wants` headers beside the key's, `busy` the status when
    it has too much to do, `broken` answers whose calls are none, with what comes of them.
    """

    provider: str
    root: str
    path: str
    form: Body
    amiss: Callable[[Body], Iterator[str]]
    said: Said
    failed: Callable[[int, str], Body]
    seen: Callable[[Body], Seen]
    broken: tuple[tuple[int, Body, str], ...]
    busy: int = 503
    wants: Mapping[str, str] = field(default_factory=dict[str, str])
    tools: tuple[str, ...] = ("native", "native-auto", "json-schema")

    def refuses(self, path: str, heads: Mapping[str, str], body: Body) -> tuple[int, str] | None:
        """The status and the reason for which this vendor would not answer."""
        if path != self.path:
            return 404, f"nothing is at {path}"
        if heads.get("authorization") != f"Bearer {KEY}":
            return 401, "the key is not known"
        if not self.wants.items() <= heads.items():
            return 400, f"headers must be {self.wants}"
        form: Any = Draft202012Validator(self.form)
        faults: list[str] = [e.message[:200] for e in form.iter_errors(body)]
        faults += self.amiss(body) if not faults else ()
        return (400, "; ".join(faults)) if faults else None


def an(needed: Body, **more: Any) -> Body:  # noqa: ANN401 - a schema
    """The schema of an object that has these fields, may have those, and no others."""
    fields = {**needed, **more}
    return {
        "type": "object",
        "properties": fields,
        "required": [*needed],
        "additionalProperties": False,
    }


def unanswered(calls: Sequence[str], told: Sequence[str]) -> Iterator[str]:
    """Every call of one message has its one result in the next."""
    if sorted(calls) != sorted(told):
        yield f"calls {sorted(calls)}, results of {sorted(told)}"

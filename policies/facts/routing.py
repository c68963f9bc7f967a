"""Which role gets what came in: rules that each speak for a kind, weighed against each other."""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from leitstand.values import Frozen, Identifier, Percent, Text
from policies.facts.patterns import fold

FILE = Path(__file__).parents[1] / "routing.toml"
Why = Literal["clear", "at once", "unclear", "contradictory", "forged", "unread"]


class Kind(Frozen):
    """What is made of a mail; see `routing.toml`."""

    role: Identifier
    title: Text
    forged: bool = False
    at_once: bool = False


class Rule(Frozen):
    """What speaks for a kind; everything that it names has to hold."""

    id: Identifier
    kind: Identifier
    weight: Percent
    signs: tuple[Text, ...] = ()
    any_sign: tuple[Text, ...] = ()
    text: tuple[str, ...] = ()
    subject: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    to: tuple[Text, ...] = ()
    senders: Annotated[tuple[Text, ...], Field(alias="from")] = ()
    unless: str = ""

    def holds(self, signs: "Signs") -> bool:
        """Whether the rule speaks."""
        return (
            set(self.signs) <= signs.signs
            and (not self.any_sign or not signs.signs.isdisjoint(self.any_sign))
            and _found(self.text, (signs.text,))
            and _found(self.subject, (signs.subject,))
            and _found(self.files, signs.files)
            and (not self.to or any(a.startswith(self.to) for a in signs.to))
            and (not self.senders or _domain_in(signs.sender, self.senders))
            and not (self.unless and _pattern(self.unless).search(signs.text))
        )


class Routing(Frozen):
    """The whole file."""

    threshold: Percent
    margin: Percent
    people: tuple[Identifier, ...]
    titles: dict[str, Text]
    rows: dict[Identifier, Text] = {}
    reasons: dict[str, Text]
    unread: dict[str, Text]
    own: tuple[Text, ...] = ()
    kind: dict[Identifier, Kind]
    rule: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Signs:
    """What is known of a mail: `signs` as `routing.toml` calls them, texts folded."""

    signs: frozenset[str]
    subject: str = ""
    text: str = ""
    files: tuple[str, ...] = ()
    to: tuple[str, ...] = ()
    sender: str = ""

    @classmethod
    def of(
        cls,
        signs: Iterable[str],
        subject: str = "",
        text: str = "",
        files: Iterable[str] = (),
        addresses: tuple[str, Sequence[str]] = ("", ()),
    ) -> "Signs":
        """Signs with texts as they came; `addresses` of the sender and of the recipients."""
        sender, to = addresses
        named = tuple(fold(name.replace("_", " ")) for name in files)
        told = fold(f"{subject}\n{text}")
        return cls(frozenset(signs), fold(subject), told, named, tuple(to), sender)


class Candidate(Frozen):
    """A kind with how much speaks for it, in percent, and the ids of the rules that do."""

    kind: Identifier
    confidence: Percent
    rules: tuple[Identifier, ...]


class Sorted(Frozen):
    """What a mail is: the `best` kind where it is `clear` or goes `at once`, and all others."""

    why: Why
    candidates: tuple[Candidate, ...]

    @property
    def best(self) -> Candidate | None:
        """The kind that it is; None where people decide."""
        return self.candidates[0] if self.why in ("clear", "at once") else None


def sort(signs: Signs, rules: Routing | None = None) -> Sorted:
    """What a mail is. Of one role's kinds the stronger counts; of two roles' a margin is due."""
    known = rules or routing()
    found = sorted(
        (_candidate(kind, signs, known) for kind in known.kind),
        key=lambda c: (not (known.kind[c.kind].at_once and c.confidence), -c.confidence),
    )
    spoken = tuple(c for c in found if c.confidence)
    return Sorted(why=_why(spoken, signs, known), candidates=spoken)


def _why(found: Sequence[Candidate], signs: Signs, known: Routing) -> Why:
    if not found or found[0].confidence < known.threshold:
        return "unclear"
    best = known.kind[found[0].kind]
    if "sender:forged" in signs.signs and not best.forged:
        return "forged"
    if best.at_once:
        return "at once"
    others = [c.confidence for c in found if known.kind[c.kind].role != best.role]
    close = max(others, default=0)
    return "contradictory" if found[0].confidence - close < known.margin else "clear"


def _candidate(kind: str, signs: Signs, known: Routing) -> Candidate:
    spoke = [rule for rule in known.rule if rule.kind == kind and rule.holds(signs)]
    doubt = 100.0
    for rule in spoke:
        doubt *= (100 - rule.weight) / 100
    return Candidate(kind=kind, confidence=100 - round(doubt), rules=tuple(r.id for r in spoke))


def _found(patterns: Sequence[str], texts: Iterable[str]) -> bool:
    if not patterns:
        return True
    return any(_pattern(p).search(text) for text in texts for p in patterns)


def _domain_in(sender: str, domains: Sequence[str]) -> bool:
    domain = sender.rpartition("@")[2]
    return any(domain == d or domain.endswith(f".{d}") for d in domains)


@cache
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.DOTALL)


@cache
def routing(file: Path = FILE) -> Routing:
    """The rules of a file. Raises ValueError: it holds something that no rule has."""
    table: Mapping[str, object] = tomllib.loads(file.read_text(encoding="utf-8"))
    found = Routing.model_validate(table, strict=False)
    if unknown := {rule.kind for rule in found.rule} - set(found.kind):
        raise ValueError(f"no kind {sorted(unknown)} in `{file.name}`")
    return found

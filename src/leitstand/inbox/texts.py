"""Texts for supervisors: sentences as data, filled with amounts, dates and names of their language.

The product's own sentences stand beside this module, the project's (names of tools and fields,
what an action does in one sentence) in its `texts` folder; both have `de.toml` and `en.toml`. A
sentence names values as `{gross_cents:money}`; a part in brackets is left out when one of its
values is empty.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, format_decimal

from leitstand.approval import is_amount, part_type
from leitstand.clock import ZONE
from leitstand.inbox.told import Phrases
from leitstand.table import toml_of
from leitstand.values import Language, members_of, part_of

_PLACE = re.compile(r"\{([\w.]+)(?::(\w+))?\}")
_SEGMENT = re.compile(r"\{(\w+)\}")
_PART = re.compile(r"\[([^\[\]]*)\]")
_HASH = re.compile(r"\b([0-9a-f]{12})[0-9a-f]{52}\b")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")  # Python reads `4500012345` as a day, too.
_LARGEST = 10**18
"""Numbers from here on are shown as they are: nothing formats 25 digits."""


class Texts:
    """The sentences of one language: the project's before the product's."""

    def __init__(
        self,
        language: Language,
        own: Mapping[str, Any],
        given: Mapping[str, Any],
        places: Mapping[str, Any] | None = None,
        zone: ZoneInfo | None = None,
    ) -> None:
        self.language: Language = language
        self._zone = zone or ZoneInfo(ZONE)
        self._own, self._given, self._places = own, given, places or {}
        self.locale: str = own["locale"]
        said = {**own.get("told", {}), **given.get("told", {})}
        self.told = Phrases(said, self._filled, self.field).told
        """What an error or a role said in words of this language; as it is if none are known."""

    def say(self, key: str, /, **values: object) -> str:
        """The sentence `section.name`, filled. Raises KeyError: there is no such sentence."""
        section, _, name = key.partition(".")
        return self.fill(self._own[section][name], values)

    def known(self, key: str, other: str = "") -> str:
        """The sentence `section.name` as it is, or `other` where there is none."""
        section, _, name = key.partition(".")
        return str(self._own.get(section, {}).get(name, other))

    def tool(self, name: str) -> str:
        """What a tool is called."""
        return str(self._of_tool(name).get("name", name))

    def sentence(self, tool: str, what: str) -> str:
        """The project's sentence on a tool: `effect`, `done` or `undo`; empty where it has none."""
        return str(self._of_tool(tool).get(what, ""))

    def lookups(self, tool: str) -> Mapping[str, str]:
        """Values that a tool's sentences take from readings or the tenant's data, by name."""
        return cast("Mapping[str, str]", self._of_tool(tool).get("values", {}))

    def places(self, tool: str, argument: str) -> tuple[str, ...]:
        """Where an argument is read, as `TOOL path`; empty where the project does not say."""
        found = self._places.get(tool, {}).get(argument, ())
        return (found,) if isinstance(found, str) else tuple(found)

    def strangers(self, tool: str, known: Iterable[str]) -> tuple[str, ...]:
        """Names in a tool's sentences that are no arguments (`known`), look-ups or forms."""
        sentences = (self.sentence(tool, what) for what in ("effect", "undo"))
        places = [place for text in sentences for place in _PLACE.findall(text)]
        kinds = {k for _, k in places} - {"", "date", "time", "count", "each", *_NUMBERS}
        names = {name.partition(".")[0] for name, _ in places} | kinds
        inner = {n for r in self.lookups(tool).values() for n in _SEGMENT.findall(r)}
        return tuple(sorted((names | inner) - {*known, *self.lookups(tool)}))

    def field(self, name: str) -> str:
        """What an argument is called."""
        return str(self._given.get("fields", {}).get(name) or self.known(f"fields.{name}", name))

    def measured(self, facts: Iterable[str], values: Mapping[str, object]) -> Iterator[str]:
        """What these facts found, in the project's sentences; of what is zero or empty, nothing.

        Where a fact has a sentence a word (`[measured.FACT]`), those of its words are told.
        """
        known = cast("Mapping[str, str | Mapping[str, str]]", self._given.get("measured", {}))
        lists = {n: cast("list[str]", v) for n, v in values.items() if isinstance(v, list)}
        for name in facts:
            value, said = values.get(name), known.get(name, "")
            if isinstance(said, Mapping):
                words = lists.get(name, [str(value).lower()])
                yield from (self.fill(said[word], values) for word in words if word in said)
            elif value and said:
                yield self.fill(said, values)

    def decision(self, word: str) -> str:
        """What came of a case, in words: the project's own ones for its roles, else the guard's."""
        return str(
            self._given.get("decisions", {}).get(word) or self.known(f"decision.{word}", word)
        )

    def purpose(self, role: str) -> str:
        """What a role's cases are for, in the project's words; empty where it has none."""
        return str(self._given.get("purposes", {}).get(role, ""))

    def role(self, name: str) -> str:
        """What a role of people is called."""
        return str(self._given.get("roles", {}).get(name, name))

    def roles(self, names: tuple[str, ...]) -> str:
        """Roles of people, joined."""
        return ", ".join(self.role(n) for n in names)

    def fill(self, template: str, values: Mapping[str, object]) -> str:
        """A sentence with its values; a part in brackets falls away with an empty one, else `?`."""

        def part(found: re.Match[str]) -> str:
            names = _PLACE.findall(found[1])
            empty = any(part_of(values, name.split(".")) in (None, "") for name, _ in names)
            return "" if empty else found[1]

        return _PLACE.sub(
            lambda m: self._shown(values, m[1], m[2] or ""), _PART.sub(part, template)
        )

    def value(self, name: str, value: object, currency: str = "EUR", form: object = None) -> str:
        """An argument's value as people read it: amounts by its type `form`, as they are typed.

        Where none is known, names that end in `_cents` are amounts. Others that say their unit:
        `_permyriad` (shown in percent), `_percent`.
        """
        if value is None or value in ([], ()):
            return "–"
        if isinstance(value, list | tuple):
            parts = enumerate(cast("list[object]", value))
            return ("\n" if isinstance(value[0], Mapping) else ", ").join(
                self.value(name, v, currency, part_type(form, str(i))) for i, v in parts
            )
        if isinstance(value, Mapping):
            row, options = cast("Mapping[str, object]", value), members_of(form)
            order = [n for option, _ in options for n in getattr(option, "model_fields", ())]
            row = {n: row[n] for n in (*order, *row) if n in row}  # JSON sorts them by name.
            return "; ".join(
                f"{self.field(k)} {self.value(k, v, currency, part_type(form, k))}"
                for k, v in row.items()
            )
        if form is not None and isinstance(value, int):
            name = "_cents" if is_amount(form) else name.removesuffix("_cents")
        for suffix, kind in _SUFFIXES.items():
            fits = isinstance(value, int) or (kind == "number" and isinstance(value, str))
            if name.endswith(suffix) and fits:
                return self._format(kind, value, currency)
        return self._plain(value)

    def time(self, seconds: float) -> str:
        """A moment (seconds since the epoch) where the tenant is, whatever this machine's zone."""
        return format_datetime(
            datetime.fromtimestamp(seconds, self._zone), "short", locale=self.locale
        )

    def _filled(self, template: str, values: Mapping[str, str]) -> str:
        """A sentence that was told; places called so hold ids, and are named."""
        named = {"tool": self.tool, "field": self.field, "role": self.role}
        return self.fill(template, {k: named.get(k, str)(v) for k, v in values.items()})

    def _of_tool(self, name: str) -> Mapping[str, Any]:
        return self._given.get("tools", {}).get(name) or self._own.get("tools", {}).get(name, {})

    def _shown(self, values: Mapping[str, object], name: str, kind: str) -> str:
        if kind in ("count", "each"):  # Of rows the words of one of their columns.
            rows, _, column = name.partition(".")
            words = Counter(row.get(column) or "?" for row in cast("Any", values.get(rows) or ()))
            told = ((n, self._plain(word)) for word, n in words.items())
            return ", ".join(f"{n} {word}" if kind == "count" else word for n, word in told)
        value = part_of(values, name.split("."))
        if value in (None, ""):
            return "?"
        if isinstance(value, list | tuple):
            return self.value(name, cast("object", value))
        return self._format(kind, value, str(values.get("currency") or "EUR"))

    def _format(self, kind: str, value: object, currency: str) -> str:
        number = _number(value)
        if kind == "time" and number is not None:
            return self.time(float(number))
        if kind not in _NUMBERS:
            return self._plain(value)
        return str(value) if number is None else _NUMBERS[kind](number, currency, self.locale)

    def _plain(self, value: object) -> str:
        if day := _day(str(value)):
            return format_date(day, "medium", locale=self.locale)
        word = str(value).lower() if isinstance(value, bool) else str(value)
        return str(self._given.get("words", {}).get(word) or self.role(str(value)))


def cut(text: str) -> str:
    """A text with its long hashes cut: nobody reads 64 digits."""
    return _HASH.sub(r"\1…", text)


@lru_cache(maxsize=8)
def texts_of(language: Language, folder: Path | None = None, zone: ZoneInfo | None = None) -> Texts:
    """The texts of a language, with those of a project's folder. Raises ProjectRefused: no TOML."""
    given, places = _given(folder, language), _given(folder, "places")
    return Texts(language, _product(language), given, places, zone)


def _given(folder: Path | None, name: str) -> dict[str, Any]:
    file = folder / f"{name}.toml" if folder else None
    return toml_of(file) if file and file.is_file() else {}


@cache
def _product(language: Language) -> Mapping[str, Any]:
    text = files("leitstand.inbox").joinpath("texts", f"{language}.toml").read_text("utf-8")
    return tomllib.loads(text)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None


def _number(value: object) -> Decimal | None:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < _LARGEST else None


def _money(cents: Decimal, currency: str, locale: str) -> str:
    return format_currency(cents / 100, currency, locale=locale).replace("\xa0", " ")


def _percent(number: Decimal, _currency: str, locale: str) -> str:
    return f"{format_decimal(number, locale=locale)} %"


_NUMBERS: Mapping[str, Callable[[Decimal, str, str], str]] = {
    "money": _money,
    "percent": _percent,
    "permyriad": lambda number, currency, locale: _percent(number / 100, currency, locale),
    "permille": lambda number, currency, locale: _percent(number / 10, currency, locale),
    "number": lambda number, _, locale: format_decimal(number, locale=locale),
    "milli": lambda number, _, locale: format_decimal(number / 1000, locale=locale),
    "cents": lambda number, _, locale: format_decimal(number / 100, "#,##0.00", locale=locale),
}
_SUFFIXES = {"_cents": "money", "_permyriad": "permyriad", "_percent": "number"}

"""How fields are named and written on paper, as data (`patterns.toml`)."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, cast, get_args

from tools.paper.values import amounts, compact, days

Field = Literal[
    "number", "issue_date", "due_date", "net", "tax", "gross", "iban", "vat_id", "tax_number"
]
"""What is looked for; `vat_id` and `tax_number` are the seller's, `iban` is to be paid to."""

Side = Literal["buyer", "seller", "end"]
_SIDES = cast("tuple[Side, ...]", get_args(Side))

FIELDS = cast("tuple[Field, ...]", get_args(Field))

_AMOUNTS = frozenset({"net", "tax", "gross"})
_DAYS = frozenset({"issue_date", "due_date"})
_TAX_NUMBER = re.compile(r"\d{2,3}[ /]?\d{3}[ /]?\d{4,5}(?!\d)")
_FLAGS = re.IGNORECASE


@dataclass(frozen=True, slots=True)
class Label:
    """One way to name a field; the smaller its rank, the more it tells."""

    field: Field
    language: str
    rank: int
    pattern: re.Pattern[str]


@dataclass(frozen=True)
class Patterns:
    """The table, compiled."""

    labels: tuple[Label, ...]
    table: Mapping[str, Any]

    def named(self, text: str, field: Field) -> Iterator[tuple[Label, re.Match[str]]]:
        """Where a line names a field, unless what stands before makes another thing of it."""
        if self.spoilt(field, text):
            return
        for label in self._labels[field]:
            for match in label.pattern.finditer(text):
                if not self.other(field, text[: match.start()]):
                    yield label, match

    def values(self, field: Field, text: str) -> Iterator[tuple[int, int, str]]:
        """What in a text could be the value of a field: offsets, and the value in one writing."""
        if field in _AMOUNTS:
            yield from ((s, e, str(v)) for s, e, v in amounts(text))
        elif field in _DAYS:
            found = days(text, self.months)
            yield from ((s, e, d.value.isoformat()) for s, e, d in found)
        elif field == "number":
            yield from self._numbers(text)
        else:
            known = _TAX_NUMBER if field == "tax_number" else self._value[field]
            yield from ((m.start(), m.end(), compact(m.group())) for m in known.finditer(text))

    def spoilt(self, field: Field, line: str) -> bool:
        """Whether a line speaks of something that is no value of the field."""
        spoilt = self._line.get(field)
        return spoilt is not None and spoilt.search(line) is not None

    def other(self, field: Field, before: str) -> bool:
        """Whether the text before a label or a value makes another thing of it."""
        known = self._before.get(field)
        return known is not None and known.search(before) is not None

    def foreign(self, line: str) -> Iterator[str]:
        """Numbers in a line that are named as those of other things than the invoice."""
        for match in self._foreign.finditer(line):
            rest = line[match.end() :]
            gap = self.after(rest)
            yield from (value for s, _, value in self._numbers(rest) if s <= gap)

    def side(self, line: str) -> Side | None:
        """Whose part of the page a line begins; `end`: nobody's."""
        return next((s for s in _SIDES if self._sides[s].search(line)), None)

    def buyers(self, lines: Sequence[str]) -> bool:
        """Whether the last of these lines stands below the buyer's heading."""
        near = reversed(lines[-self.whole("side_lines") :])
        return next((side for side in map(self.side, near) if side), None) == "buyer"

    def after(self, text: str) -> int:
        """How much of the text behind a label stands between it and its value."""
        match = self._between.match(text)
        return match.end() if match else 0

    def whole(self, name: str) -> int:
        """A number of the table."""
        return int(self.table[name])

    @cached_property
    def months(self) -> Mapping[str, int]:
        """Names of months in lower case."""
        return cast("Mapping[str, int]", self.table["months"])

    @cached_property
    def registers(self) -> frozenset[str]:
        """Countries of whose banks the register is complete."""
        return frozenset(self.table["plausible"]["bank_registers"])

    @cached_property
    def rates(self) -> tuple[Decimal, ...]:
        """VAT rates in percent that are known without a page."""
        return tuple(Decimal(rate) for rate in self.table["rates"]["percent"])

    @cached_property
    def _labels(self) -> Mapping[Field, tuple[Label, ...]]:
        return {f: tuple(one for one in self.labels if one.field == f) for f in FIELDS}

    @cached_property
    def _before(self) -> Mapping[str, re.Pattern[str]]:
        return {f: re.compile(p, _FLAGS) for f, p in self.table["before"].items()}

    @cached_property
    def _line(self) -> Mapping[str, re.Pattern[str]]:
        return {f: re.compile(p, _FLAGS) for f, p in self.table["line"].items()}

    @cached_property
    def _value(self) -> Mapping[str, re.Pattern[str]]:
        """Capitals only: small letters are no part of an account or a tax number."""
        edge = r"(?<![A-Za-z0-9])(?:{})(?![A-Za-z0-9])"
        return {f: re.compile(edge.format(p)) for f, p in self.table["value"].items()}

    @cached_property
    def _number(self) -> re.Pattern[str]:
        return re.compile(self.table["value"]["number"], _FLAGS)

    @cached_property
    def _foreign(self) -> re.Pattern[str]:
        return re.compile(self.table["foreign"]["number"], _FLAGS)

    @cached_property
    def _sides(self) -> Mapping[str, re.Pattern[str]]:
        return {side: re.compile(p, _FLAGS) for side, p in self.table["sides"].items()}

    @cached_property
    def _between(self) -> re.Pattern[str]:
        return re.compile(self.table["between"], _FLAGS)

    def _numbers(self, text: str) -> Iterator[tuple[int, int, str]]:
        for match in self._number.finditer(text):
            piece = match.group()
            is_day = any(True for _ in days(piece, {}))
            is_amount = any(True for _ in amounts(piece))
            if not is_day and not is_amount:
                yield match.start(), match.end(), piece


def load(file: Path) -> Patterns:
    """A table in the format of `patterns.toml`.

    Raises OSError, tomllib.TOMLDecodeError, KeyError or re.error: it is part of the program.
    """
    table: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
    labels = tuple(
        Label(row["field"], row["language"], int(row["rank"]), re.compile(row["is"], _FLAGS))
        for row in table.pop("label")
    )
    return Patterns(labels, table)


DEFAULT = load(Path(__file__).with_name("patterns.toml"))
"""The table that ships with the package."""

"""From the pages of a plain PDF to its fields: three ways of reading, then the checks.

The ways know nothing of each other: one follows the text, one the sheet, one the shape of a value.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import chain, product

from tools.paper.candidate import Candidate, Way
from tools.paper.checks import plausible_days, sound_iban, sound_vat_id
from tools.paper.layout import by_layout
from tools.paper.page import Page, line_spans
from tools.paper.patterns import DEFAULT, FIELDS, Field, Patterns
from tools.paper.reading import Check, Copied, Paper, PaperField
from tools.paper.shape import by_shape, closing_sums
from tools.paper.taxation import Taxation, taxation_of
from tools.paper.text import by_text
from tools.paper.values import day

Found = Mapping[Field, Sequence[Candidate]]
Sums = Mapping[Field, str]

_SUMS: tuple[Field, ...] = ("net", "tax", "gross")
_LAST = frozenset(_SUMS)
_ONE = frozenset({"number", "issue_date", "iban", "vat_id", "tax_number"})
"""Fields that a document names once: a second value that is named as well contradicts the first."""
_MONTH_FIRST = frozenset({"en"})
_POOL = 5
"""That many different values of a sum are tried against each other."""


def read_paper(pages: Sequence[Page], patterns: Patterns = DEFAULT) -> Paper:
    """The fields of an invoice that the pages show; nothing where they show none."""
    pages = _within(pages, patterns)
    taxation = taxation_of(pages, patterns)
    found = _found(pages, taxation, patterns)
    sums, closed = _closing(found, taxation)
    fields = (_field(name, found, sums, closed, pages, patterns) for name in FIELDS)
    return Paper(fields=tuple(field for field in fields if field is not None))


def _within(pages: Iterable[Page], patterns: Patterns) -> Sequence[Page]:
    """As much of the pages as is looked at: an invoice says who and how much early on."""
    left = patterns.whole("characters")
    kept: list[Page] = []
    for page in pages:
        kept.append(page.cut(left))
        left -= len(page.text)
        if left <= 0:
            break
    return kept


def _found(pages: Sequence[Page], taxation: Taxation, patterns: Patterns) -> Found:
    found: dict[Field, list[Candidate]] = defaultdict(list)
    ways = (by_text(pages, patterns), by_layout(pages, patterns), by_shape(pages, patterns))
    for candidate in chain(*ways, closing_sums(pages, taxation, patterns)):
        found[candidate.field].append(candidate)
    return found


def _closing(found: Found, taxation: Taxation) -> tuple[Sums, Check]:
    """The best net, tax and gross amount that close; whether they do, `none` if one is missing.

    Two sets that are named equally well contradict each other: then nothing closes.
    """
    pools = [_pool(found.get(name, ())) for name in _SUMS]
    if not all(pools):
        return {}, "none"
    closed: list[tuple[int, tuple[str, ...]]] = []
    for option in product(*pools):
        net, tax, gross = (Decimal(value) for value, _ in option)
        if net + tax == gross and taxation.allows(net, tax):
            closed.append((sum(rank for _, rank in option), tuple(value for value, _ in option)))
    best = sorted(closed)[:2]
    if not best or (len(best) > 1 and best[0][0] == best[1][0]):
        return {}, "failed"
    return dict(zip(_SUMS, best[0][1], strict=True)), "passed"


def _pool(candidates: Iterable[Candidate]) -> list[tuple[str, int]]:
    """Different values of a field with their best rank, the most telling first."""
    ranks: dict[str, int] = {}
    for one in candidates:
        ranks[one.value] = min(one.rank, ranks.get(one.value, one.rank))
    return sorted(ranks.items(), key=lambda item: item[1])[:_POOL]


def _field(
    name: Field,
    found: Found,
    sums: Sums,
    closed: Check,
    pages: Sequence[Page],
    patterns: Patterns,
) -> PaperField | None:
    best = _best(name, found.get(name, ()))
    if not best:
        return None
    value = sums.get(name) or _elected(best)
    ways: tuple[Way, ...] = tuple(way for way, one in best.items() if one.value == value)
    chosen = min(
        (one for one in found[name] if one.value == value), key=lambda one: (one.rank, one.way)
    )
    others = [one for one in best.values() if one.value != value]
    if name in _ONE:
        others += [o for o in found[name] if o.value != value and o.rank <= chosen.rank]
    check = _check(chosen, found, closed, pages, patterns)
    if name == "number":
        check = _numbered(chosen, pages, patterns)
    return PaperField(
        name=name,
        copied=_copied(chosen, ways or (chosen.way,), pages),
        confidence=_confidence(len(ways), others, check, patterns),
        check=check,
        others=_others(others, pages),
    )


def _best(name: Field, candidates: Iterable[Candidate]) -> Mapping[Way, Candidate]:
    """What each way of reading takes for the value: of equal rank the first, of sums the last."""
    best: dict[Way, Candidate] = {}
    for one in candidates:
        known = best.get(one.way)
        later = name in _LAST and known is not None and one.rank == known.rank
        if known is None or one.rank < known.rank or later:
            best[one.way] = one
    return best


def _elected(best: Mapping[Way, Candidate]) -> str:
    """The value that most ways agree on, then the one with the most telling label."""
    votes: dict[str, list[int]] = defaultdict(list)
    for one in best.values():
        votes[one.value].append(one.rank)
    return max(votes, key=lambda value: (len(votes[value]), -min(votes[value])))


def _confidence(
    agreeing: int, others: Sequence[Candidate], check: Check, patterns: Patterns
) -> int:
    standing = "conflict" if others else "agreed" if agreeing > 1 else "single"
    return int(patterns.table["confidence"][standing][check])


def _check(
    chosen: Candidate,
    found: Found,
    closed: Check,
    pages: Sequence[Page],
    patterns: Patterns,
) -> Check:
    name, value = chosen.field, chosen.value
    if name in _SUMS:
        return closed
    if name == "iban":
        return _verdict(passed=sound_iban(value, patterns.registers))
    if name == "vat_id":
        return _verdict(passed=sound_vat_id(value))
    if name == "issue_date":
        return _verdict(passed=_plausible(chosen, found, pages, patterns))
    return "none"


def _numbered(chosen: Candidate, pages: Iterable[Page], patterns: Patterns) -> Check:
    """Whether the number has a label of its own, and is nowhere named as that of something else."""
    lines = (
        line for page in pages for _, line in line_spans(page.text, patterns.whole("longest_line"))
    )
    if any(chosen.value in patterns.foreign(line) for line in lines):
        return "failed"
    return "passed" if chosen.rank <= patterns.whole("telling") else "none"


def _plausible(chosen: Candidate, found: Found, pages: Sequence[Page], patterns: Patterns) -> bool:
    """Whether the day may be that of issue, and cannot be read with day and month swapped.

    Who writes English alone may put the month first.
    """
    written = day(_piece(chosen, pages), patterns.months)
    languages = {one.language for every in found.values() for one in every} - {""}
    if written is None or (written.ambiguous and languages <= _MONTH_FIRST):
        return False
    limits = patterns.table["plausible"]
    due = min((c.value for c in found.get("due_date", ())), default=None)
    return plausible_days(
        date.fromisoformat(chosen.value),
        date.fromisoformat(due) if due else None,
        limits["first_year"],
        limits["last_year"],
        limits["due_days"],
    )


def _verdict(*, passed: bool) -> Check:
    return "passed" if passed else "failed"


def _others(best: Iterable[Candidate], pages: Sequence[Page]) -> tuple[Copied, ...]:
    """Other values, each once, with the ways that found them."""
    ways: dict[str, list[Way]] = defaultdict(list)
    first: dict[str, Candidate] = {}
    for one in best:
        first.setdefault(one.value, one)
        ways[one.value].append(one.way)
    return tuple(_copied(one, dict.fromkeys(ways[value]), pages) for value, one in first.items())


def _piece(one: Candidate, pages: Iterable[Page]) -> str:
    return next(p for p in pages if p.number == one.span.page).copy(one.span)


def _copied(one: Candidate, ways: Iterable[Way], pages: Sequence[Page]) -> Copied:
    return Copied(
        page=one.span.page,
        start=one.span.start,
        end=one.span.end,
        text=_piece(one, pages),
        value=one.value,
        ways=tuple(ways),
    )

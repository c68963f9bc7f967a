"""Duration: how much time a mail asks for, of what is sold by it."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from policies.facts.sales.limits import lexicon
from policies.facts.sales.names import Unit, unit_of
from policies.facts.sales.quantity import before_of, quantity_of
from policies.facts.sales.tokens import Token, number_of, sentence_of
from policies.facts.sales.window import CODE, WORDS_BETWEEN, Quantity, Window
from tools.catalog.words import same_word

_RANGED = frozenset({"-", "–", "/", "+", "bis", "to"})
_FROM_FAR = 10
"""Tokens after a name within which its hours may stand."""


def hours_of(window: Window, unit: Unit, hours_per_day: Decimal | None) -> Quantity:
    """How much time, for what is sold by it; several different times are `spread`."""
    said = list(_times(window))
    exact = {n for n, u in said if u == unit}
    last = min(window.last, window.mention.last + WORDS_BETWEEN)
    behind = {token.text for token in window.tokens[window.mention.last : last]}
    of_each = unit in ("hours", "days") and behind & set(lexicon()["reading"]["each"])
    if len(exact) > 1 or (exact and of_each):  # zwei Helfer für je 6 Stunden
        return Quantity(vague=True, spread=True)
    if exact and unit in ("months", "years"):  # so many of them, each for so long
        return Quantity(exact.pop() * (before_of(window).value or 1))
    if exact:
        return Quantity(exact.pop())
    days = {n for n, u in said if u == "days"}
    if unit == "hours" and len(days) == 1 and hours_per_day is not None:
        return Quantity(days.pop() * hours_per_day)
    if unit in ("hours", "days") and not (_counts_time(window) or window.mention.close == CODE):
        return Quantity(vague=bool(said))
    return quantity_of(window)


def _times(window: Window) -> Iterator[tuple[Decimal, Unit]]:
    """Numbers of hours, days, months, years near the name; its own say how it is sold."""
    first = max(window.first, window.mention.first - WORDS_BETWEEN - 2)
    last = min(window.last, window.mention.last + _FROM_FAR)
    _, end = sentence_of(window.tokens, window.mention.first)
    own = range(window.mention.first, window.mention.last)
    for at in range(first, min(last, end) - 1):
        if at in own:
            continue
        number = number_of(window.tokens[at])
        if number is not None and (unit := _unit_at(window.tokens, at + 1)) is not None:
            yield number, unit
            ranged = at > first + 1 and window.tokens[at - 1].text in _RANGED
            other = number_of(window.tokens[at - 2]) if ranged else None
            if other is not None:
                yield other, unit


def _unit_at(tokens: Sequence[Token], at: int) -> Unit | None:
    """The unit of time there, also behind a mark of pieces: `4 h`, `4x Std.`, `4 Stk. Stunden`."""
    pieces = lexicon()["reading"]["pieces"]
    while at < len(tokens) - 1 and (
        tokens[at].text in pieces or (tokens[at].text == "." and tokens[at].masked)
    ):
        at += 1
    return unit_of(tokens[at].text)


def _counts_time(window: Window) -> bool:
    """Whether the name itself counts time: `16 Montagestunden`, and not `16 Montage`."""
    plain = {word for name in window.mention.names for word in name.groups}
    run = window.tokens[window.mention.first : window.mention.last]
    run = [token for token in run if not any(same_word(token.text, word) for word in plain)]
    ends = [w for t in ("hours", "days") for w in lexicon()["reading"][t] if len(w) > 2]  # noqa: PLR2004
    return any(t.text.endswith(end) and t.text != end for t in run for end in ends)

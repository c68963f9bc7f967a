"""Quantities: how much of a product a mail asks for, as its words say it."""

from collections.abc import Sequence
from decimal import Decimal

from policies.facts.sales.limits import lexicon
from policies.facts.sales.mention import Mention
from policies.facts.sales.names import is_sold_by, measure_of, packings, unit_of
from policies.facts.sales.noun import words_of
from policies.facts.sales.packing import is_load, is_packing
from policies.facts.sales.tokens import Token, is_end, is_stop, number_of, sentence_of
from policies.facts.sales.window import TIMES, WORDS_BETWEEN, Quantity, Window

_COMBINED = frozenset({*TIMES, "mal", "times", "+", "/"})
"""What makes one number of two: `2 x 10`, `50 + 50`, `1/2`."""
_AFTER = frozenset({":", "-", "–", "(", "|", "=", ",", ";", "\t"})


def quantity_of(window: Window) -> Quantity:
    """How many: a number before the name, or a number of pieces after it."""
    before, after = before_of(window), _after(window)
    if before.vague or after.vague or _is_per_other(window):
        return Quantity(vague=True, spread=before.spread)
    if before.value is None:
        found = after.value if after.value is not None else _stated(window)
        return Quantity(found, vague=found is None and _is_open(window))
    if after.value is not None and after.value != before.value:
        return Quantity(vague=True, spread=True)
    return before


def _is_per_other(window: Window) -> bool:
    """`Antrieb je Tor`: how many are wanted is not said here."""
    reading, run = lexicon()["reading"], window.tokens[window.mention.last :][:2]
    if len(run) < 2 or run[0].text not in reading["each"] or run[1].kind != "word":  # noqa: PLR2004
        return False
    word = run[1].text
    told = number_of(run[1]) is not None or unit_of(word) or measure_of(word)
    return not (told or is_like_count(word))


def before_of(window: Window) -> Quantity:
    """How many by the number before the name."""
    reading = lexicon()["reading"]
    words = 0
    at = window.mention.first
    for token in window.before:
        at -= 1
        if _parts(token):
            break
        if token.text == "of" and window.tokens[at - 1].text in packings():
            continue  # two rolls of wire
        number = number_of(token)
        if number is not None and not _is_own_measure(window, at, number):
            return _counted(window, at, number)
        if token.text in reading["vague"] and not is_packing(token.text, window.mention):
            return Quantity(vague=True)
        if words == 0 and token.masked and token.raw.isdigit():
            # a position (`Pos. 1 ET-72 50 Stk.`), or longer than any count: 99999999 rolls
            return Quantity(vague=_after(window).value is None)
        words += token.text not in (*reading["pieces"], "-")
        counts = at > window.first and window.tokens[at - 1].text in reading["pieces"]
        if words > WORDS_BETWEEN or (token.text in reading["linking"] and not counts):
            break
    return Quantity()


def _parts(token: Token) -> bool:
    """Whether goods are not counted across a word: `Linie 4 hat das FB-2000`."""
    reading = lexicon()["reading"]
    joins = token.text in reading["joining"] or token.text in reading["choosing"]
    return is_stop(token) or joins or token.text in words_of("finite")


def _counted(window: Window, at: int, number: Decimal) -> Quantity:
    """A number before a name: a count, part of a range, or a measure of something else."""
    reading, tokens = lexicon()["reading"], window.tokens
    after = tokens[at + 1] if at + 1 < window.mention.first else None
    if after is not None and is_load(after.text, window.mention):
        return Quantity(vague=True)
    if after is not None and _is_sold_by(window.mention, after.text):
        return Quantity(number)
    if after is not None and (
        unit_of(after.text) or (measure_of(after.text) and after.text not in reading["pieces"])
    ):
        measure = measure_of(after.text)
        bulk = measure in reading["bulk"]
        return Quantity(vague=bulk or _is_other_measure(window, number, measure))
    if at and tokens[at].kind == "word" and tokens[at - 1].text == "ein" and number > 1:
        at -= 1  # ein Dutzend
    return _beside(window, at, number) if at > window.first else Quantity(number)


def _is_sold_by(mention: Mention, word: str) -> bool:
    """Whether a word is the measure that goods are sold by: `20 m Schlauch`."""
    measure = measure_of(word)
    return (
        measure is not None
        and bool(mention.names)
        and all(is_sold_by(name, measure) for name in mention.names)
    )


def _beside(window: Window, at: int, number: Decimal) -> Quantity:
    """A count by what stands before it: half of it, one of two numbers, or each of several."""
    reading, tokens = lexicon()["reading"], window.tokens
    earlier = tokens[at - 1]
    times = number_of(earlier) if tokens[at].text in reading["scales"] else None
    if times is not None:
        return Quantity(times * number)  # zwei Dutzend
    if earlier.text in reading["halving"] and number > 1:
        return Quantity(number / 2)
    numbers = number_of(earlier) is not None and (number > 1 or earlier.kind == tokens[at].kind)
    if numbers or earlier.text in (*reading["vague"], *reading["halving"]):
        return Quantity(vague=True)  # ein paar hundert; 1 000, 10 tausend
    return _after_other(window, at) or Quantity(number, each=earlier.text in reading["each"])


def _after_other(window: Window, at: int) -> Quantity | None:
    """A count by the word before the last: the other end of a range, what it is for each of."""
    if at - 2 < window.first:
        return None
    reading, between = lexicon()["reading"], window.tokens[at - 1].text
    if window.tokens[at - 2].text in reading["each"]:
        return Quantity(vague=True)  # pro Filiale 10: how many of these are there?
    if number_of(window.tokens[at - 2]) is None:
        return None
    if between in _COMBINED:
        return Quantity(vague=True, spread=True)
    rough = (*reading["rough"], *reading["choosing"], "-", "–")
    return Quantity(vague=True) if between in rough else None


def _is_own_measure(window: Window, at: int, number: Decimal) -> bool:
    """Whether a number is a measure that tells the product: `20 Stück 50 mm Tragrollen`."""
    behind = at + 1 + (window.tokens[at + 1].text == "-")  # 600-Liter-Fass
    spec = (number, measure_of(window.tokens[behind].text))
    return any(spec in name.specs for name in window.mention.names)


def _is_other_measure(window: Window, number: Decimal, measure: str | None) -> bool:
    """Whether a measure is none that the product has: `30 m` of a rope of 10 m."""
    specs = {spec for name in window.mention.names for spec in name.specs}
    return any(known == measure for _, known in specs) and (number, measure) not in specs


def _after(window: Window) -> Quantity:
    tokens, reading, at = window.tokens, lexicon()["reading"], window.mention.last
    comma = False
    while at < window.last and (tokens[at].text in _AFTER or tokens[at].text in reading["thereto"]):
        comma = comma or tokens[at].text == ","
        at += 1
    if at < window.last and (tokens[at].text in reading["amounts"] or tokens[at].text in TIMES):
        at += 1
        while at < window.last and tokens[at].text in _AFTER:
            at += 1
        return _in_words(window, at)
    if at < window.last and tokens[at].text in reading["times"]:
        return Quantity(Decimal(reading["times"][tokens[at].text]))
    if at >= window.last or (number := number_of(tokens[at])) is None:
        return Quantity()
    if at + 1 < window.last and tokens[at + 1].text in reading["scales"]:
        number, at = number * (number_of(tokens[at + 1]) or 1), at + 1  # vier Dutzend
    follows = tokens[at + 1] if at + 1 < len(tokens) else None
    if follows is not None and _counts(window.mention, follows.text):
        more = _names_more(window, _past_unit(tokens, at + 2))
        return Quantity(None if more else number)
    alone = follows is None or follows.text in ("\n", ")", ".", "!", "?", ";", "|")
    parted = at > window.mention.last  # `Bleche: zwei`
    counts = alone and not comma and (parted or tokens[at].kind == "number")
    return Quantity(number if counts else None)


def _counts(mention: Mention, word: str) -> bool:
    """Whether a word counts the goods: pieces, what they come in, hours (`Monteurstunde`)."""
    reading = lexicon()["reading"]
    if word in reading["hours"]:
        long = tuple(hour for hour in reading["hours"] if len(hour) > 3)  # noqa: PLR2004
        groups = [g for name in mention.names for g in name.groups]
        return any(group.endswith(long) for group in groups)
    return word in reading["pieces"] or is_packing(word, mention)


def _in_words(window: Window, at: int) -> Quantity:
    """What stands where a number has to: `60`, `ein Dutzend`; what cannot be read is vague."""
    if at >= window.last:
        return Quantity()
    first = number_of(window.tokens[at])
    second = number_of(window.tokens[at + 1]) if at + 1 < window.last else None
    if first is None or second is None:
        return Quantity(first, vague=first is None)
    if window.tokens[at + 1].text in lexicon()["reading"]["scales"]:
        return Quantity(first * second)
    return Quantity(second) if window.tokens[at].text == "ein" else Quantity(vague=True)


def _stated(window: Window) -> Decimal | None:
    """`Menge: 60` before the name."""
    tokens = window.tokens
    for at in range(window.first, window.mention.first):
        if tokens[at].text in lexicon()["reading"]["amounts"]:
            after = at + 1 + (tokens[at + 1].text in _AFTER)
            number = number_of(tokens[after]) if tokens[after].kind == "number" else None
            measured = number is not None and _is_own_measure(window, after, number)
            return None if measured else number
    return None


def _is_open(window: Window) -> bool:
    """Whether figures stand near of which nobody knows what they count: no reason to say one."""
    tokens = window.tokens
    _, end = sentence_of(tokens, window.mention.first)
    last = min(window.last, end)
    places = (*range(window.first, window.mention.first), *range(window.mention.last, last))
    for at in places:
        if tokens[at].kind != "number" or tokens[at].masked:
            continue
        if _is_taken(window, at):
            continue
        before = tokens[at - 1] if at else None
        after = tokens[at + 1] if at + 1 < len(tokens) else None
        named = after is not None and after.kind == "word" and not is_like_count(after.text)
        if not named and not (before is not None and before.raw[:1].isupper()):
            leads_on = after is not None and at + 1 == window.last  # counts the next product
            if not leads_on:
                return True
    return False


def _is_taken(window: Window, at: int) -> bool:
    """Whether a figure counts the goods before: `Pumpe, 1 Stück, mit Einbau`."""
    tokens, reading = window.tokens, lexicon()["reading"]
    if not window.first or is_end(tokens[window.first - 1]):
        return False
    counted = at + 1 < window.mention.first and tokens[at + 1].text in reading["pieces"]
    alone = counted and is_stop(tokens[at + 2])
    return alone and all(token.text in _AFTER for token in tokens[window.first : at])


def is_like_count(word: str) -> bool:
    """Whether a word counts pieces, or only joins."""
    reading = lexicon()["reading"]
    return any(word in reading[n] for n in ("pieces", "joining", "linking", "choosing"))


def _names_more(window: Window, at: int) -> bool:
    """Whether a count of pieces belongs to what comes next: `A, 20 Stück B`."""
    return at == window.last < len(window.tokens) and not is_stop(window.tokens[at])


def _past_unit(tokens: Sequence[Token], at: int) -> int:
    """Past what counts: `x`, `Stk.`, `Std.`, one or several of them."""
    reading = lexicon()["reading"]
    while at < len(tokens) and (
        tokens[at].text in reading["pieces"]
        or unit_of(tokens[at].text)
        or (tokens[at].text == "." and tokens[at].masked)
    ):
        at += 1
    return at

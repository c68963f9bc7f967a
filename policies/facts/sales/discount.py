"""Discounts that a mail asks for, or takes for granted."""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from policies.facts.patterns import fold, sentences
from policies.facts.sales.limits import lexicon
from tools.catalog import words

_WRITTEN = re.compile(r"\b[a-z]+(?=\s(?:prozent|percent)\b)")
_ON = re.compile(r"\s*\w{0,14}\s*(auf|on|fuer) (die|den|das|the|alle) (?P<what>\w+)")
_ALL = re.compile(
    r"alle\w*|gesamt\w*|listen\w*|preis\w*|auftrag\w*|angebot\w*|menge\w*|abnahme|bestell\w*"
    r"|komplett\w*|positionen|summe|anfrage|order|list|total|whole|ganze\w*|netto\w*|waren\w*"
)


@dataclass(frozen=True, slots=True)
class Discounts:
    """Percentages: one that is asked for beside all others, those that are claimed as usual.

    `wrong`: what cannot be calculated with, in words for people.
    """

    asked: Decimal = Decimal(0)
    claimed: tuple[Decimal, ...] = ()
    wrong: tuple[str, ...] = ()


def discounts_of(text: str, lines: int) -> Discounts:
    """The discounts that a mail of so many lines speaks of."""
    said = _in_figures(fold(text))
    spoken_of = _pattern("about").search(said) is not None
    parts = [_of_sentence(s, lines, spoken_of=spoken_of) for s in sentences(said)]
    asked = tuple(dict.fromkeys(part.asked for part in parts if part.asked))
    claimed = tuple(dict.fromkeys(pct for part in parts for pct in part.claimed))
    wrong = [text for part in parts for text in part.wrong]
    if len(asked) > 1:
        wrong.append("verschiedene Rabatte gewünscht: " + ", ".join(f"{p} %" for p in asked))
    if any(pct > 100 for pct in (*asked, *claimed)):  # noqa: PLR2004 - percent
        return Discounts(wrong=(*wrong, "Rabatt über 100 % gewünscht"))
    return Discounts(asked[0] if asked else Decimal(0), claimed, tuple(wrong))


def _of_sentence(sentence: str, lines: int, *, spoken_of: bool) -> Discounts:
    """What a sentence says of discounts; `spoken_of`: some sentence of the mail does."""
    if _pattern("not_asked").search(sentence):
        return Discounts()
    found = _found(sentence)
    wrong = ["Rabatt als Betrag gewünscht"] if _pattern("amount").search(sentence) else []
    pcts = {Decimal(match["pct"].replace(",", ".")): match for match in found}
    unread = len(_percentages(sentence)) > len(found)
    if _is_several(sentence) or (found and unread):
        wrong.append("verschiedene Rabatte gewünscht")
    elif unread and spoken_of:
        wrong.append("Rabatt unklar")
    if lines > 1 and any(_on_some(sentence[match.end() :]) for match in found):
        wrong.append("Rabatt nur auf einen Teil gewünscht")
    claimed = tuple(p for p, m in pcts.items() if _pattern("usual").search(_around(sentence, m)))
    asked = [p for p in pcts if p not in claimed]
    if len(asked) > 1:
        wrong.append("verschiedene Rabatte gewünscht")
    return Discounts(asked[0] if asked else Decimal(0), claimed, tuple(wrong))


def _in_figures(folded: str) -> str:
    """`zehn Prozent` as `10 prozent`, the clerk's sign `./.` as the word that it stands for."""
    numbers: dict[str, int] = lexicon()["reading"]["numbers"]
    return _WRITTEN.sub(
        lambda m: str(numbers.get(words.fold(m[0]), m[0])), folded.replace("./.", "minus")
    )


def _is_several(sentence: str) -> bool:
    """Whether percentages of a discount are joined in one."""
    return any(
        _other().match(sentence, match.end()) is None and _pattern("about").search(sentence)
        for match in _pattern("several").finditer(sentence)
    )


def _found(sentence: str) -> list[re.Match[str]]:
    """Each percentage once, however many patterns it fits."""
    found: dict[int, re.Match[str]] = {}
    for text in lexicon()["discount"]["asked"]:
        for match in re.finditer(text, sentence):
            if _other().match(sentence, match.end()) is None:
                found.setdefault(match.start("pct"), match)
    return list(found.values())


def _percentages(sentence: str) -> list[str]:
    """All percentages of a sentence but those of cash discounts, taxes and the like."""
    numbers = re.finditer(r"(?<!\d)\d+(?:[.,]\d+)?\s?(?:%|prozent|percent)", sentence)
    return [m.group() for m in numbers if _other().match(sentence, m.end()) is None]


@cache
def _other() -> re.Pattern[str]:
    return re.compile(rf"\s*(?:\w+\s)?{lexicon()['discount']['other_pct']}")


def _around(sentence: str, match: re.Match[str]) -> str:
    return sentence[max(0, match.start() - 25) : match.end() + 15]


def _on_some(rest: str) -> bool:
    on = _ON.match(rest)
    return on is not None and _ALL.fullmatch(on["what"]) is None


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(lexicon()["discount"][name])

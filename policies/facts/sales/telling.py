"""Telling: sentences of a mail that say how things are, and wish for nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from policies.facts.sales.limits import lexicon
from policies.facts.sales.noun import words_of
from policies.facts.sales.tokens import Token, number_of, sentence_of

_BETWEEN = 3
"""Words that may stand between an article and the goods that it names."""


@dataclass(frozen=True, slots=True)
class Telling:
    """A mail's tokens, and where goods begin that it counts out."""

    tokens: Sequence[Token]
    counted: frozenset[int]

    def at(self, at: int) -> bool:
        """`Zurzeit haben wir acht Betten.`: whether the sentence there tells, and no more.

        Somebody or something does something in it, it asks nothing, has no word that wishes or
        plans, and counts no goods out. A line of a list is none.
        """
        first, last = sentence_of(self.tokens, at)
        run = self.tokens[first:last]
        if not run or run[0].kind != "word" or (number_of(run[0]) or 1) > 1:
            return False
        if last < len(self.tokens) and self.tokens[last].text == "?":
            return False
        if any(first <= one < last for one in self.counted):
            return False
        words = {token.text for token in run}
        return not self._is_wishing(run) and not words.isdisjoint(_doing())

    def wishes(self, at: int) -> bool:
        """Whether the sentence there asks, wishes or plans."""
        first, last = sentence_of(self.tokens, at)
        asked = last < len(self.tokens) and self.tokens[last].text == "?"
        return asked or self._is_wishing(self.tokens[first:last])

    def _is_wishing(self, run: Sequence[Token]) -> bool:
        past = words_of("past")
        return any(t.text in _wishing() and t.raw.lower() not in past for t in run)

    def is_known(self, first: int) -> bool:
        """`die zwei alten Lifter`: whether goods that begin there are such as one knows of."""
        for token in reversed(self.tokens[max(0, first - _BETWEEN) : first]):
            if token.text in words_of("definite") or token.text in lexicon()["reading"]["owning"]:
                return True
            if token.kind == "sign":
                return False
        return False


@cache
def _wishing() -> frozenset[str]:
    asked = lexicon()["reading"]["asking"]
    return words_of("wishing") | words_of("bringing") | words_of("intending") | {*asked}


@cache
def _doing() -> frozenset[str]:
    return words_of("telling") | words_of("finite") | words_of("persons")

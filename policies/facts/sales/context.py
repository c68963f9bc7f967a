"""Context: goods that a mail names and does not want."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import takewhile

from policies.facts.patterns import Pattern, read_patterns
from policies.facts.patterns import fold as plain
from policies.facts.sales.fitting import is_purpose
from policies.facts.sales.limits import LEXICON, lexicon
from policies.facts.sales.mention import Mention
from policies.facts.sales.tokens import Token, is_end, is_stop, number_of, sentence_of, written
from policies.facts.sales.window import Window

_NEAR = 4
_HEAD = 2
"""Closeness of the end of a compound alone: `unsere zwei Lifter`."""


@dataclass(frozen=True, slots=True)
class Context:
    """A mail's tokens and mentions, and what of them is wanted so far."""

    tokens: Sequence[Token]
    mentions: Sequence[Mention]
    wishes: Mapping[str, Decimal]

    def window(self, index: int) -> Window:
        """What may speak of a mention: from its sentence or the mention before up to the next."""
        mention = self.mentions[index]
        first, _ = sentence_of(self.tokens, mention.first)
        if index:
            first = max(first, self.mentions[index - 1].last)
        following = self.mentions[index + 1 : index + 2]
        last = following[0].first if following else len(self.tokens)
        return Window(self.tokens, mention, first, last)

    def is_only_named(self, index: int, window: Window) -> bool:
        """Whether a product is named, and not wanted."""
        return (
            self._is_left_out(window)
            or self._is_owned(window)
            or self.is_linked(index)
            or self._is_for_part(index)
            or self._is_history(window)
            or self._is_aside(window.mention.first)
        )

    def _is_left_out(self, window: Window) -> bool:
        leaving = lexicon()["reading"]["leaving_out"]
        words = counted = 0
        for token in window.before:
            if token.text in leaving:
                return words == 0 or (not counted and words <= 2)  # noqa: PLR2004
            if token.kind == "sign" or counted > 1:
                return False
            if number_of(token) is not None:
                counted += 1
            else:
                words += 1
            if words > 2:  # noqa: PLR2004
                return False
        return False

    def _is_owned(self, window: Window) -> bool:
        """`unser FB-2000`, `das FB-2000 haben wir schon`: it is there already."""
        behind = self.tokens[window.mention.last : window.last]
        after = plain(written(list(takewhile(lambda t: not is_stop(t), behind))))
        before = plain(written(window.tokens[window.first : window.mention.first]))
        told = (("owned", after), ("had", before))
        if any(p.found_in(said) for kind, said in told for p in _says(kind)):
            return True
        for token in list(window.before)[:3]:
            if token.kind == "sign":
                return False
            if number_of(token) is not None:
                several = len(window.mention.names) > 1 or window.mention.close <= _HEAD
                if not several:
                    return False
            if token.text in lexicon()["reading"]["owning"]:
                return True
        return False

    def is_linked(self, index: int) -> bool:
        """`10 Rollen für FB-2000`: what they are for."""
        if not index or not self._is_wish(self.mentions[index - 1]):
            return False
        between = self.tokens[self.mentions[index - 1].last : self.mentions[index].first]
        return (
            bool(between)
            and between[0].text in lexicon()["reading"]["linking"]
            and len(between) <= _NEAR
            and not any(is_end(t) for t in between)
        )

    def _is_for_part(self, index: int) -> bool:
        """`Für den AK-75 zwei Türdichtungen`: what the part that is wanted is for.

        Not in `Angebot für den AK-75`, nor where goods go on: `AK-75 mit Türdichtung`.
        """
        reading, mention = lexicon()["reading"], self.mentions[index]
        if not is_purpose(mention, self.mentions):
            return False
        beside = (*reading["articles"], *reading["owning"])
        before = [t.text for t in self.window(index).before if t.text not in beside][:2]
        after = self.tokens[mention.last].text if mention.last < len(self.tokens) else ""
        goes_on = after in (*reading["joining"], *reading["accessory"], ",", "\n")
        asked = len(before) > 1 and before[1] in reading["asking"]
        return bool(before) and before[0] in reading["purpose"] and not (asked or goes_on)

    def _is_aside(self, at: int) -> bool:
        """`Nachdem die Wartung gut lief, ...`: what was before what is wanted."""
        clause = takewhile(lambda t: not is_stop(t), reversed(self.tokens[:at]))
        first = next(reversed(list(clause)), None)
        return first is not None and first.text in lexicon()["reading"]["aside"]

    def _is_history(self, window: Window) -> bool:
        first, last = sentence_of(self.tokens, window.mention.first)
        said = plain(written(self.tokens[first:last]))
        return any(p.found_in(said) for p in _says("history"))

    def _is_wish(self, mention: Mention) -> bool:
        return bool(mention.skus & self.wishes.keys())


def _says(kind: str) -> Sequence[Pattern]:
    return read_patterns(LEXICON, "says")[kind]

"""Phrases: what a request names beside goods of the catalogue, and what may be wanted, too.

Every noun of a sentence that asks for goods is accounted for: as goods of the catalogue, as what
they are for, as what is there or left out, or as a word that names no goods. What is left is
named to people, for the quote would pass over it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from policies.facts.patterns import fold as plain
from policies.facts.patterns import read_patterns
from policies.facts.sales.limits import LEXICON, lexicon
from policies.facts.sales.mention import Mention, is_head
from policies.facts.sales.noun import (
    Noun,
    as_before,
    counting_words,
    effect_of,
    is_matter,
    is_never_goods,
    standing,
    words_of,
)
from policies.facts.sales.small import is_english, is_small_word
from policies.facts.sales.telling import Telling
from policies.facts.sales.tokens import Token, is_end, is_stop, number_of, sentence_of, written

_NOUN = 3
"""Letters that a noun has at least."""
_SMALL_NOUN = 4
_ADJECTIVES = 5
"""Words that are passed between a noun and what governs it."""
_CLAUSE = 3
"""Words that a clause of its own has at least."""
_NEAR = 3
_QUOTES = frozenset("\"'„“»«")


@dataclass(frozen=True, slots=True)
class Phrases:
    """A mail's tokens and mentions, and the article numbers that are asked for."""

    tokens: Sequence[Token]
    mentions: Sequence[Mention]
    wanted: frozenset[str]
    telling: Telling

    def unaccounted(self) -> Iterator[str]:
        """Nouns that may name goods, as they stand in the mail."""
        at = 0
        while at < len(self.tokens):
            first, last = sentence_of(self.tokens, at)
            told = bool(self.telling.counted) and self.telling.at(first)
            if first < last and not told and self._asks(first, last):
                yield from self._in_sentence(first, last)
            at = max(last, at) + 1

    def only_tells(self, at: int) -> bool:
        """`Wir haben 12 Aushilfen`: whether a sentence says how things are, and wishes nothing."""
        first, last = sentence_of(self.tokens, at)
        tells = any(token.text in words_of("telling") for token in self.tokens[first:last])
        return tells and not self._asks(first, last)

    def _asks(self, first: int, last: int) -> bool:
        """Whether a sentence asks for goods, and does not only tell of them."""
        run = self.tokens[first:last]
        if run[0].text in lexicon()["reading"]["aside"]:
            return False
        said = plain(written(run))
        if any(p.found_in(said) for p in read_patterns(LEXICON, "says")["history"]):
            return False
        named = any(first <= m.first < last and m.skus & self.wanted for m in self.mentions)
        if named or run[0].text in words_of("more_of") or self._is_item(first):
            return True
        return not self._is_heading(first, last) and self._wishes(first, last)

    def _is_item(self, at: int) -> bool:
        """`- Tassenwärmer`: whether a line of a list begins there in which goods stand, too."""
        marked = self.tokens[at].kind == "sign" or self.tokens[at].masked
        return marked and any(
            mention.skus & self.wanted
            and self.tokens[first := sentence_of(self.tokens, mention.first)[0]].kind
            == self.tokens[at].kind
            and first != mention.first
            for mention in self.mentions
        )

    def _is_heading(self, first: int, last: int) -> bool:
        """Whether it is the first line of several, without a full stop: what the mail is about."""
        opens = all(token.text == "\n" for token in self.tokens[:first])
        return opens and last < len(self.tokens) and self.tokens[last].text == "\n"

    def _wishes(self, first: int, last: int) -> bool:
        words = words_of("wishing") | words_of("bringing") | {*lexicon()["reading"]["asking"]}
        return any(token.text in words for token in self.tokens[first:last])

    def _in_sentence(self, first: int, last: int) -> Iterator[str]:
        if self._is_small(first, last):
            yield from self._small_nouns(first, last)
            return
        parts = tuple(self._parts(first, last))
        before: Noun | None = None
        labelled = False
        for at, (begin, end) in enumerate(parts):
            if any(t.text in words_of("closing") for t in self.tokens[begin:end]):
                return
            after = parts[at + 1] if at + 1 < len(parts) else None
            taken_up = after is not None and bool(self._relative(*after)) and self._wishes(*after)
            passed = self._announces(end, last) or (self._is_passed(begin, end) and not taken_up)
            labelled = labelled or self._is_label(begin, end, last)
            for noun in self._nouns(self._relative(begin, end) or begin, end, before):
                before = noun
                joins = self._begun(noun.last) or self._goes_on_to_goods(noun.last)
                opens = noun.first == first and not joins
                if not (opens or passed or labelled) and self._may_be_goods(noun):
                    yield written(self.tokens[noun.first : noun.last])

    def _parts(self, first: int, last: int) -> Iterator[tuple[int, int]]:
        """Where the parts of a sentence begin and end: at commas, colons, brackets."""
        begin = first
        for at in range(first, last):
            if is_stop(self.tokens[at]):
                yield begin, at
                begin = at + 1
        yield begin, last

    def _is_passed(self, first: int, last: int) -> bool:
        """Whether a part of a sentence greets, or says why, when or which, and wishes nothing."""
        run = [t.text for t in self.tokens[first:last] if t.kind == "word"]
        if not run or run[0] in words_of("greeting"):
            return True
        has = not words_of("having").isdisjoint(run)
        aside = (
            has or run[0] in words_of("subordinating") or self._relative(first, last) is not None
        )
        return aside and not self._wishes(first, last)

    def _relative(self, first: int, last: int) -> int | None:
        """Where a part goes on behind its pronoun: `die noch Halogenlampen haben`, `für die wir`.

        None where it is no clause that says more of what is before: its verb is its last word.
        """
        at = first + (self.tokens[first].text in words_of("governing")) if first < last else last
        if at > first and (first == 0 or is_end(self.tokens[first - 1])):
            return None  # Hinter dem Zelt soll eine Bar stehen
        if last - at < _CLAUSE or self.tokens[at].text not in words_of("relative"):
            return None
        final = self.tokens[last - 1]
        verb = final.raw[0].islower() and final.text not in words_of("trailing")
        return at + 1 if verb and self._owner(last - 1) is None else None

    def _announces(self, end: int, last: int) -> bool:
        """Whether a colon follows and goods behind it: `Wir suchen Werkzeug: 3 Sägen`."""
        colon = end < last and self.tokens[end].text == ":"
        return colon and any(end < m.first < last for m in self.mentions if self._counts(m))

    def _is_label(self, first: int, end: int, last: int) -> bool:
        """`Lieferadresse: Uferweg 3`: what is no goods, and behind a colon what it is."""
        run = self.tokens[first:end]
        if end >= last or self.tokens[end].text != ":" or any(map(self._owner, range(end, last))):
            return False
        nouns = [t.text for t in run if t.kind == "word" and t.raw[0].isupper()]
        return bool(nouns) and is_never_goods(nouns[-1]) and not self._wishes(first, end)

    def _nouns(self, first: int, last: int, before: Noun | None) -> Iterator[Noun]:
        """The nouns of a part of a sentence that are no goods of the catalogue."""
        at = first
        while at < last:
            end = self._end_of_run(at, last) if self._is_noun(at, first) else at
            if end > at:
                before = as_before(self._governed(Noun(at, end), first), before)
                yield before
            at = max(end, at + 1)

    def _is_noun(self, at: int, first: int) -> bool:
        token = self.tokens[at]
        if token.kind != "word" or token.masked or self._owner(at) is not None:
            return False
        noun = token.raw[0].isupper() and len(token.text) >= _NOUN
        if not noun or token.text in words_of("pronouns"):
            return False
        begins = at == first or self.tokens[at - 1].text == "."  # am 14.12. Können Sie ...
        return not begins or not is_small_word(token.text)

    def _end_of_run(self, at: int, last: int) -> int:
        """Past all nouns in a row, parts of compounds and glued figures."""
        end = at + 1
        while end < last and self._owner(end) is None:
            token = self.tokens[end]
            joins = token.text in ("-", "/") and token.glued and end + 1 < last
            if joins and self.tokens[end + 1].glued and self._owner(end + 1) is None:
                end += 2
            elif token.kind != "sign" and (token.glued or self._is_noun(end, at)):
                end += 1
            else:
                return end
        return end

    def _governed(self, noun: Noun, first: int) -> Noun:
        """The noun with what stands before it and says how it is meant."""
        one = False
        for passed, at in enumerate(range(noun.first - 1, first - 1, -1)):
            token = self.tokens[at]
            effect = effect_of(token.text)
            if effect == "definite" and one:
                return noun  # das Team einen Lifter
            one = one or number_of(token) == 1
            if effect == "definite":
                noun = replace(noun, definite=True)
            elif effect is not None:
                return standing(noun, effect, at, token.text)
            elif self._owner(at) is not None or token.kind == "sign" or passed == _ADJECTIVES:
                return noun
        return replace(noun, opens=True)

    def _may_be_goods(self, noun: Noun) -> bool:
        if noun.absent or self._is_none(noun) or self._is_subject(noun) or self._explains(noun):
            return False
        if self._owner(noun.first - 1) is not None:
            return self._is_wanted(noun.first - 1)  # `Poolroboter Dolfi 6 Deluxe`
        if (goods := self._begun(noun.last)) is not None:
            return is_head(goods) and self._is_wanted(noun.last)
        if noun.lead:
            return self._is_led_to(noun)
        goes_on = noun.joined and self._is_wanted(noun.lead_at - 1)
        return not noun.definite or bool(goes_on) or self._is_brought(noun)

    def _is_brought(self, noun: Noun) -> bool:
        """`wenn Sie die Beutel gleich mitliefern`: what is to come with the goods."""
        behind = takewhile(lambda token: not is_stop(token), self.tokens[noun.last :])
        return any(token.text in words_of("bringing") for token in behind)

    def _is_led_to(self, noun: Noun) -> bool:
        """Whether a noun goes with goods by what governs it, or is what is asked about."""
        if noun.lead in lexicon()["reading"]["accessory"]:
            return any(m.last <= noun.lead_at for m in self.mentions if m.skus & self.wanted)
        return not noun.definite and self._is_asked_for(noun)

    def _is_none(self, noun: Noun) -> bool:
        """Whether the words of a noun name no goods, behind what these may come in."""
        run = [t.text for t in self.tokens[noun.first : noun.last] if t.kind == "word"]
        while run and run[0] in counting_words():
            run = run[1:]
        if not run:
            first = self.tokens[noun.first].text
            goes_with = noun.lead in lexicon()["reading"]["accessory"]
            asks = first in lexicon()["reading"]["asking"]
            return asks or not (goes_with or self._is_brought(noun))
        return any(is_matter(word) for word in run)

    def _is_subject(self, noun: Noun) -> bool:
        """`Hotel Seeblick sucht ...`: who or what does something."""
        after = self.tokens[noun.last] if noun.last < len(self.tokens) else None
        return noun.opens and after is not None and after.text in words_of("finite")

    def _explains(self, noun: Noun) -> bool:
        """`Wartung (Basispaket)`: what stands in brackets right behind goods."""
        if noun.first < 2:  # noqa: PLR2004
            return False
        sign, before = self.tokens[noun.first - 1].text, self.tokens[noun.first - 2]
        if sign == "(" and (self._owner(noun.first - 2) is not None or before.masked):
            return True
        return sign in _QUOTES and is_never_goods(before.text)  # Projekt "Blister 2"

    def _is_asked_for(self, noun: Noun) -> bool:
        """`Angebot für Kescher`; and `Filtersand von Sibelco`, of a make that nobody knows."""
        behind = noun.lead_at - 1
        if noun.lead in words_of("making") and noun.first == noun.lead_at + 1:
            return self._is_wanted(behind)
        if noun.lead == "in" and noun.first == noun.lead_at + 1:
            return self._is_kind(behind)
        near = self.tokens[max(0, noun.lead_at - _NEAR) : noun.lead_at]
        leads = {"about": lexicon()["reading"]["asking"], "after": words_of("seeking")}
        return any(
            noun.lead in words_of(kind) and token.text in before
            for kind, before in leads.items()
            for token in near
        )

    def _is_kind(self, at: int) -> bool:
        """`Bohrer-Set, aber in Cobalt`: whether what stands behind `in` there is said of goods."""
        while at > 0 and self.tokens[at].text in words_of("turning"):
            at -= 1
        goods, work = self._owner(at), lexicon()["products"]["work"]
        words = () if goods is None else (w for name in goods.names for w in name.groups)
        return self._is_wanted(at) and not any(w in word for word in words for w in work)

    def _goes_on_to_goods(self, at: int) -> bool:
        """`Kescher und 3 Bürsten`: whether the first noun of a sentence goes with goods."""
        if at >= len(self.tokens) or self.tokens[at].text not in words_of("adding"):
            return False
        for near in range(at + 1, min(len(self.tokens), at + 1 + _NEAR)):
            if self._is_wanted(near) or effect_of(self.tokens[near].text) == "ends":
                return self._is_wanted(near)
        return False

    def _is_small(self, first: int, last: int) -> bool:
        """Whether nouns have no capitals here, as in English and in hasty German."""
        return is_english(self.tokens[first:last]) or not any(
            len(t.text) > 1
            and t.raw[0].isupper()
            and self._owner(at) is None
            and (self.tokens[at - 1].text == "," or not is_stop(self.tokens[at - 1]))
            for at, t in enumerate(self.tokens[first + 1 : last], first + 1)
        )

    def _small_nouns(self, first: int, last: int) -> Iterator[str]:
        """What is joined to goods that are wanted, and is no word that is known to be no noun."""
        goods = [at for at in range(first, last) if self._is_wanted(at)]
        if not goods:
            yield from self._needed(first, last)
        for at in range(first + 1, last if goods else first):
            joins = self.tokens[at].text in words_of("adding")
            goes_with = self.tokens[at].text in lexicon()["reading"]["accessory"]
            if (joins and at - 1 in goods) or (goes_with and goods[0] < at):
                near = range(at + 1, min(last, at + 1 + _NEAR))
                known = any(self._owner(n) is not None for n in near)
                found = at if known else next((n for n in near if self._ends(n)), at)
            else:
                found = at - 1 if joins and self._goes_on_to_goods(at) else at
            if found != at and self._is_unknown(found):
                yield self.tokens[found].raw

    def _needed(self, first: int, last: int) -> Iterator[str]:
        """`We need a shower chair`: what somebody needs, where no goods are named."""
        for at in range(first, last - 2):
            if self.tokens[at].text not in words_of("needing") or not is_english(
                self.tokens[first:last]
            ):
                continue
            one = self.tokens[at + 1].text in ("a", "an", "some") or number_of(self.tokens[at + 1])
            if one and self._is_unknown(at + 2):
                yield self.tokens[at + 2].raw

    def _ends(self, at: int) -> bool:
        """Whether articles and adjectives end there."""
        token = self.tokens[at]
        return self._owner(at) is not None or not (
            number_of(token) == 1 or is_small_word(token.text) or token.text in words_of("definite")
        )

    def _is_unknown(self, at: int) -> bool:
        token = self.tokens[at]
        noun = token.kind == "word" and len(token.text) >= _SMALL_NOUN and not token.masked
        named = self._owner(at) is not None or number_of(token) is not None
        return noun and not named and not is_matter(token.text) and not is_small_word(token.text)

    def _counts(self, mention: Mention) -> bool:
        """Whether goods are named there, and not only a word that some name ends with."""
        return mention.close > 2 or mention.narrowed or bool(mention.skus & self.wanted)  # noqa: PLR2004

    def _owner(self, at: int) -> Mention | None:
        found = (m for m in self.mentions if m.first <= at < m.last and self._counts(m))
        return next(found, None)

    def _begun(self, at: int) -> Mention | None:
        return next((m for m in self.mentions if m.first == at and self._counts(m)), None)

    def _is_wanted(self, at: int) -> bool:
        owner = self._owner(at)
        return owner is not None and bool(owner.skus & self.wanted)

"""Goods that a mail wants and the catalogue lacks: what is counted, or goes with a product.

Nouns are told by their capital. Where a sentence has none but names of products and its first
word, as in English and in hasty German, any word behind a number may be one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import takewhile

from policies.facts.patterns import fold as plain
from policies.facts.patterns import read_patterns
from policies.facts.sales.colour import coloured
from policies.facts.sales.limits import LEXICON, lexicon
from policies.facts.sales.mention import Mention
from policies.facts.sales.names import unit_of
from policies.facts.sales.noun import is_matter, is_never_goods, words_of
from policies.facts.sales.packing import is_packing
from policies.facts.sales.phrases import Phrases
from policies.facts.sales.small import is_english, is_small_word
from policies.facts.sales.telling import Telling
from policies.facts.sales.tokens import Token, is_stop, number_of, sentence_of, written
from tools.catalog.words import fold, stems

_NEAR = 4
_KIND, _CODE = 3, 5
_BEFORE_COUNT = (":", ",", "-", "–", "(", "=")
_NOUN = 4
"""Letters that a word has at least, to be taken for goods."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """A mail's tokens and mentions, and the article numbers that are asked for."""

    tokens: Sequence[Token]
    mentions: Sequence[Mention]
    wanted: frozenset[str]
    telling: Telling

    def all(self) -> Iterator[str]:
        """What is wanted and no goods of the catalogue, each noun named once."""
        told = (
            *self.goods(),
            *self.counted(),
            *self.apart(),
            *self.accessories(),
            *self.joined_before(),
        )
        yield from told
        phrases = Phrases(self.tokens, self.mentions, self.wanted, self.telling)
        for noun in (*phrases.unaccounted(), *coloured(self.tokens, self.mentions, self.wanted)):
            if not any(noun in line for line in told):
                yield f"nicht im Katalog: {noun}"

    def goods(self) -> Iterator[str]:
        """Numbers with a noun behind them that is no product: goods that the catalogue lacks."""
        phrases = Phrases(self.tokens, self.mentions, self.wanted, self.telling)
        inside = {i for m in self.mentions for i in range(m.first, m.last)}
        starts = {m.first for m in self.mentions}
        for at, token in enumerate(self.tokens):
            number = number_of(token)
            if number is None or at in inside or (token.kind == "word" and number == 1):
                continue
            if (
                at + 1 < len(self.tokens)
                and self.tokens[at + 1].text in lexicon()["reading"]["scales"]
            ):
                continue  # zwei Dutzend: the second is the number
            if self._only_tells(at) or self._is_placed(at):
                continue
            if self._counts_nothing(at) or self._counts_other_kind(at):
                yield f"Zahl unklar: {token.raw}"
            noun = self._noun(at + 1, starts, small=self._is_small(at))
            told = noun is None or self._is_told(at) or phrases.only_tells(at)
            if noun is None or self._is_kind(noun) or self._is_again(at, noun):
                continue
            if not told and not is_never_goods(fold(noun)):
                yield f"nicht im Katalog: {token.raw} {noun}"

    def apart(self) -> Iterator[str]:
        """Counts of what is not said: `10 Stück von den langen`, `davon brauchen wir zehn`."""
        for at, token in enumerate(self.tokens):
            if number_of(token) is None or token.masked:
                continue
            first, _ = sentence_of(self.tokens, at)
            thereof = next(
                (i for i in range(first, at) if self.tokens[i].text in words_of("thereof")), at
            )
            of = thereof < at and self.telling.wishes(at) and not self._names(thereof, at + _NEAR)
            if of or self._is_of_others(at):
                yield f"Zahl unklar: {token.raw}"

    def _is_of_others(self, at: int) -> bool:
        """Whether pieces are counted of what is not named right there."""
        behind = [t.text for t in self.tokens[at + 1 : at + 3]]
        counts = len(behind) == 2 and behind[0] in lexicon()["reading"]["pieces"]  # noqa: PLR2004
        return counts and behind[1] in words_of("out_of") and not self._names(at, at + 2 + _NEAR)

    def _names(self, first: int, last: int) -> bool:
        return any(first < mention.first < last for mention in self.mentions)

    def _is_placed(self, at: int) -> bool:
        """`in zwei Tranchen`, `an den beiden Toren`: where, when or of whom, and not wanted."""
        before = [t.text for t in self.tokens[max(0, at - 3) : at]]
        known = bool(before) and before[-1] in words_of("definite")
        lead = before[-2:-1] if known else before[-1:]
        kinds = ("placing", "standing") if known else ("placing",)
        lead_at = at - len(lead) - known
        if any(m.last == lead_at for m in self.mentions):
            return False  # 10 Gurte in zwei Farben: said of the goods
        asks = set(before[:-1]) & {*lexicon()["reading"]["asking"]}
        return bool(lead) and not asks and any(lead[0] in words_of(kind) for kind in kinds)

    def _is_again(self, at: int, noun: str) -> bool:
        """`die drei Maschinen`: of goods named before."""
        return fold(noun) in words_of("wide") and self.telling.is_known(at)

    def _is_kind(self, noun: str) -> bool:
        """`zwei Solargeräte S40`: a noun of a name's own parts, and behind it the code."""
        said = fold(noun)
        behind = (
            m for m in self.mentions if m.close == _CODE and self.tokens[m.first - 1].raw == noun
        )
        return any(
            said.startswith(front)
            and any(stem.endswith(rest) for g in name.groups for stem in stems(g))
            for mention in behind
            for name in mention.names
            for front in name.groups | name.variant
            for rest in stems(said.removeprefix(front))
            if len(rest) >= _NOUN
        )

    def _only_tells(self, at: int) -> bool:
        """Whether what stands there is told beside goods that are counted out elsewhere."""
        return bool(self.telling.counted) and self.telling.at(at)

    def counted(self) -> Iterator[str]:
        """`Frittierkörbe: 4 Stück`: a noun that is no product, and behind it how many."""
        reading, inside = (
            lexicon()["reading"],
            {i for m in self.mentions for i in range(m.first, m.last)},
        )
        for at in range(len(self.tokens) - 3):
            noun, sign, number, unit = self.tokens[at : at + 4]
            counted = sign.text in _BEFORE_COUNT and number_of(number) is not None
            after = self.tokens[at + 4] if at + 4 < len(self.tokens) else None
            counted = counted and (after is None or is_stop(after) or after.text == ".")
            if not counted or unit.text not in (*reading["pieces"], *reading["packs"]):
                continue
            named = noun.kind == "word" and len(noun.text) >= _NOUN and at not in inside
            known = self._is_term(noun) or is_matter(noun.text) or is_small_word(noun.text)
            if named and not known and noun.text not in reading["thereto"]:
                yield f"nicht im Katalog: {noun.raw}"

    def accessories(self) -> Iterator[str]:
        """`FB-3000 mit Seitenführung`: a noun that goes with a product, and is none itself."""
        starts = {m.first for m in self.mentions}
        reading = lexicon()["reading"]
        for mention in self.mentions:
            at = mention.last
            if at >= len(self.tokens):
                continue
            if self.tokens[at].text in reading["accessory"]:
                small = self._is_small(at)
                noun = self._noun(self._past_ones(at + 1, starts), starts, small=small)
            elif self.tokens[at].text in reading["joining"]:
                noun = self._joined_noun(at + 1, starts)
            else:
                continue
            if (
                noun is not None
                and fold(noun) not in reading["terms"]
                and mention.skus & self.wanted
            ):
                yield f"nicht im Katalog: {noun}"

    def joined_before(self) -> Iterator[str]:
        """`eine Rotordüse und einen FB-3000`: a noun before goods that are wanted."""
        inside = {i for m in self.mentions for i in range(m.first, m.last)}
        for mention in self.mentions:
            at = mention.first - 1
            while at > 0 and number_of(self.tokens[at]) is not None:
                at -= 1
            if at < 2 or not mention.skus & self.wanted:  # noqa: PLR2004
                continue
            one, noun = self.tokens[at - 2 : at]
            if self.tokens[at].text not in ("und", "sowie", "and") or at - 1 in inside:
                continue
            named = noun.raw[:1].isupper() and len(noun.text) >= _NOUN
            if named and number_of(one) == 1 and not self._is_term(noun):
                yield f"nicht im Katalog: {noun.raw}"

    def _joined_noun(self, at: int, starts: set[int]) -> str | None:
        """The noun right behind `und` or `und ein`: more goods."""
        at = self._past_ones(at, starts)
        right_there = at < len(self.tokens) and self.tokens[at].raw[:1].isupper()
        return self._noun(at, starts) if right_there else None

    def _past_ones(self, at: int, starts: set[int]) -> int:
        """Past `ein`, `one`, which counts nothing that the noun does not say itself."""
        while at < len(self.tokens) and number_of(self.tokens[at]) == 1 and at not in starts:
            at += 1
        return at

    def _counts_nothing(self, at: int) -> bool:
        """A figure at the end of a part of a sentence, after a verb: `und was kosten 100?`."""
        before = self.tokens[at - 1] if at else None
        after = self._behind_verb(at + 1)
        reading = lexicon()["reading"]
        if (after is not None and not is_stop(after)) or self.telling.is_known(at):
            return False
        if before is None or self._is_told(at):
            return False
        if before.text == ",":
            return after is not None and after.text == "\n"  # broken off: `..., 20` and a new line
        added = any(t.text in reading["more"] for t in self.tokens[max(0, at - 2) : at])
        return (
            before.kind == "word"
            and number_of(before) is None  # ein Dutzend
            and before.raw[0].islower()
            and before.text not in reading["leaving_out"]
            and (added or before.text not in (*reading["pieces"], *reading["amounts"]))
        )

    def _counts_other_kind(self, at: int) -> bool:
        """`zwei in M und drei in XL`, `6 Stück in 160 mm`, `davon drei`: of what is not said."""
        run = self.tokens[at + 1 : at + 1 + _KIND]
        pieces = bool(run) and run[0].text in lexicon()["reading"]["pieces"]
        if pieces and len(run) == _KIND and run[1].text == "in" and number_of(run[2]) is not None:
            return True
        near = any(at < m.first <= at + _KIND for m in self.mentions)
        before = self.tokens[at - 1].text if at else ""
        other = before in (",", "und", "sowie", "and") and bool(run) and run[0].text == "in"
        of_these = "davon" in (before, run[0].text if run else "")
        return not near and (other or (of_these and not self._names_goods(at)))

    def _names_goods(self, at: int) -> bool:
        """Whether goods are named in the same sentence."""
        first, last = sentence_of(self.tokens, at)
        return any(first <= m.first < last for m in self.mentions)

    def _behind_verb(self, at: int) -> Token | None:
        """What is there, past a verb that ends a part of a sentence: `wenn wir 2 kaufen?`."""
        run = self.tokens[at : at + 2]
        if len(run) > 1 and run[0].text in lexicon()["reading"]["buying"] and is_stop(run[1]):
            return run[1]
        return run[0] if run else None

    def _is_told(self, at: int) -> bool:
        first, last = sentence_of(self.tokens, at)
        said = plain(written(self.tokens[first:last]))
        return any(p.found_in(said) for p in read_patterns(LEXICON, "says")["history"])

    def _noun(self, at: int, starts: set[int], *, small: bool = False) -> str | None:
        """The noun that a number counts; None where it counts a product or nothing.

        `small`: where nouns have no capitals, the first word of what follows, up to a product.
        """
        reading, first = lexicon()["reading"], None
        at += self._past_time(at)
        for here in range(at, min(at + _NEAR, len(self.tokens))):
            token = self.tokens[here]
            if here in starts or self._is_none(here):
                return None
            if token.text in (*reading["pieces"], *reading["scales"]):
                continue
            if token.kind == "number" and self.tokens[here - 1].text in reading["pieces"]:
                return None if self._is_measured(here) else token.raw
            if token.kind != "word" or measure_like(token.text) or token.text in _all_joining():
                return first
            if token.raw[0].isupper() and len(token.text) >= _NOUN:
                return token.raw
            if small and len(token.text) >= _NOUN and token.text not in reading["small"]:
                first = first or token.raw
        return first

    def _is_measured(self, at: int) -> bool:
        """`12 x 6 m`: how long and wide something is."""
        return at + 1 < len(self.tokens) and measure_like(self.tokens[at + 1].text)

    def _past_time(self, at: int) -> int:
        """How many words to pass: `2 Tage Schulung`, `2 days of training` count what goes on."""
        run = [t.text for t in self.tokens[at : at + _NEAR]]
        if len(run) < 2 or unit_of(run[0]) not in ("hours", "days"):  # noqa: PLR2004
            return 0
        leading = (*lexicon()["reading"]["linking"], "-")
        passed = 1 + len(list(takewhile(lambda word: word in leading, run[1:])))
        noun = self.tokens[at + passed] if at + passed < len(self.tokens) else None
        goes_on = noun is not None and noun.kind == "word" and not self._is_term(noun)
        return passed if goes_on else 0

    def _is_term(self, token: Token) -> bool:
        reading = lexicon()["reading"]
        return any(token.text in reading[n] for n in ("terms", "no_goods", "small"))

    def _is_none(self, at: int) -> bool:
        """Whether what stands there is no goods: a date, a period, the box that goods come in."""
        token = self.tokens[at]
        if (token.masked and token.kind != "number") or token.text in lexicon()["reading"][
            "no_goods"
        ]:
            return True
        behind = at + 1 + (at + 1 < len(self.tokens) and self.tokens[at + 1].text == "of")
        return any(
            m.first == behind or self._is_right_behind(m, at)
            for m in self.mentions
            if is_packing(token.text, m)
        )

    def _is_right_behind(self, mention: Mention, at: int) -> bool:
        """Whether goods are counted there by what they come in: `Entkalker, 5 Flaschen`."""
        between = self.tokens[mention.last : at - 1]
        return mention.last < at and all(token.kind == "sign" for token in between)

    def _is_small(self, at: int) -> bool:
        """Whether nouns have no capitals here: none but names of products, and first words."""
        first, last = sentence_of(self.tokens, at)
        named = {i for m in self.mentions for i in range(m.first, m.last)}
        inner = (i for i in range(first + 1, last) if i not in named and not self._begins(i))
        return is_english(self.tokens[first:last]) or not any(
            len(self.tokens[i].text) > 1 and self.tokens[i].raw[0].isupper() for i in inner
        )

    def _begins(self, at: int) -> bool:
        """Whether a part of a sentence begins there: a salutation has its own capital."""
        return self.tokens[at].kind != "word" or is_stop(self.tokens[at - 1])


def measure_like(word: str) -> bool:
    """Whether a word is a measure or a unit."""
    reading = lexicon()["reading"]
    return any(word in reading[n] for n in ("measures", "hours", "days", "months", "years"))


@cache
def _all_joining() -> frozenset[str]:
    reading = lexicon()["reading"]
    return frozenset((*reading["joining"], *reading["choosing"], *reading["linking"]))

"""Mentions: where a mail speaks of products, and which products of the catalogue that can be.

A mention begins at a code or at a word that is one product's name, or several products'; each code,
word and measure that follows and fits some of them narrows the choice. What fits none of them
begins another mention. A measure or code that none of them has says that the product is not in the
catalogue.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from policies.facts.sales.beginning import Beginning
from policies.facts.sales.fitting import among_said, told_apart, told_before
from policies.facts.sales.limits import lexicon
from policies.facts.sales.mention import Mention, is_head
from policies.facts.sales.names import Name, measure_of, names_of, unit_of
from policies.facts.sales.noun import words_of
from policies.facts.sales.tokens import Token, is_end, number_of, tokens_of, written
from tools.catalog import Product

_TAKEN_UP = 5
"""Tokens within which the same goods are taken up in another size: `, 20 Boxen M`."""
_BEFORE_SPEC = frozenset("(,:–-/\"'„“ø")


@lru_cache(maxsize=256)
def mentions_of(text: str, products: tuple[Product, ...]) -> tuple[Mention, ...]:
    """The mentions of a mail in their order."""
    reader = _Reader(Beginning(tokens_of(text), names_of(products)))
    return among_said(tuple(reader.all()))


@dataclass(frozen=True, slots=True)
class _Reader:
    at: Beginning

    @property
    def tokens(self) -> Sequence[Token]:
        return self.at.tokens

    @property
    def names(self) -> tuple[Name, ...]:
        return self.at.names

    def all(self) -> Iterator[Mention]:
        at = 0
        while at < len(self.tokens):
            mention = self.at.begun(at)
            if mention is None:
                at += 1
                continue
            mention = told_before(self._grown(mention), self.tokens)
            while mention is not None:
                yield self._apart(self._shown(mention))
                at = mention.last
                mention = self._taken_up(mention)

    def _grown(self, mention: Mention) -> Mention:
        """The mention with all that follows and belongs to it."""
        while mention.names and (longer := self._longer(mention)) is not None:
            mention = longer
        return mention

    def _longer(self, mention: Mention) -> Mention | None:
        if (fitting := self._with_purpose(mention)) is not None:
            return fitting
        return self._told_by(mention, self._skipped(mention.last)) or (
            self._with_word(mention, mention.last) if mention.last < len(self.tokens) else None
        )

    def _told_by(self, mention: Mention, at: int) -> Mention | None:
        if at >= len(self.tokens) or is_end(self.tokens[at]):
            return None
        return (
            self._with_code(mention, at)
            or self._with_measure(mention, at)
            or self._with_variant(mention, at)
            or self._with_other_size(mention, at)
        )

    def _with_purpose(self, mention: Mention) -> Mention | None:
        """`Türdichtung für den Autoklav`: of parts those that are for it, none if it is another."""
        if not any(n.fits for n in mention.names):
            return None
        whole, kept, last = self._machine(mention.last), (), mention.last
        while whole is not None:
            fitting = tuple(n for n in mention.names if n.fits & whole.skus)
            goes_on = whole.first == mention.last or whole.skus & mention.skus
            if not fitting and (kept or goes_on or whole.close < 2):  # noqa: PLR2004
                break
            kept, last = (*kept, *(n for n in fitting if n not in kept)), whole.last
            more = self.at.text(last) in (*lexicon()["reading"]["joining"], "oder", "or", "/")
            whole = self._machine(last + 1) if kept and more else None
        if last == mention.last:
            return None
        return replace(mention, last=last, names=kept, narrowed=True)

    def _machine(self, at: int) -> Mention | None:
        """What is named behind `für den`, or right here."""
        leading = lexicon()["reading"]
        while self.at.text(at) in (*leading["purpose"], *leading["articles"], *leading["owning"]):
            at += 1
        found = self.at.begun(at) if at < len(self.tokens) else None
        return None if found is None else self._apart(self._grown(found))

    def _skipped(self, at: int) -> int:
        """Past brackets and words such as `Typ`, that lead to what tells products apart."""
        typing = lexicon()["reading"]["typing"]
        while at < len(self.tokens) and (
            self.at.text(at) in _BEFORE_SPEC or self.at.text(at) in typing or self._is_dot(at)
        ):
            at += 1
        return at

    def _with_code(self, mention: Mention, at: int) -> Mention | None:
        code = self.at.code(at)
        if code is not None:
            longer = self._narrowed(mention, code.last, code.names)
            return None if longer is None else replace(longer, narrowed=True)
        plain = at == mention.last or self.at.text(at - 1) != ","
        last = self.at.family_code(at, mention.names) if plain else None
        return None if last is None else replace(mention, last=last, names=(), narrowed=True)

    def _with_measure(self, mention: Mention, at: int) -> Mention | None:
        token, after = self.tokens[at], self.at.text(at + 1)
        measure = measure_of(after)
        if token.kind != "number" or token.masked or unit_of(after):
            return None
        number = Decimal(token.raw.replace(",", "."))
        if measure is None:
            return self._with_size(mention, at, number)
        spec = (number, measure)
        names = tuple(n for n in mention.names if spec in n.specs)
        last = at + 3 if self.at.text(at + 2) == ")" else at + 2
        if names:
            return replace(mention, last=last, names=names, narrowed=True)
        if any(m == measure for n in mention.names for _, m in n.specs):
            return replace(mention, last=last, names=(), narrowed=True)
        return replace(mention, last=last)

    def _with_size(self, mention: Mention, at: int, number: Decimal) -> Mention | None:
        """`Steri 18`, `Blatt 350er`: a size, the unit left out; else behind goods it is a count."""
        names = [n for n in mention.names if any(size == number for size, _ in n.specs)]
        sized = self.at.text(at + 1) in lexicon()["reading"]["sized"] and self.tokens[at + 1].glued
        counts = not sized and is_head(self._shown(mention))
        if at != mention.last or counts:
            return None
        longer = self._narrowed(mention, at + 1 + sized, names)
        return None if longer is None else replace(longer, narrowed=True)

    def _with_variant(self, mention: Mention, at: int) -> Mention | None:
        if self.tokens[at].kind == "number" and self._is_count(mention, at):
            return None
        small = self.tokens[at].raw.islower()  # `Molton, schwarz`
        told = ((n, n.variant | n.groups if small else n.variant) for n in mention.names)
        names = tuple(name for name, words in told if self.at.text(at) in words)
        longer = self._narrowed(mention, at + 1, names) if names else None
        told = longer is not None and self.tokens[at].kind == "number"
        return replace(longer, narrowed=True) if longer is not None and told else longer

    def _with_other_size(self, mention: Mention, at: int) -> Mention | None:
        """`Hebegurt Größe M` of goods that are there in `L` alone: not in the catalogue."""
        sizes = words_of("sizes")
        told = self.tokens[at - 1].text in words_of("sizing") and self.at.text(at) in sizes
        if not told or not any(name.variant & sizes for name in mention.names):
            return None
        return replace(mention, last=at + 1, names=(), narrowed=True)

    def _is_count(self, mention: Mention, at: int) -> bool:
        """Whether a number counts the goods, and tells no variant: `Hahn DN 25 (25 Stück)`."""
        said = {token.text for token in self.tokens[mention.first : mention.last]}
        pieces = lexicon()["reading"]["pieces"]
        return self.at.text(at) in said or self.at.text(at + 1) in pieces

    def _with_word(self, mention: Mention, at: int) -> Mention | None:
        word = self.at.word(at) if self.tokens[at].kind == "word" else None
        if word is None or word.close < 2:  # noqa: PLR2004
            return None
        longer = self._narrowed(mention, word.last, word.names)
        told = longer is not None and word.close > 2  # noqa: PLR2004
        return replace(longer, narrowed=True) if longer is not None and told else longer

    def _narrowed(self, mention: Mention, last: int, names: Sequence[Name]) -> Mention | None:
        kept = tuple(n for n in mention.names if n in names)
        if not kept:
            return None
        told = mention.narrowed or len(kept) < len(mention.names)
        return replace(mention, last=last, names=kept, narrowed=told)

    def _taken_up(self, mention: Mention) -> Mention | None:
        """Another size or kind of the goods before: `8 kW und 10 kW`, `10 Boxen S, 20 Boxen M`."""
        if not mention.names or mention.close < 2:  # noqa: PLR2004
            return None
        groups = mention.names[0].groups
        alike = tuple(n for n in self.names if n.groups == groups)
        for at in range(mention.last, min(mention.last + _TAKEN_UP, len(self.tokens))):
            if (found := self._other_kind(at, alike)) is not None:
                return None if found.skus >= mention.skus else found
            if not self._leads_on(at):
                return None
        return None

    def _other_kind(self, at: int, alike: tuple[Name, ...]) -> Mention | None:
        token, behind = self.tokens[at], self.at.text(at + 1)
        if token.masked:
            return None
        if token.kind == "number" and (measure := measure_of(behind)) is not None:
            spec = (Decimal(token.raw.replace(",", ".")), measure)
            names, last = tuple(n for n in alike if spec in n.specs), at + 2
        else:
            labelled = (
                token.kind == "number" and self.at.text(at - 1) in lexicon()["reading"]["typing"]
            )
            told = labelled or (token.kind == "word" and token.raw[0].isupper())
            names, last = tuple(n for n in alike if told and token.text in n.variant), at + 1
        if not names:
            return None
        return Mention(at, last, names, 4, "", narrowed=True, borrowed=True)

    def _leads_on(self, at: int) -> bool:
        """Whether more of the same may follow: `und`, a comma, a count and what it counts."""
        token, reading = self.tokens[at], lexicon()["reading"]
        lists = (reading[n] for n in ("joining", "pieces", "packs", "containers", "typing"))
        return token.text in (",", "/", "&", "+", ":", "-", "–") or (
            number_of(token) is not None or any(token.text in words for words in lists)
        )

    def _is_dot(self, at: int) -> bool:
        """The full stop of `Art.`."""
        return self.tokens[at].text == "." and self.tokens[at].masked

    def _apart(self, mention: Mention) -> Mention:
        return told_apart(mention, self.tokens[mention.first : mention.last])

    def _shown(self, mention: Mention) -> Mention:
        return replace(mention, raw=written(self.tokens[mention.first : mention.last]))

"""Mentions: where a mail speaks of products, and which products of the catalogue that can be.

A mention begins at a code or at a word that is one product's name, or several products'; each code,
word and measure that follows and fits some of them narrows the choice. What fits none of them
begins another mention. A measure or code that none of them has says that the product is not in the
catalogue.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise

from policies.facts.sales.fitting import among_said, told_apart, told_before
from policies.facts.sales.limits import lexicon
from policies.facts.sales.mention import Mention, is_head
from policies.facts.sales.names import Name, closeness, measure_of, names_of, packings, unit_of
from policies.facts.sales.tokens import Token, is_end, number_of, tokens_of, written
from policies.facts.sales.wordings import Wording, is_same, wordings_of
from tools.catalog import Product

_LONGEST_CODE, _LONGEST_WORD = 6, 7
_NUMERIC_SKU = 5
"""Digits that an article number without letters has at least, to be taken for one unlabelled."""
_TAKEN_UP = 5
"""Tokens within which the same goods are taken up in another size: `, 20 Boxen M`."""
_LINKS = frozenset("-./_ ")
_CODE_LETTERS = re.compile(r"[A-Z]{1,4}")
_BEFORE_SPEC = frozenset("(,:–-/\"'„“ø")
_WITHIN = frozenset("()-–/\"'„“”")
"""Signs that a name may be written with or without."""


@lru_cache(maxsize=256)
def mentions_of(text: str, products: tuple[Product, ...]) -> tuple[Mention, ...]:
    """The mentions of a mail in their order."""
    reader = _Reader(tokens_of(text), names_of(products))
    return among_said(tuple(reader.all()))


@dataclass(frozen=True, slots=True)
class _Reader:
    tokens: Sequence[Token]
    names: tuple[Name, ...]

    def all(self) -> Iterator[Mention]:
        at = 0
        while at < len(self.tokens):
            mention = self._begun(at)
            if mention is None:
                at += 1
                continue
            mention = told_before(self._grown(mention), self.tokens)
            while mention is not None:
                yield self._apart(self._shown(mention))
                at = mention.last
                mention = self._taken_up(mention)

    def _begun(self, at: int) -> Mention | None:
        if self.tokens[at].kind == "sign":
            return None
        if (whole := self._whole(at)) is not None:
            return whole
        code = self._code(at)  # whatever a number looks like, a code of the catalogue is one
        if code is not None or self.tokens[at].masked:
            return code
        if self._text(at) in packings() and (self._named(at + 1) or self._is_packed(at)):
            return None
        return self._word(at) or self._borrowing(at) or self._unknown_code(at, self.names)

    def _is_packed(self, at: int) -> bool:
        """Whether goods before are counted there by what they come in: `Tabs, 6 Dosen`."""
        run = self.tokens[max(0, at - 3) : at]
        parted = len(run) > 2 and run[-2].text in (",", ":", "(", "-", "–")  # noqa: PLR2004
        return parted and number_of(run[-1]) is not None and run[0].kind != "sign"

    def _named(self, at: int) -> bool:
        return at < len(self.tokens) and (self._whole(at) or self._word(at)) is not None

    def _whole(self, at: int) -> Mention | None:
        """The longest name that stands here as the catalogue has it, inflected or not."""
        ends = [
            (last, name)
            for name in self.names
            for wording in wordings_of(name.product.name, *name.product.aliases)
            if (last := self._end_of(wording, at)) is not None
        ]
        end = max((last for last, _ in ends), default=None)
        if end is None:
            return None
        names = tuple(dict.fromkeys(name for last, name in ends if last == end))
        return Mention(at, end, names, 4, "", narrowed=True)

    def _end_of(self, wording: Wording, at: int) -> int | None:
        """Where a wording ends that begins here; None where something else stands here."""
        last = at
        if self.tokens[at].masked:
            return None
        for signs, said in wording:
            after = self._past_signs(last, signs, inside=said is not None) if last > at else last
            if said is None:
                last = after
            elif after < len(self.tokens) and is_same(self.tokens[after], said):
                last = after + 1
            else:
                return None
        if self._text(last) == ")" and "(" in {t.text for t in self.tokens[at:last]}:
            last += 1
        counts = self.tokens[last - 1].kind == "number"
        return None if counts and self._text(last) in lexicon()["reading"]["pieces"] else last

    def _past_signs(self, at: int, signs: str, *, inside: bool) -> int:
        """Past signs that the name has there, inside of it also past such as may stand for them."""
        while at < len(self.tokens):
            token = self.tokens[at]
            other = inside and (token.text in _WITHIN or (signs and token.kind == "sign"))
            if not (token.text in tuple(signs) or (other and not is_end(token))):
                return at
            at += 1
        return at

    def _code(self, at: int) -> Mention | None:
        """The longest run of tokens that is a code or an article number."""
        for last in range(min(at + _LONGEST_CODE, len(self.tokens)), at, -1):
            joined = self._joined(at, last, masked=True)
            if joined is None or (joined.isdigit() and not self._may_be_sku(at, joined)):
                continue
            names = tuple(n for n in self.names if joined in n.codes)
            if names:
                return Mention(at, last, names, 5, "", narrowed=True)
        return None

    def _may_be_sku(self, at: int, digits: str) -> bool:
        reading = lexicon()["reading"]
        before = [t.text for t in self.tokens[max(0, at - 3) : at] if t.kind == "word"][-1:]
        if any(word in reading["article_labels"] for word in before):
            return True
        return len(digits) >= _NUMERIC_SKU and not any(w in reading["no_goods"] for w in before)

    def _word(self, at: int) -> Mention | None:
        """The longest run of words that is a name; runs with blanks only as they stand."""
        for last in range(min(at + _LONGEST_WORD, len(self.tokens)), at, -1):
            run = self.tokens[at:last]
            joined = self._joined(at, last)
            if joined is None or not all(t.kind == "word" or t.text == "-" for t in run):
                continue
            if self._is_no_name(joined):
                continue
            found = self._nearest(joined)
            close = max((c for c, _ in found), default=0)
            apart = any(t.kind == "word" and not t.glued for t in run[1:])
            if apart and min(len(t.text) for t in run) < 2:  # noqa: PLR2004 - a letter is no word
                continue
            if close >= (4 if apart else 1):
                names = tuple(n for c, n in found if c == close)
                return self._headed(Mention(at, last, names, close, ""))
        return None

    def _headed(self, mention: Mention) -> Mention | None:
        """`Zentrifugen-Rotor` is a rotor; where nobody knows the head, it may be another thing."""
        run = self.tokens[mention.last : mention.last + 2]
        if len(run) < 2 or run[0].text != "-" or run[1].kind != "word":  # noqa: PLR2004
            return mention
        if not (run[0].glued and run[1].glued):
            return mention
        head = self._word(mention.last + 1)
        return None if head is not None and head.close > 1 else replace(mention, close=1)

    def _is_no_name(self, word: str) -> bool:
        reading = lexicon()["reading"]
        return word in reading["never"] or unit_of(word) is not None or word in reading["no_goods"]

    def _nearest(self, word: str) -> list[tuple[int, Name]]:
        found = [(closeness(word, name), name) for name in self.names]
        return [(c, n) for c, n in found if c > 0]

    def _borrowing(self, at: int) -> Mention | None:
        """`Antriebs- und Tragrollen`: the first begins a name that ends as the second does."""
        run = self.tokens[at : at + 4]
        if len(run) < 4 or run[0].kind != "word" or run[1].text != "-" or not run[1].glued:  # noqa: PLR2004
            return None
        if run[2].text not in (*lexicon()["reading"]["joining"], "oder", "or", ",", "/"):
            return None
        after = self._word(at + 3)
        if after is None or run[2].glued:
            return None
        ends = {w[-4:] for n in after.names for w in n.words}
        begins = run[0].text
        names = tuple(
            n for n in self.names if any(w.startswith(begins) and w[-4:] in ends for w in n.words)
        )
        return Mention(at, at + 2, names, 4, "", shared=True) if names else None

    def _unknown_code(self, at: int, among: Sequence[Name]) -> Mention | None:
        """A code of a family that the catalogue has (`FB-4000` beside `FB-2000`), and not it."""
        last = self._family_code(at, among)
        return None if last is None else Mention(at, last, (), 5, "")

    def _family_code(self, at: int, among: Sequence[Name]) -> int | None:
        first = self.tokens[at]
        if first.kind != "word" or not _CODE_LETTERS.fullmatch(first.raw):
            return None
        number = at + 2 if self._text(at + 1) == "-" else at + 1
        if number >= len(self.tokens) or self.tokens[number].kind != "number":
            return None
        if len(self.tokens[number].raw) < 2 or self.tokens[number].masked:  # noqa: PLR2004
            return None
        family = re.compile(re.escape(first.text) + r"\d+")
        known = any(family.fullmatch(code) for name in among for code in name.codes)
        return number + 1 if known else None

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
            more = self._text(last) in (*lexicon()["reading"]["joining"], "oder", "or", "/")
            whole = self._machine(last + 1) if kept and more else None
        if last == mention.last:
            return None
        return replace(mention, last=last, names=kept, narrowed=True)

    def _machine(self, at: int) -> Mention | None:
        """What is named behind `für den`, or right here."""
        leading = lexicon()["reading"]
        while self._text(at) in (*leading["purpose"], *leading["articles"], *leading["owning"]):
            at += 1
        found = self._begun(at) if at < len(self.tokens) else None
        return None if found is None else self._apart(self._grown(found))

    def _skipped(self, at: int) -> int:
        """Past brackets and words such as `Typ`, that lead to what tells products apart."""
        typing = lexicon()["reading"]["typing"]
        while at < len(self.tokens) and (
            self._text(at) in _BEFORE_SPEC or self._text(at) in typing or self._is_dot(at)
        ):
            at += 1
        return at

    def _with_code(self, mention: Mention, at: int) -> Mention | None:
        code = self._code(at)
        if code is not None:
            longer = self._narrowed(mention, code.last, code.names)
            return None if longer is None else replace(longer, narrowed=True)
        plain = at == mention.last or self._text(at - 1) != ","
        last = self._family_code(at, mention.names) if plain else None
        return None if last is None else replace(mention, last=last, names=(), narrowed=True)

    def _with_measure(self, mention: Mention, at: int) -> Mention | None:
        token, after = self.tokens[at], self._text(at + 1)
        measure = measure_of(after)
        if token.kind != "number" or token.masked or unit_of(after):
            return None
        number = Decimal(token.raw.replace(",", "."))
        if measure is None:
            return self._with_size(mention, at, number)
        spec = (number, measure)
        names = tuple(n for n in mention.names if spec in n.specs)
        last = at + 3 if self._text(at + 2) == ")" else at + 2
        if names:
            return replace(mention, last=last, names=names, narrowed=True)
        if any(m == measure for n in mention.names for _, m in n.specs):
            return replace(mention, last=last, names=(), narrowed=True)
        return replace(mention, last=last)

    def _with_size(self, mention: Mention, at: int, number: Decimal) -> Mention | None:
        """`Steri 18`, `Blatt 350er`: a size, the unit left out; else behind goods it is a count."""
        names = [n for n in mention.names if any(size == number for size, _ in n.specs)]
        sized = self._text(at + 1) in lexicon()["reading"]["sized"] and self.tokens[at + 1].glued
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
        names = tuple(name for name, words in told if self._text(at) in words)
        longer = self._narrowed(mention, at + 1, names) if names else None
        told = longer is not None and self.tokens[at].kind == "number"
        return replace(longer, narrowed=True) if longer is not None and told else longer

    def _is_count(self, mention: Mention, at: int) -> bool:
        """Whether a number counts the goods, and tells no variant: `Hahn DN 25 (25 Stück)`."""
        said = {token.text for token in self.tokens[mention.first : mention.last]}
        pieces = lexicon()["reading"]["pieces"]
        return self._text(at) in said or self._text(at + 1) in pieces

    def _with_word(self, mention: Mention, at: int) -> Mention | None:
        word = self._word(at) if self.tokens[at].kind == "word" else None
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
        token, behind = self.tokens[at], self._text(at + 1)
        if token.masked:
            return None
        if token.kind == "number" and (measure := measure_of(behind)) is not None:
            spec = (Decimal(token.raw.replace(",", ".")), measure)
            names, last = tuple(n for n in alike if spec in n.specs), at + 2
        else:
            labelled = (
                token.kind == "number" and self._text(at - 1) in lexicon()["reading"]["typing"]
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

    def _joined(self, first: int, last: int, *, masked: bool = False) -> str | None:
        """Tokens written as one, signs left out; None where they do not hang together."""
        run = self.tokens[first:last]
        if run[0].kind == "sign" or run[-1].kind == "sign":
            return None
        if any(t.masked for t in run) and not masked:
            return None
        for before, token in pairwise(run):
            if token.kind == "sign" and (token.text not in _LINKS or not token.glued):
                return None
            if before.kind == "sign" and not token.glued:
                return None
        return "".join(t.text for t in run if t.kind != "sign")

    def _is_dot(self, at: int) -> bool:
        """The full stop of `Art.`."""
        return self.tokens[at].text == "." and self.tokens[at].masked

    def _apart(self, mention: Mention) -> Mention:
        return told_apart(mention, self.tokens[mention.first : mention.last])

    def _shown(self, mention: Mention) -> Mention:
        return replace(mention, raw=written(self.tokens[mention.first : mention.last]))

    def _text(self, at: int) -> str:
        return self.tokens[at].text if at < len(self.tokens) else ""

"""The beginning of a mention: a name, a code or a word that can be a product's."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from policies.facts.sales.limits import lexicon
from policies.facts.sales.mention import Mention
from policies.facts.sales.names import Name, closeness, measure_of, packings, unit_of
from policies.facts.sales.tokens import Token, is_end, number_of
from policies.facts.sales.wordings import Wording, is_same, wordings_of

_LONGEST_CODE, _LONGEST_WORD = 6, 7
_NUMERIC_SKU = 5
"""Digits that an article number without letters has at least, to be taken for one unlabelled."""
_LINKS = frozenset("-./_ ")
_CODE_LETTERS = re.compile(r"[A-Z]{1,4}")
_WITHIN = frozenset("()-–/\"'„“”")
"""Signs that a name may be written with or without."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """A mail's tokens and a catalogue's names: what may begin where."""

    tokens: Sequence[Token]
    names: tuple[Name, ...]

    def begun(self, at: int) -> Mention | None:
        """What begins there, as short as it can be; None where nothing does."""
        if self.tokens[at].kind == "sign":
            return None
        if (whole := self._whole(at)) is not None:
            return whole
        code = self.code(at)  # whatever a number looks like, a code of the catalogue is one
        if code is not None or self.tokens[at].masked:
            return code
        named = self._named(at + 1) or (self.text(at + 1) == "of" and self._named(at + 2))
        if self.text(at) in packings() and (named or self._is_packed(at)):
            return None
        return self.word(at) or self._borrowing(at) or self._unknown_code(at, self.names)

    def _is_packed(self, at: int) -> bool:
        """Whether goods before are counted there by what they come in: `Tabs, 6 Dosen`."""
        run = self.tokens[max(0, at - 3) : at]
        if len(run) < 3 or number_of(run[-1]) is None:  # noqa: PLR2004
            return False
        if self.text(at + 1) in ("\n", "") and run[-2].kind != "sign":
            return True  # a line of its own: `VB-200 5 Kartons`
        return run[-2].text in (",", ":", "(", "-", "–") and run[0].kind != "sign"

    def _named(self, at: int) -> bool:
        return at < len(self.tokens) and (self._whole(at) or self.word(at)) is not None

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
        if self.text(last) == ")" and "(" in {t.text for t in self.tokens[at:last]}:
            last += 1
        counts = self.tokens[last - 1].kind == "number"
        return None if counts and self.text(last) in lexicon()["reading"]["pieces"] else last

    def _past_signs(self, at: int, signs: str, *, inside: bool) -> int:
        """Past signs that the name has there, inside of it also past such as may stand for them."""
        while at < len(self.tokens):
            token = self.tokens[at]
            other = inside and (token.text in _WITHIN or (signs and token.kind == "sign"))
            if not (token.text in tuple(signs) or (other and not is_end(token))):
                return at
            at += 1
        return at

    def code(self, at: int) -> Mention | None:
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

    def word(self, at: int) -> Mention | None:
        """The longest run of words that is a name; runs with blanks only as they stand."""
        if self._is_front(at):
            return self._with_front(at)
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

    def _is_front(self, at: int) -> bool:
        """Whether a compound's head says it all: `600-Liter-Fass`, `Solar-Zaun` of a `Zaun Solar`.

        What is before its head is a measure that a name gives there, or a word of that name.
        """
        run = self.tokens[at : at + 3]
        if len(run) < 3 or run[1].text != "-" or not (run[1].glued and run[2].glued):  # noqa: PLR2004
            return False
        if measure_of(run[0].text) is not None:
            return True
        whole = any(closeness(f"{run[0].text}{run[2].text}", n) > 1 for n in self.names)
        return not whole and bool(self._fronted(run[0].text, run[2].text))

    def _fronted(self, front: str, head: str) -> tuple[Name, ...]:
        return tuple(
            n
            for n in self.names
            if closeness(head, n) == 4 and front in n.groups | n.variant  # noqa: PLR2004
        )

    def _with_front(self, at: int) -> Mention | None:
        """The head with what is said before its hyphen; a measure is read with its number."""
        front, head = self.tokens[at].text, self.tokens[at + 2].text
        if measure_of(front) is not None:
            return None
        return Mention(at, at + 3, self._fronted(front, head), 4, "", narrowed=True)

    def _headed(self, mention: Mention) -> Mention | None:
        """`Zentrifugen-Rotor` is a rotor; where nobody knows the head, it may be another thing."""
        run = self.tokens[mention.last : mention.last + 2]
        if len(run) < 2 or run[0].text != "-" or run[1].kind != "word":  # noqa: PLR2004
            return mention
        if not (run[0].glued and run[1].glued):
            return mention
        head = self.word(mention.last + 1)
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
        after = self.word(at + 3)
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
        last = self.family_code(at, among)
        return None if last is None else Mention(at, last, (), 5, "")

    def family_code(self, at: int, among: Sequence[Name]) -> int | None:
        """Where a code ends that is of a family of these names; None where there is none."""
        first = self.tokens[at]
        if first.kind != "word" or not _CODE_LETTERS.fullmatch(first.raw):
            return None
        number = at + 2 if self.text(at + 1) == "-" else at + 1
        if number >= len(self.tokens) or self.tokens[number].kind != "number":
            return None
        if len(self.tokens[number].raw) < 2 or self.tokens[number].masked:  # noqa: PLR2004
            return None
        family = re.compile(re.escape(first.text) + r"\d+")
        known = any(family.fullmatch(code) for name in among for code in name.codes)
        return number + 1 if known else None

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

    def text(self, at: int) -> str:
        """The folded text of a token; nothing behind the last."""
        return self.tokens[at].text if at < len(self.tokens) else ""

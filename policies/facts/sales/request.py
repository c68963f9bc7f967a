"""A request for a quote: what a mail wants, and what it leaves open. Nothing is ever guessed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache

from policies.facts.patterns import Pattern, read_patterns
from policies.facts.patterns import fold as plain
from policies.facts.sales.context import Context
from policies.facts.sales.discount import discounts_of
from policies.facts.sales.duration import hours_of
from policies.facts.sales.limits import LEXICON, lexicon
from policies.facts.sales.mention import Mention, is_head, is_plural
from policies.facts.sales.mentions import mentions_of
from policies.facts.sales.packing import is_by_the_piece
from policies.facts.sales.quantity import quantity_of
from policies.facts.sales.telling import Telling
from policies.facts.sales.tokens import (
    Token,
    is_end,
    number_of,
    sentence_of,
    tokens_of,
    written,
)
from policies.facts.sales.unknown import Unknown
from policies.facts.sales.window import Quantity, Window
from tools.catalog import Product

_NEAR = 4
_SHORTEST = 2
"""Letters of what stands for no product alone, as the `DN` of `DN 25`."""
_NOUN = 4
"""Letters that a word has at least, to be taken for goods by its capital."""


@dataclass(frozen=True, slots=True)
class Wish:
    """So much of a product."""

    sku: str
    qty: Decimal


@dataclass(frozen=True, slots=True)
class Request:
    """What a mail asks for.

    `asked_pct` is the special discount asked for, `claimed_pct` discounts that the customer takes
    for granted. `missing` and `contradictions` are what a person has to find out, in words for
    people.
    """

    wishes: tuple[Wish, ...] = ()
    asked_pct: Decimal = Decimal(0)
    claimed_pct: tuple[Decimal, ...] = ()
    missing: tuple[str, ...] = ()
    contradictions: tuple[str, ...] = ()


@lru_cache(maxsize=256)
def request_of(
    text: str, products: tuple[Product, ...], hours_per_day: Decimal | None = None
) -> Request:
    """The request that a mail makes, of products that it may speak of."""
    draft = _Draft(tokens_of(text), mentions_of(text, products), hours_per_day)
    draft.read()
    discount = discounts_of(text, lines=len(draft.wishes))
    if not draft.wishes and not draft.missing and not draft.wrong:
        draft.missing.append("kein Artikel des Katalogs genannt")
    said = plain(draft.beside_names())
    draft.wrong += [p.reason for p in _says("beyond") if draft.wishes and p.found_in(said)]
    return Request(
        tuple(Wish(sku, qty) for sku, qty in draft.wishes.items()),
        discount.asked,
        discount.claimed,
        tuple(dict.fromkeys(draft.missing)),
        tuple(dict.fromkeys((*draft.wrong, *discount.wrong))),
    )


@dataclass(slots=True)
class _Draft:
    """A request while it is read, mention by mention."""

    tokens: Sequence[Token]
    mentions: Sequence[Mention]
    hours_per_day: Decimal | None
    wishes: dict[str, Decimal] = field(default_factory=dict[str, Decimal])
    heads: dict[int, Decimal] = field(default_factory=dict[int, Decimal])
    several: list[tuple[Mention, Quantity]] = field(default_factory=list[tuple[Mention, Quantity]])
    uncounted: list[Mention] = field(default_factory=list[Mention])
    missing: list[str] = field(default_factory=list[str])
    wrong: list[str] = field(default_factory=list[str])

    @property
    def context(self) -> Context:
        """What is only named, as far as the mail is read."""
        return Context(self.tokens, self.mentions, self.wishes)

    def read(self) -> None:
        """Read all mentions, then what was counted and is no product of the catalogue."""
        self._read_mentions()
        self._count_later()
        self.missing += [
            f"Menge fehlt: {m.raw}" for m in self.uncounted if not m.skus & self.wishes.keys()
        ]
        self.wrong += [
            f"mehrdeutig: {mention.raw} ({_named(mention)})"
            for mention, amount in self.several
            if not self._is_again(mention, amount)
        ]
        unknown = Unknown(self.tokens, self.mentions, frozenset(self.wishes), self._telling())
        self.missing += unknown.all()

    def _read_mentions(self) -> None:
        resolved = {next(iter(m.skus)) for m in self.mentions if len(m.names) == 1}
        told = self._told()
        carried = Quantity()
        for index, mention in enumerate(self.mentions):
            window = self.context.window(index)
            amount = self._amount(window)
            if self.context.is_only_named(index, window):
                self.missing += self._for_several(index, carried, amount)
                continue
            if index in told:
                self._name_again(mention, amount)
                continue
            if amount.value is None and self._is_shared(index, carried):
                amount = carried
            carried = amount
            if mention.shared and amount.value is not None and not amount.each:
                self.wrong.append(f"Menge {amount.value} gilt zwei Artikeln: {mention.raw}")
            elif amount.value is None and (window.with_each or mention.borrowed):
                self.missing.append(f"Menge unklar: {mention.raw}")
            elif self._is_choice(window):
                self.wrong.append(f"zur Wahl gestellt: {self._choice(index)}")
            else:
                self._take(index, mention, amount, resolved)

    def _name_again(self, mention: Mention, amount: Quantity) -> None:
        """Ask about goods that are told apart and only told of, unless several are, uncounted."""
        if _is_plain(mention) and (amount.value is not None or not self._is_many(mention)):
            self.uncounted.append(mention)

    def _is_again(self, mention: Mention, amount: Quantity) -> bool:
        """`Wir tauschen sechs Betten aus: 6 Komfort 3`: of one kind so many are wished for."""
        wished = [n for sku, n in self.wishes.items() if sku in mention.skus]
        return len(wished) == 1 and amount.value is not None and amount.value == wished[0] > 1

    def _told(self) -> frozenset[int]:
        """Mentions in sentences that only tell, where others are counted out.

        Goods that are told apart and named as such that nobody knows of may be wanted. One of
        such as is known, or so many of them, is asked about unless it is wished for elsewhere.
        """
        telling = self._telling()
        if not telling.counted:
            return frozenset()
        return frozenset(
            index
            for index, mention in enumerate(self.mentions)
            if telling.at(mention.first)
            and (
                not _is_plain(mention) or telling.is_known(mention.first) or self._is_many(mention)
            )
        )

    def _telling(self) -> Telling:
        counted = (
            mention.first
            for index, mention in enumerate(self.mentions)
            if _is_plain(mention) and self._is_counted(index)
        )
        return Telling(self.tokens, frozenset(counted))

    def _is_counted(self, index: int) -> bool:
        """Whether so many of goods are named, and not of such as one knows of."""
        mention = self.mentions[index]
        known = Telling(self.tokens, frozenset()).is_known(mention.first)
        return not known and self._amount(self.context.window(index)).value is not None

    def _count_later(self) -> None:
        """`Was kostet eine Feder? Wir brauchen zwei Stück.` counts what was asked for before."""
        for at, token in enumerate(self.tokens):
            number = number_of(token)
            if number is None or number == 1 or not self._is_count_alone(at):
                continue
            if len(self.wishes) == 1 and set(self.wishes.values()) == {1}:
                self.wishes = dict.fromkeys(self.wishes, number)
            elif self.wishes and set(self.wishes.values()) != {number}:
                self.missing.append(f"Zahl unklar: {token.raw}")

    def _is_count_alone(self, at: int) -> bool:
        """Whether pieces are counted in a sentence that names no goods."""
        first, last = sentence_of(self.tokens, at)
        behind = {t.text for t in self.tokens[at + 1 : last] if t.kind != "sign"}
        if not behind or not behind <= set(lexicon()["reading"]["pieces"]) or at == first:
            return False
        named = any(first <= m.first < last for m in self.mentions)
        return self.tokens[at - 1].kind == "word" and not named

    def beside_names(self) -> str:
        """The mail without names of goods: what a name says itself is no special wish."""
        inside = {i for m in self.mentions if m.names for i in range(m.first, m.last)}
        return written([t for at, t in enumerate(self.tokens) if at not in inside])

    def _for_several(self, index: int, before: Quantity, amount: Quantity) -> Iterator[str]:
        """`Wartung für zwei FB-2000`: nobody knows whether one is wanted, or two."""
        if before.value is None and (amount.value or 1) > 1 and self.context.is_linked(index):
            yield f"Menge unklar: {self.mentions[index - 1].raw}"

    def _is_shared(self, index: int, before: Quantity) -> bool:
        """Whether the number before counts this, too: `je 5 NW-200 und NW-210`."""
        if not index or before.value is None:
            return False
        between = self.tokens[self.mentions[index - 1].last : self.mentions[index].first]
        joined = all(t.text in (",", "und", "sowie", "and") for t in between)
        return self.mentions[index - 1].shared or (before.each and joined)

    def _amount(self, window: Window) -> Quantity:
        names = window.mention.names
        if len({n.unit for n in names}) == 1 and (unit := names[0].unit) is not None:
            return hours_of(window, unit, self.hours_per_day)
        return quantity_of(window)

    def _take(self, index: int, mention: Mention, amount: Quantity, resolved: set[str]) -> None:
        """Enter a mention as a wish, or as what is open about it."""
        said = amount.value is not None or amount.vague
        if len(mention.names) != 1 and not said and mention.skus & resolved:
            return  # an apposition, or speaks again of what was named before
        following = self.mentions[index + 1 : index + 2]
        if len(mention.names) > 1 and any(m.borrowed for m in following):
            return  # `Sägeblätter: 3x 250 mm, 2x 300 mm`
        if mention.close <= 2 and not mention.narrowed and not said:  # noqa: PLR2004
            return
        if not mention.names or mention.close == 1:
            self.missing.append(f"nicht im Katalog: {mention.raw}")
        elif not _is_plain(mention):
            self.several.append((mention, amount))
        else:
            self._enter(index, mention, amount)

    def _enter(self, index: int, mention: Mention, amount: Quantity) -> None:
        sku = mention.names[0].sku
        if amount.vague:
            kind = self.wrong if amount.spread else self.missing
            kind.append(f"Menge unklar: {mention.raw}")
            return
        if amount.value is None and not self._is_one(index, mention):
            return
        value = amount.value if amount.value is not None else Decimal(1)
        if (per := self._per(index)) is not None:
            value *= per
        if is_by_the_piece(self.context.window(index), value):
            self.missing.append(f"Stück oder Packungen: {value} {mention.raw}")
            return
        if amount.each and index and not self.mentions[index - 1].shared:
            value *= self._head(index)
        if value <= 0:
            self.wrong.append(f"Menge {value}: {mention.raw}")
        elif sku in self.wishes and self.wishes[sku] != value and not self._is_more(index):
            self.wrong.append(f"zwei Mengen: {mention.raw} ({self.wishes[sku]}, {value})")
        else:
            known = self.wishes.get(sku, Decimal(0)) if self._is_more(index) else Decimal(0)
            self.wishes[sku] = known + value

    def _is_one(self, index: int, mention: Mention) -> bool:
        """Whether goods without a number are one piece; else it is said what they are."""
        if self._is_other_name(index):
            before = self.mentions[index - 1]
            self.wrong.append(f"zwei Artikel in einem: {before.raw} / {mention.raw}")
            return False
        if mention.names[0].sku in self.wishes:
            return False
        if not self._is_single(mention) or self._is_only_known(mention):
            self.uncounted.append(mention)
            return False
        return True

    def _is_only_known(self, mention: Mention) -> bool:
        """`Der Tanzteppich liegt.`: goods that one knows of, in a sentence that wishes for none."""
        telling = self._telling()
        return telling.is_known(mention.first) and not telling.wishes(mention.first)

    def _per(self, index: int) -> Decimal | None:
        """How many there are of the goods for each of which these are: `pro Sitz zwei Ketten`."""
        before = self.mentions[index - 1] if index else None
        if before is None or not before.first:
            return None
        each = self.tokens[before.first - 1].text in lexicon()["reading"]["each"]
        return self.wishes.get(next(iter(before.skus), "")) if each else None

    def _head(self, index: int) -> Decimal:
        """How many there are of what an accessory goes with: `2 FB-3000 mit je einer Steuerung`."""
        before = self.mentions[index - 1]
        between = self.tokens[before.last : self.mentions[index].first]
        if any(is_end(t) for t in between):
            return Decimal(1)
        linked = any(t.text in lexicon()["reading"]["accessory"] for t in between)
        if linked:
            self.heads[index] = self.wishes.get(next(iter(before.skus), ""), Decimal(1))
        elif index - 1 in self.heads:
            self.heads[index] = self.heads[index - 1]
        return self.heads.get(index, Decimal(1))

    def _is_many(self, mention: Mention) -> bool:
        return len(mention.names) == 1 and not self._is_single(mention)

    def _is_single(self, mention: Mention) -> bool:
        """Whether a name stands in the singular, or is a bare code."""
        name = mention.names[0]
        if name.unit in ("hours", "days"):
            return False
        words = [t.text for t in self.tokens[mention.first : mention.last] if t.kind == "word"]
        if mention.close == 5:  # noqa: PLR2004
            return True
        joined = {"".join(words[:end]) for end in range(1, len(words) + 1)} | set(words)
        known = {word for word in name.words | name.others if len(word) > _SHORTEST}
        if any(is_plural(word, known) for word in words):
            return False
        return bool(joined & known) or any(
            word.endswith(one) for word in name.words for one in words if len(one) >= _NOUN
        )

    def _is_other_name(self, index: int) -> bool:
        """Whether it stands where the goods before would be named again: `Filter (Art.-Nr. 7)`."""
        if not index:
            return False
        before, mention = self.mentions[index - 1 : index + 1]
        between = [t.text for t in self.tokens[before.last : mention.first]]
        labels = (*lexicon()["reading"]["article_labels"], "(", ".", "-", ":")
        return not before.skus & mention.skus and all(text in labels for text in between)

    def _is_choice(self, window: Window) -> bool:
        near = list(window.before)[:_NEAR]
        return any(t.text in lexicon()["reading"]["choosing"] for t in near) and not any(
            t.text in lexicon()["reading"]["choosing"] and self._between_numbers(window, t)
            for t in near
        )

    def _between_numbers(self, window: Window, token: Token) -> bool:
        before = list(window.before)
        at = before.index(token)
        return 0 < at < len(before) - 1 and (number_of(before[at + 1]) is not None)

    def _choice(self, index: int) -> str:
        near = self.mentions[max(0, index - 1) : index + 1]
        for mention in near:
            for sku in mention.skus:
                self.wishes.pop(sku, None)
        return " / ".join(m.raw for m in near)

    def _is_more(self, index: int) -> bool:
        window = self.context.window(index)
        return any(t.text in lexicon()["reading"]["more"] for t in list(window.before)[:_NEAR])


def _is_plain(mention: Mention) -> bool:
    """Whether goods of the catalogue are told apart by what is said."""
    return len(mention.names) == 1 and (mention.narrowed or not _is_partly(mention))


def _is_partly(mention: Mention) -> bool:
    """Whether only the end of a compound is said, or the make without the number behind it."""
    said = {token.text for token in tokens_of(mention.raw)}
    makes = any(name.variant - said for name in mention.names) and not is_head(mention)
    return mention.close == 2 or makes  # noqa: PLR2004


def _named(mention: Mention) -> str:
    return ", ".join(f"{n.sku} {n.product.name}" for n in mention.names)


def _says(kind: str) -> Sequence[Pattern]:
    return read_patterns(LEXICON, "says")[kind]

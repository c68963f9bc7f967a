"""Product names taken apart: the words and codes that customers use for a product."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from policies.facts.sales.limits import lexicon
from tools.catalog import Product
from tools.catalog.words import fold, same_word, stems

Unit = Literal["hours", "days", "months", "years"]
"""What a product is sold by, where it is time."""

_GROUP = re.compile(r"(?:[\s;()/|]|(?<!\d),|,(?!\d))+")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
_RANGE = re.compile(r"\d+(?:[.,]\d+)?[-–/]\d+(?:[.,]\d+)?")
_MEASURED = re.compile(r"(\d+(?:[.,]\d+)?)([a-z]+)")
_CODE = re.compile(r"(?=[a-z0-9-]*[a-z])(?=[a-z0-9-]*\d)[a-z0-9-]+")
_HEAD = 4
"""Letters that the last part of a compound has at least, to stand for the whole."""
_TIMES: tuple[Unit, ...] = ("hours", "days", "months", "years")

Spec = tuple[Decimal, str]


@dataclass(frozen=True, slots=True)
class Name:
    """What a product can be recognised by.

    `groups` are all words of its name; `words` what each alone can stand for it (`antriebsrolle`,
    `nothaltseilzug`, `nothalt`), `others` words of other languages for one of those, taken only as
    they stand; `codes` those with digits and the article number, without signs; `specs` measures,
    `variant` words and numbers that only tell variants apart; `fits` the article numbers of the
    goods that it is a part of by its name (`Türdichtung Autoklav`).
    """

    product: Product
    groups: frozenset[str]
    words: frozenset[str]
    others: frozenset[str]
    codes: frozenset[str]
    specs: frozenset[Spec]
    variant: frozenset[str]
    unit: Unit | None
    fits: frozenset[str] = frozenset()

    @property
    def sku(self) -> str:
        """The article number."""
        return self.product.sku


def names_of(products: Sequence[Product]) -> tuple[Name, ...]:
    """The names of a catalogue's products: of each only what is not another's name."""
    names = tuple(name_of(p) for p in products)
    begun = {name.sku: _begun(name.product.name) for name in names}
    return tuple(_as_part(name, names, begun) for name in names)


def name_of(product: Product) -> Name:
    """A product's name and aliases, taken apart."""
    return _named(product.model_dump_json())


def _as_part(name: Name, names: Sequence[Name], begun: Mapping[str, frozenset[str]]) -> Name:
    """A part is not called by what it is for: `Autoklav` is no `Türdichtung Autoklav`.

    What a name says later, and dearer goods are called, is what it is for; goods of one kind
    (`Traverse 4-Punkt 1 m`, `… 3 m`) are not for each other.
    """
    share = lexicon()["reading"]["part_share"]
    later = name.words - begun[name.sku]
    if begun[name.sku] & packings() or not (later or name.codes):
        return name
    words, codes = set[str](), set[str]()
    worded, coded = set[str](), set[str]()
    for other in names:
        dear = name.product.price_cents * 100 > other.product.price_cents * share
        if dear or begun[name.sku] == begun[other.sku]:
            continue
        if same := {w for w in later if any(_ends(w, b) for b in begun[other.sku])}:
            words |= same
            worded.add(other.sku)
        if shared := name.codes & other.codes:
            codes |= shared
            coded.add(other.sku)
    return replace(
        name,
        words=name.words - words,
        codes=name.codes - codes,
        fits=frozenset(worded & coded or worded | coded),
    )


@lru_cache(maxsize=4096)
def _begun(text: str) -> frozenset[str]:
    """The words that a name begins with: what kind of goods it is."""
    groups = [g for g in _GROUP.split(fold(text)) if g]
    words = (frozenset(value for kind, value in _part(g) if kind == "word") for g in groups)
    return next((found for found in words if found), frozenset[str]())


def _ends(word: str, other: str) -> bool:
    return len(word) >= _HEAD and any(o.endswith(s) for s in stems(word) for o in stems(other))


def packings() -> frozenset[str]:
    """What goods come in: `Sack Zement` is cement."""
    reading = lexicon()["reading"]
    return frozenset(w for n in ("packs", "containers", "loads", "sets") for w in reading[n])


@lru_cache(maxsize=4096)
def _named(data: str) -> Name:
    """The same product is taken apart once; it is told by its content."""
    product = Product.model_validate_json(data)
    words: set[str] = set()
    codes = {_bare(fold(product.sku))}
    specs: set[Spec] = set()
    variant: set[str] = set()
    units: list[Unit] = []
    for text in (product.name, *product.aliases):
        for kind, value in _meant_by([g for g in _GROUP.split(fold(text)) if g]):
            if kind == "spec":
                specs.add(_spec(value))
            elif kind == "unit":
                units.append(_unit(value))
            else:
                {"word": words, "code": codes, "variant": variant}[kind].add(value)
    words |= {w for w in _meant() if any(group.startswith(w) for group in words)}
    if units:
        words |= {f"{w}{s}{u}" for w in words for s in ("", "s") for u in _names_of(units[0])}
    return Name(
        product,
        _groups(product.name),
        frozenset(words),
        frozenset(
            o for word, others in lexicon()["aliases"].items() if word in words for o in others
        ),
        frozenset(codes),
        frozenset(specs),
        frozenset(variant),
        units[0] if units else None,
    )


def closeness(token: str, name: Name) -> int:
    """How well a folded word of a mail names a product: 0 not at all.

    4 the word, inflected; 3 with a slip of the pen; 2 the head of the compound (`Rolle`);
    1 a compound on it (`Bandsteuerung`), which may be another thing.
    """
    if any(stems(token) & stems(word) for word in name.others):
        return 4
    return max((_close(token, word) for word in name.words), default=0)


def measure_of(word: str) -> str | None:
    """The measure that a folded word is (`mm`), None if it is none."""
    reading = lexicon()["reading"]
    if word not in reading["measures"]:
        return None
    return reading["same_measure"].get(word, word)


def is_sold_by(name: Name, measure: str) -> bool:
    """Whether a name says that goods are sold by a measure: `Schlauch 120 mm, Meter`."""
    return any(len(word) > 1 and measure_of(word) == measure for word in name.groups)


def unit_of(word: str) -> Unit | None:
    """The unit of time that a folded word is."""
    return next((t for t in _TIMES if word in lexicon()["reading"][t]), None)


@lru_cache(maxsize=65536)
def _close(token: str, word: str) -> int:
    if stems(token) & stems(word):
        return 4
    bare = next((token.removeprefix(p) for p in _prefixes() if token.startswith(p)), token)
    if bare != token and stems(bare) & stems(word):
        return 4
    if same_word(token, word):
        return 3
    if any(len(s) >= _HEAD and w.endswith(s) for s in stems(token) for w in stems(word)):
        return 2
    longer = (s for s in stems(token) for w in stems(word) if len(w) > _HEAD and s.endswith(w))
    return 1 if any(longer) else 0


def _meant_by(groups: list[str]) -> Iterator[tuple[str, str]]:
    """The parts of a name; behind what work it is, words only say on what (`Wartung Autoklav`)."""
    work = groups and any(word in groups[0] for word in lexicon()["products"]["work"])
    first = frozenset(_part(groups[0])) if work else frozenset[tuple[str, str]]()
    for part in _parts(groups):
        kind, value = part
        yield ("variant", value) if work and kind == "word" and part not in first else part


def _parts(groups: list[str]) -> Iterator[tuple[str, str]]:
    """The parts of a name: words, codes, measures, unit, what tells variants apart.

    `12 Monate` is not what it is sold by; `1 Jahr` is.
    """
    skip = inside = False
    for group, after in zip(groups, [*groups[1:], ""], strict=True):
        number = _NUMBER.fullmatch(group) is not None
        counted, inside = inside, number and not measure_of(after)
        if skip:
            skip = False
        elif counted and group.isalpha() and not _is_of_several(group):
            yield "variant", group  # 12 Plätze
        elif _RANGE.fullmatch(group) and measure_of(after):
            skip = True  # 0,4-0,8 mm: told by the whole name alone
        elif number and measure_of(after):
            skip = True
            yield "spec", f"{group} {after}"
        elif number and group != "1" and unit_of(after):
            skip = True
            yield "variant", group
        else:
            yield from _part(group)


def _is_of_several(group: str) -> bool:
    """Whether a word says what goods come in or how much of them, and not what they have."""
    reading = lexicon()["reading"]
    return unit_of(group) is not None or group in reading["pieces"] or group in packings()


def _part(group: str) -> Iterator[tuple[str, str]]:
    """The parts of a group of letters and digits; what counts pieces (`x`, `Stk`) is none."""
    reading = lexicon()["reading"]
    if (both := _MEASURED.fullmatch(group)) and measure_of(both[2]):
        yield "spec", f"{both[1]} {both[2]}"
    elif unit_of(group):
        yield "unit", group
    elif group in reading["pieces"]:
        return
    elif _CODE.fullmatch(group):
        yield from _code(group)
    elif group.isdigit() or len(group) == 1 or group in reading["weak"]:
        yield "variant", group
    else:
        yield from _word(group)


def _groups(name: str) -> frozenset[str]:
    parts = _parts([g for g in _GROUP.split(fold(name)) if g])
    longest: list[str] = []
    for kind, value in parts:  # the whole of a compound comes before its parts
        if kind == "word" and not any(value in known for known in longest):
            longest.append(value)
    return frozenset(longest)


def _code(group: str) -> Iterator[tuple[str, str]]:
    """`fb-2000` is a code; `s7-kompakt` is one, so is `s7`, and `kompakt` tells variants apart."""
    yield "code", _bare(group)
    parts = group.split("-")
    if all(p.isalpha() or p.isdigit() for p in parts):
        return
    for part in parts:
        yield ("variant" if part.isalpha() else "code"), part


def _word(group: str) -> Iterator[tuple[str, str]]:
    """`not-halt-seilzug`: the whole, its beginnings of two parts or more, and its last part."""
    parts = [p for p in re.split(r"[^a-z0-9]+", group) if p]
    if not parts:
        return
    if len("".join(parts)) > 1:  # a letter is no word
        yield "word", "".join(parts)
    for end in range(2, len(parts)):
        yield "word", "".join(parts[:end])
    if len(parts) > 1 and len(parts[-1]) >= _HEAD and parts[-1] not in lexicon()["reading"]["weak"]:
        yield "word", parts[-1]


def _spec(text: str) -> Spec:
    number, measure = text.split(" ")
    return Decimal(number.replace(",", ".")), measure_of(measure) or measure


def _unit(word: str) -> Unit:
    return unit_of(word) or "hours"


def _names_of(unit: Unit) -> Iterable[str]:
    return (word for word in lexicon()["reading"][unit] if len(word) >= _HEAD)


def _meant() -> list[str]:
    """Words for what a product is for, as `Wartung` for a `Wartungspaket`."""
    return [word for words in lexicon()["products"].values() for word in words]


def _prefixes() -> list[str]:
    return lexicon()["reading"]["prefixes"]


def _bare(code: str) -> str:
    return re.sub(r"[^a-z0-9]", "", code)

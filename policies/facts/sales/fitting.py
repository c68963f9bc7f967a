"""Fitting: of parts with one name the ones that are for what a mail names elsewhere."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from policies.facts.sales.mention import Mention
from policies.facts.sales.names import Name, measure_of
from policies.facts.sales.tokens import Token
from policies.facts.sales.wordings import is_said
from tools.catalog.words import stems


def among_said(mentions: tuple[Mention, ...]) -> tuple[Mention, ...]:
    """The mentions; `Am Autoklav ist die Türdichtung undicht` speaks of the autoclave's.

    Where parts for several of the goods named are meant, they stay as many.
    """
    named = frozenset(sku for m in mentions if len(m.names) == 1 for sku in m.skus)
    return tuple(_fitted(mention, named) for mention in mentions)


def told_apart(mention: Mention, run: Sequence[Token]) -> Mention:
    """Of several products the one that nothing more would be said of, if it is but one.

    A model is said without what kind of goods it is: `Ergo` is no `Ergo Plus`.
    """
    if len(mention.names) < 2:  # noqa: PLR2004
        return mention
    for kind in (False, True):
        whole = [n for n in mention.names if is_said(n, run, without_kind=kind)]
        if len(whole) == 1:
            return replace(mention, names=(whole[0],), narrowed=mention.narrowed or kind)
    return mention


def told_before(mention: Mention, tokens: Sequence[Token]) -> Mention:
    """`36-V-Akku`, `2 m Kette`, `schwarze Schürze`: of several products those that are so."""
    if len(mention.names) < 2:  # noqa: PLR2004
        return mention
    before = [t for t in tokens[max(0, mention.first - 4) : mention.first] if t.text != "-"]
    hyphened = mention.first > 1 and tokens[mention.first - 1].text == "-"
    names = _measured(mention, before) or _described(mention, before, hyphened=hyphened)
    return replace(mention, names=names, narrowed=True) if names else mention


def is_purpose(mention: Mention, others: Sequence[Mention]) -> bool:
    """Whether goods are named as what a part is for that is named, too."""
    return any(name.fits & mention.skus for m in others if m is not mention for name in m.names)


def _measured(mention: Mention, before: Sequence[Token]) -> tuple[Name, ...]:
    if len(before) < 2 or before[-2].kind != "number":  # noqa: PLR2004
        return ()
    spec = (Decimal(before[-2].raw.replace(",", ".")), measure_of(before[-1].text))
    return tuple(name for name in mention.names if spec in name.specs)


def _described(
    mention: Mention, before: Sequence[Token], *, hyphened: bool = False
) -> tuple[Name, ...]:
    """Those whose names hold the adjective right before, or what is `hyphened` to them."""
    if not before or before[-1].kind != "word":
        return ()
    if before[-1].raw[0].isupper() and not hyphened:
        return ()
    said = stems(before[-1].text)
    return tuple(n for n in mention.names if said & (n.groups | n.variant))


def _fitted(mention: Mention, named: frozenset[str]) -> Mention:
    names = tuple(n for n in mention.names if n.fits & named)
    if len(mention.names) < 2 or not names:  # noqa: PLR2004
        return mention
    return replace(mention, names=names, narrowed=mention.narrowed or len(names) == 1)

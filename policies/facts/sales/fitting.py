"""Fitting: of parts with one name the ones that are for what a mail names elsewhere."""

from collections.abc import Sequence
from dataclasses import replace

from policies.facts.sales.mention import Mention


def among_said(mentions: tuple[Mention, ...]) -> tuple[Mention, ...]:
    """The mentions; `Am Autoklav ist die Türdichtung undicht` speaks of the autoclave's.

    Where parts for several of the goods named are meant, they stay as many.
    """
    named = frozenset(sku for m in mentions if len(m.names) == 1 for sku in m.skus)
    return tuple(_fitted(mention, named) for mention in mentions)


def is_purpose(mention: Mention, others: Sequence[Mention]) -> bool:
    """Whether goods are named as what a part is for that is named, too."""
    return any(name.fits & mention.skus for m in others if m is not mention for name in m.names)


def _fitted(mention: Mention, named: frozenset[str]) -> Mention:
    names = tuple(n for n in mention.names if n.fits & named)
    if len(mention.names) < 2 or not names:  # noqa: PLR2004
        return mention
    return replace(mention, names=names, narrowed=mention.narrowed or len(names) == 1)

"""Wordings: names of the catalogue as they are written, to be found again in a mail."""

import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from policies.facts.sales.names import Name
from policies.facts.sales.tokens import Token, tokens_of
from tools.catalog.words import fold, stems

_TIMES = "x×*"

Wording = tuple[tuple[str, Token | None], ...]
"""The words and numbers of a name, each with the signs before it; at the end those after all."""


@lru_cache(maxsize=4096)
def wordings_of(*texts: str) -> tuple[Wording, ...]:
    """A product's name and aliases of two words or numbers and more, each as its tokens."""
    found = (_wording(text) for text in texts)
    return tuple(wording for wording in found if len(wording) > 2)  # noqa: PLR2004


def _wording(text: str) -> Wording:
    wording: list[tuple[str, Token | None]] = []
    signs = ""
    tokens = tokens_of(unicodedata.normalize("NFKC", text))
    for token, after in zip(tokens, (*tokens[1:], None), strict=True):
        if token.text in _TIMES and after is not None and after.kind == "number":
            signs += _TIMES  # 50 x 80, which others write 50×80
        elif token.kind == "sign":
            signs += token.text
        else:
            wording.append((signs, token))
            signs = ""
    return (*wording, (signs, None))


def is_same(one: Token, other: Token) -> bool:
    """Whether two tokens are one word, inflected or not, or one number."""
    if one.kind == other.kind == "word":
        return bool(stems(one.text) & stems(other.text))
    return one.text.replace(",", ".") == other.text.replace(",", ".")


def is_said(name: Name, run: Sequence[Token], *, without_kind: bool = False) -> bool:
    """Whether a run of tokens says all of a name: its words, measures and variants.

    `without_kind`: all behind its first word, which says what kind of goods it is.
    """
    groups = name.groups
    if without_kind:
        groups -= {fold(name.product.name.split()[0])}
        if not groups:
            return False
    said = {t.text for t in run}
    words = "".join(t.text for t in run if t.kind == "word")
    known = frozenset(stem for t in run for stem in stems(t.text)) | stems(words)
    return (
        name.variant <= said
        and all(str(number) in said and measure in said for number, measure in name.specs)
        and all(stems(group) & known or group in words for group in groups)
    )

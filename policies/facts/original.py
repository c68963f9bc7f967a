"""Storing an original: the archive itself checks what the arguments say."""

from leitstand.policy import FactCall, facts
from leitstand.values import Frozen


class OriginalFacts(Frozen):
    """`checked`: hash, size, type and name.

    The DMS refuses bytes that are not of this hash and size; and whatever a sender calls his file,
    his original is kept before anything else (GoBD no. 119).
    """

    checked: frozenset[str]


@facts("dms.store_original", model=OriginalFacts)
def original_facts(call: FactCall) -> OriginalFacts:
    """Nothing is to be measured: every original is stored."""
    return OriginalFacts(checked=frozenset(call.args))

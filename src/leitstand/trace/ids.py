"""Ids: a case's name is its trace's, so that neither is kept and one leads to the other.

A ULID has as many bits as a trace id. Its first 48 are a time, its last 64 are random: they name
the trace's first span, and are what samplers by ratio decide on.
"""

_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's alphabet of base 32, as ULIDs are written in."""
_TRACE, _SPAN = (1 << 128) - 1, (1 << 64) - 1


def trace_of(case: str) -> int:
    """The trace id of a case by its ULID.

    Of cases that were handed over, whose name has up to 130 bits, the last 128.
    """
    number = 0
    for sign in case:
        number = number << 5 | _DIGITS.index(sign)
    return number & _TRACE


def root_of(case: str) -> int:
    """The id of the first span of a case's trace."""
    return trace_of(case) & _SPAN

"""Ids: a case's name is its trace's, so that neither is kept and one leads to the other.

A ULID has as many bits as a trace id. Its first 48 are a time, its last 64 are random: they name
the trace's first span, and are what samplers by ratio decide on.
"""

_DIGITS = str.maketrans("ABCDEFGHJKMNPQRSTVWXYZ", "abcdefghijklmnopqrstuv")
"""Crockford's alphabet of base 32, as ULIDs are written in, in Python's; digits are the same."""
_TRACE, _SPAN = (1 << 128) - 1, (1 << 64) - 1


def trace_of(case: str) -> int:
    """The trace id of a case by its ULID.

    Of cases that were handed over, whose name has up to 130 bits, the last 128.
    """
    return int(case.translate(_DIGITS), 32) & _TRACE


def root_of(case: str) -> int:
    """The id of the first span of a case's trace."""
    return trace_of(case) & _SPAN

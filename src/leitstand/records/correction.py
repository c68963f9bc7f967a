"""A correction: the typed difference between a proposal and what a supervisor made of it."""

from leitstand.values import Frozen


class Correction(Frozen):
    """One field that a person changed. `old` and `new` are canonical JSON texts."""

    checkpoint: str
    tool: str
    field: str
    old: str
    new: str
    person: str
    reason: str
    at: float

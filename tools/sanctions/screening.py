"""Sanctions screening: list entries, matches and what a screening says."""

from leitstand.values import Frozen, Reading, Text, Word


class ListEntry(Frozen):
    """An entry of a sanctions list with its other names."""

    id: Text
    name: Text
    type: Word = ""
    program: Word = ""
    aliases: tuple[Text, ...] = ()
    remarks: Text = ""


class Match(Frozen):
    """An entry that resembles a screened name.

    `name` is the entry's name or alias that resembles most, `score` the similarity in permille,
    `contained` whether a name of the entry stands in the screened name as a whole, with at least
    two rare words.
    """

    entry: Text
    name: Text
    score: int
    contained: bool


class Screen(Frozen):
    """Screen names against the sanctions list: a supplier, its owners, a payee."""

    names: tuple[Text, ...]


class Screening(Frozen):
    """What a screening found, best match first.

    Weak matches are listed too: the threshold is for the rules, and only people clear.
    `list_version` (rises with every change of the list), `list_sha256` and `entries` say against
    what was screened.
    """

    names: tuple[Text, ...]
    matches: tuple[Match, ...] = ()
    list_version: int = 0
    list_sha256: Text = ""
    entries: int = 0

    @property
    def best_score(self) -> int:
        """Similarity of the best match in permille, 0 without any."""
        return max((match.score for match in self.matches), default=0)


class Screened(Reading[Screening]):
    """Reading of a screening."""

"""Meaning: what a mail is about and how urgent it is, and what else it may be about.

Patterns tell first, then hints, then examples; where these disagree, people decide.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from policies.facts.patterns import fold, read_patterns
from policies.facts.sales.examples import Likeness, likest
from policies.facts.sales.limits import LEXICON, Meaning, Urgency, lexicon

_KINDS: tuple[tuple[str, Meaning, Urgency], ...] = (
    ("danger", "safety", "danger"),
    ("standstill", "malfunction", "danger"),
    ("elsewhere", "elsewhere", "ordinary"),
    ("invoice", "invoice", "ordinary"),
    ("delivery", "delivery", "ordinary"),
    ("warranty", "warranty", "ordinary"),
    ("spare_part", "spare_part", "ordinary"),
    ("maintenance", "maintenance", "ordinary"),
    ("malfunction", "malfunction", "impaired"),
    ("documentation", "documentation", "information"),
    ("lead", "lead", "ordinary"),
)
"""What patterns tell, by what counts first: danger before all, a wish before the reason for it.
`elsewhere` is what service is not there for: personal data, goods sent back, advertising."""

MEANT: Mapping[str, tuple[Meaning, Urgency]] = {kind: (m, u) for kind, m, u in _KINDS}
"""What a mail of a kind is about, and how urgent."""

_OPTIONAL = frozenset({"warranty"})
"""What is told apart only in a company that has a category for it."""


@dataclass(frozen=True, slots=True)
class Understood:
    """What a mail is about, and the criteria that told it (ids of patterns), `hinted` or plain."""

    meaning: Meaning
    urgency: Urgency
    criteria: tuple[str, ...]
    hinted: bool = False


def told_by(text: str, words: Collection[str] = ()) -> Understood | None:
    """What a mail is about by patterns alone; None where none tells.

    `words` are the meanings that the company has a category for.
    """
    found = _told("says", fold(text))
    return next((u for u in found if u.meaning not in _OPTIONAL or u.meaning in words), None)


def understood(text: str, words: Collection[str] = ()) -> Understood | None:
    """What a mail is about; None where nothing tells.

    Hints, which are wider, count where no pattern tells and all of them hint at the same; then what
    the mail is most like, if hints leave it open. Danger that is only hinted at is for people to
    judge. `words` as for `told_by`.
    """
    if told := told_by(text, words):
        return told
    hinted = list(_told("hints", fold(text)))
    meanings: set[Meaning] = {u.meaning for u in hinted}
    if "safety" in meanings:
        return None
    return hinted[0] if len(meanings) == 1 else _most_like(text, meanings)


def doubt_of(text: str, about: Understood) -> Understood | None:
    """What else a mail may be about; None where nothing speaks against what was understood.

    Examples have to say otherwise by the share that `[likeness]` asks for, and by any against what
    is only hinted at; for danger it is less, and a malfunction where danger is hinted at is for
    people to judge. Danger is never doubted.
    """
    if about.meaning in ("safety", *_OPTIONAL):
        return None
    if about.urgency == "impaired" and _hints_at_danger(text):
        return Understood("safety", "danger", ("hints",), hinted=True)
    like = likest(text)
    if like is None or MEANT[like.kind] == (about.meaning, about.urgency):
        return None
    likeness, other = lexicon()["likeness"], _like(like)
    if about.hinted or about.meaning in likeness["seconded"]:
        return other
    enough = likeness["danger" if other.meaning == "safety" else "otherwise"]
    return other if like.share >= enough else None


def feared(text: str) -> Understood | None:
    """Danger, where nothing tells what a mail is about, and examples say that it may be that."""
    like = likest(text)
    if like is None or like.kind != "danger" or like.share < lexicon()["likeness"]["danger"]:
        return None
    return _like(like)


def _like(like: Likeness) -> Understood:
    """What a mail is about that is like those of a kind."""
    return Understood(*MEANT[like.kind], ("examples",))


def _most_like(text: str, among: Collection[Meaning]) -> Understood | None:
    """What a mail is about by examples alone, `among` what is hinted at, if anything is."""
    like = likest(text)
    if like is None or like.share < lexicon()["likeness"]["alone"]:
        return None
    found = _like(like)
    return None if found.urgency == "danger" or (among and found.meaning not in among) else found


def _hints_at_danger(text: str) -> bool:
    return any(p.found_in(fold(text)) for p in read_patterns(LEXICON, "hints")["danger"])


def _told(place: str, said: str) -> Iterator[Understood]:
    """What a folded text is about by the patterns of a table, in the order of the kinds."""
    patterns = read_patterns(LEXICON, place)
    for kind, meaning, urgency in _KINDS:
        criteria = tuple(p.id for p in patterns.get(kind, ()) if p.found_in(said))
        if criteria:
            stands = kind != "standstill" or not _runs_on(said)
            found = urgency if stands else MEANT["malfunction"][1]
            yield Understood(meaning, found, criteria, hinted=place == "hints")


def _runs_on(said: str) -> bool:
    """Whether a folded text says anywhere that production goes on."""
    return any(p.found_in(said) for p in read_patterns(LEXICON, "says")["running"])

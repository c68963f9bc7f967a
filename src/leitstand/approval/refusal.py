"""Why a signed decision does not count, as a closed set of reasons with words for people."""

from typing import Literal, NamedTuple

__all__ = ["Reason", "Refusal", "words"]

Reason = Literal[
    "unknown person",
    "other tenant",
    "requester",
    "not standing in",
    "role not held",
    "role not asked",
    "bad signature",
    "other checkpoint",
    "changed",
    "not yet valid",
    "expired",
    "used",
    "same person",
]

_WORDS: dict[Reason, tuple[str, str]] = {
    "unknown person": ("ist im Verzeichnis nicht bekannt", "is not in the directory"),
    "other tenant": ("gehört zu einem anderen Mandanten", "belongs to another tenant"),
    "requester": ("hat den Vorgang veranlasst", "is the one who asked for it"),
    "not standing in": ("vertritt diese Person nicht", "does not stand in for this person"),
    "role not held": ("hat diese Rolle nicht", "does not hold this role"),
    "role not asked": ("entscheidet in einer Rolle, die nicht gefragt ist", "was not asked"),
    "bad signature": ("hat das nicht unterschrieben", "did not sign this"),
    "other checkpoint": ("hat etwas anderes unterschrieben", "signed something else"),
    "changed": ("hat einen früheren Stand unterschrieben", "signed an earlier state"),
    "not yet valid": ("hat vor der Frage unterschrieben", "signed before it was asked"),
    "expired": ("hat zu früh unterschrieben, die Frist ist um", "signed too long ago"),
    "used": ("hat damit schon einmal entschieden", "has used this signature before"),
    "same person": ("hat schon unterschrieben", "has signed already"),
}


class Refusal(NamedTuple):
    """A decision that does not count: whose, and why."""

    person: str
    reason: Reason


def words(refusal: Refusal, language: Literal["de", "en"] = "de") -> str:
    """A refusal as a sentence: `anna.becker hat schon unterschrieben`."""
    german, english = _WORDS[refusal.reason]
    return f"{refusal.person} {german if language == 'de' else english}"

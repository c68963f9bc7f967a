"""Verdicts in words: German first, English if asked."""

from leitstand.inbox import explained, texts_of
from leitstand.policy import decide
from leitstand.records import Verdict
from leitstand.values import Language
from tests.policy.sample import bundle_of, paying


def told(verdict: Verdict, language: Language = "de") -> tuple[str, ...]:
    """The lines of a verdict."""
    return tuple(explained(verdict, texts_of(language)))


def test_a_verdict_is_explained_in_german_first() -> None:
    """Who is asked and why, in the supervisor's language."""
    asked = decide(
        bundle_of(),
        paying(facts={"tier": 2, "tier_roles": frozenset({"head", "director"})}),
    )
    assert told(asked) == (
        "Freigabe nötig: 2 verschiedene Personen durch director + head",
        "P1: Betrag über der Freigabegrenze",
    )
    assert told(asked, "en")[0] == "Approval needed: 2 different people by director + head"


def test_marks_fixes_and_errors_are_explained() -> None:
    """A mark says that it only informs; a fix says what to do; an error stands for itself (R37)."""
    changed = decide(bundle_of(), paying(facts={"bank": "changed"}, args={"due": "2026-12-01"}))
    assert told(changed) == (
        "Abgelehnt",
        "P2: Bankverbindung abweichend",
        "  Abhilfe: Beim Lieferanten zurückrufen",
        "P-due (Hinweis): Fällig",
    )
    assert "  Mend: Call the supplier back" in told(changed, "en")
    unknown = decide(bundle_of(), paying(tool="x"))
    assert told(unknown, "en")[1] == "unknown tool `x`"
    assert told(unknown) == ("Abgelehnt", "Das Werkzeug „x“ ist nicht bekannt.")

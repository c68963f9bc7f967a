"""Verdicts in words: German first, English if asked."""

from typing import Any

import pytest

from leitstand.inbox import Texts, explained, texts_of
from leitstand.inbox.explained import measured
from leitstand.policy import decide
from leitstand.records import Verdict
from leitstand.values import Language
from tests.policy.sample import bundle_of, paying


def told(verdict: Verdict, language: Language = "de") -> tuple[str, ...]:
    """The lines of a verdict."""
    return tuple(explained(verdict, texts_of(language), bundle_of(), "book.pay"))


MEASURED: dict[str, Any] = {
    "tier": "Stufe {tier:number}",
    "tier_roles": "Leute: {tier_roles}",
    "bank": {"changed": "Das Konto ist ein anderes", "same": "Das Konto ist bekannt"},
    "known": {"false": "Kein Stammsatz"},
}
NAMED = {"measured": MEASURED, "words": {"head": "Leitung", "director": "Direktion"}}


@pytest.mark.parametrize(
    ("facts", "rule", "found"),
    [
        (
            {"tier": 2, "tier_roles": frozenset({"head", "director"})},
            "P1",
            ("Stufe 2", "Leute: Direktion, Leitung"),
        ),
        ({"bank": "changed"}, "P2", ("Das Konto ist ein anderes",)),
        ({"known": False}, "P2", ("Kein Stammsatz",)),
    ],
)
def test_a_rule_says_what_it_found(
    facts: dict[str, Any], rule: str, found: tuple[str, ...]
) -> None:
    """Of the facts that it reads, in the project's sentences: by word, or with the number in it.

    What is zero or empty says nothing, and neither does another rule under the same id.
    """
    bundle = bundle_of()
    verdict = decide(bundle, paying(facts=facts))
    [hit] = [h for h in verdict.hits if h.rule == rule]
    texts = Texts("de", {"locale": "de_DE"}, NAMED)
    assert measured(bundle, "book.pay", verdict, hit, texts) == found
    nothing = Texts("de", {"locale": "de_DE"}, {})
    assert measured(bundle, "book.pay", verdict, hit, nothing) == ()
    assert measured(bundle, "gone", verdict, hit, texts) == ()
    other = hit.model_copy(update={"reason_de": "ein anderer Grund"})
    assert measured(bundle, "book.pay", verdict, other, texts) == ()


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

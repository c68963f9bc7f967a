"""Proves that a second reading of mails finds what patterns mistake, and seldom disturbs them."""

import tomllib
from pathlib import Path

import pytest

from policies.facts.sales.examples import EXAMPLES, likest
from policies.facts.sales.limits import lexicon
from policies.facts.sales.meaning import MEANT, doubt_of, told_by, understood
from policies.facts.sales.service import roles_of, service_of
from tests.policies.facts.sales.reference import LIMITS, dossier

_MAILS = Path(__file__).with_name("mails.toml")
_SELDOM = 0.04
_MOST = 0.92


@pytest.mark.parametrize(
    ("mail", "category", "other"),
    [
        (
            "FB-2000 steht in der Ecke, Motor summt nur noch, wir nehmen solange den Ersatz.",
            "ersatzteil",
            "stoerung",
        ),
        (
            "Fehler 204 beim Start der S7-Kompakt, wir haben ein Ersatzgerät im Einsatz.",
            "ersatzteil",
            "stoerung",
        ),
        (
            "Unsere Tragrollen sind abgenutzt, bitte einen frischen Satz schicken.",
            "stoerung",
            "ersatzteil",
        ),
        (
            "Bitte planen Sie die halbjährliche Reinigung unseres Förderbands ein.",
            "lead",
            "wartung",
        ),
    ],
)
def test_where_examples_say_otherwise_people_decide(mail: str, category: str, other: str) -> None:
    """Both readings are told; what patterns tell stays proposed."""
    service = service_of(dossier(mail))
    assert service.category == category
    assert [doubt.endswith(f"{category} oder {other}") for doubt in service.doubts] == [True]
    assert not service.endangered


def test_how_urgent_it_is_may_be_doubted_as_well() -> None:
    """A standstill that is none would take people from one that is: both readings are told."""
    mail = "Der FB-2000 startet nicht mehr. Wir behelfen uns mit dem alten, es dauert nur länger."
    service = service_of(dossier(mail))
    assert (service.category, service.priority) == ("stoerung", "P1")
    assert [doubt.endswith("P1 oder P2") for doubt in service.doubts] == [True]


@pytest.mark.parametrize(
    "mail",
    [
        "Die Haube am FB-2000 springt im Betrieb auf, da verliert noch jemand den Finger!",
        "Ein Kalb ist in die Mühle gestürzt, weil die Klappe von selbst aufging.",
        "Ein Teil vom FB-2000 hat sich gelöst und hängt über dem Durchgang.",
    ],
)
def test_danger_that_only_may_be_meant_goes_to_those_who_know_of_it(mail: str) -> None:
    """No pattern tells danger, but the mail is like such: no other queue gets it first."""
    service = service_of(dossier(mail))
    assert not service.danger
    assert roles_of(service, LIMITS) == LIMITS.safety_roles


@pytest.mark.parametrize("mail", tomllib.loads(EXAMPLES.read_text(encoding="utf-8"))["danger"])
def test_no_example_of_danger_is_put_elsewhere(mail: str) -> None:
    """Told by patterns, or left to people: never a ticket of another kind."""
    said = mail.format(goods="die Tragrolle", machine="der FB-2000")
    service = service_of(dossier(said))
    assert service.danger or service.category is None or service.endangered


def test_what_patterns_read_well_is_seldom_doubted() -> None:
    """A question is cheap, and not free."""
    mails = tomllib.loads(_MAILS.read_text(encoding="utf-8"))["mails"]
    doubted = [mail[0] for mail in mails if service_of(dossier(mail[0])).doubts]
    assert len(doubted) <= _SELDOM * len(mails)


def test_examples_alone_read_most_mails() -> None:
    """Of mails of which one alone is an example, too: it is worth hearing as a second."""
    words = {word: meaning for meaning, word in LIMITS.category_words.items()}
    mails = tomllib.loads(_MAILS.read_text(encoding="utf-8"))["mails"]
    told = [(mail, words[category]) for mail, category, *_ in mails if category in words]
    found = [(likest(mail), meaning) for mail, meaning in told]
    right = [like for like, meaning in found if like and MEANT[like.kind][0] == meaning]
    assert len(right) >= _MOST * len(told)


def test_what_is_only_hinted_at_needs_a_second() -> None:
    """A wide word is no reason for a queue if the mail is most like others."""
    mail = (
        "Unser Sohn übernimmt den Hof und will auf Roboter umstellen. "
        "Könnten wir uns bei euch einen im Betrieb anschauen?"
    )
    found = understood(mail)
    assert found is not None
    assert found.hinted
    other = doubt_of(mail, found)
    assert other is not None
    assert other.meaning == "lead"


def test_danger_is_never_doubted() -> None:
    """Whatever else a mail is like, an alarm goes out."""
    mail = "Wann kommt unsere Bestellung? Ein Kollege hat sich verletzt."
    told = told_by(mail)
    assert told is not None
    assert doubt_of(mail, told) is None


def test_examples_tell_alone_only_if_they_are_sure() -> None:
    """Where no pattern tells, the share decides; never that somebody is in danger."""
    mail = "Login klappt bei zwei Kollegen nicht, bei den anderen schon."
    like = likest(mail)
    assert told_by(mail) is None
    assert like is not None
    found = understood(mail)
    assert (found is not None) is (like.share >= lexicon()["likeness"]["alone"])


def test_a_text_like_none_is_like_none() -> None:
    """No part of it stands in an example."""
    assert likest("xyzzy 123") is None

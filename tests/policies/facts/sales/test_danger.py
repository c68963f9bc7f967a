"""Proves that reports of danger are told by what happens to people and goods, whatever is sold.

Beside each stands a mail in which the same words mean no danger.
"""

import pytest

from policies.facts.sales.meaning import understood

_DANGERS = [
    # batteries that change
    "Der Akku hat sich verformt, das Gehäuse ist aufgebläht. Kann ich ihn noch laden?",
    "Der Batteriespeicher ist auf einer Seite dick geworden.",
    "The battery is swollen on one side.",
    "Das Notebook hat sich unten nach außen gewölbt.",
    # electricity and heat that are felt
    "Man bekommt einen leichten Schlag, wenn man das Gehäuse anfasst.",
    "Das Ladegerät wird so heiß, dass man es nicht mehr anfassen kann.",
    "Im Pool kribbelt es, wenn die Pumpe läuft.",
    # what is touched, breathed, swallowed
    "Eine Kollegin hat nach Kontakt mit dem Reiniger starken Hautausschlag bekommen.",
    "Reiniger ins Auge gespritzt, wir brauchen Angaben zur ersten Hilfe!",
    "Unser Kind hat aus der Flasche getrunken!",
    "Seit dem neuen Klebeband klagen die Packerinnen über Kopfschmerzen.",
    "Since we use the new gloves two colleagues have a rash.",
    # what breaks, falls, flies or moves where people are
    "Der Arm ist abgebrochen und knapp neben einer Mitarbeiterin auf den Tisch gekracht.",
    "Eine Naht ist gerissen, als wir jemanden heben wollten.",
    "Der Deckel ist bei voller Drehzahl aufgesprungen, ein Röhrchen flog quer durchs Labor.",
    "Nach dem Sturm hängt ein Modul lose über dem Gehweg.",
    "Der Stuhl fährt während der Behandlung plötzlich hoch.",
    "Die Maschine hat nicht gestoppt, als jemand davor stand.",
    "Unsere Aushilfe war 20 Minuten in der Zelle eingeschlossen.",
    # edges, needles, food
    "Am Rand steht das Blech hoch, scharf wie ein Messer.",
    "Da kann sich jeder dran aufreißen.",
    "Eine Mitarbeiterin hat sich an einer Nadel gestochen.",
    "Metallspäne im Teig! Wir haben schon ausgeliefert.",
    "Benzin tropft auf den heißen Auspuff.",
    "Ein Gast musste sich übergeben.",
    "Am Bett löst sich das Seitengitter von allein.",
    "Die Bremsen haben bei der Fahrt ins Tal gestern komplett versagt.",
    "Der Flügel ist aus dem Rahmen gekippt, meine Mutter konnte ihn gerade noch halten.",
]
_NONE = [
    "Der Akku hält nur noch eine Stunde.",
    "Wie heiß darf die Batterie beim Laden werden?",
    "Unser Vorschlag: Sie schicken einen Techniker.",
    "Bitte bieten Sie uns allergenfreie Handschuhe an.",
    "Wir haben das Modell für nächstes Jahr ins Auge gefasst.",
    "Der Riemen ist gerissen, wir haben keinen Ersatz.",
    "Der Bewohner liegt vorerst flach, es geht so.",
    "Der Server fährt plötzlich herunter.",
    "Uns ist aufgefallen, dass die Preise gefallen sind.",
    "Die Rollen stehen im Regal neben den Mitarbeiterspinden.",
    "Können Sie uns Schneidbretter liefern?",
    "Das Eis ist geschmolzen, die Truhe kühlt nicht mehr.",
]


@pytest.mark.parametrize("mail", _DANGERS)
def test_what_hurts_or_may_hurt_is_danger(mail: str) -> None:
    """Safety, with the highest urgency."""
    found = understood(mail)
    assert found is not None
    assert (found.meaning, found.urgency) == ("safety", "danger")


@pytest.mark.parametrize("mail", _NONE)
def test_the_same_words_without_danger_are_none(mail: str) -> None:
    """A false alarm costs the trust in the next."""
    found = understood(mail)
    assert found is None or found.meaning != "safety"

# ruff: noqa: E501 - a mail stands in one line
"""Reports of wrongdoing are recognised before anybody keeps them; other mails are not."""

import pytest

from policies.facts.compliance.whistleblowing import recognise, weigh

REPORTS = (
    "Unser Schichtleiter fälscht Stundenzettel, ich möchte das anonym melden.",
    "Ich möchte vertraulich melden, dass mein Chef Angebote gegen Geld an einen Freund vergibt.",
    "Anonymer Hinweis: In der Buchhaltung werden Belege nachträglich verändert.",
    "Ein Kollege lässt regelmäßig Werkzeug mitgehen. Bitte behandeln Sie das vertraulich.",
    "Vertraulich: Unser Lagerleiter schreibt Überstunden auf, die nie geleistet wurden.",
    "Vertraulicher Hinweis: Ein Vorgesetzter belästigt Auszubildende.",
    "Ich möchte anonym einen Verstoß melden: Der Einkaufsleiter nimmt Schmiergeld.",
    "Vertrauliche Meldung: Unser Lagerleiter zweigt Ware ab.",
    "Bitte behandeln Sie meinen Namen vertraulich. In der Abteilung werden Belege gefälscht.",
    "Hinweis nach HinSchG: Rechnungen wurden manipuliert.",
    "Ich bin Hinweisgeberin und habe Angst vor Repressalien.",
    "Mein Chef hat Scheinrechnungen gestellt, ich will nicht, dass mein Name bekannt wird.",
    "Niemand soll davon erfahren: der Kollege hat Geld unterschlagen.",
    "Mein Vorgesetzter belästigt seit Monaten Auszubildende.",
    "Der Schichtleiter lässt Giftmüll verbrennen, ich habe Angst vor Vergeltung.",
    "Unser Geschäftsführer lässt sich bestechen.",
    "I would like to report fraud in your purchasing department. Please keep this confidential.",
    "I am blowing the whistle: whistleblower report attached.",
    "My manager takes bribes from a supplier, my name must stay secret.",
    "Ich muss einen Missstand in der Produktion melden.",
    "Wir haben einen Betrug zu melden, anonym bitte.",
    "Mein Abteilungsleiter manipuliert die Arbeitszeitkonten.",
    "Der Kollege aus dem Lager klaut Kupfer.",
    "Schwarzarbeit auf der Baustelle, meinen Namen bitte nicht nennen.",
    "Die Sicherheitsprüfungen werden nur vorgetäuscht und gefälscht, bitte vertraulich.",
    "Unter uns: unser Einkäufer bekommt Kickbacks vom Lieferanten.",
    "Anonymer Hinweis: Preisabsprachen mit dem Wettbewerb.",
    "Interne Meldestelle: ich will Korruption melden.",
    "Im Lager verschwindet Ware, der Chef ist beteiligt. Bitte behandeln Sie das anonym.",
    "Seit Monaten rechnet unser Schichtleiter Stunden ab, die keiner gearbeitet hat. Ich will nicht, dass das rauskommt, von wem es kommt.",
    "Ich möchte auf einen Verstoß gegen Umweltrecht hinweisen: Altöl wird hinter Halle 3 in den Gully gekippt. Bitte vertraulich behandeln.",
    "Ich habe mitbekommen, dass Herr Krüger im Einkauf von einem Lieferanten Reisen bezahlt bekommt. Mein Name soll außen vor bleiben.",
    "In der Fertigung werden die Sicherheitsschalter an der Presse überbrückt, der Meister weiß es und tut nichts. Ich habe Angst um meinen Job.",
    "Ich will melden, dass in der Lackiererei Lösemittel in den Abfluss geschüttet werden. Bitte nennt meinen Namen nicht.",
    "Es geht um sexuelle Belästigung durch meinen Vorgesetzten. An wen kann ich mich vertraulich wenden?",
    "My manager is faking safety inspection records. I want to stay anonymous.",
    "Der Lagerleiter verkauft Ware privat auf Kleinanzeigen. Bitte sagt ihm nicht, dass ich das gemeldet habe.",
    "Unsere Chefin lässt Mitarbeiter ohne Anmeldung bei der Sozialversicherung arbeiten.",
    "Ich habe gesehen, dass Prüfprotokolle nachträglich geändert werden. Ich möchte anonym bleiben.",
    "Bitte behandeln Sie das vertraulich: Die Kollegen in der Disposition fälschen die Lenkzeiten der Fahrer.",
    "Es werden Kundendaten an einen Wettbewerber weitergegeben, ich weiß auch von wem. Mein Name darf nicht auftauchen.",
    "I want to report that our purchasing head accepts gifts from suppliers, please keep my name out of it.",
    "Mein Vorgesetzter hat mir an den Po gefasst. Ich weiß nicht, an wen ich mich wenden soll.",
    "In unserem Werk wird der Mindestlohn unterlaufen, die Überstunden tauchen nirgends auf. Ich habe Angst vor Kündigung.",
)

TOLD = (
    "Mir reicht es jetzt! Seit Monaten schreibt der Schichtführer Stunden für Leute auf, die gar nicht da waren.",
    "Unser chef lässt die handwerker sein privathaus renovieren und das geht auf die firma",
    "In unserem Labor ist es üblich, Ausreißer zu streichen, bis der Mittelwert stimmt.",
    "Die Etiketten mit dem Haltbarkeitsdatum werden überklebt. Ich habe Fotos.",
    "Wenn die Berufsgenossenschaft kommt, werden die Leitern schnell weggeräumt.",
    "Der Schichtplan, den das Amt bekommt, ist nicht der, nach dem wir arbeiten.",
    "Die Schweißnähte werden nicht mehr geprüft, der Stempel kommt trotzdem drauf.",
    "Der Lohn wird uns seit Monaten nur zur Hälfte gezahlt, der Rest heißt Darlehen.",
    "Ein Kunde zahlt bar und bekommt die Rechnung auf einen anderen Namen, das läuft seit Sommer so.",
    "Sagen Sie bitte niemandem, dass das von mir kommt: Das alte Bad wird nachts in den Gully gekippt.",
    "Our plant manager tells us to clock out and keep working. People are afraid to say anything.",
    "We ship parts that failed inspection with a clean certificate.",
    "The maintenance log for line 2 is copied from last year with the dates swapped.",
    "Es gibt bei uns eine zweite Stundenliste, die echte liegt im Spind vom Polier.",
    "Somebody in finance created a ghost employee and collects the salary.",
    "The devices failed sterilisation twice and were still released to hospitals.",
    "Im Lager hängt ein Mikrofon, wir werden abgehört.",
    "Die Pflegekräfte kreuzen Rundgänge an, die sie nicht gemacht haben.",
    "Our finance lead keeps two sets of books.",
)
"""Told without a word that names the wrong."""

OTHERS = (
    "Mein Name ist auf dem Ausweis falsch geschrieben.",
    "Bitte das Gehalt vertraulich behandeln, Tom Vogel von 3.400 auf 3.600 EUR.",
    "Ich möchte melden, dass ich umgezogen bin.",
    "Die Heizung in Halle 3 ist defekt.",
    "Ich habe gesehen, dass meine Abrechnung fehlt.",
    "Können Sie meinen Namen in Vogel-Harms ändern?",
    "Ich habe gehört, dass es neue Urlaubsregeln gibt.",
    "Auf der Lohnabrechnung steht mein Name nicht richtig.",
    "Der Kunde hat uns eine Reise bezahlt, wie muss ich das versteuern?",
    "Wer hat den Müll im Wald verbrannt? Nein, Spaß - Einladung zum Grillen.",
    "Ich habe mitbekommen, dass Frau Kaya in Elternzeit geht, wer vertritt sie?",
    "Unser Chef hat Geburtstag, Sammelaktion läuft.",
    "Bitte tragen Sie meinen neuen Namen ein.",
    "Der Teamleiter möchte Cem Yilmaz von 40 auf 32 Stunden umstellen.",
    "Ich habe Angst vor der Prüfung, kann ich sie verschieben?",
    "Anbei unsere Rechnung RE-4711 über 1.200 Euro.",
    "Bitte um ein Angebot über 60 Antriebsrollen.",
    "Ich bin bis Freitag krankgeschrieben.",
    "Einladung zur Schulung Hinweisgeberschutzgesetz am 3. Dezember.",
    "Unser Newsletter: was das HinSchG für Ihre Richtlinie bedeutet.",
    "Angebot für Whistleblowing-Software, 99 Euro im Monat.",
    "Die Anlage ist nach einem Manipulationsversuch gesperrt, bitte Techniker schicken.",
    "Bitte löschen Sie alle meine Daten.",
    "Ich möchte einen Schaden melden: das Förderband steht.",
    "Ein Mitarbeiter hat sich am Band verletzt, der Not-Halt hat nicht ausgelöst.",
    "Rechnung RE-4711 ist falsch, da fehlt der Rabatt.",
    "Bitte überweisen Sie mein Gehalt auf das neue Konto.",
    "Wir wollen eine Störung melden.",
    "Mein Chef bittet um Rückruf.",
    "Vertraulich: Gehaltsliste anbei.",
    "Bitte vertraulich behandeln: das Angebot gilt bis 31.12.",
    "Webinar: Korruption erkennen und vermeiden, jetzt anmelden.",
    "Wir melden uns wegen der Lieferung am Montag.",
    "Ich möchte Urlaub vom 21. bis 31. Dezember nehmen.",
    "Confidential: please find attached our price list.",
)

EVERYDAY = (
    "In der Kantine war das Essen schon wieder kalt, das ist doch eine Unverschämtheit!",
    "Mein Drucker geht nicht, können Sie bitte jemanden schicken?",
    "Ich komme mit meiner Kollegin nicht klar. Können wir ein Gespräch zu dritt führen?",
    "Mein Chef hat mir den Urlaub nicht genehmigt, obwohl ich ihn zuerst eingereicht habe. Das finde ich ungerecht.",
    "Wo finde ich die Richtlinie zum Hinweisgebersystem?",
    "Wer ist bei uns Ansprechpartner für die interne Meldestelle? Ich frage für das Handbuch.",
    "Ich habe aus Versehen die Rechnung 4711 doppelt gebucht und bitte um Storno.",
    "Darf ich ein Geschenk von einem Lieferanten im Wert von 30 Euro annehmen?",
    "Der Kunde hat eine Reklamation: das Gerät war gebraucht statt neu. Wir tauschen um.",
    "Bei der Prüfung der Belege ist mir aufgefallen, dass die Kostenstelle falsch war. Ich habe sie korrigiert.",
    "Die Bremsen am Dienstwagen quietschen, Werkstatttermin ist Donnerstag.",
    "Der neue Schichtplan ist super, endlich planbar. Danke an den Schichtführer!",
    "Warum bekomme ich keine Schichtzulage, obwohl ich nachts arbeite?",
    "My laptop was stolen from my car last night, the police report is attached. Who gives me a new one?",
    "Please check why overtime hours from October are not on my payslip.",
    "Der neue Mitarbeiter braucht eine Unterweisung zum Umgang mit Gefahrstoffen.",
    "Does our whistleblower channel also accept reports in Polish?",
    "Zur Info: Das Gericht hat im Fall des Kollegen entschieden, die Akte kann geschlossen werden.",
    "Die Schutzgitter an Linie 2 wurden zur Wartung abgenommen und sind wieder montiert.",
    "Der Betriebsrat hat der neuen Arbeitszeitregelung zugestimmt.",
    "Unser Abteilungsleiter sucht noch zwei Leute für die Messe.",
)
"""What colleagues write that asks for nothing which a role does."""


@pytest.mark.parametrize("text", REPORTS)
def test_reports_go_to_the_office(text: str) -> None:
    """A report that is missed would be read by a machine: none may be, whatever else it asks."""
    assert recognise(text, asked=True)
    assert recognise(text)


@pytest.mark.parametrize("text", TOLD)
def test_a_report_needs_no_word_for_the_wrong(text: str) -> None:
    """No list knows all that people do wrong: how it is told counts where nothing is asked for."""
    assert recognise(text)


@pytest.mark.parametrize("text", OTHERS)
def test_other_mails_do_not(text: str) -> None:
    """Daily mail stays where it belongs."""
    assert not recognise(text, asked=True)


@pytest.mark.parametrize("text", EVERYDAY)
def test_what_colleagues_write_every_day_does_not(text: str) -> None:
    """Canteen, repairs, conflicts, questions about the policy and about oneself are no reports."""
    assert not recognise(text)


def test_the_offices_own_address_is_enough() -> None:
    """Whatever a mail to the reporting office says, nobody else reads it."""
    assert recognise("Guten Tag", recipients=["Meldestelle@firma.example"])
    assert not recognise("Guten Tag", recipients=["info@firma.example"])


def test_a_subject_counts() -> None:
    """What a subject says is part of the mail."""
    assert recognise("Siehe Anlage.", subject="Vertrauliche Meldung")


def test_what_a_message_is_weighed_by_can_be_read() -> None:
    """Whoever changes a word sees what each concept counts, and that a concept counts once."""
    once = weigh("Der Meister fälscht Belege.")
    assert once["crime"] > once["papers and offices"] > 0
    assert weigh("Der Meister fälscht Belege, Nachweise und Protokolle, er betrügt.") == once


def test_what_stands_pages_apart_tells_nothing_together() -> None:
    """A long mail is not a report because each of its words stands somewhere in it."""
    idle = "Der Aufbau beginnt planmäßig. " * 8
    assert not recognise(f"Der Meister ist zufrieden. {idle}Ohne Eile. {idle}Die Inventur läuft.")

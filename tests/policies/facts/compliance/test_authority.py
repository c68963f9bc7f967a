"""Who asks for somebody else proves that they may; who asks for their own need not."""

import pytest

from policies.facts.compliance.authority import needs_authority

OTHERS = (
    "Wir vertreten Frau Erika Muster anwaltlich und bitten um Auskunft.",
    "Namens und in Vollmacht meines Mandanten fordere ich Sie zur Auskunft auf.",
    "Hiermit zeigen wir an, dass wir die Interessen von Herrn Adler vertreten.",
    "Bitte senden Sie die Auskunft für Frau Lindqvist an unsere Kanzlei.",
    "Our client instructs us to request access to her personal data.",
    "I hold power of attorney for my mother.",
    "Als Mutter von Jonas (9) möchte ich wissen, welche Daten Sie über ihn haben.",
    "Bitte löschen Sie das Kundenkonto meiner Mutter.",
    "Ich frage für meine Schwester an: Was haben Sie über sie gespeichert?",
    "Ich schreibe wegen meiner Tochter. Welche Fotos haben Sie von ihr?",
    "Meine Tochter ist 8. Löschen Sie bitte ihr Profil.",
    "Auskunft für meinen minderjährigen Sohn,\nbitte an mich.",
    "As her husband I'd like to know what you have stored.",
    "Bitte schicken Sie mir die Daten meines Mannes.",
    "Ich bin vom Amtsgericht als Betreuerin bestellt.",
    "Als Vormund des Kindes bitte ich um Löschung.",
    "Mein Vater ist verstorben, ich bin Alleinerbin. Was hatten Sie von ihm?",
    "As executor of the estate of Mary Holm I ask you to erase the account.",
    "Der Verein macht für sein Mitglied den Auskunftsanspruch geltend.",
    "Ich bin 14 und will wissen, was ihr speichert.",
    "I am 15 years old, delete my account.",
    "Was haben Sie über ihn gespeichert?",
)

THEIR_OWN = (
    "Welche Daten haben Sie über mich gespeichert?",
    "Kommt keine Auskunft, schalte ich meinen Anwalt ein.",
    "Ich habe als Rechtsanwalt bei Ihnen gekauft und möchte meine eigenen Daten sehen.",
    "I am a solicitor and former customer; send me a copy of my own data.",
    "Welche Daten haben Sie über mich? Meine Mutter hat mir geraten zu fragen.",
    "Bitte löschen Sie meine Daten, ich wohne jetzt bei meiner Tochter.",
    "Bitte löschen Sie mein Konto. Meine Frau hat ein eigenes.",
    "Auskunft über meine Daten aus der Zeit, als mein Mann bei Ihnen arbeitete.",
    "Sie haben mir Werbung für meinen Sohn geschickt. Löschen Sie meine Adresse.",
    "Ich bin 45 Jahre alt und will wissen, was Sie speichern.",
    "Ich bin 12 Jahre Kunde und möchte gelöscht werden.",
    "Ich vertrete die Ansicht, dass Sie meine Daten zu Unrecht speichern.",
    "Im Namen der Transparenz bitte ich um Auskunft über meine Daten.",
    "Sehr geehrte Frau Lehmann, bitte löschen Sie meine Daten.",
    "> Im Namen meiner Mandantin\nIch bitte um Auskunft über meine Daten.",
    "",
)


@pytest.mark.parametrize("mail", OTHERS)
def test_who_asks_for_somebody_else_has_to_prove_it(mail: str) -> None:
    """Mandates, parents, guardians, heirs, associations, and who is not of age."""
    assert needs_authority(mail)


@pytest.mark.parametrize("mail", THEIR_OWN)
def test_who_asks_for_their_own_has_not(mail: str) -> None:
    """Lawyers, relatives and years that are only named beside it."""
    assert not needs_authority(mail)

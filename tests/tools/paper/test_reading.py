"""Fields of plain PDFs: invented invoices of many layouts, whatever the order of their text."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.einvoice.baseline import baseline
from tests.tools.paper.sheets import lines, sheet
from tools.paper import Paper, read_paper
from tools.paper.patterns import DEFAULT, Field

THRESHOLD = 95
INVOICES: dict[str, tuple[str, dict[Field, str | None]]] = {
    "de-handwerk": (
        """
Malermeister Sörensen e.K.                              Rechnung
Deichstr. 4, 24103 Kiel
                                                        Rechnungs-Nr.:      2026/0417
Nordwerk Maschinenbau GmbH                              Kundennummer:       10442
Hafenstr. 1                                             Rechnungsdatum:     03.11.2026
24103 Kiel                                              Lieferdatum:        28.10.2026
                                                        Ihre USt-IdNr.:     DE811569869

Pos  Bezeichnung                 Menge    Preis      Gesamt
1    Anstrich Halle 2            120 m²   12,50      1.500,00
2    Grundierung                 120 m²    3,25        390,00
                                          Nettobetrag          1.890,00 €
                                          zzgl. 19 % MwSt.       359,10 €
                                          Gesamtbetrag         2.249,10 €
Zahlbar bis 17.11.2026 ohne Abzug.
IBAN: DE02 1203 0000 0000 2020 51   BIC: BYLADEM1001
USt-IdNr.: DE136695976   Steuernummer: 20/123/45678
""",
        {
            "number": "2026/0417",
            "issue_date": "2026-11-03",
            "net": "1890.00",
            "tax": "359.10",
            "gross": "2249.10",
            "iban": "DE02120300000000202051",
            "vat_id": "DE136695976",
            "due_date": "2026-11-17",
        },
    ),
    "en-columns": (
        """
Northern Tools Ltd                                     INVOICE
Invoice No.        Invoice Date       Due Date        Customer No.
INV-88231          14 November 2026   14 December 2026   C-5521

Bill to
Nordwerk GmbH
VAT No. DE811569869

Description             Qty   Unit price     Amount
Bearing 6204            10    12.00          120.00
Freight                  1    1,080.00       1,080.00
Subtotal                                     1,200.00
VAT 20%                                      240.00
Total due                                    1,440.00 GBP
VAT Reg No: GB980780684
IBAN GB33BUKB20201555555555
""",
        {
            "number": "INV-88231",
            "issue_date": "2026-11-14",
            "net": "1200.00",
            "tax": "240.00",
            "gross": "1440.00",
            "iban": "GB33BUKB20201555555555",
            "vat_id": "GB980780684",
            "due_date": "2026-12-14",
        },
    ),
    "strip": (
        """
Rechnung Nr. R-77 vom 1. März 2026
Leistungszeitraum 01.02.2026 - 28.02.2026

Netto       MwSt. 7 %     Brutto
100,00      7,00          107,00
USt-ID DE136695976
""",
        {
            "number": "R-77",
            "issue_date": "2026-03-01",
            "net": "100.00",
            "tax": "7.00",
            "gross": "107.00",
            "vat_id": "DE136695976",
        },
    ),
    "two-ibans": (
        """
Rechnung Nr. 4711
Datum: 05.05.2026
Gesamt netto   50,00
USt 19%         9,50
Rechnungsbetrag 59,50
Bankverbindung: Sparkasse IBAN DE02120300000000202051
Bankverbindung: Commerzbank IBAN DE88200800000970375700
""",
        {
            "number": "4711",
            "issue_date": "2026-05-05",
            "net": "50.00",
            "tax": "9.50",
            "gross": "59.50",
        },
    ),
    "storno": (
        """
Rechnungskorrektur Nr. RK-12 vom 09.09.2026
zur Rechnung Nr. RE-99 vom 01.08.2026
Nettobetrag -100,00 EUR
19% MwSt. -19,00 EUR
Gesamtbetrag -119,00 EUR
""",
        {
            "number": "RK-12",
            "issue_date": "2026-09-09",
            "net": "-100.00",
            "tax": "-19.00",
            "gross": "-119.00",
        },
    ),
    "kleinunternehmer": (
        """
Rechnung Nr. 2026-3
Kiel, den 04.10.2026
Gesamtbetrag 380,00 €
Gemäß § 19 UStG wird keine Umsatzsteuer berechnet.
Steuernummer 20/123/45678
""",
        {
            "number": "2026-3",
            "issue_date": "2026-10-04",
            "gross": "380.00",
            "tax_number": "20/123/45678",
        },
    ),
    "not-closing": (
        """
Rechnung Nr. 2026-4
Rechnungsdatum 04.10.2026
Nettobetrag 100,00 €
MwSt. 19 % 19,00 €
Gesamtbetrag 129,00 €
""",
        {"number": "2026-4", "gross": "129.00"},
    ),
    "swiss": (
        """
Rechnung Nr. 55-1
Rechnungsdatum 04.10.2026
Zwischensumme CHF 1'000.00
MwSt 8.1% CHF 81.00
Total CHF 1'081.00
UID CHE-123.456.788 MWST
IBAN CH93 0076 2011 6238 5295 7
""",
        {
            "number": "55-1",
            "net": "1000.00",
            "tax": "81.00",
            "gross": "1081.00",
            "iban": "CH9300762011623852957",
            "vat_id": "CHE-123.456.788",
        },
    ),
    "discounted": (
        """
Rechnungsnummer 900123        Rechnungsdatum 02.11.26
Auftragsnummer 77812          Lieferschein-Nr. 5512
Warenwert 1.000,00
abzgl. 10 % Rabatt -100,00
Netto-Summe 900,00
MwSt. 19% 171,00
Rechnungsbetrag 1.071,00
abzgl. Skonto 2% bis 12.11.2026: 21,42
Zahlbetrag bei Skonto: 1.049,58
""",
        {
            "number": "900123",
            "issue_date": "2026-11-02",
            "net": "900.00",
            "tax": "171.00",
            "gross": "1071.00",
        },
    ),
    "fr": (
        """
Facture n° F2026-118           Date d'émission : 5 novembre 2026
Client : Nordwerk GmbH                TVA client : DE811569869
Total HT 1 250,00 €
TVA 20,0 % 250,00 €
Total TTC 1 500,00 €
Net à payer 1 500,00 €
N° TVA intracommunautaire : FR 40 303265045
IBAN : FR14 2004 1010 0505 0001 3M02 606
""",
        {
            "number": "F2026-118",
            "issue_date": "2026-11-05",
            "net": "1250.00",
            "tax": "250.00",
            "gross": "1500.00",
            "iban": "FR1420041010050500013M02606",
            "vat_id": "FR40303265045",
        },
    ),
    "mixed-rates": (
        """
Gutschrift Nr. G-5
Belegdatum: 2026-11-01
USt 7 % auf 100,00 = 7,00
USt 19 % auf 200,00 = 38,00
Summe netto 300,00
Summe USt. 45,00
Gesamtsumme 345,00
""",
        {
            "number": "G-5",
            "issue_date": "2026-11-01",
            "net": "300.00",
            "tax": "45.00",
            "gross": "345.00",
        },
    ),
    "us-date": (
        """
Invoice # 1001
Invoice date: 03/04/2026
Total 100.00
""",
        {"number": "1001", "gross": "100.00"},
    ),
    "sepa": (
        """
Rechnung 2026-88 vom 11.11.2026
Gesamt netto 84,03 €
USt 19% 15,97 €
Rechnungsbetrag 100,00 €
Der Betrag wird per SEPA-Lastschrift von Ihrem Konto IBAN DE02120300000000202051 abgebucht.
""",
        {
            "number": "2026-88",
            "issue_date": "2026-11-11",
            "net": "84.03",
            "tax": "15.97",
            "gross": "100.00",
            "iban": None,
        },
    ),
    "brutto-first": (
        """
RECHNUNG                                 Beleg-Nr. 0815-26
Rechnungsdatum   Fällig am    Bruttobetrag
12.11.2026       26.11.2026   595,00
Gesamtbetrag brutto    595,00
darin enthalten 19 % MwSt.   95,00
Nettobetrag   500,00
Umsatzsteuer-Identifikationsnummer DE 136 695 976
""",
        {
            "number": "0815-26",
            "issue_date": "2026-11-12",
            "net": "500.00",
            "tax": "95.00",
            "gross": "595.00",
            "vat_id": "DE136695976",
        },
    ),
    "order-trap": (
        """
Ihre Bestellung Nr. 4500012345 vom 01.10.2026
Rechnung zu Auftrag 88123
Rechnungsnummer
20261177
Rechnungsdatum
15.11.2026
Summe 100,00 EUR
zzgl. 19% USt 19,00 EUR
Endbetrag 119,00 EUR
""",
        {
            "number": "20261177",
            "issue_date": "2026-11-15",
            "net": "100.00",
            "tax": "19.00",
            "gross": "119.00",
        },
    ),
}


def read(text: str, order: str = "rows") -> Paper:
    """What one sheet says."""
    return read_paper([sheet(*lines(text), order=order)])


@pytest.mark.parametrize("order", ["rows", "columns"])
@pytest.mark.parametrize("name", INVOICES)
def test_layouts(name: str, order: str) -> None:
    """German, English, French and Swiss invoices say the same whatever order their text is in."""
    text, expected = INVOICES[name]
    paper = read(text, order)
    assert {field: paper.value(field) for field in expected} == expected


@pytest.mark.parametrize("field", ["number", "issue_date", "gross", "iban", "vat_id"])
def test_above_the_baseline(field: Field) -> None:
    """Over these layouts each field is read right more often than by one regular expression."""
    ours, theirs = 0, 0
    for (text, expected), order in product(INVOICES.values(), ("rows", "columns")):
        page = sheet(*lines(text), order=order)
        if expected.get(field) is not None:
            ours += read_paper([page]).value(field) == expected[field]
            theirs += baseline(page.text)[field] == expected[field]
    assert ours > theirs


@pytest.mark.parametrize("order", ["rows", "columns"])
@pytest.mark.parametrize("name", INVOICES)
def test_every_value_is_copied(name: str, order: str) -> None:
    """Each reading, also one that lost, stands at its offsets: nothing is made up."""
    page = sheet(*lines(INVOICES[name][0]), order=order)
    paper = read_paper([page])
    pieces = [one for field in paper.fields for one in (field.copied, *field.others)]
    assert pieces
    assert all(one.text == page.text[one.start : one.end] for one in pieces)


def sure(paper: Paper, *names: Field) -> bool:
    """Whether these fields are sure enough for a careful tenant."""
    return paper.sure(names, THRESHOLD)


def test_sure_where_ways_and_checks_agree() -> None:
    """A complete invoice whose sums close and whose account is one is read for sure."""
    paper = read(INVOICES["de-handwerk"][0])
    assert sure(paper, "number", "issue_date", "net", "tax", "gross", "iban", "vat_id")
    assert not paper.conflicts


def test_sums_that_do_not_close_are_doubtful() -> None:
    """100 and 19 are not 129: no amount of them is sure, and the check says why."""
    paper = read(INVOICES["not-closing"][0])
    assert paper.value("gross") == "129.00"
    assert not any(sure(paper, name) for name in ("net", "tax", "gross"))
    assert {f.check for f in paper.fields if f.name == "gross"} == {"failed"}


def test_tax_of_no_rate_is_doubtful() -> None:
    """Net and tax come to the gross amount, but 12.00 is no tax of 100.00 by any rate in sight."""
    paper = read("Nettobetrag 100,00\nMwSt. 19 % 12,00\nGesamtbetrag 112,00")
    assert not any(sure(paper, name) for name in ("net", "tax", "gross"))


def test_wrong_check_digits_are_doubtful() -> None:
    """An account or a VAT ID with one wrong digit is shown, and is not sure."""
    paper = read("IBAN DE02120300000000202052\nUSt-IdNr. DE136695977")
    assert paper.value("iban") == "DE02120300000000202052"
    assert not sure(paper, "iban")
    assert not sure(paper, "vat_id")


def test_account_of_no_bank_is_doubtful() -> None:
    """Check digits alone do not make an account where the register of banks is complete."""
    assert not sure(read("IBAN DE79000000000000000000"), "iban")


def test_two_accounts_are_a_conflict() -> None:
    """Both are kept, with where they stand; neither is sure."""
    paper = read(INVOICES["two-ibans"][0])
    conflict = next(one for one in paper.conflicts if one.field == "iban")
    assert conflict.values == ("DE02120300000000202051", "DE88200800000970375700")
    assert all("p.1:" in source for source in conflict.sources)
    assert not sure(paper, "iban")


@pytest.mark.parametrize(
    "line", ["Rechnung Nr. 5\nRechnung Nr. 6", "Rechnungsnummer: 5\nBeleg-Nr.: 6"]
)
def test_two_numbers_are_a_conflict(line: str) -> None:
    """Two numbers that are named equally well contradict each other."""
    paper = read(line)
    assert [one.field for one in paper.conflicts] == ["number"]
    assert not sure(paper, "number")


def test_number_of_something_else() -> None:
    """What is called the customer's number as well is not sure to be the invoice's."""
    assert not sure(read("Rechnung Nr. 4711\nKundennummer 4711"), "number")


def test_day_that_may_be_american() -> None:
    """03/04/2026 on an invoice in English may be either: it is not sure; in French it is."""
    assert not sure(read(INVOICES["us-date"][0]), "issue_date")
    assert sure(read("Facture n° 1\nDate de facture : 03/04/2026"), "issue_date")


def test_day_after_it_fell_due() -> None:
    """An invoice that fell due before it was written has a day that is not sure."""
    text = "Rechnungsdatum 04.10.2026\nFällig am 01.10.2026"
    assert not sure(read(text), "issue_date")


def test_account_of_the_buyer_is_none() -> None:
    """The account that a direct debit is drawn from is nobody's to pay to."""
    assert read(INVOICES["sepa"][0]).field("iban") is None
    assert read("Käufer-IBAN : DE02120300000000202051").field("iban") is None


def test_vat_id_of_the_buyer_is_not_the_sellers() -> None:
    """Below the buyer's heading, or called the reader's own, a VAT ID is not the seller's."""
    assert read("Käufer\nName: A GmbH\nUSt-IdNr.: DE136695976").field("vat_id") is None
    assert read("Ihre USt-IdNr.: DE136695976").field("vat_id") is None


@given(st.text(max_size=400))
def test_any_text_is_read(text: str) -> None:
    """Whatever a page says, reading it ends, and copies what stands there."""
    page = sheet(*lines(text or "x"))
    paper = read_paper([page])
    assert all(f.copied.text == page.text[f.copied.start : f.copied.end] for f in paper.fields)


@given(
    net=st.integers(100, 10_000_000),
    rate=st.sampled_from([7, 19, 16, 5]),
    off=st.integers(1, 500),
)
def test_changed_gross_is_never_sure(net: int, rate: int, off: int) -> None:
    """Of any invoice whose gross amount was changed by some cents no amount is sure."""
    tax = round(net * rate / 100)
    paper = read(sums(net, tax, rate, net + tax + off))
    assert not any(sure(paper, name) for name in ("net", "tax", "gross"))


@given(net=st.integers(100, 10_000_000), rate=st.sampled_from([7, 19, 16, 5]))
def test_closing_sums_are_read(net: int, rate: int) -> None:
    """Of any invoice whose sums close all three amounts are read, and sure."""
    tax = round(net * rate / 100)
    paper = read(sums(net, tax, rate, net + tax))
    assert sure(paper, "net", "tax", "gross")
    assert paper.value("gross") == f"{(net + tax) // 100}.{(net + tax) % 100:02d}"


def test_no_more_is_looked_at_than_the_table_says() -> None:
    """What stands behind the last character that is looked at is not read."""
    filler = "x " * (DEFAULT.whole("characters") // 2)
    pages = [sheet((50, 40, filler)), sheet((50, 40, "IBAN DE02120300000000202051"), number=2)]
    assert read_paper(pages).field("iban") is None


def sums(net: int, tax: int, rate: int, gross: int) -> str:
    """The totals of an invoice with one rate."""
    lines = (f"Netto {euro(net)}", f"MwSt. {rate} % {euro(tax)}", f"Gesamtbetrag {euro(gross)}")
    return "\n".join(lines)


def euro(cents: int) -> str:
    """German notation with thousands."""
    return f"{cents // 100:,}".replace(",", ".") + f",{cents % 100:02d}"

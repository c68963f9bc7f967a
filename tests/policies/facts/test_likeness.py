"""Likeness of names and numbers."""

from hypothesis import given
from hypothesis import strategies as st

from policies.facts.likeness import (
    is_addressed_to,
    is_called,
    leaves_words_out,
    name_permille,
    number_permille,
    one_series,
    shares_word,
)

TEXTS = st.text(max_size=40)


@given(TEXTS, TEXTS)
def test_likeness_is_symmetric_and_bounded(one: str, other: str) -> None:
    """0 to 1000, the same from both sides."""
    for measure in (name_permille, number_permille):
        assert 0 <= measure(one, other) <= 1000
        assert measure(one, other) == measure(other, one)


@given(TEXTS)
def test_a_name_is_like_itself(name: str) -> None:
    """1000, unless nothing of it counts."""
    assert name_permille(name, name) in (0, 1000)


def test_legal_forms_count_where_both_are_named() -> None:
    """`GmbH` may be left out; a KG is not a GmbH."""
    assert name_permille("Keller Dichtungstechnik", "Keller Dichtungstechnik GmbH") == 1000
    assert name_permille("Keller Dichtungstechnik KG", "Keller Dichtungstechnik GmbH") < 1000
    assert name_permille("Nordwerk Service GmbH", "Nordwerk Maschinenbau GmbH") < 920
    assert name_permille("Büro Brandt e.K.", "BUERO BRANDT eK") == 1000
    assert name_permille("GmbH", "Keller GmbH") < 920
    assert name_permille("Müller & Co. KG", "Mueller und Co") == 1000
    long = "Süddeutsche Präzisionswerkzeug Vertriebsgesellschaft"
    assert name_permille(f"{long} AG", f"{long} GmbH") < 920
    assert name_permille(f"{long} GmbH & Co. KG", f"{long} GmbH") < 920
    assert name_permille(f"{long} Gesellschaft mit beschränkter Haftung", f"{long} GmbH") == 1000
    small = "UG (haftungsbeschränkt)"
    assert name_permille(f"Eifel Druckerei {small}", f"Isar Druckerei {small}") < 920


def test_departments_may_follow_the_full_name() -> None:
    """But no second legal form, and no other word within the name."""
    own = "Nordwerk Maschinenbau GmbH"
    for said in ("Abt. Einkauf", "- Werk 2", "z. Hd. Frau Weber"):
        assert is_addressed_to(f"Firma {own}, {said}", own)
    for said in (f"{own} & Co. KG", f"{own} Service AG", "Nordwerk Service GmbH", "Nordwerk", None):
        assert not is_addressed_to(said, own)
    assert not is_addressed_to("Nordwerk Maschinenbau Werk 2", "Nordwerk Maschinenbau")


def test_numbers_of_a_series_and_variants_of_one() -> None:
    """A counter makes a series; a suffix makes a variant."""
    assert one_series("RE-2026-4189", "RE-2026-4196")
    assert not one_series("WS-55012", "WS 55012-1")
    assert not one_series("WS-55012", "WS-55012")
    assert not one_series("2026-11", "2027-12")
    assert number_permille("WS-55012", "WS 55012-1") > 850
    assert number_permille("2026-1150", "2026-1187") < 850
    assert number_permille("RE-0042", "re 42") == 1000


def test_names_of_two_numbers_are_two() -> None:
    """`Lieferant 17` is not `Lieferant 18`; a number that is left out speaks against nobody."""
    assert name_permille("Lieferant 00017 GmbH", "Lieferant 00018 GmbH") < 900
    assert name_permille("Rillenkugellager 6205", "Rillenkugellager 6206") < 900
    assert name_permille("Kopierpapier A4 (Karton)", "Kopierpapier A4, 1 Karton") >= 900


def test_a_legal_form_may_be_part_of_a_word() -> None:
    """`Betriebsgesellschaft mbH` is `Betriebs-GmbH`, in a name that is written short as well."""
    own = "Strandhotel Betriebs-GmbH"
    assert name_permille("Strandhotel Betriebsgesellschaft mbH", own) == 1000
    long = "Strandhotel Betriebsgesellschaft mit beschränkter Haftung"
    assert name_permille(long, own) == 1000


def test_our_name_may_be_written_short() -> None:
    """Words left out behind the first, none added, no other legal form."""
    own = "Strandhotel Ahrenshoop Betriebs-GmbH"
    for said in (
        "Strandhotel Ahrenshoop",
        "Strandhotel GmbH",
        "Betriebs GmbH Strandhotel Ahrenshoop",
    ):
        assert leaves_words_out(said, own)
    for said in ("Ahrenshoop", "Strandhotel Service GmbH", "Strandhotel AG", "", None):
        assert not leaves_words_out(said, own)


def test_holders_as_banks_write_them() -> None:
    """Words in another order or left out are the same holder, one word or two forms are not."""
    for holder, name in (
        ("Lohse, Petra", "Schreinerei Petra Lohse"),
        ("Vermessungstechnik Hanau GmbH, Sparkasse Hanau", "Vermessungstechnik Hanau GmbH"),
    ):
        assert is_called(holder, name)
        assert is_called(name, holder)
    for holder in ("Lohse", "Wolfram Quandt", "Petra Lohse GmbH & Co. KG", None):
        assert not is_called(holder, "Petra Lohse GmbH")


def test_words_in_common() -> None:
    """Legal forms and single letters are none."""
    assert shares_word("Keller GmbH", "Dichtungen Keller")
    assert not shares_word("Meyer Logistik GmbH", "Fischkontor Stralsund GmbH")
    assert not shares_word("A B GmbH", "A C GmbH")
    assert not shares_word(None, "Keller")

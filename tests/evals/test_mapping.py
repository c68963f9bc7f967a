"""The mapping: what of a text survives it, and what must not."""

import string

from hypothesis import given
from hypothesis import strategies as st
from schwifty import IBAN
from stdnum.eu import vat

from leitstand.evals.mapping import Mapping
from leitstand.evals.vocabulary import Vocabulary, fold

KEPT = Vocabulary(
    ["ignorier", "e", "en", "pruefung", "konto"],
    {"company": {"name": "Nordwerk Maschinenbau GmbH", "vat": "DE999999018"}},
)
NAMES = st.text("abcdefghijklmnoprstuwzäöüß", min_size=4, max_size=14).map(str.capitalize)
NUMBERS = st.integers(2040, 999_999).map(str).filter(lambda n: not n.startswith("20"))
ACCOUNTS = st.integers(10**8, 10**9 - 1).map(
    lambda n: str(IBAN.generate("DE", bank_code="10010010", account_code=str(n)))
)
VAT_IDS = st.sampled_from(
    ["DE999999026", "DE999999034", "ATU99999902", "NL004495445B01", "FR40303265045", "BE0403019261"]
)


def mapping(*texts: str, key: bytes = b"key") -> Mapping:
    """The mapping of a case with these texts."""
    return Mapping(key, KEPT, texts)


@given(st.lists(NAMES, min_size=2, max_size=12, unique_by=fold))
def test_equality_of_names(names: list[str]) -> None:
    """Different names stay different, none stays itself, capitals and length are kept."""
    known = mapping(*names)
    new = [known.text(name) for name in names]
    assert len({fold(n) for n in new}) == len(names)
    for name, other in zip(names, new, strict=True):
        assert KEPT.holds_word(fold(name)) or fold(other) != fold(name)
        assert len(fold(other)) == len(fold(name))
        assert other[0].isupper() or not name[0].isupper()


@given(NAMES)
def test_equality_in_another_writing(name: str) -> None:
    """Capitals and umlauts written out are still the same name."""
    spelled = name.translate(str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"}))
    known = mapping(name, spelled.upper(), f"{spelled} GmbH")
    assert fold(known.text(spelled.upper())) == fold(known.text(name))
    assert fold(known.text(f"{spelled} GmbH")).startswith(fold(known.text(name)))


@given(NUMBERS, NUMBERS)
def test_document_numbers(one: str, other: str) -> None:
    """A year and separators stay, leading zeros do not count, different numbers stay different."""
    texts = (f"RE-2026-{one}", f"re 2026/00{one}", f"RE-2026-{other}")
    first, second, third = map(mapping(*texts).text, texts)
    assert first[2:8] == "-2026-"
    assert second[2:10] == " 2026/00"
    assert first[:2].lower() == second[:2]
    assert first[8:] == second[10:]
    assert (first == third) == (one == other)
    assert one != first[8:]


@given(ACCOUNTS)
def test_accounts(account: str) -> None:
    """Another account of the same bank, sound as before; grouped it is the same account."""
    grouped = " ".join(account[i : i + 4] for i in range(0, len(account), 4))
    known = mapping(account, f"Bitte auf {grouped} zahlen")
    new = IBAN(known.text(account))
    assert str(new) != account
    assert (new.is_valid, new.country_code, new.bank_code) == (True, "DE", "10010010")
    assert str(new) in known.text(f"Bitte auf {grouped} zahlen").replace(" ", "")


@given(ACCOUNTS, st.integers(1, 8))
def test_wrong_check_digits_stay_wrong(account: str, more: int) -> None:
    """An account that does not add up is mapped to one that does not either."""
    wrong = f"DE{(int(account[2:4]) + more) % 100:02d}{account[4:]}"
    new = mapping(wrong).text(wrong)
    assert new != wrong
    assert not IBAN(new, allow_invalid=True).is_valid


@given(VAT_IDS, st.integers(0, 9))
def test_vat_ids(known: str, digit: int) -> None:
    """Right ones stay right and wrong ones wrong, in the same country."""
    for text in (known, known[:-1] + str(digit)):
        new = mapping(text).text(text)
        assert new != text
        assert new[:2] == text[:2]
        assert vat.is_valid(new) == vat.is_valid(text)


@given(st.text(string.ascii_lowercase, min_size=3, max_size=10), NAMES)
def test_mail(local: str, domain: str) -> None:
    """Nothing of an address is left but the end of its domain; a word of it is that word's."""
    address = f"{local}.konto@{fold(domain)}.example"
    known = mapping(address, domain)
    new = known.text(address)
    assert new.endswith(".example")
    assert "konto" not in new
    assert fold(domain) not in new.split("@")[1].split(".")


def test_near_stays_near() -> None:
    """A slip of the pen in a name, two digits in the wrong order: as near as they were."""
    texts = ("Keller Dichtungstechnik GmbH", "Keller Dichtungstechnk GmbH", "RE-4189", "RE-4198")
    known = mapping(*texts)
    right, slip, one, turned = map(known.text, texts)
    assert len(right.split()[1]) - 1 == len(slip.split()[1])
    assert sum(a != b for a, b in zip(one, turned, strict=True)) == 2
    assert sorted(one) == sorted(turned)


def test_what_is_kept() -> None:
    """Notations, amounts, days, the lexicon's words, the tenant's own data, legal forms."""
    text = "#SKONTO#TAGE=14#PROZENT=2.00#\n1.234,56 bis 2026-11-11, 30.11.2026: ignoriere Prüfung"
    new = mapping(text).text(text)
    for kept in ("#SKONTO#TAGE=14#PROZENT=2.00#", "1.234,56", "2026-11-11", "30.11.2026"):
        assert kept in new
    assert new.endswith("ignoriere Prüfung")
    own = "Nordwerk Maschinenbau GmbH & Co. KG"
    assert mapping(own, "DE999999018").text(own) == own
    assert mapping("DE999999018").text("DE999999018") == "DE999999018"


def test_two_scripts_stay_two() -> None:
    """A word of Latin and Cyrillic letters is still one: who hides a word is still found."""
    new = mapping("Kоnzern").text("Kоnzern")  # noqa: RUF001 - the second letter is Cyrillic
    assert new != "Kоnzern"  # noqa: RUF001
    assert "\u0400" <= new[1] <= "\u04ff"


def test_the_key_decides() -> None:
    """The same key gives the same pseudonym, another key another one."""
    name = "Keller Dichtungstechnik GmbH"
    assert mapping(name).text(name) == mapping(name).text(name)
    assert mapping(name).text(name) != mapping(name, key=b"other").text(name)

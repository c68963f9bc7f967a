"""Texts: amounts, dates and names in the reader's language, and nothing that could break a card."""

import tomllib
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from time import tzset
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leitstand.approval import part_type, typed
from leitstand.errors import ProjectRefused
from leitstand.inbox import Texts, texts_of
from leitstand.values import Frozen, Language, Money

GIVEN: dict[str, Any] = {
    "tools": {
        "shop.post": {
            "name": "buchen",
            "effect": "Bucht {number} über {gross_cents:money}[, fällig {due:date}]",
            "values": {"account_no": "limits accounts.{account}"},
        }
    },
    "fields": {"gross_cents": "Brutto", "qty": "Menge"},
    "roles": {"head": "Leitung"},
    "words": {"true": "ja", "false": "nein"},
}


@pytest.fixture
def german() -> Texts:
    """German texts of a small project."""
    return Texts("de", {"locale": "de_DE", "card": {"may": "Entscheiden dürfen"}}, GIVEN)


@pytest.fixture
def english() -> Texts:
    """English texts of the same project."""
    return Texts("en", {"locale": "en_GB"}, GIVEN)


def test_amounts_and_days_are_written_as_people_write_them(german: Texts, english: Texts) -> None:
    """Cents become amounts in their currency, ISO days become days, in either language."""
    values = {"gross_cents": 1_930_656, "day": "2026-11-06", "rate": "2.50"}
    template = "{gross_cents:money} am {day:date}, {rate:percent}"
    assert german.fill(template, values) == "19.306,56 € am 06.11.2026, 2,5 %"
    assert english.fill(template, values) == "€19,306.56 am 6 Nov 2026, 2.5 %"
    assert german.fill(template, {**values, "currency": "CHF"}).startswith("19.306,56 CHF")


@pytest.mark.parametrize("machine", ["UTC", "America/Los_Angeles", "Pacific/Kiritimati"])
def test_moments_are_where_the_tenant_is(monkeypatch: pytest.MonkeyPatch, machine: str) -> None:
    """Alone and within a sentence, whatever the zone of the machine; without one it is Berlin."""
    at = datetime.fromisoformat("2027-03-28T01:30:00+00:00").timestamp()
    monkeypatch.setenv("TZ", machine)
    tzset()
    try:
        for zone, shown in ((None, "28.03.27, 03:30"), (ZoneInfo("Asia/Tokyo"), "28.03.27, 10:30")):
            texts = texts_of("de", None, zone)
            assert texts.time(at) == shown
            assert texts.fill("bis {at:time}", {"at": at}) == f"bis {shown}"
    finally:
        monkeypatch.undo()
        tzset()


def test_a_part_in_brackets_falls_away_with_an_empty_value(german: Texts) -> None:
    """Absent, None and empty are empty; a zero is not."""
    sentence = german.sentence("shop.post", "effect")
    values = {"number": "R-1", "gross_cents": 0}
    assert german.fill(sentence, {**values, "due": "2026-12-06"}).endswith("fällig 06.12.2026")
    for nothing in ({}, {"due": None}, {"due": ""}):
        assert german.fill(sentence, {**values, **nothing}) == "Bucht R-1 über 0,00 €"


def test_what_is_missing_is_seen(german: Texts) -> None:
    """Outside of brackets a missing value shows as a question mark, never as nothing."""
    assert german.fill("Bucht {number}", {}) == "Bucht ?"
    assert german.fill("Als {result.voucher_no}", {"result": {"voucher_no": "B-1"}}) == "Als B-1"


def test_values_in_values(german: Texts) -> None:
    """Lists and records by their fields' names; truths in words; nothing as a dash."""
    shares = [{"qty": "2", "gross_cents": 1000}, {"qty": "3", "gross_cents": 500}]
    assert german.value("lines", shares) == "Menge 2; Brutto 10,00 €\nMenge 3; Brutto 5,00 €"
    assert german.value("rate_permyriad", 1900) == "19 %"
    assert german.value("discount_percent", "2.50") == "2,5"
    assert german.value("discount_percent", "none") == "none"
    assert german.value("gross_cents", "1000") == "1000"
    assert german.value("credit", value=False) == "nein"
    assert german.value("note", None) == german.value("lines", []) == "–"


class Share(Frozen):
    """An amount that its name does not tell, and a number whose name tells of one."""

    net: Money | None
    parts_cents: int


class Shares(Frozen):
    """The same at every depth that arguments have."""

    share: Share
    shares: tuple[Share, ...]
    by_name: dict[str, Share]
    amounts: tuple[Money, ...]


@given(net=st.integers(-(10**14), 10**14), count=st.integers(-(10**14), 10**14))
def test_what_is_shown_as_an_amount_is_typed_as_one(net: int, count: int) -> None:
    """At any depth the type decides how a number is shown, as it does how it is typed."""
    texts, share = texts_of("de"), {"net": net, "parts_cents": count}
    args = {"share": share, "shares": [share], "by_name": {"x": share}, "amounts": [net]}
    shown = {n: texts.value(n, v, form=part_type(Shares, n)) for n, v in args.items()}
    amount = texts.value("x_cents", net)
    assert shown["amounts"] == amount
    assert shown["share"] == shown["shares"] == f"net {amount}; parts_cents {count}"
    assert shown["by_name"] == f"x {shown['share']}"
    written = {"net": f"{Decimal(net) / 100:.2f}", "parts_cents": str(count)}
    assert typed(Share, written) == share


@pytest.mark.parametrize("number", ["4500012345", "2026-W05-1", "2026013101"])
def test_a_number_is_no_day(german: Texts, number: str) -> None:
    """Whoever signs reads the number of the order, also where Python would read a day from it."""
    assert german.value("order", number) == number
    assert german.value("due", "2026-01-31") == "31.01.2026"


def test_names_fall_back_to_ids(german: Texts) -> None:
    """What nobody named keeps its own name."""
    assert german.tool("shop.post") == "buchen"
    assert german.tool("shop.other") == "shop.other"
    assert german.roles(("head", "boss")) == "Leitung, boss"
    assert german.known("card.may") == "Entscheiden dürfen"
    assert german.known("card.none", "x") == "x"


def test_names_that_no_tool_has_are_found(german: Texts) -> None:
    """A sentence, or a look-up, that speaks of what is not there."""
    assert german.strangers("shop.post", ("number", "gross_cents", "due", "account")) == ()
    assert german.strangers("shop.post", ("number", "gross_cents")) == ("account", "due")


@given(
    value=st.one_of(
        st.text(), st.integers(), st.booleans(), st.none(), st.decimals(), st.lists(st.text())
    ),
    kind=st.sampled_from(["money", "date", "percent", "permyriad", "nonsense"]),
)
def test_no_value_breaks_a_sentence(value: object, kind: str) -> None:
    """Whatever an action holds, the card is shown; and no value is read as a template."""
    texts = texts_of("de")
    assert texts.fill(f"a {{x:{kind}}} b", {"x": value}).startswith("a ")
    assert isinstance(texts.value("x_cents", value), str)


@pytest.mark.parametrize("folder", ["src/leitstand/inbox/texts", "tools/texts"])
def test_both_languages_say_the_same_things(root: Path, folder: str) -> None:
    """Every sentence of one language is there in the other, with the same values in it.

    What errors and roles said is named in the language it was not said in (`test_told.py`).
    """
    both = [
        tomllib.loads((root / folder / f"{language}.toml").read_text("utf-8"))
        for language in ("de", "en")
    ]
    german, english = (leaves({k: v for k, v in one.items() if k != "told"}) for one in both)
    assert german.keys() == english.keys()
    for name, text in german.items():
        assert placeholders(text) == placeholders(english[name]), name


def leaves(node: dict[str, Any], path: str = "") -> dict[str, str]:
    """Every text by its path."""
    found: dict[str, str] = {}
    for name, value in node.items():
        here = f"{path}/{name}"
        if isinstance(value, dict):
            found |= leaves(cast("dict[str, Any]", value), here)
        else:
            found[here] = str(value)
    return found


def placeholders(text: str) -> set[str]:
    """The values that a sentence names."""
    import re

    return set(re.findall(r"\{[\w.:]+\}", text))


@pytest.mark.parametrize("language", ["de", "en"])
def test_a_texts_file_with_a_fault_is_named(tmp_path: Path, language: Language) -> None:
    """Broken TOML is a fault of the project, with the file's name."""
    (tmp_path / f"{language}.toml").write_text("[tools", "utf-8")
    with pytest.raises(ProjectRefused, match="Expected"):
        texts_of(language, tmp_path)


def test_places_are_data_beside_the_texts(tmp_path: Path) -> None:
    """One file for all languages: where an argument is read, as one reference or several."""
    (tmp_path / "places.toml").write_text(
        '["shop.post"]\nnumber = "bill.read value.number"\ndue = ["bill.read value.due", "x y"]\n',
        "utf-8",
    )
    for language in ("de", "en"):
        texts = texts_of(language, tmp_path)
        assert texts.places("shop.post", "number") == ("bill.read value.number",)
        assert texts.places("shop.post", "due") == ("bill.read value.due", "x y")
        assert texts.places("shop.post", "qty") == texts.places("shop.none", "x") == ()
    (tmp_path / "places.toml").write_text("[", "utf-8")
    texts_of.cache_clear()
    with pytest.raises(ProjectRefused, match=r"places\.toml"):
        texts_of("de", tmp_path)


def test_rows_are_told_by_the_words_of_a_column(german: Texts) -> None:
    """How many of each, or each once; what says nothing is a question mark, no row nothing."""
    rows = [{"do": "true", "of": "Anja"}, {"do": "false", "of": ""}, {"do": "true", "of": "Anja"}]
    assert german.fill("{rows.do:count}", {"rows": rows}) == "2 ja, 1 nein"
    assert german.fill("{rows.of:each}", {"rows": rows}) == "Anja, ?"
    assert german.fill("{rows.of:each}", {"rows": None}) == ""
    assert german.strangers("shop.post", ("number", "gross_cents", "due", "account")) == ()


class Deed(Frozen):
    """What is done with a record."""

    record: str
    action: str
    basis: str | None = None


class Deeds(Frozen):
    """Several of them."""

    deeds: tuple[Deed, ...]


def test_a_row_is_a_line_in_the_order_of_its_type(german: Texts) -> None:
    """What it is about stands first, though JSON sorts names; words of a list stay in one line."""
    rows = [{"action": "erase", "basis": None, "record": n} for n in ("R1", "R2")]
    shown = german.value("deeds", rows, form=part_type(Deeds, "deeds"))
    assert shown.splitlines() == [f"record {n}; action erase; basis –" for n in ("R1", "R2")]
    assert german.value("names", ["a", "b"]) == "a, b"

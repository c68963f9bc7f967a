"""Edits and corrections: strict forms, clear messages, typed differences."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leitstand.approval import changed, corrections, edit, kind_of
from leitstand.approval import typed as supplied
from leitstand.errors import ValueRefused
from leitstand.inbox import texts_of
from leitstand.tool import Port, Recorded, tool
from leitstand.values import Frozen, Identifier, Money, Text, show_money
from tests.approval.people import CHECKPOINT

Account = Annotated[Identifier, Recorded("erp.account.list", "value.*.no")]


class Line(Frozen):
    """A line of a voucher."""

    account: Account
    net: Money


class Draft(Frozen):
    """A voucher with one field of each kind."""

    account: Account
    gross: Money
    discount: Money | None = None
    quantity: int = 1
    rate: Decimal = Decimal("1.0")
    posted: date | None = None
    paid: bool = False
    chart: Literal["skr03", "skr04"] = "skr03"
    note: Text | None = None
    tags: frozenset[Identifier] = frozenset()
    lines: tuple[Line, ...] = ()


class Books(Port):
    """Never called here."""


@tool("erp.voucher.draft", writes="erp.voucher")
async def draft(args: Draft, books: Books, key: str) -> Draft:
    """Draft a voucher."""
    raise NotImplementedError


BEFORE = Draft(account="4930", gross=11_900, lines=(Line(account="4930", net=10_000),)).model_dump(
    mode="json"
)


def typed(**edits: str) -> dict[str, object]:
    """The fields that these texts change."""
    return changed(BEFORE, edit(draft, BEFORE, edits).model_dump(mode="json"))


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ({"account": "4980"}, {"account": "4980"}),
        ({"gross": "1234.56"}, {"gross": 123_456}),
        ({"gross": "-7"}, {"gross": -700}),
        ({"discount": "3.50"}, {"discount": 350}),
        ({"quantity": "12"}, {"quantity": 12}),
        ({"rate": "1.0825"}, {"rate": "1.0825"}),
        ({"posted": "30.11.2026"}, {"posted": "2026-11-30"}),
        ({"posted": "2026-11-30"}, {"posted": "2026-11-30"}),
        ({"paid": "ja"}, {"paid": True}),
        ({"chart": "skr04"}, {"chart": "skr04"}),
        ({"note": "Büromaterial"}, {"note": "Büromaterial"}),
        ({"tags": "a, b"}, {"tags": ["a", "b"]}),
        ({"lines.0.net": "99.00"}, {"lines": [{"account": "4930", "net": 9_900}]}),
        ({"lines[0].account": "4980"}, {"lines": [{"account": "4980", "net": 10_000}]}),
    ],
)
def test_values_are_typed_in_one_form(
    edits: Mapping[str, str], expected: Mapping[str, object]
) -> None:
    """Each kind of field takes one way of writing, nested ones by their path."""
    after = edit(draft, BEFORE, edits)
    found = changed(BEFORE, after.model_dump(mode="json"))
    assert found | ({"tags": sorted(after.tags)} if after.tags else {}) == expected


@pytest.mark.parametrize(
    ("field", "kind", "words"),
    [
        ("gross", "amount", ()),
        ("discount", "amount", ()),
        ("posted", "day", ()),
        ("paid", "choice", ("true", "false")),
        ("chart", "choice", ("skr03", "skr04")),
        ("account", "text", ()),
        ("note", "text", ()),
        ("tags", "text", ()),
    ],
)
def test_a_form_knows_how_a_field_is_written(field: str, kind: str, words: tuple[str, ...]) -> None:
    """By its type; each word of a choice is taken as it stands."""
    assert kind_of(Draft, field) == (kind, words)
    for word in words:
        edit(draft, BEFORE, {field: word})
    with pytest.raises(ValueRefused, match="no field"):
        kind_of(Draft, "nothing")


def test_nothing_typed_is_none_where_that_is_allowed() -> None:
    """An empty text empties an optional field and is refused in any other."""
    full = BEFORE | {"discount": 5, "note": "x"}
    after = edit(draft, full, {"discount": "", "note": " "})
    assert (after.discount, after.note) == (None, None)
    with pytest.raises(ValueRefused, match="gross"):
        typed(gross="")


def test_what_is_supplied_is_refused_with_all_that_is_wrong() -> None:
    """A value that people hand in for a field of a state is typed as an edit is, or not at all."""
    assert supplied(Draft, {"gross": "12.50", "paid": "true"}) == {"gross": 1_250, "paid": True}
    with pytest.raises(ValueRefused, match=r"`gross`.*`quantity`.*`nothing`") as refused:
        supplied(Draft, {"gross": "x", "note": "fits", "quantity": "1.5", "nothing": "1"})
    assert refused.value.where == "Draft"


@pytest.mark.parametrize(
    ("field", "text", "german"),
    [
        ("gross", "1.234,56", "kein eindeutiger Betrag: 1234.56"),
        ("gross", "1,234.56", "kein eindeutiger Betrag"),
        ("gross", "1e3", "kein eindeutiger Betrag"),
        ("gross", "١٢٣", "kein eindeutiger Betrag"),
        ("gross", "\uff11\uff10\uff10", "kein eindeutiger Betrag"),
        ("gross", "12.345", "kein eindeutiger Betrag"),
        ("gross", "NaN", "kein eindeutiger Betrag"),
        ("quantity", "1.5", "keine ganze Zahl"),
        ("quantity", "1_000", "keine ganze Zahl"),
        ("quantity", "True", "keine ganze Zahl"),
        ("rate", "1,08", "keine Zahl"),
        ("rate", "Infinity", "keine Zahl"),
        ("posted", "30.2.2026", "kein Datum"),
        ("posted", "30.02.2026", "kein Datum"),
        ("posted", "11/30/2026", "kein Datum"),
        ("posted", "20261130", "kein Datum"),
        ("paid", "vielleicht", "weder ja noch nein"),
        ("chart", "skr05", "nicht eines von: skr03, skr04"),
        ("account", "4930\u202e", "Ungültig: account: ist nicht zulässig: keine Kennung"),
        ("account", "../4930", "keine Kennung"),
        ("note", "a\u200bb", "verborgenes Zeichen oder Steuerzeichen U+200B"),
        ("lines", "x", "lässt sich nicht als Text ändern"),
        ("konto", "4930", "kein Feld „konto“"),
        ("lines.1.net", "1", "unter „1“ steht nichts"),
        ("lines.x.net", "1", "kein Feld „x“"),
        ("lines.0.konto", "1", "kein Feld „konto“"),
        ("gross.net", "1", "kein Feld „net“"),
        ("", "1", "kein Feld"),
    ],
)
def test_anything_else_is_refused_and_told_in_german(field: str, text: str, german: str) -> None:
    """The message names the field, what is wrong, and how to write it; nothing is guessed."""
    with pytest.raises(ValueRefused) as refused:
        edit(draft, BEFORE, {field: text})
    assert german in texts_of("de").told(refused.value.text)
    assert refused.value.where == "erp.voucher.draft"


def test_all_faults_are_said_at_once() -> None:
    """One round of typing is enough to learn of every fault; the arguments stay as they were."""
    before = dict(BEFORE)
    with pytest.raises(ValueRefused) as refused:
        edit(draft, before, {"gross": "x", "posted": "y"})
    assert "`gross`" in refused.value.text
    assert "`posted`" in refused.value.text
    assert before == BEFORE


@given(st.integers(-(10**14), 10**14))
def test_amounts_round_trip(cents: int) -> None:
    """What is written with point and two decimals is that amount; German notation is refused."""
    sign, whole = "-" * (cents < 0), abs(cents)
    assert edit(draft, BEFORE, {"gross": f"{sign}{whole // 100}.{whole % 100:02d}"}).gross == cents
    with pytest.raises(ValueRefused):
        edit(draft, BEFORE, {"gross": show_money(cents)})


@given(st.text(max_size=12))
def test_any_text_is_an_amount_or_refused(text: str) -> None:
    """No text does anything but give exact cents or a refusal."""
    try:
        after = edit(draft, BEFORE, {"gross": text})
    except ValueRefused:
        return
    assert text.strip().lstrip("-").replace(".", "").isascii()
    assert isinstance(after.gross, int)


def test_corrections_name_what_changed() -> None:
    """Field, old, new, person, reason and time; unchanged fields are not corrections."""
    after = edit(draft, BEFORE, {"lines.0.account": "4980", "gross": "120.00"})
    found = corrections(
        CHECKPOINT, BEFORE, after.model_dump(mode="json"), "hans.head", "falsches Konto", 5.0
    )
    assert [(c.field, c.old, c.new) for c in found] == [
        ("gross", "11900", "12000"),
        ("lines.0.account", '"4930"', '"4980"'),
    ]
    assert {(c.checkpoint, c.tool, c.person, c.reason, c.at) for c in found} == {
        ("a1b2c3", "erp.voucher.post", "hans.head", "falsches Konto", 5.0)
    }


def test_lists_of_other_lengths_are_one_correction() -> None:
    """A line more is a change of the whole list: positions would lie."""
    lines = [*BEFORE["lines"], {"account": "4980", "net": 1}]
    (found,) = corrections(CHECKPOINT, BEFORE, BEFORE | {"lines": lines}, "p", "", 0.0)
    assert found.field == "lines"
    assert not corrections(CHECKPOINT, BEFORE, dict(BEFORE), "p", "", 0.0)


def test_a_field_that_appears_is_a_correction() -> None:
    """None becomes a value, a value becomes None."""
    (found,) = corrections(CHECKPOINT, BEFORE, BEFORE | {"posted": "2026-11-30"}, "p", "", 0.0)
    assert (found.field, found.old, found.new) == ("posted", "null", '"2026-11-30"')

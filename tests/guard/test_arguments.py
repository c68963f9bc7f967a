"""Arguments are refused, never guessed: whatever a model or a document smuggles into them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leitstand.desk import Desk
from leitstand.errors import ArgumentsRefused, LeitstandError, ValueRefused
from leitstand.guard.judging import validated
from leitstand.values import parse_money
from tests.guard.scene import Pay, Scene, pay

AMOUNTS: tuple[Any, ...] = (
    *("1.000,00", "1000", "1,000.00", "\uff11\uff12", "1e3", "", " 1", "NaN", "0x10"),
    *(True, False, None, 1.0, 1.5, 1e19, float("nan"), float("inf"), 10**19, -(10**15), [1], {}),
)
NAMES: tuple[Any, ...] = (
    *(
        "P\u202e1",
        "\u0420" + "1",
        "P\u200b1",
        "\uff30\uff11",
        "P 1",
        "P1\n",
        "",
        "..",
        "a..b",
        "P\x00",
    ),
    *("P1'; drop table voucher; --", "../../etc/passwd", "<script>", "x" * 129, "\ud800"),
    *(1, True, None, ["P1"]),
)
TEXTS: tuple[Any, ...] = ("\u202egeheim", "a\u200bb", "\x1b[2J", "\ue000", 5, True, "x" * 20_001)


def refusal(**fields: object) -> str:
    """How the guard says no. Fails if it says yes."""
    given: dict[str, Any] = {"no": "R1", "cents": 5, "to": "P1", "kind": "bill", **fields}
    args = Pay.model_construct(**given)
    with pytest.raises((ArgumentsRefused, ValueRefused)) as raised:
        validated(Pay, args)
    return str(raised.value)


@pytest.mark.parametrize("cents", AMOUNTS, ids=repr)
def test_no_amount_but_a_whole_number_of_cents(cents: object) -> None:
    """Foreign notation, NaN, booleans, floats, other digits, numbers beyond all bounds."""
    assert refusal(cents=cents).startswith(("LS206 in Pay: `cents`", "LS101"))


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_no_identifier_but_a_plain_one(name: object) -> None:
    """Bidi marks, look-alikes, invisible characters, paths, blanks."""
    assert refusal(to=name).startswith(("LS206 in Pay: `to`", "LS101"))


@pytest.mark.parametrize("note", TEXTS, ids=lambda n: ascii(n)[:20])
def test_no_text_that_hides_something(note: object) -> None:
    """Invisible and control characters, and texts beyond their length."""
    assert refusal(note=note).startswith("LS206 in Pay: `note`")


@pytest.mark.parametrize("fields", [{"kind": "gift"}, {"kind": None}, {"extra": 1}, {"key": "k1"}])
def test_no_field_or_word_of_its_own(fields: dict[str, Any]) -> None:
    """Words outside a vocabulary and fields that nobody declared, an idempotency key among them."""
    assert "LS206" in _refusal_of({"no": "R1", "cents": 5, **fields})


def _refusal_of(args: dict[str, Any]) -> str:
    with pytest.raises(ArgumentsRefused) as raised:
        validated(Pay, args)
    return str(raised.value)


_JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(["no", "cents", "to", "kind", "note", "x"]), _JSON))
def test_whatever_passes_is_what_it_says(args: dict[str, Any]) -> None:
    """For any JSON at all: it is refused with a text, or it is exactly what was given (R5)."""
    try:
        found = validated(Pay, args)
    except LeitstandError as error:
        said = (error.code in ("LS206", "LS101"), bool(error.text))
        assert said == (True, True)
        return
    assert type(found["cents"]) is int
    assert found["no"].isascii()
    assert found["to"].isascii()
    assert all(found[name] == value for name, value in args.items() if name != "note")


@given(st.text(max_size=12))
def test_an_amount_in_words_is_one_form_or_refused(text: str) -> None:
    """`1234.56`, and nothing that a person might read as something else."""
    try:
        cents = parse_money(text)
    except ValueRefused:
        return
    assert text.isascii()
    sign = -1 if text.startswith("-") else 1
    whole, _, rest = text.lstrip("-").partition(".")
    assert cents == sign * (int(whole) * 100 + int(rest or 0))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("cents", "1.000,00"),
        ("cents", True),
        ("cents", 10**19),
        ("to", "\u0420" + "1"),
        ("to", "\ud800"),
    ],
    ids=ascii,
)
async def test_a_model_s_nonsense_is_an_answer_that_the_step_handles(
    scene: Scene, field: str, value: object
) -> None:
    """On record as refused, with a text; nothing is called; the same on replay."""
    codes: list[str] = []

    async def step(desk: Desk) -> object:
        given: dict[str, Any] = {"no": "R1", "cents": 5, "to": "P1", field: value}
        nonsense = Pay.model_construct(**given)
        try:
            await desk.call(pay, nonsense)
        except ArgumentsRefused as error:
            codes.append(f"{error.code} {error.text}")
        return await desk.call(pay, Pay(no="R2", cents=20_000))

    ulid = await scene.begin(step)
    await scene.decide(ulid)
    await scene.go_on()
    assert [args["no"] for _, args, _ in scene.bank.writes] == ["R2"]
    assert len(codes) == 2
    assert codes[0] == codes[1]
    assert (await scene.status(ulid))[0] == "done"

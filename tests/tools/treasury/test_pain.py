"""Files of credit transfers: what a bank reads out of one is what was signed."""

from datetime import date
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from tools.treasury import PrepareOrder, Transfer
from tools.treasury.pain import message

SPACE = "{urn:iso:std:iso:20022:tech:xsd:pain.001.001.09}"
SCHEMA = files("sepaxml") / "schemas" / "pain.001.001.09.xsd"
ACCOUNTS = ("DE43290400900602051017", "AT611904300234573201", "NL91ABNA0417164300")
BANKS_TAKE = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/-?:().,'+ ")
DAY = date(2026, 12, 3)


@pytest.fixture(scope="module")
def schema() -> etree.XMLSchema:
    """The schema of ISO 20022, as a library carries it."""
    return etree.XMLSchema(etree.fromstring(SCHEMA.read_bytes()))


def transfer(number: int = 1, name: str = "Keller GmbH", cents: int = 119_00) -> Transfer:
    """A transfer."""
    return Transfer(
        payment_no=f"Z-{number:06d}",
        creditor_name=name,
        iban=ACCOUNTS[number % len(ACCOUNTS)],
        amount_cents=cents,
        remittance=f"RE-2026-{number} 02.11.2026",
    )


def order(*transfers: Transfer) -> PrepareOrder:
    """An order of these transfers."""
    return PrepareOrder(
        debtor_name="Nordwerk Maschinenbau GmbH",
        debtor_iban="DE02120300000000202051",
        execute_on=DAY,
        total_cents=sum(one.amount_cents for one in transfers),
        transfers=transfers,
    )


def texts(content: bytes, path: str) -> list[str]:
    """The texts of all elements of a name."""
    return [node.text or "" for node in etree.fromstring(content).iter(f"{SPACE}{path}")]


def test_a_file_says_what_the_order_says(schema: etree.XMLSchema) -> None:
    """Account, day, sums and each transfer; the schema holds."""
    content = message(
        order(transfer(1), transfer(2, "Müller & Söhne", 5)), "ZL-1", "2026-11-20T12:00:00+00:00"
    )
    schema.assertValid(etree.fromstring(content))
    assert texts(content, "IBAN") == ["DE02120300000000202051", ACCOUNTS[1], ACCOUNTS[2]]
    assert texts(content, "InstdAmt") == ["119.00", "0.05"]
    assert texts(content, "CtrlSum") == ["119.05", "119.05"]
    assert texts(content, "NbOfTxs") == ["2", "2"]
    assert texts(content, "Dt") == ["2026-12-03"]
    assert texts(content, "Nm")[2:] == ["Keller GmbH", "Mueller + Soehne"]
    assert texts(content, "Ustrd") == ["RE-2026-1 02.11.2026", "RE-2026-2 02.11.2026"]


def test_the_same_order_is_the_same_file() -> None:
    """Nothing is drawn by chance: a file that was lost is made again, byte for byte."""
    one = order(transfer(1), transfer(2))
    made = {message(one, "ZL-1", "2026-11-20T12:00:00+00:00") for _ in range(3)}
    assert len(made) == 1


@given(
    names=st.lists(st.text(min_size=1, max_size=100).filter(str.strip), min_size=1, max_size=5),
    cents=st.integers(1, 10**11),
)
def test_any_name_becomes_one_that_banks_take(names: list[str], cents: int) -> None:
    """Whatever stands in a master record: valid, in the letters of the scheme, sums to the cent."""
    try:
        transfers = [transfer(at, name, cents) for at, name in enumerate(names)]
    except ValueError:
        return  # Refused where it enters: control characters and the like.
    content = message(order(*transfers), "ZL-1", "2026-11-20T12:00:00+00:00")
    etree.XMLSchema(etree.fromstring(SCHEMA.read_bytes())).assertValid(etree.fromstring(content))
    for name in texts(content, "Nm"):
        assert set(name) <= BANKS_TAKE
        assert 0 < len(name) <= 70
    assert sum(round(float(a) * 100) for a in texts(content, "InstdAmt")) == cents * len(names)


def test_sums_that_do_not_close_are_no_order() -> None:
    """An order that lies about its sum, or has a payment twice, cannot be made."""
    one = transfer()
    raw = order(one).model_dump()
    with pytest.raises(ValueError, match="do not add up"):
        PrepareOrder.model_validate({**raw, "total_cents": 1})
    with pytest.raises(ValueError, match="twice"):
        order(one, one)

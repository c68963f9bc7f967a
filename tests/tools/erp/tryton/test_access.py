"""The wire to Tryton: exact values, one typed failure for each refusal, and what stays unknown."""

import datetime as dt
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import httpx
import pytest
import respx
from hypothesis import given
from hypothesis import strategies as st

from leitstand.clock import FixedClock
from leitstand.errors import CallFailed, Contradiction, Missing, Unreachable
from tests.tools.erp.tryton.conftest import SETTLE, key_of
from tools.erp import FindPeriod, FindSupplier, ProposeBankChange
from tools.erp.tryton.adapter import TrytonErp
from tools.erp.tryton.settings import Settings
from tools.erp.tryton.wire import dump, load

BASE = "http://127.0.0.1:1/erp/rest/model"
DAY = FindPeriod(day=dt.date(2026, 11, 6))
CHANGE = ProposeBankChange(
    supplier_id="S1", iban="DE89370400440532013000", document_sha256="0" * 64
)
PARTY: dict[str, Any] = {
    "id": 7,
    "code": "S1",
    "name": "Keller",
    "active": True,
    "identifiers": [],
    "addresses": [],
    "contact_mechanisms": [],
    "bank_accounts": [],
    "categories": None,
    "account_payable": None,
    "supplier_payment_term": None,
}
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.dates()
    | st.decimals(allow_nan=False, allow_infinity=False),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.text().filter(lambda k: k != "__class__"), inner)
    ),
)


@pytest.fixture
def erp(settings: Callable[..., Settings], adapter: Callable[..., TrytonErp]) -> TrytonErp:
    """The books at a server that answers as the test says."""
    return adapter(settings())


@pytest.mark.slow
@given(values)
def test_values_come_back_as_they_were(value: object) -> None:
    """Decimals and days keep every digit, whatever they are nested in."""
    assert load(dump(value)) == value


def test_no_number_is_a_float() -> None:
    """Quantities that Tryton keeps as floats are read exactly; a float is never sent."""
    assert load(b'{"quantity": 0.1}') == {"quantity": Decimal("0.1")}
    for value in (0.1, [{"amount": 7.4}]):
        with pytest.raises(TypeError):
            dump(value)


@pytest.mark.parametrize(
    ("status", "said", "kind", "told"),
    [
        (400, "Keller is closed", Contradiction, "Tryton refuses it: Keller is closed"),
        (400, 'You are not allowed to access "Party".', Missing, "may not do this"),
        (401, "", Missing, "does not take the key"),
        (403, "", Missing, "may not do this"),
        (404, "", Missing, "no such record"),
        (413, "", Contradiction, "no request of this size"),
        (302, "", Unreachable, "302"),
        (429, "", Unreachable, "429"),
        (500, "KeyError", Unreachable, "500"),
        (503, "", Unreachable, "503"),
    ],
)
async def test_every_refusal_has_its_failure(
    erp: TrytonErp, respx_mock: respx.MockRouter, status: int, said: str, kind: type, told: str
) -> None:
    """What Tryton answers is told in its own words, under one of the three causes (R10)."""
    answer = httpx.Response(status, json={"message": said, "description": ""})
    respx_mock.get(f"{BASE}/account.period").mock(return_value=answer)
    with pytest.raises(CallFailed) as caught:
        await erp.find_period(DAY)
    assert type(caught.value) is kind
    assert told in caught.value.text
    assert "key of nobody" not in str(caught.value)


@pytest.mark.parametrize(
    "body", [b"<html>", b"", b"{}", b"7", b'[{"__class__": "Decimal", "decimal": "x"}]']
)
async def test_an_answer_that_nobody_can_read_is_no_answer(
    erp: TrytonErp, respx_mock: respx.MockRouter, body: bytes
) -> None:
    """A proxy's page, nothing, or something else than records leaves the outcome open."""
    respx_mock.get(f"{BASE}/account.period").mock(return_value=httpx.Response(200, content=body))
    with pytest.raises(Unreachable):
        await erp.find_period(DAY)


async def test_the_request_says_who_and_for_which_company(
    erp: TrytonErp, respx_mock: respx.MockRouter
) -> None:
    """Key and company stand in the headers; refusals come in English, to be told apart."""
    route = respx_mock.get(f"{BASE}/account.period").mock(return_value=httpx.Response(200, json=[]))
    assert (await erp.find_period(DAY)).value.period is None
    headers = route.calls.last.request.headers
    assert headers["authorization"] == "bearer key of nobody"
    assert headers["accept-language"] == "en"
    assert json.loads(__import__("base64").urlsafe_b64decode(headers["x-tryton-context"])) == {
        "company": 1
    }


async def test_a_key_that_is_not_there_is_told(
    erp: TrytonErp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is asked without one."""
    monkeypatch.delenv("TRYTON_KEY")
    with pytest.raises(Missing, match="TRYTON_KEY"):
        await erp.find_supplier(FindSupplier(name="Keller"))


class Notes:
    """A Tryton that has one party, and takes notes as `answers` say."""

    def __init__(self, respx_mock: respx.MockRouter, *answers: httpx.Response | Exception) -> None:
        party = httpx.Response(200, json=[PARTY])
        respx_mock.get(f"{BASE}/party.party").mock(return_value=party)
        respx_mock.get(f"{BASE}/ir.note").mock(return_value=httpx.Response(200, json=[]))
        self.post = respx_mock.post(f"{BASE}/ir.note").mock(side_effect=list(answers))


@pytest.mark.parametrize(
    "answer",
    [httpx.ReadTimeout("lost"), httpx.ReadError("cut"), httpx.Response(502), httpx.Response(200)],
)
async def test_what_is_unknown_is_not_sent_again_early(
    erp: TrytonErp,
    respx_mock: respx.MockRouter,
    clock: FixedClock,
    answer: httpx.Response | Exception,
) -> None:
    """A write may be on its way for as long as a server works on it: only then it is repeated."""
    notes, key = Notes(respx_mock, answer, httpx.Response(200, json={"id": 3})), key_of("a")
    with pytest.raises(Unreachable):
        await erp.propose_bank_change(CHANGE, key)
    clock.start += dt.timedelta(seconds=SETTLE - 1)
    with pytest.raises(Unreachable, match="may arrive for 1 s"):
        await erp.propose_bank_change(CHANGE, key)
    assert notes.post.call_count == 1
    clock.start += dt.timedelta(seconds=1)
    assert (await erp.propose_bank_change(CHANGE, key)).proposal_no == "N-3"


@pytest.mark.parametrize(
    ("answer", "kind"),
    [(httpx.ConnectError("down"), Unreachable), (httpx.Response(400, json={}), Contradiction)],
)
async def test_what_surely_did_not_happen_is_free_again(
    erp: TrytonErp, respx_mock: respx.MockRouter, answer: httpx.Response | Exception, kind: type
) -> None:
    """A server that was not there, or said no, has nothing on its way."""
    notes, key = Notes(respx_mock, answer, httpx.Response(200, json={"id": 3})), key_of("a")
    with pytest.raises(kind):
        await erp.propose_bank_change(CHANGE, key)
    assert (await erp.propose_bank_change(CHANGE, key)).proposal_no == "N-3"
    assert notes.post.call_count == 2

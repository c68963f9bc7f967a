"""What users of other runtimes suffer from, each as a test of the inbox (`pytest -m pain`)."""

import json
import re
import signal
from pathlib import Path
from typing import Any

import httpx
import pytest

from leitstand.inbox import Dossier, open_dossier
from tests.web.conftest import (
    DIRECTOR,
    DOUBLE,
    HEAD,
    OTHER_HEAD,
    SIMPLE,
    Client,
    House,
    Server,
    hidden,
    untouched,
)

pytestmark = pytest.mark.anyio


async def dossier(client: Client, path: str) -> Dossier:
    """The case of a card."""
    found = re.search(r'href="/case/(\w+)"', (await client.http.get(path)).text)
    assert found
    leitstand = client.site.leitstand
    return await open_dossier(leitstand, found[1])


def posted(case: Dossier) -> list[dict[str, Any]]:
    """Arguments of every posting that the case has sent."""
    return [e.args for e in case.effects if e.tool == "erp.voucher.post"]


@pytest.mark.slow
@pytest.mark.pain(1)
async def test_a_rejected_call_never_runs(head: Client, house: House) -> None:
    """By no further form, by nobody, and not after a restart."""
    path, seen = await head.card(SIMPLE)
    rejected = {"answer": "reject", "seen": seen, "reason": "nicht bestellt"}
    assert (await head.post(f"{path}/decide", rejected)).status_code == 200
    for answer in ("approve", "edit"):
        fields = {"answer": answer, "seen": seen, "edit.account": "office"}
        assert (await head.post(f"{path}/decide", fields)).status_code == 409
    await head.site.leitstand.runtime.run_until_idle()
    case = await dossier(head, path)
    assert posted(case) == []
    assert case.status in ("rejected", "exception")


@pytest.mark.slow
@pytest.mark.pain(2)
async def test_an_answer_reaches_its_own_request_alone(head: Client, house: House) -> None:
    """The digest of one card decides no other, nor does a card's number that is cut short."""
    first, second = await head.card(SIMPLE), await head.card("AP-D03.xml")
    with untouched(house):
        fields = {"answer": "approve", "seen": second[1]}
        assert (await head.post(f"{first[0]}/decide", fields)).status_code == 409
    assert (await head.post(f"{first[0]}/decide", {**fields, "seen": first[1]})).status_code == 200
    assert len(posted(await dossier(head, first[0]))) == 1
    assert posted(await dossier(head, second[0])) == []


@pytest.mark.slow
@pytest.mark.pain(3)
async def test_what_is_done_is_what_was_shown(head: Client) -> None:
    """Every argument of the posting stood on the card, as its language writes it."""
    path, seen = await head.card(SIMPLE)
    page = (await head.http.get(path)).text
    shown = dict(re.findall(r'name="edit\.(\w+)" value="([^"]*)"', page))
    chosen = dict(re.findall(r'<select[^>]*name="edit\.(\w+)".*?value="([^"]*)" selected', page))
    await head.post(f"{path}/decide", {"answer": "approve", "seen": seen})
    [args] = posted(await dossier(head, path))
    for name, text in (shown | chosen).items():
        assert text == as_written(args[name], name)
    assert {"gross_cents", "supplier_id", "due_date"} <= shown.keys()
    assert {"tax_case", "kind", "credit", "account"} <= chosen.keys()


def as_written(value: object, name: str) -> str:
    """A value as a German form has it."""
    if value is None:
        return ""
    if name.endswith("_cents") and isinstance(value, int):
        return f"{value / 100:,.2f}".translate(str.maketrans(",.", ".,"))
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return ".".join(reversed(value.split("-")))
    return str(value).lower() if isinstance(value, bool) else str(value)


@pytest.mark.slow
@pytest.mark.pain(4)
async def test_who_decided_is_a_signed_person(head: Client) -> None:
    """The journal names the person of the session, with a signature of their own key."""
    path, seen = await head.card(SIMPLE)
    await head.post(f"{path}/decide", {"answer": "approve", "seen": seen, "person": DIRECTOR})
    [approval] = (await dossier(head, path)).approvals
    assert (approval.person, approval.role) == (HEAD, "department_head")
    assert approval.signature


@pytest.mark.slow
@pytest.mark.pain(5)
async def test_work_is_done_once(head: Client, house: House, root: Path) -> None:
    """The same form three times, and the process begun anew: one posting."""
    path, seen = await head.card(SIMPLE)
    for _ in range(3):
        await head.post(f"{path}/decide", {"answer": "approve", "seen": seen})
    await head.site.leitstand.runtime.run_until_idle()
    assert len(posted(await dossier(head, path))) == 1


@pytest.mark.slow
@pytest.mark.pain(6)
def test_a_decision_outlives_a_kill(house: House) -> None:
    """Kill -9 as soon as the first signature is answered: it is there afterwards, and counts."""
    server = Server(house)
    server.start()
    with httpx.Client(base_url=server.url) as http:
        login = http.get("/login")
        fields = {"token": hidden(login.text, "token"), "name": HEAD}
        http.post("/login", data=fields | {"passphrase": house.passphrases[HEAD]})
        [path] = re.findall(
            rf'href="(/card/\w+)"(?:(?!</a>).)*{DOUBLE}', http.get("/").text, re.DOTALL
        )
        card = http.get(path).text
        fields = {n: hidden(card, n) for n in ("token", "seen")} | {"answer": "approve"}
        assert http.post(f"{path}/decide", data=fields).status_code == 200
        assert server.process is not None
        server.process.send_signal(signal.SIGKILL)
        server.process.wait()
        assert server.process.stderr is not None
        server.process.stderr.close()
        server.start()
        assert "1/2" in http.get(path).text
        assert http.post(f"{path}/decide", data=fields).status_code == 409
    server.stop()


@pytest.mark.slow
@pytest.mark.pain(7)
async def test_a_case_that_was_handed_over_asks_like_any_other(head: Client, house: House) -> None:
    """Children stand in the same lists, under the same guard, with their own journal."""
    await head.login("emil.voss", house.passphrases["emil.voss"])
    leitstand = head.site.leitstand
    pages = [(await head.http.get(p)).text for p in ("/?all=1", "/exceptions")]
    names = set(re.findall(r'href="/case/(\w+)"', "".join(pages)))
    cases = [await open_dossier(leitstand, n) for n in names]
    children = [c for c in cases if c.case.role == "compliance"]
    judged = [j for c in children for j in c.judged]
    assert judged
    bundle = leitstand.rules.bundle.sha
    assert all(j.verdict.bundle == bundle for j in judged)
    written = [(c.case.ulid, e.tool) for c in children for e in c.effects]
    assert written
    assert set(written) <= {(c.case.ulid, j.tool) for c in children for j in c.judged}


@pytest.mark.slow
@pytest.mark.pain(8)
async def test_an_edit_is_typed_recorded_and_never_asked_again(head: Client) -> None:
    """Field, old, new and person are kept; the agent does not come back with its own value."""
    path, seen = await head.card(SIMPLE)
    fields = {"answer": "edit", "seen": seen, "edit.account": "office", "reason": "Büro"}
    assert (await head.post(f"{path}/decide", fields)).status_code == 200
    case = await dossier(head, path)
    [correction] = case.corrections
    assert (correction.field, json.loads(correction.old), json.loads(correction.new)) == (
        "account",
        "rent",
        "office",
    )
    assert correction.person == HEAD
    assert [a["account"] for a in posted(case)] == ["office"]
    assert not case.tape.open_checkpoints()


@pytest.mark.slow
@pytest.mark.pain(9)
async def test_a_mail_scanner_approves_nothing(head: Client, house: House) -> None:
    """Every link that a notice could hold, opened by somebody who is even logged in."""
    path, seen = await head.card(SIMPLE)
    with untouched(house):
        for link in (path, f"{path}?answer=approve&seen={seen}&token={head.token}"):
            assert (await head.http.get(link)).status_code == 200
            assert (await head.http.head(link)).status_code == 200
        assert (await head.http.get(f"{path}/decide?answer=approve")).status_code == 405


@pytest.mark.slow
@pytest.mark.pain(10)
@pytest.mark.parametrize("text", ["ja", "Ok, freigeben", "approve", "nein", "/approve", "👍"])
async def test_words_decide_nothing(head: Client, text: str) -> None:
    """Whatever is written into the thread, the card waits as before."""
    path, seen = await head.card(SIMPLE)
    assert (await head.post(f"{path}/ask", {"text": text})).status_code == 303
    case = await dossier(head, path)
    assert [c.state for c in case.tape.open_checkpoints()] == ["open"]
    assert case.approvals == ()
    assert (await head.card(SIMPLE))[1] == seen


@pytest.mark.slow
@pytest.mark.pain(16)
async def test_many_cards_are_no_reason_to_stop_looking(head: Client, house: House) -> None:
    """Later is no answer, a batch takes one kind and says each, nothing is decided by waiting."""
    path, _ = await head.card(SIMPLE)
    with untouched(house):
        assert (await head.post(f"{path}/later", {})).status_code == 303
        assert SIMPLE not in (await head.http.get("/")).text
        assert "für später" in (await head.http.get("/")).text
    page = (await head.http.get("/")).text
    assert "immer" not in page.casefold()
    assert OTHER_HEAD in (await head.http.get(path)).text

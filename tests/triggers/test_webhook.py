"""The webhook on a real server: signed, once, and answered when its cases are committed."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from leitstand.errors import LeitstandError, ProjectRefused, SecretMissing, ValueRefused
from leitstand.project import Project
from leitstand.records import Received, Routed
from leitstand.triggers import open_triggers
from leitstand.web import make_app, open_site
from tests.triggers.house import entering, opened, rows, seen
from tests.triggers.poster import KEY, NAME, OTHER, headers_for, posting, secret

ORDERS = {"secret": f"env:{NAME}", "role": "buying"}
STRANGER = {"webhook-signature": "v1,AAAA"}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The secrets."""
    monkeypatch.setenv(NAME, secret())
    monkeypatch.setenv("OTHER_WEBHOOK", secret(OTHER))


def problem(answer: httpx.Response) -> tuple[int, str]:
    """Status and place of a problem, which says all that one has to say."""
    told: dict[str, Any] = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert told.keys() == {"status", "code", "what", "where", "do"}
    assert (told["status"], told["code"]) == (answer.status_code, "LS670")
    assert told["what"]
    assert told["do"]
    return answer.status_code, str(told["where"])


async def test_the_answer_names_cases_that_are_committed(shop: Project, tmp_path: Path) -> None:
    """202 with their names; at that moment they and the record lie in the journal (R3)."""
    async with posting(shop, tmp_path) as poster:
        answer = await poster.post()
        [case], [record] = rows(tmp_path, "cases"), rows(tmp_path)
        assert (answer.status_code, answer.json()) == (202, {"cases": [case["ulid"]]})
    assert (record["trigger"], record["outcome"]) == ("webhook.orders", "cases")
    assert case["role"] == "buying"
    assert "4711" not in repr(record)
    assert "set-cookie" not in answer.headers


async def test_what_is_sent_again_is_answered_again(shop: Project, tmp_path: Path) -> None:
    """By another attempt, and by one after a restart: the same answer and no second case."""
    async with posting(shop, tmp_path) as poster:
        first = await poster.post()
        again = await poster.post(headers=headers_for(b'{"order": 4711}', late=20))
    async with posting(shop, tmp_path) as poster:
        later = await poster.post()
    assert first.status_code == again.status_code == later.status_code == 202
    assert first.json() == again.json() == later.json()
    assert len(seen(tmp_path)) == 1


async def test_equal_requests_at_once_make_one_case(shop: Project, tmp_path: Path) -> None:
    """Twenty side by side."""
    async with posting(shop, tmp_path) as poster:
        answers = await asyncio.gather(*(poster.post() for _ in range(20)))
    assert {a.status_code for a in answers} == {202}
    assert len({a.text for a in answers}) == 1
    assert len(seen(tmp_path)) == 1


async def test_another_body_under_the_same_id_is_refused(shop: Project, tmp_path: Path) -> None:
    """Also where both come at once; the same body under another id is another event."""
    async with posting(shop, tmp_path) as poster:
        both = await asyncio.gather(poster.post(b'{"n": 1}'), poster.post(b'{"n": 2}'))
        assert sorted(a.status_code for a in both) == [202, 409]
        [refused] = [a for a in both if a.status_code == 409]
        assert problem(refused) == (409, "webhook-id")
        assert (await poster.post(b'{"n": 3}')).status_code == 409
        assert (await poster.post(b'{"n": 1}', "msg_2")).status_code == 202
    assert len(seen(tmp_path)) == 2


async def test_one_id_at_two_webhooks_is_two_events(shop: Project, tmp_path: Path) -> None:
    """Ids are their sender's own."""
    hooks = {"orders": ORDERS, "offers": {"secret": "env:OTHER_WEBHOOK"}}
    async with posting(shop, tmp_path, hooks) as poster:
        assert (await poster.post(b"{}")).status_code == 202
        theirs = headers_for(b"{}", keys=[OTHER])
        assert (await poster.post(b"{}", hook="offers", headers=theirs)).status_code == 202
        foreign = await poster.post(b"{}", hook="offers")
    assert problem(foreign) == (401, "webhook-signature")
    assert len(seen(tmp_path)) == 2


@pytest.mark.parametrize(
    ("headers", "status", "where"),
    [
        ({"webhook-signature": ""}, 401, "webhook-signature"),
        (STRANGER, 401, "webhook-signature"),
        (lambda: headers_for(b"{}", keys=[OTHER]), 401, "webhook-signature"),
        (lambda: headers_for(b"{ }"), 401, "webhook-signature"),
        (
            lambda: headers_for(b"{}", "msg_2") | {"webhook-id": "msg_1"},
            401,
            "webhook-signature",
        ),
        ({"webhook-id": ""}, 400, "webhook-id"),
        (lambda: headers_for(b"{}", "msg.1"), 400, "webhook-id"),
        (lambda: headers_for(b"{}", "m" * 129), 400, "webhook-id"),
        ({"webhook-timestamp": "gestern"}, 400, "webhook-timestamp"),
        ({"content-type": "application/x-www-form-urlencoded"}, 415, "content-type"),
        ({"content-type": "multipart/form-data; boundary=x"}, 415, "content-type"),
        ({"content-type": "text/plain"}, 415, "content-type"),
        ({"content-type": ""}, 415, "content-type"),
        ({"content-encoding": "gzip"}, 415, "content-type"),
    ],
)
async def test_what_is_not_right_is_refused_and_leaves_nothing(
    shop: Project,
    tmp_path: Path,
    headers: Mapping[str, str] | Callable[[], Mapping[str, str]],
    status: int,
    where: str,
) -> None:
    """Each with its place; neither a record nor a case. Signed now: a signature grows old."""
    given = headers() if callable(headers) else headers
    async with posting(shop, tmp_path) as poster:
        assert problem(await poster.post(b"{}", headers=given)) == (status, where)
    assert rows(tmp_path) == rows(tmp_path, "cases") == []


@pytest.mark.parametrize(("late", "status"), [(290, 202), (-290, 202), (310, 401), (-310, 401)])
async def test_clocks_may_differ_by_five_minutes(
    shop: Project, tmp_path: Path, late: int, status: int
) -> None:
    """Both ways; a recording that is played back later is refused, however well it is signed."""
    async with posting(shop, tmp_path) as poster:
        answer = await poster.post(b"{}", headers=headers_for(b"{}", late=late))
    assert answer.status_code == status
    if status == 401:
        assert problem(answer) == (401, "webhook-timestamp")


async def test_a_signature_of_an_old_key_may_stand_beside(shop: Project, tmp_path: Path) -> None:
    """While secrets are changed a sender signs with both; other kinds of signatures say nothing."""
    async with posting(shop, tmp_path) as poster:
        both = headers_for(b"{}", keys=[OTHER, KEY])
        both["webhook-signature"] = f"v1a,x= {both['webhook-signature']} v2,y="
        assert (await poster.post(b"{}", headers=both)).status_code == 202
        right = headers_for(b"{}")
        for kind in ("v1a", "V1", "v2", ""):
            renamed = right["webhook-signature"].replace("v1", kind, 1)
            refused = await poster.post(b"{}", headers=right | {"webhook-signature": renamed})
            assert refused.status_code == 401


async def test_an_address_that_is_none_is_not_told_from_one(shop: Project, tmp_path: Path) -> None:
    """A stranger gets one answer, header by header, whatever is behind the address."""
    async with posting(shop, tmp_path, rules={"most_bytes": 1000}) as poster:
        for body, headers in ((b"{}", STRANGER), (b"{", STRANGER), (b" " * 1001, {})):
            there = await poster.post(body, headers=headers)
            nowhere = await poster.post(body, hook="nobody", headers=headers)
            assert (there.status_code, there.text) == (nowhere.status_code, nowhere.text)
            times = [dict(a.headers) | {"date": ""} for a in (there, nowhere)]
            assert times[0] == times[1]
        assert problem(await poster.post(hook="nobody")) == (401, "webhook-signature")


@pytest.mark.parametrize(
    ("body", "kind"),
    [(b"", "application/json"), (b"{", "application/json"), (b"", "application/xml")],
)
async def test_a_body_that_is_none_is_refused(
    shop: Project, tmp_path: Path, body: bytes, kind: str
) -> None:
    """400 once it is known who sends it."""
    async with posting(shop, tmp_path) as poster:
        answer = await poster.post(body, headers={"content-type": kind})
    assert problem(answer) == (400, "body")


@pytest.mark.parametrize(
    ("kind", "ending"),
    [
        ("application/json; charset=utf-8", ".json"),
        ("Application/XML", ".xml"),
        ("application/pdf", ".pdf"),
    ],
)
async def test_a_document_comes_as_a_file_does(
    shop: Project, tmp_path: Path, kind: str, ending: str
) -> None:
    """Its id is its name, its bytes are untouched, its role is the webhook's."""
    found: list[Received] = []

    async def route(state: Path, limits: Mapping[str, Any], received: Received) -> Sequence[Routed]:
        found.append(received)
        return [Routed("buying", {"name": "x"})]

    body = b'{"\xc3\xa4": 1}' if ending == ".json" else b"%PDF-1.7 \xff\x00\xfe"
    hooks = {"orders": {"secret": f"env:{NAME}"}}
    async with posting(shop, tmp_path, hooks, route=route) as poster:
        answer = await poster.post(body, headers={"content-type": kind})
    assert answer.status_code == 202
    [received] = found
    [file] = received.attachments
    assert (file.name, file.content, received.raw) == (f"msg_1{ending}", body, body)
    assert (received.trigger, received.role, received.sender) == ("webhook.orders", "", "")


async def test_a_body_is_bounded_while_it_is_read(shop: Project, tmp_path: Path) -> None:
    """One that says that it is too long, and one that says nothing and never ends."""
    said = headers_for(b"x")
    head = "POST /webhooks/orders HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in said.items())
    chunks = [b"64\r\n" + b"x" * 100 + b"\r\n"] * 50
    async with posting(shop, tmp_path, rules={"most_bytes": 1000}) as poster:
        long = await poster.by_hand(f"{head}content-length: 1001\r\n\r\nx".encode())
        endless = f"{head}transfer-encoding: chunked\r\n\r\n".encode()
        unended = await poster.by_hand(endless, *chunks)
        assert problem(await poster.post(b" " * 1001)) == (413, "body")
        assert (await poster.post(b"[" + b" " * 998 + b"]")).status_code == 202
    assert b" 413 " in long.splitlines()[0]
    assert b" 413 " in unended.splitlines()[0]


@pytest.mark.slow
async def test_a_body_that_does_not_come_is_not_waited_for(shop: Project, tmp_path: Path) -> None:
    """It is given up after its seconds; meanwhile it keeps no other out."""
    lines = [f"{name}: {value}" for name, value in headers_for(b"x").items()]
    lines += ["host: x", "content-type: application/json", "content-length: 5"]
    head = "\r\n".join(["POST /webhooks/orders HTTP/1.1", *lines, "", "x"])
    async with posting(shop, tmp_path, rules={"seconds": 1}) as poster:
        waiting = asyncio.create_task(poster.by_hand(head.encode()))
        assert (await poster.post()).status_code == 202
        answer = await waiting
    assert b" 408 " in answer.splitlines()[0]


@pytest.mark.slow
async def test_what_is_held_of_all_bodies_is_bounded(shop: Project, tmp_path: Path) -> None:
    """Strangers who send slowly fill it up: what is large comes again, and once it is free can."""
    lines = [f"{name}: {value}" for name, value in headers_for(b"x").items()]
    lines += ["host: x", "content-type: application/json", "content-length: 900"]
    slow = "\r\n".join(["POST /webhooks/orders HTTP/1.1", *lines, "", "x" * 800]).encode()
    large, rules = b"[" + b" " * 500 + b"]", {"most_bytes": 1000, "most_held": 1000, "seconds": 1}
    async with posting(shop, tmp_path, rules=rules) as poster, asyncio.timeout(60):
        hanging = asyncio.create_task(poster.by_hand(slow))
        while (answer := await poster.post(large)).status_code == 202:
            assert not hanging.done()
        assert problem(answer) == (503, "")
        assert answer.headers["retry-after"] == "1"
        assert (await poster.post(b"{}", "small")).status_code == 202
        assert b" 408 " in (await hanging).splitlines()[0]
        assert (await poster.post(large)).status_code == 202


async def test_too_many_within_an_hour_are_told_when_to_come(shop: Project, tmp_path: Path) -> None:
    """Only who signs is counted; what was refused is nowhere recorded and can come later."""
    hooks = {"orders": {**ORDERS, "most_an_hour": 2}}
    async with posting(shop, tmp_path, hooks) as poster:
        for _ in range(3):
            await poster.post(headers=STRANGER)
        codes = [(await poster.post(name=f"m{n}")).status_code for n in range(3)]
        late = await poster.post(name="m3")
    assert codes == [202, 202, 429]
    assert problem(late) == (429, "")
    assert 3590 <= int(late.headers["retry-after"]) <= 3601
    assert len(rows(tmp_path)) == 2
    async with posting(shop, tmp_path, hooks) as poster:
        assert (await poster.post(name="m2")).status_code == 202


async def test_a_journal_that_takes_nothing_says_later(
    shop: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503, and nothing of why: that stands in the log."""
    project = entering(shop, {"webhooks": {"orders": ORDERS}})
    async with opened(project, tmp_path) as leitstand, open_site(leitstand) as site:
        app = make_app(site, open_triggers(leitstand).routes)
        transport = httpx.ASGITransport(app)
        leitstand.store.writer.close()
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as http:
            headers = {"content-type": "application/json", **headers_for(b"{}")}
            answer = await http.post("/webhooks/orders", content=b"{}", headers=headers)
    assert problem(answer) == (503, "")
    assert answer.headers["retry-after"] == "60"
    assert "closed" not in answer.text
    assert rows(tmp_path) == []


async def test_what_the_project_stumbles_over_is_put_aside_at_last(
    shop: Project, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It may come again twice; then it has a record, and words of its content are nowhere."""

    async def route(state: Path, limits: Mapping[str, Any], received: Received) -> Sequence[Routed]:
        raise RuntimeError(f"stumbled over {received.raw!r}")

    async with posting(shop, tmp_path, route=route) as poster:
        answers = [await poster.post(b'{"name": "Kanari"}') for _ in range(4)]
    assert [problem(a)[0] for a in answers] == [503, 503, 422, 422]
    assert answers[-1].json()["what"] == "not understood"
    [record] = rows(tmp_path)
    assert (record["outcome"], record["reason"]) == ("refused", "not understood")
    assert "Kanari" not in caplog.text + answers[0].text


async def test_what_fits_no_role_is_said_and_may_come_mended(shop: Project, tmp_path: Path) -> None:
    """422 with what is wrong; nothing is recorded, so the same id is free."""
    inputs: list[dict[str, Any]] = [{"nothing": 1}, {"name": "x"}]

    async def route(state: Path, limits: Mapping[str, Any], received: Received) -> Sequence[Routed]:
        return [Routed("buying", inputs.pop(0))]

    async with posting(shop, tmp_path, route=route) as poster:
        refused = await poster.post(b'{"n": 1}')
        mended = await poster.post(b'{"n": 2}')
    assert problem(refused) == (422, "role buying")
    assert "`name`" in refused.json()["what"]
    assert mended.status_code == 202


async def test_a_project_that_cannot_take_it_says_later(shop: Project, tmp_path: Path) -> None:
    """A `route` that makes nothing of it: our fault, and it comes again."""

    async def route(state: Path, limits: object, received: Received) -> list[Routed]:
        return []

    async with posting(shop, tmp_path, route=route) as poster:
        answer = await poster.post()
    assert problem(answer) == (503, "")
    assert rows(tmp_path) == []


async def test_a_report_that_nobody_may_read_is_answered_as_all_is(
    shop: Project, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The answer says no more than that there is a case."""

    async def seal(state: Path, received: Received) -> Routed | None:
        return Routed("buying", {"name": "x"}, "Meldung")

    caplog.set_level(logging.DEBUG)
    async with posting(shop, tmp_path, seal=seal) as poster:
        answer = await poster.post(b'{"mail": "Kanari"}')
    assert answer.status_code == 202
    assert answer.json().keys() == {"cases"}
    assert [row["outcome"] for row in rows(tmp_path)] == ["sealed"]
    assert "Kanari" not in caplog.text + repr(rows(tmp_path))


async def test_pages_and_forms_are_guarded_as_before(shop: Project, tmp_path: Path) -> None:
    """A webhook opens nothing else, and is not asked for by a browser."""
    async with posting(shop, tmp_path) as poster:
        assert (await poster.http.get("/webhooks/orders")).status_code == 405
        assert (await poster.http.options("/webhooks/orders")).status_code == 405
        assert (await poster.http.get("/")).headers["location"].startswith("/login")
        answer = await poster.http.post("/batch", content=b"{}", headers=headers_for(b"{}"))
        assert answer.headers["location"].startswith("/login")


@pytest.mark.parametrize(
    ("hooks", "error", "told"),
    [
        ({"a": {"secret": secret()}}, ValueRefused, "env:NAME"),
        ({"a": {"secret": "env:NOT_SET"}}, SecretMissing, "NOT_SET"),
        ({"a": {"secret": "env:PLAIN"}}, ProjectRefused, "webhooks.a"),
        ({"a": {"secret": "env:SHORT"}}, ProjectRefused, "24 to 64"),
        ({"a": {"secret": "env:LONG"}}, ProjectRefused, "24 to 64"),
        ({"a": {"secret": "env:NO_BASE64"}}, ProjectRefused, "openssl rand"),
        ({"a": ORDERS, "b": ORDERS}, ProjectRefused, "same secret"),
        ({"a": {**ORDERS, "role": "nobody"}}, ProjectRefused, "no role `nobody`"),
        ({"a": {"role": "buying"}}, ProjectRefused, "secret"),
        ({"a": {**ORDERS, "unsigned": True}}, ProjectRefused, "unsigned"),
        ({"a b": ORDERS}, ProjectRefused, "a b"),
    ],
)
async def test_a_webhook_without_a_good_secret_does_not_start(
    shop: Project,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    hooks: dict[str, Any],
    error: type[LeitstandError],
    told: str,
) -> None:
    """It is said where, and how a secret is made; never what the secret is."""
    bad = {
        "PLAIN": secret().removeprefix("whsec_"),
        "SHORT": secret(b"s" * 23),
        "LONG": secret(b"s" * 65),
        "NO_BASE64": "whsec_ä" + "x" * 40,
    }
    for name, value in bad.items():
        monkeypatch.setenv(name, value)
    async with opened(entering(shop, {"webhooks": hooks}), tmp_path) as leitstand:
        with pytest.raises(error) as found:
            open_triggers(leitstand)
    assert told in str(found.value)
    assert not any(value[6:] in str(found.value) for value in (secret(), *bad.values()))

"""DATEV over HTTP: what is sent, and what each answer comes to."""

import json
from email import message_from_bytes
from pathlib import Path
from typing import Any

import httpx
import pytest
import respx
from jsonschema import Draft4Validator

from leitstand.errors import ArgumentsRefused, CallFailed, Contradiction, Missing, Unreachable
from tests.tools.datev.conftest import ARGS, BASE, CONTENT, KEY, TOKENS, adapter
from tools.datev import UploadDocument, guid_of
from tools.datev.http import HttpDocuments
from tools.datev.settings import Settings

GUID = guid_of(KEY)
TAKEN = {"files": [{"name": "V-000001.pdf", "size": len(CONTENT)}], "note": "V-000001"}
CREATED = httpx.Response(201, json=TAKEN)
CONFLICT = httpx.Response(409, json={"error": "#DCO01012"})


@pytest.fixture
def tokens(respx_mock: respx.MockRouter) -> respx.Route:
    """The login service: a new access token each time."""
    answers = (
        httpx.Response(200, json={"access_token": f"token-{n}", "expires_in": 900})
        for n in range(1, 9)
    )
    return respx_mock.post(TOKENS).mock(side_effect=answers)


@pytest.fixture
def put(respx_mock: respx.MockRouter, tokens: respx.Route) -> respx.Route:
    """The place of the document at DATEV."""
    return respx_mock.put(f"{BASE}/{GUID}")


def sent(route: respx.Route) -> list[httpx.Request]:
    """The requests that a route got."""
    calls: Any = route.calls
    return [call.request for call in calls]


def check(schema: dict[str, Any], value: object) -> None:
    """Fails where a value does not fit a schema."""
    validator: Any = Draft4Validator(schema)
    validator.validate(value)


def parts(request: httpx.Request) -> dict[str, tuple[str | None, str, bytes]]:
    """The parts of a form: file name, type, content."""
    head = f"Content-Type: {request.headers['Content-Type']}\r\n\r\n".encode()
    found: dict[str, tuple[str | None, str, bytes]] = {}
    for part in message_from_bytes(head + request.content).walk():
        name = part.get_param("name", header="Content-Disposition")
        payload = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(payload, bytes):
            found[name] = (part.get_filename(), part.get_content_type(), payload)
    return found


async def test_upload(documents: HttpDocuments, put: respx.Route, tokens: respx.Route) -> None:
    """An original goes out unaltered under our own GUID, with type, note and place."""
    put.return_value = CREATED
    done = await documents.upload(ARGS, KEY)
    assert (done.guid, done.sha256, done.repeated, done.confirmed) == (
        GUID,
        ARGS.sha256,
        False,
        True,
    )
    (request,) = sent(put)
    assert request.headers["Authorization"] == "Bearer token-1"
    assert request.headers["X-DATEV-Client-Id"] == "app-1"
    found = parts(request)
    assert found["file"] == ("V-000001.pdf", "application/pdf", CONTENT)
    assert json.loads(found["metadata"][2]) == {
        "document_type": "Rechnungseingang",
        "note": "V-000001",
        "category": "Leitstand",
        "folder": "Rechnungen",
        "register": "2026/11",
    }
    (login,) = sent(tokens)
    assert b"grant_type=refresh_token" in login.content


async def test_tokens_are_kept(
    documents: HttpDocuments, put: respx.Route, tokens: respx.Route
) -> None:
    """A token that is still good is not asked for again."""
    put.mock(side_effect=[CREATED, CONFLICT])
    await documents.upload(ARGS, KEY)
    await documents.upload(ARGS, KEY)
    assert tokens.call_count == 1


async def test_repeat_is_told(documents: HttpDocuments, put: respx.Route) -> None:
    """409 under our own GUID: an earlier try arrived; that is a success, and is told."""
    put.return_value = CONFLICT
    done = await documents.upload(ARGS, KEY)
    assert (done.guid, done.repeated, done.confirmed) == (GUID, True, False)


async def test_lost_answer_and_repeat_make_one_document(
    documents: HttpDocuments, put: respx.Route
) -> None:
    """Sent, stored, answer lost: unknown; the repeat is refused, and exactly one is there."""
    stored: list[str] = []

    def store(request: httpx.Request) -> httpx.Response:
        if str(request.url) in stored:
            return CONFLICT
        stored.append(str(request.url))
        raise httpx.ReadTimeout("lost", request=request)

    put.mock(side_effect=store)
    with pytest.raises(Unreachable):
        await documents.upload(ARGS, KEY)
    assert (await documents.upload(ARGS, KEY)).repeated
    assert stored == [f"{BASE}/{GUID}"]


async def test_refused_token_is_renewed_once(
    documents: HttpDocuments, put: respx.Route, tokens: respx.Route
) -> None:
    """401: one new token, one more try with it."""
    put.mock(side_effect=[httpx.Response(401), CREATED])
    assert (await documents.upload(ARGS, KEY)).confirmed
    bearers = [request.headers["Authorization"] for request in sent(put)]
    assert bearers == ["Bearer token-1", "Bearer token-2"]
    assert tokens.call_count == 2


async def test_token_that_stays_refused(documents: HttpDocuments, put: respx.Route) -> None:
    """401 with the new token too: it certainly was not taken, and nobody tries for ever."""
    put.return_value = httpx.Response(401)
    with pytest.raises(Missing, match="401"):
        await documents.upload(ARGS, KEY)
    assert put.call_count == 2


async def test_new_refresh_token_is_kept(
    documents: HttpDocuments,
    put: respx.Route,
    tokens: respx.Route,
    tmp_path: Path,
    settings: Settings,
) -> None:
    """A new refresh token takes the place of the old one: in its file, readable by us alone."""
    tokens.mock(
        return_value=httpx.Response(200, json={"access_token": "t", "refresh_token": "second"})
    )
    put.return_value = CREATED
    await documents.upload(ARGS, KEY)
    assert (tmp_path / "refresh").read_text("utf-8") == "second"
    assert (tmp_path / "refresh").stat().st_mode & 0o077 == 0
    await adapter(settings).upload(ARGS, KEY)
    assert b"refresh_token=second" in sent(tokens)[-1].content


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.Response(400, json={"error": "invalid_grant"}), Missing),
        (httpx.Response(401), Missing),
        (httpx.Response(503), Unreachable),
        (httpx.Response(200, text="<html>"), Unreachable),
        (httpx.Response(200, json={"expires_in": 1}), Unreachable),
        (httpx.ConnectError("down"), Unreachable),
    ],
)
async def test_login_that_does_not_work(
    documents: HttpDocuments,
    respx_mock: respx.MockRouter,
    answer: httpx.Response | Exception,
    error: type[CallFailed],
) -> None:
    """Without a token nothing is sent; a login that is over is told from a service that is down."""
    respx_mock.post(TOKENS).mock(side_effect=[answer])
    with pytest.raises(error):
        await documents.upload(ARGS, KEY)


@pytest.mark.parametrize("name", ["DATEV_SECRET", "refresh"])
async def test_secret_that_is_absent(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    """A reference to nothing is named; nothing is sent."""
    monkeypatch.delenv("DATEV_SECRET") if name.isupper() else (tmp_path / name).unlink()
    with pytest.raises(Missing, match=name):
        await adapter(settings).upload(ARGS, KEY)


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (400, "#DCO01004", ArgumentsRefused),
        (400, "#DCO01010", Missing),
        (400, "#DCO01015", ArgumentsRefused),
        (400, "#DCO01016", ArgumentsRefused),
        (400, "", ArgumentsRefused),
        (403, "#DCO01005", Missing),
        (403, "", Missing),
        (404, "", Missing),
        (413, "", ArgumentsRefused),
        (415, "", ArgumentsRefused),
        (409, "#DCO09999", Unreachable),
        (429, "", Unreachable),
        (500, "", Unreachable),
        (503, "#DCO01020", Unreachable),
        (302, "", Unreachable),
    ],
)
async def test_refusals_are_typed(
    documents: HttpDocuments, put: respx.Route, status: int, code: str, error: type[CallFailed]
) -> None:
    """What surely was not taken is told from what may have been; the message names the code."""
    body = {"error": code, "request_id": "r-1"} if code else None
    put.return_value = httpx.Response(status, json=body)
    with pytest.raises(error, match=f"{status}.*{code}") as caught:
        await documents.upload(ARGS, KEY)
    assert type(caught.value) is error
    assert put.call_count == 1


@pytest.mark.parametrize(("asked", "tries"), [("0", 2), ("5", 2), ("6", 1), ("soon", 1), ("²", 1)])
async def test_waiting_when_asked_to(
    documents: HttpDocuments, put: respx.Route, asked: str, tries: int
) -> None:
    """429: a short wait is obeyed here, once; a long one is left to the case."""
    wait = httpx.Response(429, headers=[(b"Retry-After", asked.encode())])
    put.mock(side_effect=[wait, CREATED])
    if tries == 2:
        assert (await documents.upload(ARGS, KEY)).confirmed
    else:
        with pytest.raises(Unreachable):
            await documents.upload(ARGS, KEY)
    assert put.call_count == tries


@pytest.mark.parametrize("body", ["", "<html>", "[]", '{"files": 1}', '{"files": [{}]}', "{}"])
async def test_answer_nobody_can_read(
    documents: HttpDocuments, put: respx.Route, body: str
) -> None:
    """201 and garbage leave it open what DATEV holds: unknown, never a success."""
    put.return_value = httpx.Response(201, text=body)
    with pytest.raises(Unreachable):
        await documents.upload(ARGS, KEY)


async def test_size_as_a_text(documents: HttpDocuments, put: respx.Route) -> None:
    """The schema says number, the examples beside it say text: both are understood."""
    put.return_value = httpx.Response(
        201, json={"files": [{"name": "a", "size": f"{len(CONTENT)}"}]}
    )
    assert (await documents.upload(ARGS, KEY)).confirmed


async def test_other_size_is_not_confirmed(documents: HttpDocuments, put: respx.Route) -> None:
    """DATEV holds a document, but says another size: done, and not confirmed."""
    put.return_value = httpx.Response(201, json={"files": [{"name": "V.pdf", "size": 1}]})
    done = await documents.upload(ARGS, KEY)
    assert (done.repeated, done.confirmed) == (False, False)


async def test_nothing_is_sent_of_another_original(settings: Settings) -> None:
    """Bytes that are not of the hash, that are absent or too many never leave the house."""
    with pytest.raises(Contradiction):
        await adapter(settings, bent=True).upload(ARGS, KEY)
    with pytest.raises(Missing):
        await adapter(settings, b"something else").upload(ARGS, KEY)
    small = settings.model_copy(update={"file_bytes": len(CONTENT) - 1})
    with pytest.raises(ArgumentsRefused, match="more than DATEV takes"):
        await adapter(small).upload(ARGS, KEY)


async def test_names_have_the_signs_that_datev_takes(
    documents: HttpDocuments, put: respx.Route
) -> None:
    """Composed umlauts stay, all else becomes `_`: the name there is the one we know."""
    put.return_value = CREATED
    odd = ARGS.model_copy(
        update={"filename": "Mu\u0308ller €\u201e1\u201c.pdf", "note": "Mu\u0308ller"}
    )
    await documents.upload(odd, KEY)
    (request,) = sent(put)
    assert 'filename="Müller __1_.pdf"'.encode() in request.content
    assert json.loads(parts(request)["metadata"][2])["note"] == "Müller"


async def test_what_is_absent_is_not_sent(documents: HttpDocuments, put: respx.Route) -> None:
    """Without type, note and place the metadata say nothing of them."""
    put.return_value = CREATED
    bare = UploadDocument(sha256=ARGS.sha256, filename="a.pdf", media_type="application/pdf")
    await documents.upload(bare, KEY)
    assert json.loads(parts(sent(put)[0])["metadata"][2]) == {}


async def test_request_is_as_datev_describes_it(
    documents: HttpDocuments, put: respx.Route, spec: dict[str, Any]
) -> None:
    """Path, parts and metadata of a request fit the OpenAPI file of DATEV eG."""
    put.return_value = CREATED
    await documents.upload(ARGS, KEY)
    (request,) = sent(put)
    server = next(s["url"] for s in spec["servers"] if str(request.url).startswith(s["url"]))
    template = str(request.url).removeprefix(server).replace("455148-1", "{client-id}")
    operation = spec["paths"][template.replace(GUID, "{document-id}")]["put"]
    (kind,) = operation["requestBody"]["content"]
    assert request.headers["Content-Type"].startswith(kind)
    form = operation["requestBody"]["content"][kind]["schema"]["properties"]
    found = parts(request)
    assert found.keys() <= form.keys()
    metadata = json.loads(found["metadata"][2])
    schema = spec["components"]["schemas"]["metadata"]
    assert metadata.keys() <= schema["properties"].keys()
    check(schema, metadata)
    statuses = {int(status) for status in operation["responses"]}
    assert statuses == {201, 400, 403, 404, 409, 503}


def test_answers_are_as_datev_describes_them(spec: dict[str, Any]) -> None:
    """The answers that these tests give fit DATEV's schemas of documents and of errors."""
    schemas = spec["components"]["schemas"]
    document = {**schemas["Document"], "components": spec["components"]}
    check(document, TAKEN)
    error = {**schemas["ErrorMessage"], "components": spec["components"]}
    check(error, {"error": "#DCO01012", "request_id": "r-1"})


def test_limits_are_those_of_the_description(spec: dict[str, Any]) -> None:
    """Type, note and the three levels are as long as DATEV's description says, no longer."""
    described = spec["components"]["schemas"]["metadata"]["properties"]
    own = UploadDocument.model_json_schema()["properties"]
    for name in ("document_type", "note"):
        assert own[name]["maxLength"] == described[name]["maxLength"]
    levels = own["filed"]["anyOf"][0]["prefixItems"]
    wanted = [described[name]["maxLength"] for name in ("category", "folder", "register")]
    assert [level["maxLength"] for level in levels] == wanted


def test_there_is_no_look_up(spec: dict[str, Any]) -> None:
    """DATEV describes no way to ask for a document: why a repeat, not a look-up, settles it."""
    paths = {path: set(methods) for path, methods in spec["paths"].items() if "documents" in path}
    assert not [path for path, methods in paths.items() if "get" in methods]

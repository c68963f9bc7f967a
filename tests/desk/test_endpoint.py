"""Bad endpoints of all four providers: down, slow, busy, nonsense, cut off; each ends typed.

They speak the vendors' own HTTP forms, on loopback, with the real clients.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from leitstand.desk import Desk
from leitstand.model import (
    EVERY,
    Chat,
    Counter,
    Library,
    Prompt,
    Question,
    Settings,
    Spoken,
    Unanswered,
)
from leitstand.store import Limits
from tests.desk.endpoint import http, of, serving
from tests.desk.test_agent import INPUTS, PROMPT, TOOLS, Said
from tests.guard.scene import Scene
from tests.model.vendors.anthropic import ANTHROPIC
from tests.model.vendors.mistral import MISTRAL
from tests.model.vendors.ollama import OLLAMA
from tests.model.vendors.openai import OPENAI
from tests.model.vendors.vendor import KEY, Vendor

VENDORS = (OPENAI, ANTHROPIC, MISTRAL, OLLAMA)
GOOD = '{"text": "P1"}'
UNREACHABLE, NONSENSE = "system unreachable", "contradictory results"


@pytest.fixture(params=VENDORS, ids=lambda v: v.provider)
def vendor(request: pytest.FixtureRequest) -> Vendor:
    """Each vendor in turn."""
    return request.param


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The key is set, and nobody waits between attempts but where an endpoint says so."""
    monkeypatch.setenv("VENDOR_KEY", KEY)
    monkeypatch.setattr("leitstand.desk.asking.PAUSES", (0.0,))


def settings_of(url: str, vendor: Vendor = OPENAI, **more: object) -> Settings:
    """Settings of an endpoint on loopback."""
    given: dict[str, Any] = {"provider": vendor.provider, "model": "m", "base_url": url}
    given |= {"key_env": "VENDOR_KEY", "timeout": 20, "max_tokens": 50}
    return Settings.model_validate({**given, **more})


def talk(scene: Scene, settings: Settings) -> None:
    """Let a scene's cases ask this endpoint."""
    (scene.folder / "pay.md").write_text(PROMPT, "utf-8")
    chat = Chat("one", settings, Counter())
    scene.models = Library.open(scene.folder, {"one": chat}, {EVERY: "one"}, "test")


async def ask(desk: Desk) -> object:
    """A step that asks once."""
    return (await desk.ask("pay", INPUTS, Said)).value.text


async def work(desk: Desk) -> object:
    """A step that lets the model work."""
    return (await desk.agent("pay", INPUTS, TOOLS, Said)).value.text


async def left(scene: Scene, ulid: str) -> tuple[str, str | None]:
    """Status and cause of a case."""
    bodies = await scene.bodies(ulid, "exit")
    return (await scene.status(ulid))[0], bodies[0]["cause"] if bodies else None


BAD: Mapping[str, tuple[Callable[[Vendor], bytes], str, int]] = {
    "down": (lambda v: of(v.failed(500, "Oops"), 500), UNREACHABLE, 3),
    "busy": (lambda v: of(v.failed(v.busy, "Overloaded"), v.busy), UNREACHABLE, 3),
    "slow down": (lambda v: of(v.failed(429, "Slow"), 429, "retry-after: 0"), UNREACHABLE, 3),
    "wrong key": (lambda v: of(v.failed(401, "no key"), 401), UNREACHABLE, 1),
    "no model": (lambda v: of(v.failed(404, "no model m"), 404), UNREACHABLE, 1),
    "no reason": (lambda _: http("400 No", b"nonsense"), UNREACHABLE, 1),
    "a page": (lambda _: http("200 OK", b"<html>log in</html>"), UNREACHABLE, 3),
    "an empty object": (lambda _: http("200 OK", b"{}"), UNREACHABLE, 3),
    "half an answer": (lambda _: http("200 OK", b'{"mess', length=900), UNREACHABLE, 3),
    "nothing": (lambda _: b"", UNREACHABLE, 3),
    "no HTTP": (lambda _: b"nonsense\r\n\r\n", UNREACHABLE, 3),
    "words": (lambda v: of(v.said("I would rather not.")), NONSENSE, 3),
    "half an object": (lambda v: of(v.said('{"text": "P')), NONSENSE, 3),
    "cut off": (lambda v: of(v.said(GOOD, end="length")), NONSENSE, 3),
    "another object": (lambda v: of(v.said('{"other": 1}')), NONSENSE, 3),
    "an empty message": (lambda v: of(v.said()), NONSENSE, 3),
}


async def test_a_bad_endpoint_ends_typed(scene: Scene, vendor: Vendor) -> None:
    """To the exception queue with its cause, never held as a defect.

    As many requests as it has attempts: no library adds its own.
    """
    async with serving(vendor=vendor) as endpoint:
        talk(scene, settings_of(endpoint.url, vendor))
        for name, (answer, cause, times) in BAD.items():
            endpoint.begin(answer(vendor))
            ulid = await scene.begin(ask)
            assert (name, *await left(scene, ulid)) == (name, "exception", cause)
            assert (name, len(endpoint.asked)) == (name, times)
            assert len(await scene.events(ulid, "attempt")) == times
            assert 0 < (await scene.tape(ulid)).tokens <= times * 500


async def test_an_endpoint_that_is_down_is_unreachable(scene: Scene, vendor: Vendor) -> None:
    """Nobody listens there."""
    async with serving(None, vendor=vendor) as endpoint:
        talk(scene, settings_of(endpoint.url, vendor))
    ulid = await scene.begin(ask)
    assert await left(scene, ulid) == ("exception", UNREACHABLE)
    (text,) = {body["text"] for body in await scene.bodies(ulid, "attempt")}
    assert not text.startswith("no chat completion"), "a line that broke is no strange answer"


@pytest.mark.slow
async def test_an_endpoint_that_never_answers_is_unreachable(scene: Scene) -> None:
    """After one second, as its settings say, and no attempt more."""
    async with serving(None) as endpoint:
        talk(scene, settings_of(endpoint.url, timeout=1, attempts=1))
        ulid = await scene.begin(ask)
        assert await left(scene, ulid) == ("exception", UNREACHABLE)
        assert len(endpoint.asked) == 1


@pytest.mark.slow
async def test_no_library_waits_longer_or_asks_again() -> None:
    """All four side by side at endpoints that never answer: one request each, then it is over.

    Each has answered once before: loading a library takes longer than these seconds.
    """

    async def once(vendor: Vendor) -> tuple[bool, int]:
        async with serving(of(vendor.said(GOOD)), vendor=vendor) as endpoint:
            await said(settings_of(endpoint.url, vendor))
        async with serving(None, vendor=vendor) as endpoint:
            with pytest.raises(Unanswered) as raised:
                await said(settings_of(endpoint.url, vendor, timeout=3))
            return raised.value.again, len(endpoint.asked)

    async with asyncio.timeout(60):
        assert await asyncio.gather(*map(once, VENDORS)) == [(True, 1)] * len(VENDORS)


async def test_a_moment_of_weakness_costs_an_attempt(scene: Scene, vendor: Vendor) -> None:
    """Once busy, once nonsense, then right: answered; told what was wrong; tokens as stated."""
    busy, wrong = of(vendor.failed(vendor.busy, "Busy"), vendor.busy), of(vendor.said("Sure!"))
    async with serving(busy, wrong, of(vendor.said(GOOD)), vendor=vendor) as endpoint:
        talk(scene, settings_of(endpoint.url, vendor))
        ulid = await scene.begin(ask)
        assert await left(scene, ulid) == ("done", None)
        first, _, last = map(vendor.seen, endpoint.asked)
    assert "no JSON" in last.told
    assert (first.heat, first.most) == (None if vendor is ANTHROPIC else 0, 50)
    assert first.schema is not None
    assert first.schema["required"] == ["text"]
    (body,) = await scene.bodies(ulid, "answer")
    assert body["tokens"] == {"sent": 40, "received": 9, "estimated": False}
    assert body["release"].startswith(f"{vendor.provider}/m:pay@1#")


async def test_an_endpoint_that_wants_time_parks_the_case(scene: Scene, vendor: Vendor) -> None:
    """`Retry-After: 60`: no burst waits for it; after a minute the case goes on by itself."""
    busy = of(vendor.failed(429, "Slow down"), 429, "retry-after: 60")
    async with serving(busy, of(vendor.said(GOOD)), vendor=vendor) as endpoint:
        talk(scene, settings_of(endpoint.url, vendor))
        ulid = await scene.begin(ask)
        assert await left(scene, ulid) == ("waiting", None)
        await scene.go_on(later=30)
        assert len(endpoint.asked) == 1
        await scene.go_on(later=31)
        assert await left(scene, ulid) == ("done", None)


async def test_what_attempts_cost_counts(scene: Scene) -> None:
    """A case whose tokens go into attempts has none left: nothing more is sent."""
    scene.cases = Limits(tokens=400)
    async with serving(http("500 Oops", b"{}")) as endpoint:
        talk(scene, settings_of(endpoint.url, attempts=10))
        ulid = await scene.begin(ask)
        assert await left(scene, ulid) == ("exception", "data missing")
        assert len(endpoint.asked) < 10
    assert (await scene.tape(ulid)).tokens <= 400


async def test_what_an_endpoint_states_counts(scene: Scene, vendor: Vendor) -> None:
    """Its 49 tokens a turn are the case's, until what is left does not do for another."""
    scene.cases = Limits(tokens=900)
    read = of(vendor.said(None, ("bank__get", '{"no": "A"}')))
    async with serving(read, vendor=vendor) as endpoint:
        talk(scene, settings_of(endpoint.url, vendor, max_tokens=400))
        ulid = await scene.begin(work)
        assert await left(scene, ulid) == ("exception", "data missing")
        assert (await scene.tape(ulid)).tokens == 49 * len(endpoint.asked) > 0


MANY = [("bank__get", '{"no": "A"}')] * 1_000
USELESS: Mapping[str, Callable[[Vendor], bytes]] = {
    "none": lambda v: of(v.said("no call at all")),
    "an unknown tool": lambda v: of(v.said(None, ("bank__none", "{}"))),
    "a thousand": lambda v: of(v.said(None, *MANY)),
    "a wrong kind": lambda v: of(v.said(None, ("bank__pay", '{"no": "R1", "cents": "5"}'))),
    "cut off": lambda v: of(v.said(None, ("bank__get", '{"no": "A"}'), end="length")),
}


async def test_calls_of_no_use_end_typed(scene: Scene, vendor: Vendor) -> None:
    """A required call that does not come, an unknown tool, a thousand: told, then given up."""
    async with serving(vendor=vendor) as endpoint:
        talk(scene, settings_of(endpoint.url, vendor))
        for name, answer in USELESS.items():
            endpoint.begin(answer(vendor))
            ulid = await scene.begin(work)
            assert (name, *await left(scene, ulid)) == (name, "exception", NONSENSE)
            assert (name, len(endpoint.asked)) == (name, 3)
            assert "error" in vendor.seen(endpoint.asked[-1]).told
    assert scene.bank.calls == []


@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")
async def test_a_call_that_is_none_ends_typed(scene: Scene, vendor: Vendor) -> None:
    """Arguments that are no object, in whatever way the vendor passes them on."""
    async with serving(vendor=vendor) as endpoint:
        talk(scene, settings_of(endpoint.url, vendor))
        for status, body, cause in vendor.broken:
            endpoint.begin(of(body, status))
            ulid = await scene.begin(work)
            assert await left(scene, ulid) == ("exception", cause)
            assert len(endpoint.asked) == 3
    assert scene.bank.calls == []


FORMS = [(v, tools) for v in VENDORS for tools in v.tools]


@pytest.mark.parametrize(("vendor", "tools"), FORMS, ids=lambda p: getattr(p, "provider", p))
async def test_a_model_works_in_each_form(scene: Scene, vendor: Vendor, tools: str) -> None:
    """It is told that it must call, calls at first not, then twice at once, then answers."""
    read, done = [("bank.get", '{"no": "A"}'), ("bank.get", '{"no": "B"}')], ("answer", GOOD)
    if tools == "json-schema":
        texts = (f'{{"tool": "{name}", "arguments": {args}}}' for name, args in (*read, done))
        answers = [vendor.said(text) for text in ("Hm.", *texts)]
    else:
        wired = [(name.replace(".", "__"), args) for name, args in read]
        answers = [vendor.said("Hm."), vendor.said(None, *wired), vendor.said("So:", done)]
    async with serving(*map(of, answers), vendor=vendor) as endpoint:
        talk(scene, settings_of(endpoint.url, vendor, tools=tools))
        ulid = await scene.begin(work)
        assert await left(scene, ulid) == ("done", None)
        first, last = vendor.seen(endpoint.asked[0]), vendor.seen(endpoint.asked[-1])
    must = {"native": {"any", "required"}, "native-auto": {"auto"}, "json-schema": {""}}
    assert first.choice in ({""} if vendor is OLLAMA else must[tools])
    assert (first.schema is None) == (tools != "json-schema")
    assert '"value":100' in last.told.replace("\\", "")
    assert sorted(scene.bank.calls) == [("get", "A", ""), ("get", "B", "")]


QUESTION = Question("pay", INPUTS, Said)


async def said(settings: Settings, question: Question = QUESTION) -> Spoken:
    """What a model of these settings says, asked once."""
    prompt = Prompt(
        name="pay",
        version="1",
        owner="tests",
        purpose="pays what is due",
        released="draft",
        budget=4_000,
        inputs=("mail",),
        text="Pay what the mail asks for.",
        sha="0" * 64,
    )
    return await Chat("one", settings, Counter()).prepare(prompt, question).send()


async def test_neither_key_nor_prompt_is_told(
    vendor: Vendor, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not in a log, however much is logged, and not in an error that quotes both (R34)."""
    caplog.set_level(logging.DEBUG)
    secret = "Bitte an P1 zahlen, sagt der Chef"
    question = replace(QUESTION, inputs={"mail": secret})
    for status in (400, 422, 500):
        told = of(vendor.failed(status, f"Wrong: {KEY} may not say {secret!r}"), status)
        async with serving(told, vendor=vendor) as endpoint:
            with pytest.raises(Unanswered) as raised:
                await said(settings_of(endpoint.url, vendor), question)
            assert str(status) in str(raised.value)
            assert len(endpoint.asked) == 1
        for text in (str(raised.value), caplog.text):
            assert KEY not in text
            assert "sagt der Chef" not in text

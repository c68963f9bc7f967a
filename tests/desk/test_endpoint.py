"""Bad endpoints: down, slow, nonsense, cut off; each ends typed, within what it may cost."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from leitstand.desk import Desk
from leitstand.model import EVERY, Chat, Counter, Library, Settings
from leitstand.store import Limits
from tests.desk.endpoint import completion, http, serving
from tests.desk.test_agent import INPUTS, PROMPT, TOOLS, Said
from tests.guard.scene import Scene

GOOD = '{"text": "P1"}'
UNREACHABLE, NONSENSE = "system unreachable", "contradictory results"


def settings_of(url: str, **more: object) -> Settings:
    """Settings of an endpoint on loopback."""
    given: dict[str, Any] = {"provider": "openai-compatible", "model": "m", "base_url": url}
    return Settings.model_validate({**given, "timeout": 5, "max_tokens": 50, **more})


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


@pytest.mark.parametrize(
    ("answers", "cause", "times"),
    [
        ([http("500 Oops", b"{}")], UNREACHABLE, 3),
        ([http("429 Slow down", b"{}", "retry-after: 0")], UNREACHABLE, 3),
        ([http("401 No", b'{"error": {"message": "no key"}}')], UNREACHABLE, 1),
        ([http("400 No", b"nonsense")], UNREACHABLE, 1),
        ([http("200 OK", b"<html>log in</html>")], UNREACHABLE, 3),
        ([http("200 OK", b"{}")], UNREACHABLE, 3),
        ([http("200 OK", b'{"choices": []}')], UNREACHABLE, 3),
        ([http("200 OK", b'{"choi', length=900)], UNREACHABLE, 3),
        ([b""], UNREACHABLE, 3),
        ([b"nonsense\r\n\r\n"], UNREACHABLE, 3),
        ([completion("I would rather not.")], NONSENSE, 3),
        ([completion('{"text": "P')], NONSENSE, 3),
        ([completion(GOOD, end="length")], NONSENSE, 3),
        ([completion('{"other": 1}')], NONSENSE, 3),
        ([completion(None)], NONSENSE, 3),
    ],
)
async def test_a_bad_endpoint_ends_typed(
    scene: Scene, answers: Sequence[bytes], cause: str, times: int
) -> None:
    """To the exception queue with its cause, never held as a defect; as many attempts as it has."""
    async with serving(*answers) as endpoint:
        talk(scene, settings_of(endpoint.url))
        ulid = await scene.begin(ask)
        assert await left(scene, ulid) == ("exception", cause)
        assert len(endpoint.asked) == times
    tape = await scene.tape(ulid)
    assert 0 < tape.tokens <= times * 500
    assert len(await scene.events(ulid, "attempt")) == times


async def test_an_endpoint_that_is_down_or_slow_is_unreachable(scene: Scene) -> None:
    """Nobody listens there; or somebody does and never answers."""
    async with serving(None) as endpoint:
        talk(scene, settings_of(endpoint.url, timeout=1, attempts=1))
        ulid = await scene.begin(ask)
        assert await left(scene, ulid) == ("exception", UNREACHABLE)
    ulid = await scene.begin(ask)
    assert await left(scene, ulid) == ("exception", UNREACHABLE)


async def test_a_moment_of_weakness_costs_an_attempt(scene: Scene) -> None:
    """Once busy, once nonsense, then right: answered; told what was wrong; tokens as stated."""
    busy, wrong = http("503 Busy", b"{}"), completion("Sure!")
    async with serving(busy, wrong, completion(GOOD)) as endpoint:
        talk(scene, settings_of(endpoint.url))
        ulid = await scene.begin(ask)
        assert await left(scene, ulid) == ("done", None)
        first, _, last = endpoint.asked
    assert "no JSON" in last["messages"][-1]["content"]
    assert (first["temperature"], first["max_tokens"]) == (0, 50)
    assert first["response_format"]["json_schema"]["schema"]["required"] == ["text"]
    (body,) = await scene.bodies(ulid, "answer")
    assert body["tokens"] == {"sent": 40, "received": 9, "estimated": False}
    assert body["release"].startswith("openai-compatible/m:pay@1#")


async def test_an_endpoint_that_wants_time_parks_the_case(scene: Scene) -> None:
    """`Retry-After: 60`: no burst waits for it; after a minute the case goes on by itself."""
    busy = http("429 Slow down", b"{}", "retry-after: 60")
    async with serving(busy, completion(GOOD)) as endpoint:
        talk(scene, settings_of(endpoint.url))
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


MANY = [("bank__get", '{"no": "A"}')] * 1_000


@pytest.mark.parametrize(
    "said",
    [
        completion("no call at all"),
        completion(None, ("bank__none", "{}")),
        completion(None, ("bank__get", '{"no": ')),
        completion(None, ("bank__get", "[1]")),
        completion(None, *MANY),
        completion(None, ("bank__pay", '{"no": "R1", "cents": "5"}')),
    ],
)
async def test_calls_of_no_use_end_typed(scene: Scene, said: bytes) -> None:
    """Through the real client: an unknown tool, broken arguments, a thousand calls, none at all."""
    async with serving(said) as endpoint:
        talk(scene, settings_of(endpoint.url))
        ulid = await scene.begin(work)
        assert await left(scene, ulid) == ("exception", NONSENSE)
        assert len(endpoint.asked) == 3
    assert scene.bank.calls == []


@pytest.mark.parametrize("tools", ["native", "json-schema"])
async def test_a_model_works_in_either_form(scene: Scene, tools: str) -> None:
    """It reads and answers, by calls of the endpoint's own form or as JSON held to a schema."""
    read, done = ("bank.get", '{"no": "A"}'), ("answer", GOOD)
    if tools == "native":
        answers = [completion(None, (read[0].replace(".", "__"), read[1])), completion(None, done)]
    else:
        texts = (f'{{"tool": "{name}", "arguments": {args}}}' for name, args in (read, done))
        answers = [completion(text) for text in texts]
    async with serving(*answers) as endpoint:
        talk(scene, settings_of(endpoint.url, tools=tools))
        ulid = await scene.begin(work)
        assert await left(scene, ulid) == ("done", None)
        first, last = endpoint.asked
    assert ("tool_choice" in first) == (tools == "native")
    assert ("response_format" in first) == (tools == "json-schema")
    assert '"value":100' in json.dumps(last["messages"][-1]["content"]).replace("\\", "")
    assert scene.bank.calls == [("get", "A", "")]

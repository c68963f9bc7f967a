"""Spans of real cases: what happened is told once, under the case's own id, and nothing of it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import SpanKind

from leitstand.approval import Statement
from leitstand.desk import Desk
from leitstand.errors import CallFailed, Missing, Refused, Rejected, Unreachable
from leitstand.model import (
    ANSWER,
    EVERY,
    Chat,
    Counter,
    Library,
    Script,
    ScriptedModel,
    Settings,
    Unanswered,
)
from leitstand.model import Called as ToolCalled
from leitstand.trace import root_of, trace_of
from leitstand.values import Frozen, Reading, Text
from tests.guard.scene import Crash, Pay, Step, book, get, letter, pay, wipe, wire, work_of
from tests.guard.scene import Find as FindNumber
from tests.trace.conftest import Traced

LARGE = Pay(no="R1", cents=20_000)
A = FindNumber(no="A")


def told(span: ReadableSpan) -> Mapping[str, Any]:
    """The attributes of a span."""
    return cast("Mapping[str, Any]", span.attributes)


def events(span: ReadableSpan) -> list[tuple[str, Mapping[str, Any]]]:
    """Names and attributes of a span's events."""
    return [(e.name, cast("Mapping[str, Any]", e.attributes)) for e in span.events]


def context(span: ReadableSpan) -> tuple[int, int]:
    """Trace and span id."""
    assert span.context is not None
    return span.context.trace_id, span.context.span_id


def values(spans: Sequence[ReadableSpan]) -> Iterator[object]:
    """Every value of every attribute of spans and events; lists one by one."""
    for span in spans:
        for attributes in (told(span), *(what for _, what in events(span))):
            for value in attributes.values():
                yield from cast("tuple[object]", value if isinstance(value, tuple) else (value,))


async def paying(desk: Desk) -> object:
    """One read, one write that a head approves."""
    await desk.call(get, A)
    return (await desk.call(pay, LARGE)).no


async def test_an_approved_write_over_two_bursts_is_one_trace(scene: Traced) -> None:
    """The case, its two bursts, the read and the write: once each, and the trace is the case."""
    ulid = await scene.begin(paying)
    await scene.decide(ulid)
    scene.reopen()
    await scene.go_on(later=600)
    assert (await scene.status(ulid))[0] == "done"
    assert scene.names == [
        "execute_tool bank.get",
        "execute_tool bank.pay",
        "invoke_agent clerk",
        "invoke_agent clerk",
        "invoke_workflow clerk",
    ]
    assert {context(span)[0] for span in scene.spans} == {trace_of(ulid)}
    root = scene.one("invoke_workflow clerk")
    assert (root.parent, context(root)[1]) == (None, root_of(ulid))
    bursts = [span for span in scene.spans if span.name == "invoke_agent clerk"]
    assert all(b.parent is not None and b.parent.span_id == root_of(ulid) for b in bursts)
    first, second = sorted(bursts, key=lambda span: span.start_time or 0)
    assert [told(b)["leitstand.case.status"] for b in (first, second)] == ["waiting", "done"]
    assert [told(b)["leitstand.case.supersteps"] for b in (first, second)] == [0, 1]
    for span, above in (("execute_tool bank.get", first), ("execute_tool bank.pay", second)):
        parent = scene.one(span).parent
        assert parent is not None
        assert parent.span_id == context(above)[1]


async def test_what_a_burst_says_of_case_and_people(scene: Traced) -> None:
    """Who may decide and what was decided are events of the burst; a person is not named (R36)."""
    ulid = await scene.begin(paying)
    await scene.decide(ulid)
    await scene.go_on()
    first, second = (s for s in scene.spans if s.name == "invoke_agent clerk")
    assert told(first) == {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.agent.name": "clerk",
        "gen_ai.agent.version": scene.roles["clerk"].version,
        "gen_ai.conversation.id": ulid,
        "leitstand.tenant": "t",
        "leitstand.case.status": "waiting",
        "leitstand.case.supersteps": 0,
        "leitstand.policy.version": scene.rules.bundle.sha,
    }
    ((name, asks),) = events(first)
    assert name == "leitstand.checkpoint"
    assert dict(asks) == {
        "gen_ai.tool.name": "bank.pay",
        "gen_ai.tool.call.id": "work#1/:1",
        "leitstand.checkpoint.roles": ("head",),
        "leitstand.checkpoint.approvers": 1,
        "leitstand.checkpoint.decision": "approve",
        "leitstand.policy.rule": ("ask-one",),
        "leitstand.policy.version": scene.rules.bundle.sha,
    }
    said = {"leitstand.approval.role": "head", "leitstand.approval.answer": "approve"}
    assert [(name, dict(what)) for name, what in events(second)] == [("leitstand.approval", said)]


async def test_what_a_call_says_of_itself(scene: Traced) -> None:
    """Verdict, bundle, key and outcome as the journal has them; no argument and no result."""
    ulid = await scene.begin(paying)
    await scene.decide(ulid)
    await scene.go_on()
    (intent,) = await scene.bodies(ulid, "intent")
    assert told(scene.one("execute_tool bank.pay")) == {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": "bank.pay",
        "gen_ai.tool.type": "function",
        "gen_ai.tool.call.id": "work#1/:1",
        "gen_ai.conversation.id": ulid,
        "leitstand.policy.decision": "allow",
        "leitstand.policy.rule": (),
        "leitstand.policy.version": scene.rules.bundle.sha,
        "leitstand.effect.id": intent["key"],
        "leitstand.call.outcome": "done",
        "leitstand.call.attempts": 1,
    }
    assert told(scene.one("execute_tool bank.get"))["leitstand.call.outcome"] == "done"


async def refused(desk: Desk) -> object:
    """A write that nothing grants."""
    return await desk.call(wipe, LARGE)


async def rejected(desk: Desk) -> object:
    """A write that a person says no to."""
    return await desk.call(pay, LARGE)


@pytest.mark.parametrize(
    ("step", "outcome", "code"),
    [(refused, "refused", Refused.code), (rejected, "rejected", Rejected.code)],
)
async def test_a_call_that_was_not_made_says_why(
    scene: Traced, step: Step, outcome: str, code: str
) -> None:
    """Rules and people: the outcome says which of them, and that nothing was attempted."""
    ulid = await scene.begin(step)
    if outcome == "rejected":
        await scene.decide(ulid, said=Statement(answer="reject", reason="zu teuer"))
        await scene.go_on()
    (span,) = [s for s in scene.spans if s.name.startswith("execute_tool")]
    assert told(span)["leitstand.call.outcome"] == outcome
    assert told(span)["error.type"] == code
    assert "leitstand.call.attempts" not in told(span)
    assert not span.status.is_ok


async def test_a_read_that_was_repeated_counts_its_attempts(scene: Traced) -> None:
    """The system did not answer once: one call, two attempts."""

    async def lost() -> None:
        raise Unreachable("down")

    async def step(desk: Desk) -> object:
        return (await desk.call(get, A)).value

    scene.bank.before.append(lost)
    await scene.begin(step)
    assert told(scene.one("execute_tool bank.get"))["leitstand.call.attempts"] == 2


async def test_a_write_of_unknown_outcome_is_told_and_its_settling_too(scene: Traced) -> None:
    """An attempt that nobody answered is a span; the look-up that finds it another."""

    async def lost() -> None:
        raise Unreachable("down")

    async def step(desk: Desk) -> object:
        return (await desk.call(book, Pay(no="R1", cents=5))).no

    scene.bank.after.append(lost)
    ulid = await scene.begin(step)
    await scene.go_on(later=30)
    assert (await scene.status(ulid))[0] == "done"
    spans = [told(s) for s in scene.spans if s.name == "execute_tool bank.book"]
    assert [s["leitstand.call.outcome"] for s in spans] == ["unknown", "done"]
    assert [s["leitstand.call.attempts"] for s in spans] == [1, 2]
    assert len({s["leitstand.effect.id"] for s in spans}) == 1


async def test_a_held_case_says_why_it_is_held(scene: Traced) -> None:
    """Nobody can tell whether the wire went out: the burst is an error of that kind."""

    async def lost() -> None:
        raise Unreachable("down")

    async def step(desk: Desk) -> object:
        return (await desk.call(wire, Pay(no="R1", cents=5))).no

    scene.bank.after.append(lost)
    ulid = await scene.begin(step)
    await scene.go_on(later=600)
    assert (await scene.status(ulid))[0] == "held"
    last = [s for s in scene.spans if s.name == "invoke_agent clerk"][-1]
    assert told(last)["error.type"] == "unknown_effect"
    assert not last.status.is_ok


@pytest.mark.kernel(4)
@pytest.mark.parametrize("door", ["before", "after"])
async def test_what_a_killed_burst_did_is_told_once(scene: Traced, door: str) -> None:
    """Killed in the middle of a write: the burst that finds out tells of it, and no other."""

    async def die() -> None:
        raise Crash

    ulid = await scene.begin(paying)
    await scene.decide(ulid)
    getattr(scene.bank, door).append(die)
    with pytest.raises(Crash):
        await scene.go_on()
    scene.reopen()
    await scene.go_on(later=600)
    assert (await scene.status(ulid))[0] == "done"
    assert scene.names == [
        "execute_tool bank.get",
        "execute_tool bank.pay",
        "invoke_agent clerk",
        "invoke_agent clerk",
        "invoke_workflow clerk",
    ]


async def test_a_case_that_is_woken_for_nothing_leaves_its_burst_alone(scene: Traced) -> None:
    """A word that it does not wait for: everything is replayed, so no call and no checkpoint."""
    ulid = await scene.begin(paying)
    before = len(scene.spans)
    await scene.runtime().signal(ulid, "hello", {}, "s1")
    await scene.go_on()
    (burst,) = scene.spans[before:]
    assert (burst.name, events(burst)) == ("invoke_agent clerk", [])


async def test_a_child_links_to_its_parent(scene: Traced) -> None:
    """A case that was handed over has a trace of its own, whose first span names the other."""

    async def child(desk: Desk) -> object:
        return (await desk.call(get, A)).value

    async def step(desk: Desk) -> object:
        return await desk.hand_over("checker", {"no": "C1"}, "check")

    scene.roles["checker"] = work_of(child, "checker")
    ulid = await scene.begin(step)
    root = scene.one("invoke_workflow checker")
    (link,) = root.links
    assert (link.context.trace_id, link.context.span_id) == (trace_of(ulid), root_of(ulid))
    assert context(root)[0] != trace_of(ulid)
    assert context(root)[0] == context(scene.one("execute_tool bank.get"))[0]
    handed = told(scene.one("execute_tool case.hand_over"))
    assert handed["leitstand.effect.id"].upper()[:26] == told(root)["gen_ai.conversation.id"]


PROMPT = """---
version: 1
owner: finance
purpose: pays what is due
released: 2026-11-02
budget: 4000
inputs: mail
confidence: 70
---
Pay what the mail asks for.
"""


class Said(Frozen):
    """What an agent answers."""

    text: Text


async def paid_by_agent(desk: Desk) -> object:
    """An agent that reads and pays."""
    found = await desk.agent("pay", {"mail": "Bitte zahlen"}, (get, pay), Said)
    return found.value.text


async def test_a_request_to_a_model_says_which_and_how_much(scene: Traced) -> None:
    """Three turns around a checkpoint: three requests, one read, one write, each made once."""
    reading = ToolCalled(tool="bank.get", args={"no": "A"})
    paying = ToolCalled(tool="bank.pay", args={"no": "R1", "cents": 20_000})
    answer = ToolCalled(tool=ANSWER, args={"text": "V1"})
    calls = enumerate(((reading,), (paying,), (answer,)))
    scripts = [Script(prompt="pay", turn=turn, calls=made) for turn, made in calls]
    (scene.folder / "pay.md").write_text(PROMPT, "utf-8")
    written = Settings(provider="scripted", script="tests:model")
    chat = Chat("one", written, Counter(), ScriptedModel(scripts=tuple(scripts)))
    scene.models = Library.open(scene.folder, {"one": chat}, {EVERY: "one"}, "test")
    ulid = await scene.begin(paid_by_agent)
    await scene.decide(ulid)
    await scene.go_on()
    assert (await scene.status(ulid))[0] == "done"
    names = [name for name in scene.names if not name.startswith("invoke")]
    assert names == ["chat scripted"] * 3 + ["execute_tool bank.get", "execute_tool bank.pay"]
    turns = [b for b in await scene.bodies(ulid, "answer") if b["tool"] == "turn"]
    chats = [span for span in scene.spans if span.name == "chat scripted"]
    used = ("gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens")
    for span, turn in zip(chats, turns, strict=True):
        assert [told(span)[name] for name in used] == list(turn["tokens"].values())[-2:][::-1]
        assert span.kind is SpanKind.CLIENT
    assert told(chats[0]) == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "scripted",
        "gen_ai.request.model": "scripted",
        "gen_ai.request.max_tokens": written.max_tokens,
        "gen_ai.prompt.name": "pay",
        "gen_ai.conversation.id": ulid,
        "leitstand.prompt.version": told(chats[0])["leitstand.prompt.version"],
        "leitstand.call": "work#1/:0/0",
        **{name: told(chats[0])[name] for name in used},
    }
    assert told(chats[0])["leitstand.prompt.version"].startswith("1#")


async def test_a_model_that_does_not_answer_is_an_error_of_its_kind(scene: Traced) -> None:
    """The kind of the fault, not its text: an endpoint may quote what it was sent."""

    async def silent(prompt: str, inputs: Mapping[str, Any], kind: type[Any]) -> object:
        raise Unanswered("the mail said x", again=False)

    async def step(desk: Desk) -> object:
        return (await desk.ask("how-much", {"mail": "x"}, Said)).value.text

    scene.ask = silent
    await scene.begin(step)
    (span,) = [span for span in scene.spans if span.name.startswith("chat")]
    assert told(span)["error.type"] == "Unanswered"
    assert not span.status.is_ok
    assert "gen_ai.usage.input_tokens" not in told(span)


@pytest.mark.parametrize("ratio", ["0", "1"])
@pytest.mark.parametrize("sampler", ["traceidratio", "parentbased_traceidratio"])
async def test_a_sampler_takes_a_case_whole_or_not_at_all(
    scene: Traced, monkeypatch: pytest.MonkeyPatch, sampler: str, ratio: str
) -> None:
    """What the standard environment says of samples holds for all bursts of a case."""
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", sampler)
    monkeypatch.setenv("OTEL_TRACES_SAMPLER_ARG", ratio)
    scene.trace()
    ulid = await scene.begin(paying)
    await scene.decide(ulid)
    await scene.go_on()
    assert len(scene.spans) == 5 * int(ratio)


async def test_roles_that_are_left_out_leave_nothing(scene: Traced) -> None:
    """A project may keep the cases of a role to itself."""
    scene.trace("clerk")
    ulid = await scene.begin(paying)
    await scene.decide(ulid)
    await scene.go_on()
    assert (await scene.status(ulid))[0] == "done"
    assert not scene.spans


@pytest.mark.parametrize("where", ["_write", "_open", "_sampled"])
async def test_a_trace_that_cannot_be_written_is_no_matter_of_its_case(
    scene: Traced, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, where: str
) -> None:
    """A fault in the writing is told by its kind alone; the case goes its way."""

    def fail(*_: object) -> None:
        raise ValueError("IBAN DE02")

    monkeypatch.setattr(type(scene.tracer), where, fail)
    ulid = await scene.begin(paying)
    await scene.decide(ulid)
    await scene.go_on()
    assert (await scene.status(ulid))[0] == "done"
    assert {r.message for r in caplog.records if r.name == "leitstand.trace"} == {
        "a trace was not written: ValueError"
    }


SECRET = st.text("ABCDEFGHKMNPQRSTUVWXYZ", min_size=9, max_size=14)


@pytest.mark.slow
@settings(max_examples=15, deadline=None, phases=[Phase.generate])  # A small one leaks no less.
@given(st.lists(SECRET, min_size=8, max_size=8, unique=True), st.integers(10**11, 10**12))
async def test_nothing_that_a_case_is_about_leaves(
    tmp_path_factory: pytest.TempPathFactory, secrets: list[str], cents: int
) -> None:
    """Input, arguments, results, failures, what models read and say, reasons, people: no byte."""
    folder = tmp_path_factory.mktemp("secrets")
    scene = Traced(folder)
    given_no, title, note, asked, said, down, no, out = secrets

    class Sentence(Frozen):
        text: str

    async def answer(prompt: str, inputs: Mapping[str, Any], kind: type[Any]) -> object:
        return Reading[Sentence](value=Sentence(text=said), source=said, confidence=80)

    async def fail() -> None:
        raise Missing(down)

    async def step(desk: Desk) -> object:
        await desk.call(letter, FindNumber(no=given_no))
        scene.bank.before.append(fail)
        try:
            await desk.call(get, FindNumber(no=given_no))
        except CallFailed:
            scene.bank.before.clear()
        await desk.ask("how-much", {"mail": asked}, Sentence)
        try:
            await desk.call(pay, Pay(no=given_no, cents=20_000, note=note))
        except CallFailed:
            await desk.call(book, Pay(no=note, cents=4_711))
        await desk.call(wipe, Pay(no=note, cents=cents))
        return out

    scene.ask = answer
    scene.roles["clerk"] = work_of(step, "clerk")
    begin = scene.runtime().start
    ulid = await begin("clerk", {"no": given_no}, tenant="t", requester="anna", title=title)
    await scene.go_on()
    await scene.decide(ulid, said=Statement(answer="reject", reason=no))
    await scene.go_on()
    scene.store.close()
    sent = encode_spans(scene.spans).SerializeToString()
    assert {"execute_tool bank.letter", "execute_tool bank.wipe"} <= set(scene.names)
    assert len([name for name in scene.names if name.startswith("chat")]) == 1
    assert not [secret for secret in secrets if secret.encode() in sent]
    assert not {"ben", "anna", str(cents), "20000", "4711"} & {*map(str, values(scene.spans))}

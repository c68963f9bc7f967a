"""Spans: a burst's trace under the names of the conventions, and on its way to an endpoint.

Names are those of OpenTelemetry's semantic conventions for generative AI, 0.1.0, and `leitstand.*`
where these have none. No argument, result, prompt, name of a person or text of an error is in them.
"""

import asyncio
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.trace import (
    Link,
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    set_span_in_context,
)

from leitstand import __version__
from leitstand.clock import Clock
from leitstand.errors import Refused, Rejected
from leitstand.records import Case, Decision
from leitstand.store import Claimed, Close, Journal
from leitstand.trace.ids import root_of, trace_of
from leitstand.trace.trace import Asked, Called, Trace, moment, unwritten

Told = dict[str, str | int | bool | Sequence[str]]
PATIENCE = 2.0
"""Seconds for which a process that ends waits until its last spans have left."""
_PROVIDERS = {"openai-compatible": "openai", "mistral": "mistral_ai"}
"""The conventions' name of a provider, where it is another than ours."""
_OUTCOMES = {Refused.code: "refused", Rejected.code: "rejected"}
"""What becomes of a call that was not made, by its error's code."""


class Spans:
    """A process's tracer, over a provider of its own: nothing but what is named here goes out."""

    def __init__(
        self,
        processor: SpanProcessor,
        told: Mapping[str, str | bool],
        clock: Clock,
        leave_out: Sequence[str] = (),
    ) -> None:
        own = {"service.name": "leitstand", "service.version": __version__, **told}
        named = Resource.create(own).merge(OTELResourceDetector().detect())
        self._ids = _Ids()
        self._provider = TracerProvider(
            resource=named, id_generator=self._ids, shutdown_on_exit=False
        )
        self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer("leitstand", __version__)
        self._clock, self._leave_out = clock, frozenset(leave_out)

    def begin(self, claimed: Claimed, journal: Journal, rules: str) -> Trace | None:
        """The trace of a burst; the case's own span is written when it is first claimed."""
        case = claimed.case
        if case.role in self._leave_out:
            return None
        try:
            if not self._sampled(case):
                return None
            if claimed.fence == 1:
                self._open(case, max(0.0, self._clock.time() - claimed.opened))
        except Exception as error:  # noqa: BLE001 - whatever it is, the case goes its way
            unwritten(error)
            return None
        return Trace(claimed, journal, rules, self._write)

    async def close(self) -> None:
        """Send what is left; an endpoint that does not answer holds nobody up for long."""
        ending = threading.Thread(target=self._provider.shutdown, daemon=True)
        ending.start()
        await asyncio.to_thread(ending.join, PATIENCE)

    def _sampled(self, case: Case) -> bool:
        """Whether the sampler of the environment wants the case: all of its bursts, or none."""
        name = f"invoke_workflow {case.role}"
        found = self._provider.sampler.should_sample(None, trace_of(case.ulid), name)
        return found.decision.is_sampled()

    def _open(self, case: Case, age: float) -> None:
        """The case: from its opening, `age` seconds ago, until somebody has taken it up."""
        now, links = moment(), [Link(_place(case.parent))] if case.parent else []
        self._ids.root = trace_of(case.ulid), root_of(case.ulid)
        try:
            span = self._tracer.start_span(
                f"invoke_workflow {case.role}",
                Context(),
                attributes={"gen_ai.operation.name": "invoke_workflow", **_named(case)},
                links=links,
                start_time=now - int(age * 1e9),
            )
        finally:
            self._ids.root = None
        span.end(now)

    def _write(self, trace: Trace, close: Close) -> None:
        """The burst and what happened in it."""
        above = set_span_in_context(NonRecordingSpan(_place(trace.case.ulid)), Context())
        name, whole = f"invoke_agent {trace.case.role}", _burst(trace, close)
        burst = self._tracer.start_span(name, above, attributes=whole, start_time=trace.began)
        within = set_span_in_context(burst, Context())
        own = {"gen_ai.conversation.id": trace.case.ulid}
        for role, answer in _signatures(trace):
            said = {"leitstand.approval.role": role, "leitstand.approval.answer": answer}
            burst.add_event("leitstand.approval", said, trace.began)
        for called in trace.called:
            if (asks := _checkpoint(trace, called)) is not None:
                burst.add_event("leitstand.checkpoint", asks, called.ended)
            if (told := _call(trace, called)) is not None:
                name, told = f"execute_tool {told['gen_ai.tool.name']}", {**told, **own}
                start = called.began
                span = self._tracer.start_span(name, within, attributes=told, start_time=start)
                _end(span, told, called.ended)
        for asked in trace.asked:
            told = {**_chat(asked), **own}
            name, kind = f"chat {told['gen_ai.request.model']}", SpanKind.CLIENT
            span = self._tracer.start_span(name, within, kind, told, start_time=asked.began)
            _end(span, told, asked.ended)
        _end(burst, whole, moment())


class _Ids(RandomIdGenerator):
    """Random ids, but for the first span of a case."""

    root: tuple[int, int] | None = None

    def generate_trace_id(self) -> int:
        """The case's while its first span is made."""
        return self.root[0] if self.root else super().generate_trace_id()

    def generate_span_id(self) -> int:
        """The same for the span."""
        return self.root[1] if self.root else super().generate_span_id()


def over_http(
    endpoint: str, told: Mapping[str, str | bool], clock: Clock, leave_out: Sequence[str]
) -> Spans:
    """Spans that go out in batches, by OTLP over HTTP; without `endpoint` to the environment's."""
    exporter = OTLPSpanExporter(endpoint=endpoint or None)
    return Spans(BatchSpanProcessor(exporter), told, clock, leave_out)


def _place(case: str) -> SpanContext:
    """Where a case's trace begins."""
    flags = TraceFlags(TraceFlags.SAMPLED)
    return SpanContext(trace_of(case), root_of(case), is_remote=True, trace_flags=flags)


def _named(case: Case) -> Told:
    return {
        "gen_ai.agent.name": case.role,
        "gen_ai.agent.version": case.version,
        "gen_ai.conversation.id": case.ulid,
        "leitstand.tenant": case.tenant,
    }


def _burst(trace: Trace, close: Close) -> Told:
    journal = trace.journal
    told: Told = {
        "gen_ai.operation.name": "invoke_agent",
        **_named(trace.case),
        "leitstand.case.status": close.status,
        "leitstand.case.supersteps": journal.sealed,
        "leitstand.policy.version": trace.rules,
    }
    if close.status == "held":
        told["error.type"] = close.reason
    if close.status == "exception" and journal.tape.exit:
        told["leitstand.case.cause"] = journal.tape.exit["cause"]
    return told


def _signatures(trace: Trace) -> Iterator[tuple[str, str]]:
    """Role and answer of each signature that this burst has drawn; not who gave it."""
    for frozen in trace.frozen:
        for answer in frozen.approvals:
            if answer["nonce"] not in trace.signed:
                yield answer["role"], answer["answer"]


def _checkpoint(trace: Trace, called: Called) -> Told | None:
    """What a call that was frozen in this burst waits for."""
    frozen = trace.journal.tape.checkpoints.get(called.address)
    if frozen is None or frozen.id == called.before[0]:
        return None
    body = frozen.body
    return {
        "gen_ai.tool.name": body["tool"],
        "gen_ai.tool.call.id": called.address,
        "leitstand.checkpoint.roles": body["roles"],
        "leitstand.checkpoint.approvers": body["approvers"],
        **_verdict(body["verdict"], "leitstand.checkpoint.decision"),
    }


def _call(trace: Trace, called: Called) -> Told | None:
    """What a call came to; None if it was not made: frozen, halted, or taken over as it was."""
    tape, at = trace.journal.tape, called.address
    intent, event = tape.intents.get(at), tape.answers.get(at)
    body: Mapping[str, Any] = event.said() if event is not None else {}
    if "from" in body or (event is None and trace.standing(at)[1] == called.before[1]):
        return None
    known = intent or body
    outcome, told = _outcome(body)
    if outcome == "done":  # A read that no rule marked is recorded without its verdict.
        told["leitstand.policy.decision"] = "allow"
    told |= {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": known["tool"],
        "gen_ai.tool.type": "function",
        "gen_ai.tool.call.id": at,
        "leitstand.call.outcome": outcome,
        **_verdict(known.get("verdict") or body.get("verdict") or {}, "leitstand.policy.decision"),
    }
    if intent is not None:
        told["leitstand.effect.id"] = intent["key"]
    if outcome not in _OUTCOMES.values():
        noted = tape.attempts.get(intent["key"] if intent else at, 0)
        told["leitstand.call.attempts"] = noted + (event is not None)
    return told


def _outcome(body: Mapping[str, Any]) -> tuple[str, Told]:
    """What became of a call, and the code of what went wrong."""
    if not body:
        return "unknown", {"error.type": "unknown_effect"}
    failure = body.get("failure")
    if failure is None:
        return "done", {}
    return _OUTCOMES.get(failure["code"], "failed"), {"error.type": failure["code"]}


def _verdict(verdict: Mapping[str, Any], name: str) -> Told:
    """A verdict's decision under `name`, the rules that fired, and the bundle they are of."""
    if not verdict:
        return {}
    return {
        name: Decision(verdict["decision"]).name.lower(),
        "leitstand.policy.rule": list(dict.fromkeys(hit["rule"] for hit in verdict["hits"])),
        "leitstand.policy.version": verdict["bundle"],
    }


def _chat(asked: Asked) -> Told:
    kind, _, prompt = asked.prepared.source.rpartition(":")
    provider, _, model = kind.partition("/")
    name, _, version = prompt.partition("@")
    told: Told = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": _PROVIDERS.get(provider, provider),
        "gen_ai.request.model": model or provider,
        "gen_ai.request.max_tokens": asked.prepared.most,
        "gen_ai.prompt.name": name,
        "leitstand.prompt.version": version,
        "leitstand.call": asked.address,
    }
    if asked.spoken is None:
        return told | {"error.type": asked.fault}
    told["gen_ai.usage.input_tokens"] = asked.spoken.sent.count
    told["gen_ai.usage.output_tokens"] = asked.spoken.received.count
    return told


def _end(span: Span, told: Told, at: int) -> None:
    """End a span; what went wrong is named by its type alone."""
    if "error.type" in told:
        span.set_status(Status(StatusCode.ERROR))
    span.end(at)

"""A chat: one model of the project, asked once. What goes wrong is typed, whatever raised it."""

import asyncio
import email.utils
import os
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, InvalidToolCall
from langchain_core.runnables import Runnable
from langsmith import tracing_context  # pyright: ignore[reportUnknownVariableType]
from pydantic import ValidationError

from leitstand.digest import canonical
from leitstand.errors import LeitstandError
from leitstand.model.message import Message, Question
from leitstand.model.prompt import Prompt
from leitstand.model.provider import FORMS, chat_model
from leitstand.model.settings import Settings
from leitstand.model.tokens import Counter, Tokens
from leitstand.model.wording import functions_of, message_of, messages_of, schema_of
from leitstand.values import Percent

_BROKEN = InvalidToolCall(type="invalid_tool_call", name="", args="", id="0", error="")
_AGAIN = frozenset({408, 409, 425, 429})
_SERVER = 500
_SAID, _QUOTED = 300, 16
"""Characters of an error's text that are kept, and from how many on they are a quotation."""
_LINE = frozenset(
    {"OSError", "TimeoutError", "TransportError", "APIConnectionError", "APITimeoutError"}
)
"""Classes of errors, by name, of a line that broke: libraries bring their own, and two of httpx."""


class Unanswered(Exception):
    """An endpoint gave no message. `again`: it may the next time; `after` seconds if it says so."""

    def __init__(self, text: str, *, again: bool, after: float | None = None) -> None:
        super().__init__(text)
        self.again, self.after = again, after


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a model said, and the tokens of both ways."""

    message: Message
    sent: Tokens
    received: Tokens


@dataclass(frozen=True, slots=True)
class Prepared:
    """A question that can be sent: its release, what it takes at most, and how it is sent.

    `send` raises Unanswered, or CallFailed where a recording stands in for the endpoint.
    """

    release: str
    source: str
    draft: bool
    confidence: Percent
    sent: Tokens
    most: int
    budget: int
    attempts: int
    send: Callable[[], Awaitable[Spoken]]

    @property
    def cost(self) -> int:
        """The most tokens that the exchange takes."""
        return self.sent.count + self.most


class Chat:
    """A model under its name; it is made when it is first asked, or given with `model`."""

    def __init__(
        self, name: str, settings: Settings, counter: Counter, model: BaseChatModel | None = None
    ) -> None:
        self.name, self.settings, self._counter = name, settings, counter
        self._given = model

    @cached_property
    def model(self) -> BaseChatModel:
        """The model of langchain-core. Raises ModelRefused, SecretMissing."""
        return self._given or chat_model(self.name, self.settings)

    @property
    def kind(self) -> str:
        """Kind of the model, and which one of that kind where its provider says so."""
        if self._given is None:
            return f"{self.settings.provider}/{self.settings.model}"
        kind, told = self._given._llm_type, self._given._get_ls_params()  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]
        return "/".join(filter(None, (kind, told.get("ls_model_name"))))

    def prepare(self, prompt: Prompt, question: Question) -> Prepared:
        """The question, counted, with the way to send it."""
        messages = messages_of(question, prompt, self.settings)
        texts = [str(m.text) for m in messages]
        texts += [canonical(e.said.calls).decode() for e in question.exchanges]
        if question.tools:
            texts.append(canonical(functions_of(question)).decode())
        counts = [self._counter.count(text) for text in texts]
        sent = Tokens(sum(c.count for c in counts), any(c.estimated for c in counts))

        async def send() -> Spoken:
            said = await self._said(self._bound(question), messages)
            message = message_of(said, question, self.settings)
            return self._counted(said, message, sent)

        return Prepared(
            release=f"{self.kind}:{prompt.release}",
            source=f"{self.kind}:{prompt.source}",
            draft=prompt.draft,
            confidence=prompt.confidence,
            sent=sent,
            most=self.settings.max_tokens,
            budget=prompt.budget,
            attempts=self.settings.attempts,
            send=send,
        )

    async def _said(self, bound: Runnable[Any, Any], messages: list[Any]) -> AIMessage:
        limit = self.settings.timeout
        try:
            # What a case asks is nobody's business: no trace leaves, whatever the environment says.
            with tracing_context(enabled=False):
                async with asyncio.timeout(limit):
                    said = await bound.ainvoke(messages)
        except TimeoutError as error:
            raise Unanswered(f"no answer within {limit} s", again=True) from error
        except LeitstandError:
            raise
        except Exception as error:
            if isinstance(error, ValidationError) and error.title == AIMessage.__name__:
                return AIMessage("", invalid_tool_calls=[_BROKEN])  # It spoke; a call is no object.
            sent = [str(m.text).replace("\\", "") for m in messages]
            raise _unanswered(error, sent, os.environ.get(self.settings.key_env)) from error
        if not isinstance(said, AIMessage):
            raise Unanswered(f"it answered with `{type(said).__name__}`", again=True)
        return said

    def _bound(self, question: Question) -> Runnable[Any, Any]:
        """The model held to what it is to answer with, as its provider takes it."""
        settings = self.settings
        form = FORMS[settings.provider] if self._given is None else None
        each = form.each(settings) if form else {}
        if question.tools and settings.tools != "json-schema":
            functions = [{"type": "function", "function": f} for f in functions_of(question)]
            choice = "any" if settings.tools == "native" else "auto"
            return self.model.bind_tools(functions, tool_choice=choice, **each)
        if form and (question.tools or settings.answers == "json-schema"):
            each |= form.held(schema_of(question), settings)
        return self.model.bind(**each)

    def _counted(self, said: AIMessage, message: Message, sent: Tokens) -> Spoken:
        """With the tokens that the endpoint states, or our own count."""
        usage: Any = said.usage_metadata or {}
        into, out = usage.get("input_tokens"), usage.get("output_tokens")
        if isinstance(into, int) and isinstance(out, int) and min(into, out) >= 0 < into:
            return Spoken(message, Tokens(into, estimated=False), Tokens(out, estimated=False))
        return Spoken(message, sent, self._counter.count(canonical(message).decode()))


def _unanswered(error: Exception, sent: Sequence[str], key: str | None) -> Unanswered:
    """Any error of any provider's library: by its HTTP status, by its class, or as no answer."""
    # Ollama's library keeps the response only in the error that its own hides.
    response: Any = getattr(error, "response", None) or getattr(error.__context__, "response", None)
    status = getattr(error, "status_code", None) or getattr(response, "status_code", None)
    text = f"{type(error).__name__}: {_own(str(error), sent, key)}"[:300]
    if isinstance(status, int) and status >= 400:  # noqa: PLR2004 - where HTTP's errors begin
        again = status in _AGAIN or status >= _SERVER
        return Unanswered(f"HTTP {status}: {text}", again=again, after=_after(response))
    broke = bool(_LINE & {kind.__name__ for kind in type(error).__mro__})
    return Unanswered(text if broke else f"no chat completion: {text}", again=True)


def _own(text: str, sent: Sequence[str], key: str | None) -> str:
    """The text as far as it is the endpoint's own: some quote what they were sent, or the key."""
    text = (text.replace(key, "…") if key else text).replace("\\", "")[:_SAID]
    for start in range(len(text) - _QUOTED + 1):
        if any(text[start : start + _QUOTED] in one for one in sent):
            return f"{text[:start]}… (the rest quotes what was sent)"
    return text


def _after(response: Any) -> float | None:  # noqa: ANN401 - a response of httpx, or of httpx2
    """Seconds of a `Retry-After` header (RFC 9110, 10.2.3), of either form."""
    headers: Any = getattr(response, "headers", None) or {}
    said = str(headers.get("retry-after") or "").strip()
    if said.isdecimal():
        return float(said[:9])
    if not said:
        return None
    try:
        until = email.utils.parsedate_to_datetime(said)
        now = email.utils.parsedate_to_datetime(str(headers.get("date") or ""))
    except (TypeError, ValueError):
        return None
    return max(0.0, (until - now).total_seconds())

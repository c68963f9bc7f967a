"""Providers: a chat model of langchain-core made of settings; their packages are extras.

None of them retries by itself (KERNEL no. 22): attempts are counted and recorded by the desk. Nor
does one stream: half an answer is none. Where it is asked is said by the settings or here, never by
a variable that its library looks for.
"""

import importlib
import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
from langchain_core.language_models.chat_models import BaseChatModel
from pydantic import SecretStr

from leitstand.errors import ModelRefused, SecretMissing
from leitstand.model.settings import Settings

Schema = dict[str, Any]

_ONCE = {"Connection": "close"}
"""Libraries share connections among all event loops of a process and close none: a loop would be
given one that another has opened. So each connection serves one answer."""
_TALKATIVE = ("anthropic", "openai")
"""Loggers of libraries that write whole requests, prompts and all, where they may debug."""


def chat_model(name: str, settings: Settings) -> BaseChatModel:
    """The model. Raises ModelRefused: its package is not installed; SecretMissing: no key."""
    form = FORMS[settings.provider]
    try:
        found = getattr(importlib.import_module(form.module), form.kind)
    except ImportError as error:
        text = f"`{settings.provider}` needs the package `{form.module.replace('_', '-')}`"
        mend = f"pip install 'leitstand[{form.extra}]'"
        raise ModelRefused(text, where=f"models.{name}", mend=mend) from error
    for logger in map(logging.getLogger, _TALKATIVE):
        logger.setLevel(max(logger.level, logging.INFO))
    made = form.made(settings, settings.base_url or form.home, _key(name, settings))
    try:
        return found(**made)
    except ValueError as error:
        raise ModelRefused(f"no `{form.kind}`: {error}", where=f"models.{name}") from error


def _key(name: str, settings: Settings) -> SecretStr:
    """The key, or a word that says that there is none, for endpoints that ask for none."""
    if not settings.key_env:
        return SecretStr("none")
    if not (key := os.environ.get(settings.key_env)):
        mend = f"set the environment variable `{settings.key_env}`"
        raise SecretMissing(f"`{settings.key_env}` is empty", where=f"models.{name}", mend=mend)
    return SecretStr(key)


def _shared(settings: Settings, url: str, key: SecretStr) -> dict[str, Any]:
    return {
        "model": settings.model,
        "base_url": url,
        "api_key": key,
        "temperature": float(settings.temperature or 0),
        "max_tokens": settings.max_tokens,
        "timeout": float(settings.timeout),
        "max_retries": 0,
    }


def _openai(settings: Settings, url: str, key: SecretStr) -> dict[str, Any]:
    shared = _shared(settings, url, key)
    once = {"default_headers": _ONCE, "use_responses_api": False}
    # Other servers know `max_tokens`, which the library would write as OpenAI alone reads it.
    most = {"max_tokens": shared.pop("max_tokens")}
    return {**shared, **once, "extra_body": {**most, **settings.extra_body}}


def _anthropic(settings: Settings, url: str, key: SecretStr) -> dict[str, Any]:
    # Since version 2026-10-21 of its interface a request with a temperature is refused.
    return {**_shared(settings, url, key), "temperature": None, "default_headers": _ONCE}


def _mistral(settings: Settings, url: str, key: SecretStr) -> dict[str, Any]:
    shared = _shared(settings, url, key)
    client = httpx.AsyncClient(
        base_url=url,
        headers={"Authorization": f"Bearer {key.get_secret_value()}", **_ONCE},
        timeout=shared["timeout"],
    )
    return {**shared, "async_client": client}


def _ollama(settings: Settings, url: str, key: SecretStr) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {key.get_secret_value()}", **_ONCE}
    client = {"timeout": float(settings.timeout), "headers": headers}
    return {"model": settings.model, "base_url": url, "client_kwargs": client}


def _ollama_each(settings: Settings) -> dict[str, Any]:
    own = {"temperature": float(settings.temperature or 0), "num_predict": settings.max_tokens}
    options = {**own, **settings.extra_body.get("options", {})}
    return {**settings.extra_body, "options": options, "stream": False}


def _named(schema: Schema, **more: bool) -> dict[str, Any]:
    return {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema, **more}}


def _openai_held(schema: Schema, settings: Settings) -> dict[str, Any]:
    # In the body as it is: as an argument, the library would parse the answer itself.
    most = {"max_tokens": settings.max_tokens, **settings.extra_body}
    return {"extra_body": {**most, "response_format": _named(schema)}}


@dataclass(frozen=True, slots=True)
class Form:
    """A provider: its class, the extra that brings it, and where it is at `home`.

    `made`: what the class is made with; `held`: how it is told the schema that one answer must fit;
    `each`: what else is said with every question.
    """

    module: str
    kind: str
    extra: str
    home: str
    made: Callable[[Settings, str, SecretStr], dict[str, Any]]
    held: Callable[[Schema, Settings], dict[str, Any]]
    each: Callable[[Settings], dict[str, Any]] = lambda _: {}


FORMS: Mapping[str, Form] = {
    "openai-compatible": Form(
        "langchain_openai", "ChatOpenAI", "openai", "", _openai, _openai_held
    ),
    "anthropic": Form(
        module="langchain_anthropic",
        kind="ChatAnthropic",
        extra="anthropic",
        home="https://api.anthropic.com",
        made=_anthropic,
        # The library turns it into the vendor's `output_config`, without what that does not take.
        held=lambda schema, _: {"response_format": _named(schema)},
        each=lambda settings: {"extra_body": settings.extra_body},
    ),
    "mistral": Form(
        module="langchain_mistralai",
        kind="ChatMistralAI",
        extra="mistral",
        home="https://api.mistral.ai/v1",
        made=_mistral,
        held=lambda schema, _: {"response_format": _named(schema, strict=True)},
        each=lambda settings: dict(settings.extra_body),
    ),
    "ollama": Form(
        module="langchain_ollama",
        kind="ChatOllama",
        extra="ollama",
        home="http://127.0.0.1:11434",
        made=_ollama,
        held=lambda schema, _: {"format": schema},
        each=_ollama_each,
    ),
}

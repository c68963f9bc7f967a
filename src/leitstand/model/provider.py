"""Providers: a chat model of langchain-core made of settings; their packages are extras.

None of them retries by itself (KERNEL no. 22): attempts are counted and recorded by the desk.
"""

import importlib
import os
from collections.abc import Callable, Mapping
from typing import Any

from langchain_core.language_models.chat_models import BaseChatModel
from pydantic import SecretStr

from leitstand.errors import ModelRefused, SecretMissing
from leitstand.model.settings import Settings

__all__ = ["chat_model"]


def chat_model(name: str, settings: Settings) -> BaseChatModel:
    """The model. Raises ModelRefused: its package is not installed; SecretMissing: no key."""
    module, kind, extra, options = _PROVIDERS[settings.provider]
    try:
        found = getattr(importlib.import_module(module), kind)
    except ImportError as error:
        text = f"`{settings.provider}` needs the package `{module.replace('_', '-')}`"
        mend = f"pip install 'leitstand[{extra}]'"
        raise ModelRefused(text, where=f"models.{name}", mend=mend) from error
    return found(**options(name, settings))


def _key(name: str, settings: Settings) -> SecretStr:
    """The key, or a word that says that there is none, for endpoints that ask for none."""
    if not settings.key_env:
        return SecretStr("none")
    if not (key := os.environ.get(settings.key_env)):
        mend = f"set the environment variable `{settings.key_env}`"
        raise SecretMissing(f"`{settings.key_env}` is empty", where=f"models.{name}", mend=mend)
    return SecretStr(key)


def _shared(name: str, settings: Settings) -> dict[str, Any]:
    found: dict[str, Any] = {
        "model": settings.model,
        "api_key": _key(name, settings),
        "temperature": float(settings.temperature),
        "max_tokens": settings.max_tokens,
        "timeout": float(settings.timeout),
        "max_retries": 0,
    }
    return {**found, "base_url": settings.base_url} if settings.base_url else found


def _openai(name: str, settings: Settings) -> dict[str, Any]:
    shared = _shared(name, settings)
    # The library shares its connections among all event loops of a process and closes none: a loop
    # would be given one that another has opened. So each connection serves one answer.
    once = {"default_headers": {"Connection": "close"}, "use_responses_api": False}
    # Other servers know `max_tokens`, which the library would write as OpenAI alone reads it.
    most = {"max_tokens": shared.pop("max_tokens")}
    return {**shared, **once, "extra_body": {**most, **settings.extra_body}}


def _anthropic(name: str, settings: Settings) -> dict[str, Any]:
    return {**_shared(name, settings), "model_kwargs": settings.extra_body}


def _mistral(name: str, settings: Settings) -> dict[str, Any]:
    shared = _shared(name, settings)
    where = shared.pop("base_url", "")
    return {**shared, **({"endpoint": where} if where else {}), "model_kwargs": settings.extra_body}


def _ollama(name: str, settings: Settings) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {_key(name, settings).get_secret_value()}"}
    client: dict[str, Any] = {"timeout": float(settings.timeout)}
    return {
        "model": settings.model,
        "base_url": settings.base_url or None,
        "temperature": float(settings.temperature),
        "num_predict": settings.max_tokens,
        "client_kwargs": {**client, "headers": headers} if settings.key_env else client,
        **settings.extra_body,
    }


_PROVIDERS: Mapping[str, tuple[str, str, str, Callable[[str, Settings], dict[str, Any]]]] = {
    "openai-compatible": ("langchain_openai", "ChatOpenAI", "openai", _openai),
    "anthropic": ("langchain_anthropic", "ChatAnthropic", "anthropic", _anthropic),
    "mistral": ("langchain_mistralai", "ChatMistralAI", "mistral", _mistral),
    "ollama": ("langchain_ollama", "ChatOllama", "ollama", _ollama),
}
"""Provider → module, class, extra of this package, and what the class is made with."""

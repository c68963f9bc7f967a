"""Settings of a chat model: which provider, where, under which name, and its limits: all data.

A key is never written here: `key_env` names the environment variable that holds it.
"""

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from leitstand.values import Frozen

__all__ = ["Provider", "Settings"]

Provider = Literal["openai-compatible", "anthropic", "mistral", "ollama", "scripted"]


class Settings(Frozen):
    """`[tool.leitstand.models.NAME]`.

    `timeout` in seconds for one answer, `attempts` how often it is asked for in all, `max_tokens`
    the longest answer. `tools`: whether the endpoint calls tools in its own form, or a call is one
    JSON object of a schema that it is held to. `answers`: whether it is held to a schema where it
    answers without tools. `extra_body` goes into every request as it is. `script` is the reference
    of a model in user-land, for the provider `scripted`.
    """

    provider: Provider
    model: str = ""
    base_url: str = ""
    key_env: str = ""
    timeout: Annotated[int, Field(gt=0, le=600)] = 60
    attempts: Annotated[int, Field(gt=0, le=10)] = 3
    max_tokens: Annotated[int, Field(gt=0)] = 1_024
    temperature: Annotated[int, Field(ge=0, le=2)] = 0
    tools: Literal["native", "json-schema"] = "native"
    answers: Literal["json-schema", "text"] = "json-schema"
    extra_body: dict[str, Any] = {}
    script: str = ""

    @model_validator(mode="after")
    def _whole(self) -> "Settings":
        if self.provider == "scripted":
            if not self.script:
                raise ValueError("`script` must name a model as `module:name`")
            return self
        if not self.model:
            raise ValueError("`model` must say which model the endpoint is asked for")
        if self.provider == "openai-compatible" and not self.base_url:
            raise ValueError("`base_url` must say where the endpoint is")
        if self.provider == "anthropic" and self.tools == "json-schema":
            raise ValueError("`tools` must be `native` with `anthropic`")
        return self

"""Settings of a chat model: which provider, where, under which name, and its limits: all data.

A key is never written here: `key_env` names the environment variable that holds it.
"""

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from leitstand.values import Frozen

Provider = Literal["openai-compatible", "anthropic", "mistral", "ollama", "scripted"]

_OLLAMA = frozenset({"keep_alive", "options", "think"})
"""What its library can be told; other models are refused a request with anything else."""


class Settings(Frozen):
    """`[tool.leitstand.models.NAME]`.

    `timeout` in seconds for one answer, `attempts` how often it is asked for in all, `max_tokens`
    the longest answer. `temperature` is 0 where none is set; `anthropic` takes none.
    `tools`: whether the endpoint calls tools in its own form and is told that one must be called
    (`native`) or not (`native-auto`), or a call is one JSON object of a schema that it is held to.
    `answers`: whether it is held to a schema where it answers without tools. `extra_body` goes into
    every request as it is. `script` is the reference of a model in user-land, for the provider
    `scripted`.
    """

    provider: Provider
    model: str = ""
    base_url: Annotated[str, Field(pattern=r"^(https?://[^\s/]\S*)?$")] = ""
    key_env: str = ""
    timeout: Annotated[int, Field(gt=0, le=600)] = 60
    attempts: Annotated[int, Field(gt=0, le=10)] = 3
    max_tokens: Annotated[int, Field(gt=0)] = 1_024
    temperature: Annotated[int, Field(ge=0, le=2)] | None = None
    tools: Literal["native", "native-auto", "json-schema"] = "native"
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
        return self

    @model_validator(mode="after")
    def _taken(self) -> "Settings":
        """Only what the provider takes."""
        heat, more = self.temperature, self.extra_body
        if self.provider == "anthropic" and self.tools == "json-schema":
            raise ValueError("`tools` must be `native` or `native-auto` with `anthropic`")
        if self.provider == "anthropic" and heat is not None:
            raise ValueError("`temperature` must be left out with `anthropic`: it takes none")
        if self.provider == "mistral" and heat not in (None, 0, 1):
            raise ValueError("`temperature` must be 0 or 1 with `mistral`")
        wrong = more.keys() - _OLLAMA or not isinstance(more.get("options", {}), dict)
        if self.provider == "ollama" and wrong:
            text = "`keep_alive`, `think` and a table `options` alone may be in `extra_body`"
            raise ValueError(f"{text} with `ollama`")
        return self

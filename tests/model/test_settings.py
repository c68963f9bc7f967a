"""Settings of a model: what its provider does not take is refused when the project is loaded."""

from typing import Any

import pytest
from pydantic import ValidationError

from leitstand.model import Settings

WHOLE: dict[str, Any] = {"provider": "mistral", "model": "m"}


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"model": ""}, "`model`"),
        ({"provider": "openai-compatible"}, "`base_url`"),
        ({"provider": "scripted"}, "`script`"),
        ({"provider": "anthropic", "tools": "json-schema"}, "`tools`"),
        ({"provider": "anthropic", "temperature": 0}, "`temperature`"),
        ({"temperature": 2}, "`temperature`"),
        ({"provider": "ollama", "extra_body": {"num_ctx": 8_192}}, "`options`"),
        ({"provider": "ollama", "extra_body": {"options": "num_ctx"}}, "`options`"),
        ({"base_url": "models.example/v1"}, "base_url"),
        ({"timeout": 0}, "timeout"),
        ({"api_key": "x"}, "api_key"),
    ],
)
def test_what_cannot_be_is_refused_by_name(given: dict[str, Any], named: str) -> None:
    """With what is wrong, before anything is asked."""
    with pytest.raises(ValidationError) as raised:
        Settings.model_validate({**WHOLE, **given})
    assert named in str(raised.value)


def test_what_a_provider_takes_is_taken() -> None:
    """The same where it fits."""
    for given in (
        {"temperature": 1},
        {"provider": "anthropic", "tools": "native-auto"},
        {"provider": "ollama", "temperature": 2, "extra_body": {"options": {"num_ctx": 8_192}}},
    ):
        assert Settings.model_validate({**WHOLE, **given})

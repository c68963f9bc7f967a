"""Settings of single sign-on: what is refused before anybody logs in."""

from typing import Any

import pytest

from leitstand.errors import ProjectRefused, SecretMissing
from leitstand.web import read_settings

TABLE: dict[str, Any] = {
    "issuer": "https://login.example/realms/works",
    "client": "leitstand",
    "secret": "env:LEITSTAND_OIDC_SECRET",
    "key": "env:LEITSTAND_OIDC_KEY",
    "url": "https://leitstand.example",
    "roles": {"finance": ["department_head"]},
}


def test_a_table_is_read() -> None:
    """One address to come back to, `openid` always asked for; no table, no sign-on."""
    found = read_settings(TABLE | {"scopes": ["email"]})
    assert found
    assert found.back == "https://leitstand.example/oidc/callback"
    assert found.scopes == ("openid", "email")
    assert read_settings({}) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"issuer": "http://login.example"},
        {"issuer": "login.example"},
        {"issuer": "https://login.example/?realm=1"},
        {"url": "ftp://leitstand.example"},
        {"secret": "the secret itself"},
        {"key": "0123456789abcdef0123456789abcdef"},
        {"old_keys": ["env:OLD", "plain"]},
        {"algorithms": ["none"]},
        {"algorithms": ["HS256"]},
        {"algorithms": []},
        {"local": "some"},
        {"recheck_minutes": -1},
        {"isuer": "https://login.example"},
        {"roles": {"finance": "department_head"}},
    ],
    ids=str,
)
def test_what_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    """With the name of the setting."""
    with pytest.raises(ProjectRefused) as refused:
        read_settings(TABLE | wrong)
    assert f"`{next(iter(wrong))}" in refused.value.text


@pytest.mark.parametrize("value", [None, "", "short"])
def test_a_key_is_long(monkeypatch: pytest.MonkeyPatch, value: str | None) -> None:
    """What guards people's signing keys cannot be guessed."""
    monkeypatch.delenv("LEITSTAND_OIDC_KEY", raising=False)
    if value is not None:
        monkeypatch.setenv("LEITSTAND_OIDC_KEY", value)
    settings = read_settings(TABLE)
    assert settings
    with pytest.raises(SecretMissing):
        settings.secrets()

"""Settings: what the project's table `[tool.leitstand.oidc]` says; secrets by reference."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from leitstand.errors import SecretMissing
from leitstand.table import read_table
from leitstand.values import Frozen, Identifier, Secret, Text, part_of

CALLBACK = "oidc/callback"
"""Where the login service sends people back to, below `url`."""
_SHORTEST = 32
_OWN = frozenset(["localhost", "127.0.0.1", "::1"])
Span = Annotated[int, Field(ge=0)]
Algorithm = Literal[
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"
]
"""Algorithms with a public key (RFC 7518 §3.1): one with a shared secret or none is no choice."""


class OidcSettings(Frozen):
    """The company's login service, and what its word is worth here.

    `issuer` as the service writes it, `client` and `secret` as it knows us, `url` where people
    reach the inbox. `key` is the secret under which people's signing keys lie, of 32 characters at
    least, outside the state folder; `old_keys` are earlier ones. `claim` holds a person's groups: a
    claim's name, or a path to it with dots; `roles` says which of our roles each group gives.
    `require` are claims that must have exactly this value, such as the tenant of a service that
    serves many. `tenant`: whose people they are, if not the project's.

    `local`: who may log in with a passphrase of their own: `all`, `admin` alone, or `none`.
    `recheck_minutes`: how old the service's word may be when a page is shown, `sign_seconds` when a
    form is taken; 0 asks every time. `hold_minutes`: how long pages stay readable while it cannot
    be reached. `chat_hours`: how old its word may be when a decision comes by chat; 0 is never.
    `leeway_seconds`: by how much clocks may differ. `label` is the words on the button.
    """

    issuer: Text
    client: Text
    secret: Text
    key: Text
    old_keys: tuple[Text, ...] = ()
    url: Text
    scopes: tuple[Text, ...] = ("openid", "profile")
    claim: Text = "groups"
    name_claim: Text = "name"
    roles: dict[str, tuple[Identifier, ...]]
    require: dict[str, str] = {}
    tenant: str = ""
    algorithms: Annotated[tuple[Algorithm, ...], Field(min_length=1)] = ("RS256", "ES256")
    local: Literal["all", "admin", "none"] = "all"
    recheck_minutes: Span = 5
    sign_seconds: Span = 30
    hold_minutes: Span = 60
    chat_hours: Span = 0
    leeway_seconds: int = 60
    label: str = ""

    @field_validator("issuer", "url")
    @classmethod
    def _address(cls, value: str) -> str:
        found = urlsplit(value)
        if not is_safe(value) or found.query or found.fragment:
            raise ValueError("an address like https://login.example; http only on this machine")
        return value

    @field_validator("secret", "key", "old_keys")
    @classmethod
    def _reference(cls, value: Any) -> Any:  # noqa: ANN401 - one or several
        for one in (value,) if isinstance(value, str) else value:
            if not one.startswith(("env:", "file:")):
                raise ValueError("a secret is given as env:NAME or file:/path, never as its value")
        return value

    @field_validator("scopes")
    @classmethod
    def _openid(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return value if "openid" in value else ("openid", *value)

    @property
    def back(self) -> str:
        """The one address that people are sent back to."""
        return f"{self.url.rstrip('/')}/{CALLBACK}"

    def groups(self, claims: Mapping[str, Any]) -> object:
        """What stands where the groups are: a claim of that very name, else at the path."""
        if self.claim in claims:
            return claims[self.claim]
        return part_of(claims, self.claim.split("."))

    def secrets(self) -> list[str]:
        """The secrets of `key` and `old_keys`. Raises SecretMissing: one is absent or too short."""
        found: list[str] = []
        for name in (self.key, *self.old_keys):
            secret = Secret(name).reveal().strip()
            if len(secret) < _SHORTEST:
                msg = f"`{name}` has fewer than {_SHORTEST} characters"
                raise SecretMissing(msg, mend="make one with `openssl rand -base64 32`")
            found.append(secret)
        return found


def is_safe(address: str) -> bool:
    """Whether an address is https, or http on this very machine."""
    found = urlsplit(address)
    return bool(found.hostname) and (
        found.scheme == "https" or (found.scheme == "http" and found.hostname in _OWN)
    )


def read_settings(table: Mapping[str, Any]) -> OidcSettings | None:
    """The table, checked; None where there is none.

    Raises ProjectRefused: a name or a value that it does not know.
    """
    return read_table(OidcSettings, table, "[tool.leitstand.oidc]") if table else None

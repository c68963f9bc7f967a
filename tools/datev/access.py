"""Access to DATEV: a token that is still good, renewed before it ends and when it is refused.

OAuth 2.0, grant `refresh_token` (RFC 6749 § 6): people log in once, outside of this; what they
brought home is a refresh token. Where DATEV gives a new one with an answer, the old one is over.
"""

import asyncio
import contextlib
import os
import tempfile
from pathlib import Path

import httpx
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from leitstand.clock import Clock
from leitstand.errors import Missing, SecretMissing, Unreachable
from tools.datev.settings import Settings

_EARLY = 60.0
"""Seconds before its end that a token is renewed."""
_REFUSED = frozenset({400, 401, 403})
_WHERE = "datev"
_LOGIN = "log in to DATEV anew and store the refresh token where `refresh` of datev.json says"


class _Token(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    access_token: str = Field(min_length=1)
    expires_in: int = Field(default=300, gt=0)
    refresh_token: str = ""


class Access:
    """One tenant's token; several calls at once ask for it once."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings, self._clock = settings, clock
        self._token, self._until = "", float("-inf")
        self._refresh = ""
        self._asking = asyncio.Lock()

    async def token(self, http: httpx.AsyncClient, refused: str = "") -> str:
        """A token that is still good, and not the one that was `refused`.

        Raises Missing: there is no login, or DATEV does not take it any more. Unreachable: the
        login service does not answer.
        """
        async with self._asking:
            ends = self._clock.monotonic() >= self._until
            if ends or (refused and refused == self._token):
                await self._renew(http)
            return self._token

    async def _renew(self, http: httpx.AsyncClient) -> None:
        settings = self._settings
        try:
            secret = settings.app_secret().reveal()
            refresh = self._refresh or settings.refresh_token().reveal()
        except SecretMissing as error:
            raise Missing(error.text, where=_WHERE, mend=error.advice) from error
        form = {
            "grant_type": "refresh_token",
            "client_id": settings.app,
            "client_secret": secret,
            "refresh_token": refresh,
        }
        found = await self._ask(http, form)
        self._token = found.access_token
        self._until = self._clock.monotonic() + found.expires_in - _EARLY
        if found.refresh_token and found.refresh_token != refresh:
            self._refresh = found.refresh_token
            await asyncio.to_thread(_keep, settings.refresh or "", found.refresh_token)

    async def _ask(self, http: httpx.AsyncClient, form: dict[str, str]) -> _Token:
        try:
            answer = await http.post(self._settings.token_url, data=form)
        except httpx.HTTPError as error:
            text = f"no token: {type(error).__name__}"
            raise Unreachable(text, where=_WHERE) from error
        if answer.status_code in _REFUSED:
            raise Missing("DATEV does not take the login any more", where=_WHERE, mend=_LOGIN)
        try:
            answer.raise_for_status()
            return _Token.model_validate_json(answer.content)
        except (httpx.HTTPError, ValidationError) as error:
            text = f"no token: the login service answers {answer.status_code}"
            raise Unreachable(text, where=_WHERE) from error


def _keep(reference: str, token: str) -> None:
    """Store a new refresh token in the file that held the old one, whole or not at all.

    One from the environment cannot be written back: it lasts as long as this process.
    """
    kind, _, name = reference.partition(":")
    if kind != "file":
        return
    path = Path(name)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(token)
        Path(draft).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(draft).unlink()
        raise

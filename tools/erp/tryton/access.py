"""Access to Tryton: its REST interface (series 8) under the key of one user, with typed failures.

What Tryton refuses comes out as a failure after which nothing is written: every call is one
transaction. What leaves that open (no answer, a server's fault, an answer nobody can read) is
Unreachable, with `sent` false in its detail where the server was not there to take the request and
surely did nothing. Tryton answers refusals of every kind with 400 and a text: only the rights can
be told from the rest, by the words that it has for them in English.
"""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from leitstand.errors import CallFailed, Contradiction, Missing, SecretMissing, Unreachable
from tools.erp.tryton.settings import Settings
from tools.erp.tryton.wire import Row, dump, header, load

_WHERE = "tryton"
_USER = "give the user of the key the groups that `docs/how-to/tryton.md` names"
_STATUSES: Mapping[int, tuple[type[CallFailed], str, str]] = {
    400: (Contradiction, "Tryton refuses it", ""),
    401: (Missing, "Tryton does not take the key", "validate the user's REST key in Tryton"),
    403: (Missing, "the user of the key may not do this", _USER),
    404: (Missing, "Tryton has no such record, or hides it from the user of the key", _USER),
    413: (Contradiction, "Tryton takes no request of this size", ""),
}
_NO_RIGHT = ("you are not allowed to", "access error")
_SAID = 300
"""Characters of Tryton's own words that are handed on."""


@dataclass(frozen=True, slots=True)
class Session:
    """Some calls over one HTTP client. Every method raises Missing, Contradiction, Unreachable."""

    http: httpx.AsyncClient
    company: int

    async def search(
        self, model: str, domain: list[Any], *fields: str, limit: int | None = None
    ) -> list[Row]:
        """The records of a model that a domain describes, oldest first."""
        query = [("d", header(domain)), ("o", header([["id", "ASC"]])), *_asked(fields)]
        found = await self._call(
            "GET", f"model/{model}", [*query, *([("s", str(limit))] if limit else [])]
        )
        if not isinstance(found, list):
            raise Unreachable("Tryton's answer is no list of records", where=_WHERE)
        return found  # pyright: ignore[reportUnknownVariableType] - rows as they came

    async def create(self, model: str, values: Row, *fields: str) -> Row:
        """A new record."""
        return _row(await self._call("POST", f"model/{model}", _asked(fields), values))

    async def update(self, model: str, record: int, values: Row, *fields: str) -> Row:
        """A record with other values."""
        return _row(await self._call("PUT", f"model/{model}/{record}", _asked(fields), values))

    async def delete(self, model: str, record: int) -> None:
        """A record, gone."""
        await self._call("DELETE", f"model/{model}/{record}", [])

    async def press(
        self, model: str, record: int, button: str, *, knowing: Mapping[str, Any] | None = None
    ) -> None:
        """Press a button of a record. That it did anything shows in the state that is read then.

        `knowing` goes into the context: what this code, and nobody else, says of the call.
        """
        await self._call("POST", f"model/{model}/{record}/{button}", [], {}, knowing or {})

    async def _call(
        self,
        method: str,
        path: str,
        query: list[tuple[str, str]],
        body: Row | None = None,
        knowing: Mapping[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401 - any JSON
        context = header({"company": self.company, **(knowing or {})})
        more = {"X-Tryton-Context": context}
        if body is not None:
            more["Content-Type"] = "application/json"
        content = None if body is None else dump(body)
        try:
            answer = await self.http.request(
                method, path, params=tuple(query), content=content, headers=more
            )
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            text = "Tryton is not there"
            raise Unreachable(text, where=_WHERE, detail={"sent": False}) from error
        except httpx.HTTPError as error:
            raise Unreachable(f"no answer: {type(error).__name__}", where=_WHERE) from error
        return _value(answer)


class Access:
    """The way to one database of a Tryton server, as one company sees it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @asynccontextmanager
    async def session(self) -> AsyncGenerator[Session]:
        """A client for some calls. Raises Missing: the key is not there."""
        settings = self._settings
        try:
            key = settings.rest_key().reveal()
        except SecretMissing as error:
            raise Missing(error.text, where=_WHERE, mend=error.advice) from error
        headers = {
            "Authorization": f"bearer {key}",
            "Accept-Language": "en",
        }
        base = f"{settings.base_url.rstrip('/')}/{settings.database}/rest/"
        async with httpx.AsyncClient(
            base_url=base, headers=headers, timeout=settings.request_seconds
        ) as http:
            yield Session(http, settings.company)


def _asked(fields: tuple[str, ...]) -> list[tuple[str, str]]:
    return [("f", field) for field in fields]


def _value(answer: httpx.Response) -> Any:  # noqa: ANN401 - any JSON
    if not answer.is_success:
        raise _failure(answer)
    try:
        return load(answer.content) if answer.content else None
    except (ValueError, KeyError, ArithmeticError) as error:
        raise Unreachable("Tryton's answer cannot be read", where=_WHERE) from error


def _row(found: object) -> Row:
    if isinstance(found, dict) and "id" in found:
        return found  # pyright: ignore[reportUnknownVariableType] - a row as it came
    raise Unreachable("Tryton's answer is no record", where=_WHERE)


def _failure(answer: httpx.Response) -> CallFailed:
    said = _said(answer)
    kind, text, mend = _STATUSES.get(answer.status_code) or (
        Unreachable,
        f"Tryton does not take it now ({answer.status_code})",
        "",
    )
    if kind is Contradiction and any(words in said.casefold() for words in _NO_RIGHT):
        kind, text, mend = _STATUSES[403]
    return kind(f"{text}{f': {said}' if said else ''}", where=_WHERE, mend=mend)


def _said(answer: httpx.Response) -> str:
    """Tryton's own words of a refusal, on one line; nothing of an answer that is not its own."""
    try:
        found = load(answer.content)
        words = [str(found.get(name) or "") for name in ("message", "description")]
    except (ValueError, KeyError, AttributeError, ArithmeticError):
        return ""
    told = " ".join(" ".join(words).split())
    return "".join(c for c in told if c.isprintable())[:_SAID]

"""DATEV over HTTP: `accounting:documents` 2.1 (OpenAPI of DATEV eG), PUT with a GUID of our own.

What DATEV refuses for good comes out as a typed failure: it surely holds no document then. What
leaves that open (no answer, a server's fault, an answer nobody can read) is Unreachable: the guard
sends again under the same GUID, and 409 then means that the first try arrived.
"""

import asyncio
import json
import unicodedata
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError

from leitstand.clock import Clock
from leitstand.digest import plain
from leitstand.errors import ArgumentsRefused, CallFailed, Contradiction, Missing, Unreachable
from tools.datev.access import Access
from tools.datev.document import UploadDocument, UploadedDocument, guid_of
from tools.datev.settings import Settings

_WHERE = "datev"
_ALLOWED = frozenset(
    " &()+-._0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõöøùúûüýþÿ"
)
"""Signs of file names; DATEV makes `_` of others, so we do it ourselves and know the name."""
_REFUSALS: dict[str, tuple[type[CallFailed], str]] = {
    "#DCO01010": (Missing, "the client has no such document type"),
    "#DCO01015": (ArgumentsRefused, "DATEV does not take files of this type"),
    "#DCO01016": (ArgumentsRefused, "the file is larger than DATEV takes"),
    "#DCO01005": (Missing, "the app lacks the right `accounting:documents`"),
}
"""Error codes of the interface, and what they come to here."""
_STATUSES: dict[int, tuple[type[CallFailed], str]] = {
    400: (ArgumentsRefused, "DATEV refuses the request"),
    401: (Missing, "DATEV does not take the token"),
    403: (Missing, "the login has no access to the client's documents"),
    404: (Missing, "DATEV knows no such client"),
    413: (ArgumentsRefused, "the file is larger than DATEV takes"),
    415: (ArgumentsRefused, "DATEV does not take files of this type"),
    422: (ArgumentsRefused, "DATEV refuses the metadata"),
}
_TAKEN = frozenset({"", "#DCO01012"})
"""What a conflict is called where the GUID is in use: no other is documented."""
_CREATED, _UNAUTHORIZED, _CONFLICT, _TOO_MANY = 201, 401, 409, 429


class Originals(Protocol):
    """Where the bytes come from: `tools.dms.embedded.EmbeddedDms` is one."""

    async def content(self, sha256: str) -> bytes:
        """The bytes of a document; Missing if there is none."""
        ...


class _Answer(BaseModel):
    """What DATEV says of a document; `size` comes as a text in its own examples."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    class _File(BaseModel):
        model_config = ConfigDict(frozen=True, extra="ignore", coerce_numbers_to_str=True)

        name: str
        size: str

    files: tuple[_File, ...]


class _Error(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    error: str = ""
    error_description: str = ""
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class _Request:
    url: str
    files: Mapping[str, tuple[str | None, bytes, str]]


class HttpDocuments:
    """`tools.datev.Documents` of one client at DATEV."""

    def __init__(
        self,
        settings: Settings,
        originals: Originals,
        clock: Clock,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._settings, self._originals = settings, originals
        self._access = Access(settings, clock)
        self._sleep = sleep

    async def upload(self, args: UploadDocument, key: str) -> UploadedDocument:
        """Hand over an original under the GUID of `key`.

        Raises Missing (no such document here, no right, no such client or type), Contradiction
        (the archive's bytes are others), ArgumentsRefused (size, type, metadata), Unreachable.
        """
        content = await self._content(args)
        guid = guid_of(key)
        async with httpx.AsyncClient(timeout=self._settings.request_seconds) as http:
            answer = await self._put(http, args, guid, content)
        if answer.status_code == _CREATED:
            same = _size(answer) == str(len(content))
            return UploadedDocument(guid=guid, sha256=args.sha256, confirmed=same)
        error = _error(answer)
        if answer.status_code == _CONFLICT and error.error in _TAKEN:
            return UploadedDocument(guid=guid, sha256=args.sha256, repeated=True)
        raise _failure(answer.status_code, error)

    async def _content(self, args: UploadDocument) -> bytes:
        content = await self._originals.content(args.sha256)
        if plain(content) != args.sha256:
            raise Contradiction("the archive's bytes are not those of the hash", where=_WHERE)
        if len(content) > self._settings.file_bytes:
            limit = self._settings.file_bytes
            text = f"{len(content)} bytes are more than DATEV takes ({limit})"
            raise ArgumentsRefused(text, where=_WHERE, mend="send it to the tax adviser by hand")
        return content

    async def _put(
        self, http: httpx.AsyncClient, args: UploadDocument, guid: str, content: bytes
    ) -> httpx.Response:
        """The answer; once more with a new token, or after a short wait that DATEV asks for."""
        request = self._request(args, guid, content)
        token = await self._access.token(http)
        answer = await self._once(http, request, token)
        if answer.status_code == _UNAUTHORIZED:
            token = await self._access.token(http, refused=token)
            answer = await self._once(http, request, token)
        if answer.status_code == _TOO_MANY and (wait := self._wait(answer)) is not None:
            await self._sleep(wait)
            answer = await self._once(http, request, token)
        return answer

    def _request(self, args: UploadDocument, guid: str, content: bytes) -> _Request:
        return _Request(
            url=f"{self._settings.base_url}/clients/{self._settings.client}/documents/{guid}",
            files={
                "file": (_name(args.filename), content, args.media_type),
                "metadata": (None, _metadata(args).encode(), "application/json"),
            },
        )

    async def _once(self, http: httpx.AsyncClient, request: _Request, token: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}", "X-DATEV-Client-Id": self._settings.app}
        try:
            return await http.put(request.url, headers=headers, files=request.files)
        except httpx.HTTPError as error:
            text = f"no answer to the upload: {type(error).__name__}"
            raise Unreachable(text, where=_WHERE) from error

    def _wait(self, answer: httpx.Response) -> float | None:
        """The seconds that DATEV asks to wait, if they are few enough to wait here."""
        asked = answer.headers.get("Retry-After", "")
        if not asked.isascii() or not asked.isdigit():
            return None
        return float(asked) if int(asked) <= self._settings.patience else None


def _size(answer: httpx.Response) -> str:
    """The size in bytes that DATEV says it took; raises Unreachable for what nobody can read."""
    try:
        files = _Answer.model_validate_json(answer.content).files
    except ValidationError as error:
        raise Unreachable("DATEV's answer cannot be read", where=_WHERE) from error
    return files[0].size if len(files) == 1 else ""


def _error(answer: httpx.Response) -> _Error:
    try:
        return _Error.model_validate_json(answer.content)
    except ValidationError:
        return _Error()


def _failure(status: int, error: _Error) -> CallFailed:
    kind, text = _REFUSALS.get(error.error) or _STATUSES.get(status) or (Unreachable, "")
    told = " ".join(p for p in (error.error, error.error_description, error.request_id) if p)
    text = text or "DATEV does not take it now"
    return kind(f"{text} ({status}{f' {told}' if told else ''})"[:500], where=_WHERE)


def _metadata(args: UploadDocument) -> str:
    filed = dict(zip(("category", "folder", "register"), args.filed or (), strict=False))
    named = {"document_type": args.document_type, "note": args.note, **filed}
    composed = {key: unicodedata.normalize("NFC", value) for key, value in named.items() if value}
    return json.dumps(composed, ensure_ascii=False)


def _name(filename: str) -> str:
    composed = unicodedata.normalize("NFC", filename)
    return "".join(sign if sign in _ALLOWED else "_" for sign in composed)

"""An issuer: whoever signs tokens for us, known by the keys that it publishes."""

import asyncio
import binascii
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, cast

from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import JWKRegistry, KeySet
from joserfc.jws import JWSRegistry

from leitstand.clock import Clock
from leitstand.errors import LeitstandError

PUBLIC = frozenset(["RSA", "EC", "OKP"])
Ask = Callable[[], Awaitable[Mapping[str, Any]]]
"""Fetches the published keys, a JWK set (RFC 7517 §5)."""


class Issuer:
    """Decodes tokens by keys that are kept for `kept` seconds.

    For the sake of a key that is not among them they are asked for again after `again` seconds.
    """

    def __init__(
        self, ask: Ask, algorithms: Sequence[str], clock: Clock, *, kept: float, again: float
    ) -> None:
        self._ask, self._clock, self._kept, self._again = ask, clock, kept, again
        self._registry = JWSRegistry(algorithms=[*algorithms], strict_check_header=False)
        self._known, self._asked = KeySet([]), float("-inf")
        self._asking = asyncio.Lock()

    async def decoded(self, token: str, refuse: Callable[[str], LeitstandError]) -> jwt.Token:
        """A token that it has signed; its claims are not looked at.

        Raises what `refuse` makes of the reason why it is none, and what asking raises.
        """
        for age in (self._kept, self._again):
            await self._fetch(age)
            try:
                return jwt.decode(token, self._known, registry=self._registry)
            except InvalidKeyIdError:
                continue
            except (JoseError, ValueError, binascii.Error) as error:
                raise refuse(f"token: {error}") from error
        raise refuse("signed with an unknown key")

    async def _fetch(self, age: float) -> None:
        async with self._asking:
            now = self._clock.monotonic()
            if now - self._asked > age:
                self._known = _key_set((await self._ask()).get("keys"))
                self._asked = now


def _key_set(rows: object) -> KeySet:
    """The public keys for signatures among these; what is none, or not understood, is left out."""
    found: list[Any] = []
    for row in cast("Sequence[Any]", rows) if isinstance(rows, list) else ():
        if not isinstance(row, dict):
            continue
        key = cast("dict[str, Any]", row)
        if key.get("kty") in PUBLIC and key.get("use", "sig") == "sig":
            try:
                found.append(JWKRegistry.import_key(key))
            except (JoseError, ValueError):
                continue
    return KeySet(found)

"""Signatures of webhooks: Standard Webhooks 1.0.0, `v1`, HMAC-SHA256 with a shared secret."""

import hmac
import re
from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import NamedTuple

from leitstand.errors import LeitstandError, ProjectRefused
from leitstand.values import Secret

_PREFIX, _LEAST, _MOST = "whsec_", 24, 64
_ID = re.compile(r"[A-Za-z0-9_:=+-]{1,128}")
"""Never a full stop: it parts what is signed."""
_TIME = re.compile(r"[0-9]{1,12}")


class WebhookRefused(LeitstandError):
    """A request to a webhook is refused with a status of HTTP; some say when to come again."""

    code = "LS670"
    mend = "mend what is named, and send it again"

    def __init__(
        self, status: int, text: str, *, where: str = "", mend: str = "", after: int = 0
    ) -> None:
        again = f"send the same again in {after} s" if after else ""
        super().__init__(text, where=where, mend=mend or again)
        self.status, self.after = status, after


class Claim(NamedTuple):
    """What a request says of itself: its id, the time of this attempt, and its signatures."""

    id: str
    time: str
    signatures: str

    def begun(self, key: bytes) -> hmac.HMAC:
        """What the body is added to, piece by piece: `id.time.body` is what is signed."""
        return hmac.new(key, f"{self.id}.{self.time}.".encode(), "sha256")

    def holds(self, whole: hmac.HMAC) -> bool:
        """Whether one of the signatures is right; those of another kind than `v1` say nothing."""
        right = b"v1," + b64encode(whole.digest())
        given = [one.encode() for one in self.signatures.split(" ")]
        return any(hmac.compare_digest(one, right) for one in given)


def claim_of(headers: Mapping[str, str], now: float, tolerance: int) -> Claim:
    """What headers say; raises WebhookRefused: one is none, or older or newer than `tolerance`."""
    claim = Claim(*(headers.get(f"webhook-{n}", "") for n in ("id", "timestamp", "signature")))
    if not claim.signatures:
        raise WebhookRefused(401, "the request is not signed", where="webhook-signature")
    if not _ID.fullmatch(claim.id):
        text = "no id of 1 to 128 letters, digits or _ - : = +"
        raise WebhookRefused(400, text, where="webhook-id")
    if not _TIME.fullmatch(claim.time):
        raise WebhookRefused(400, "no seconds since 1970", where="webhook-timestamp")
    if abs(now - int(claim.time)) > tolerance:
        text = f"more than {tolerance} s from the time that it is here"
        raise WebhookRefused(401, text, where="webhook-timestamp", mend="set the clocks")
    return claim


def key_of(reference: str, where: str) -> bytes:
    """The key that a secret `whsec_…` holds. Raises SecretMissing, ProjectRefused: it is none."""
    secret = Secret(reference).reveal()
    try:
        key = b64decode(secret.removeprefix(_PREFIX), validate=True)
    except ValueError:
        key = b""
    if not secret.startswith(_PREFIX) or not _LEAST <= len(key) <= _MOST:
        text = f"no secret of the form {_PREFIX}…, {_LEAST} to {_MOST} bytes in base64"
        mend = f'`echo "{_PREFIX}$(openssl rand -base64 32)"` makes one'
        raise ProjectRefused(text, where=where, mend=mend)
    return key

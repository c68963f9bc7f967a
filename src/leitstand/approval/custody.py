"""Custody: private keys of people who have no passphrase, locked by a secret of the server's.

The secret lies outside the state folder: the folder alone, or a backup of it, signs as nobody
(docs/decisions/oidc-keys.md says what this proves, and what not). A key is locked with AES-256-GCM
under a key derived by HKDF-SHA256; tenant, person and identity are part of what is locked, so that
an entry of the directory that was bent to another identity opens nothing.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import ValidationError

from leitstand.clock import Clock
from leitstand.digest import canonical, plain
from leitstand.errors import ApprovalRefused
from leitstand.private import replace
from leitstand.records import Identity
from leitstand.values import Frozen

_NONCE = 12


class _Kept(Frozen):
    version: Literal[1] = 1
    nonce: str
    data: str


class Custody:
    """Keys in a folder, one file a person, readable by its owner alone.

    The first secret locks; all of them open, so that a secret can be changed: what an older one
    locked is locked anew when it is opened.
    """

    __slots__ = ("_clock", "_secrets", "folder")

    def __init__(self, folder: Path, secrets: Sequence[str], clock: Clock) -> None:
        self.folder, self._clock = folder, clock
        self._secrets = tuple(_stretch(secret) for secret in secrets)

    def make(self, identity: Identity) -> Ed25519PrivateKey:
        """A new key for a person, in place of one that is there."""
        secret = self._clock.token(32)
        self._store(identity, secret)
        return Ed25519PrivateKey.from_private_bytes(secret)

    def open(self, identity: Identity) -> Ed25519PrivateKey | None:
        """A person's key; None if there is none here.

        Raises ApprovalRefused: no secret of ours opens it, or the file is damaged.
        """
        try:
            kept = _Kept.model_validate_json(self._path(identity).read_bytes())
            nonce, data = bytes.fromhex(kept.nonce), bytes.fromhex(kept.data)
        except FileNotFoundError:
            return None
        except (ValidationError, ValueError) as error:
            msg, mend = f"the key file of `{identity.person}` is damaged", "put it back"
            raise ApprovalRefused(msg, where=str(self.folder), mend=mend) from error
        for at, key in enumerate(self._secrets):
            try:
                secret = AESGCM(key).decrypt(nonce, data, _bound(identity))
            except InvalidTag:
                continue
            if at:
                self._store(identity, secret)
            return Ed25519PrivateKey.from_private_bytes(secret)
        msg = f"no secret of the server opens the key of `{identity.person}`"
        mend = "give the secret that it was locked with, or have an admin make a new key"
        raise ApprovalRefused(msg, where=str(self.folder), mend=mend)

    def forget(self, identity: Identity) -> None:
        """Remove a person's key."""
        self._path(identity).unlink(missing_ok=True)

    def _store(self, identity: Identity, secret: bytes) -> None:
        nonce = self._clock.token(_NONCE)
        data = AESGCM(self._secrets[0]).encrypt(nonce, secret, _bound(identity))
        replace(self._path(identity), canonical(_Kept(nonce=nonce.hex(), data=data.hex())))

    def _path(self, identity: Identity) -> Path:
        return self.folder / f"{plain(canonical([identity.tenant, identity.person]))[:32]}.kept"


def _bound(identity: Identity) -> bytes:
    return canonical([identity.tenant, identity.person, identity.issuer, identity.subject])


def _stretch(secret: str) -> bytes:
    # The secret is random and long (the settings see to that): separation is all that is needed.
    return HKDF(SHA256(), 32, salt=None, info=b"leitstand.approval.custody").derive(secret.encode())

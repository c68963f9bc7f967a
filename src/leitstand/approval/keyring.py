"""The keyring: private keys of people on this machine, locked by their passphrases.

A key is locked with AES-256-GCM under a key that Argon2id makes of the passphrase, with the second
recommended choice of RFC 9106 §4 (3 passes, 4 lanes, 64 MiB). Tenant and person are part of what is
locked, so that a file under another name does not open.
"""

import asyncio
import re
import unicodedata
from pathlib import Path
from threading import Lock
from typing import Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from pydantic import ValidationError

from leitstand.approval.directory import FileDirectory
from leitstand.approval.signing import public_of
from leitstand.clock import Clock
from leitstand.digest import canonical, plain
from leitstand.errors import ApprovalRefused
from leitstand.private import create
from leitstand.records import Person
from leitstand.values import Frozen

_SHORTEST = 8
_PASSES, _LANES = 3, 4
_TURN = Lock()  # Two Argon2id at once in OpenSSL (4.0) wait for each other's lanes, for ever.
_FOLDED = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"}


class _Locked(Frozen):
    version: Literal[2]
    cost: int
    salt: str
    nonce: str
    data: str


class Keyring:
    """Private keys of people in a folder, one file each, readable by its owner alone.

    `cost` is memory in KiB that one guess takes (at least 32, a power of two).
    """

    __slots__ = ("_clock", "_cost", "folder")

    def __init__(self, folder: Path, clock: Clock, cost: int = 2**16) -> None:
        self.folder, self._clock, self._cost = folder, clock, cost

    async def create_person(
        self, people: FileDirectory, tenant: str, name: str, roles: tuple[str, ...], passphrase: str
    ) -> Person:
        """A new person with a key of their own, entered in the directory.

        Raises ApprovalRefused: the name is taken in this tenant, the passphrase is under 8
        characters.
        """
        person, secret = self._new(tenant, name, roles)
        if people.person(tenant, person.id) is not None:
            msg = f"`{person.id}` is in the directory already"
            raise ApprovalRefused(msg, mend="give another name")
        locked = await asyncio.to_thread(self._lock, person, passphrase, secret)
        self._store(person, locked)
        people.add(person)
        return person

    async def renew_person(self, people: FileDirectory, person: Person, passphrase: str) -> Person:
        """A new key under a new passphrase; what the old one signed counts no more.

        Raises ApprovalRefused: the passphrase is under 8 characters, no such person.
        """
        renewed, secret = self._new(person.tenant, person.name, person.roles)
        renewed = person.model_copy(update={"public_key": renewed.public_key})
        locked = await asyncio.to_thread(self._lock, renewed, passphrase, secret)
        self.forget(person)
        self._store(renewed, locked)
        people.change(renewed)
        return renewed

    def forget(self, person: Person) -> None:
        """Remove a person's key from this machine."""
        self._path(person).unlink(missing_ok=True)

    async def unlock(self, person: Person, passphrase: str) -> Ed25519PrivateKey:
        """A person's private key.

        Raises ApprovalRefused: no key here, a wrong passphrase, or not the key in the directory.
        """
        return await asyncio.to_thread(self._unlock, person, passphrase)

    async def waste(self, passphrase: str) -> None:
        """Take as long as for a wrong passphrase: so nobody can tell who is in the directory."""
        salt = self._clock.token(16)
        await asyncio.to_thread(_stretch, passphrase, salt, self._cost)

    def _new(self, tenant: str, name: str, roles: tuple[str, ...]) -> tuple[Person, bytes]:
        secret = self._clock.token(32)
        public = public_of(Ed25519PrivateKey.from_private_bytes(secret))
        person = Person(id=id_of(name), name=name, tenant=tenant, roles=roles, public_key=public)
        return person, secret

    def _lock(self, person: Person, passphrase: str, secret: bytes) -> bytes:
        if len(passphrase) < _SHORTEST:
            msg = f"the passphrase is shorter than {_SHORTEST} characters"
            raise ApprovalRefused(msg, mend="give a longer one")
        salt, nonce = self._clock.token(16), self._clock.token(12)
        key = _stretch(passphrase, salt, self._cost)
        data = AESGCM(key).encrypt(nonce, secret, _name(person))
        return canonical(
            _Locked(
                version=2,
                cost=self._cost,
                salt=salt.hex(),
                nonce=nonce.hex(),
                data=data.hex(),
            )
        )

    def _unlock(self, person: Person, passphrase: str) -> Ed25519PrivateKey:
        try:
            locked = _Locked.model_validate_json(self._path(person).read_bytes())
            key = _stretch(passphrase, bytes.fromhex(locked.salt), locked.cost)
            data = bytes.fromhex(locked.data)
            secret = AESGCM(key).decrypt(bytes.fromhex(locked.nonce), data, _name(person))
        except FileNotFoundError as error:
            msg, mend = f"no key of `{person.id}` on this machine", "sign where the key is"
            raise ApprovalRefused(msg, where=str(self.folder), mend=mend) from error
        except InvalidTag as error:
            msg = f"wrong passphrase for `{person.id}`"
            raise ApprovalRefused(msg, mend="try again; nothing was decided") from error
        except (ValidationError, ValueError) as error:
            msg, mend = f"the key file of `{person.id}` is damaged", "put it back from a backup"
            raise ApprovalRefused(msg, where=str(self.folder), mend=mend) from error
        return _matching(person, Ed25519PrivateKey.from_private_bytes(secret))

    def _store(self, person: Person, locked: bytes) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            create(self._path(person), locked)
        except FileExistsError as error:
            msg, mend = f"there is a key of `{person.id}` on this machine", "give another name"
            raise ApprovalRefused(msg, where=str(self.folder), mend=mend) from error

    def _path(self, person: Person) -> Path:
        return self.folder / f"{plain(_name(person))[:32]}.key"


def id_of(name: str) -> str:
    """The id that a name becomes: `Jürgen Groß` → `juergen.gross`.

    Raises ApprovalRefused: no letter or digit is left of it.
    """
    folded = "".join(_FOLDED.get(c, c) for c in unicodedata.normalize("NFC", name).casefold())
    ascii_only = unicodedata.normalize("NFKD", folded).encode("ascii", "ignore").decode()
    found = ".".join(re.findall(r"[a-z0-9]+", ascii_only))
    if not found:
        raise ApprovalRefused(f"`{name}` gives no id", mend="give a name with letters")
    return found


def _name(person: Person) -> bytes:
    return canonical([person.tenant, person.id])


def _stretch(passphrase: str, salt: bytes, cost: int) -> bytes:
    text = unicodedata.normalize("NFKC", passphrase).encode()
    made = Argon2id(salt=salt, length=32, iterations=_PASSES, lanes=_LANES, memory_cost=cost)
    with _TURN:
        return made.derive(text)


def _matching(person: Person, key: Ed25519PrivateKey) -> Ed25519PrivateKey:
    if public_of(key) != person.public_key:
        msg = f"the key here is not the one the directory has of `{person.id}`"
        raise ApprovalRefused(msg, mend="sign where the person's own key is")
    return key

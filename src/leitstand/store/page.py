"""Pages: how events of one case are chained, sealed under its key, and read again.

The chain covers headers (seq, kind, address, digest), never bodies; the digest is keyed over the
body. So destroying a case's key erases its bodies and leaves a chain that still verifies.
"""

import hashlib
import itertools
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from leitstand.digest import Keyed
from leitstand.errors import Erased, StoreFailed
from leitstand.records import Event

_NONCE = 12
_PREFIX = bytearray(os.urandom(8))
_COUNTER = itertools.count()


@dataclass(slots=True)
class CaseKey:
    """The key of one case: for digests and for its bodies. Destroying it erases the case."""

    raw: bytes
    digest: Callable[[bytes], str] = field(init=False, repr=False, compare=False)
    """Keyed digest of some data, 32 hexadecimal characters."""
    _box: AESGCM = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Made once: they cost more than a use.
        self.digest = Keyed(self.raw).digest
        self._box = AESGCM(self.raw)

    def encrypt(self, data: bytes) -> bytes:
        """AES-256-GCM with its nonce in front."""
        nonce = _nonce()
        return nonce + self._box.encrypt(nonce, data, None)

    def decrypt(self, data: bytes) -> bytes:
        """The plain data. Raises StoreFailed if it was altered or the key is another."""
        try:
            return self._box.decrypt(data[:_NONCE], data[_NONCE:], None)
        except InvalidTag as error:
            msg = "a journal body does not open under its case's key: it was altered"
            raise StoreFailed(msg) from error


class Page(NamedTuple):
    """Events committed together: the first seq, chained headers in clear, bodies encrypted."""

    seq: int
    headers: bytes
    body: bytes


def wrap(master: bytes, key: CaseKey, ulid: str) -> bytes:
    """The case key under the store's master key, bound to the case's ULID."""
    nonce = _nonce()
    return nonce + _master(master).encrypt(nonce, key.raw, ulid.encode())


def unwrap(master: bytes, wrapped: bytes, ulid: str) -> CaseKey:
    """The case key. Raises Erased: the key was destroyed; StoreFailed: another master key."""
    if not wrapped:
        raise Erased("the key of this case was destroyed", where=ulid)
    try:
        return CaseKey(_master(master).decrypt(wrapped[:_NONCE], wrapped[_NONCE:], ulid.encode()))
    except InvalidTag as error:
        msg = "the case key does not open under this store's master key"
        raise StoreFailed(msg, where=ulid) from error


def chain(head: bytes, seq: int, event: Event) -> bytes:
    """The head after `event`, from the head before it (32 bytes)."""
    return _link(head, orjson.dumps([seq, event.kind, event.address, event.digest]))


def seal_page(head: bytes, seq: int, events: Sequence[Event], bodies: bytes) -> tuple[Page, bytes]:
    """A page of `events` from `seq` on, over the head so far; with the new head.

    `bodies` is the encrypted concatenation of the events' bodies, made by `CaseKey.encrypt`.
    """
    rows: list[bytes] = []
    for at, event in enumerate(events, seq):
        row = orjson.dumps([at, event.kind, event.address, event.digest])
        head = _link(head, row)
        rows.append(b"%b,%d]" % (row[:-1], len(event.body)))  # What is chained, and the length.
    return Page(seq, b"[%b]" % b",".join(rows), bodies), head


def headers_of(page: Page, head: bytes) -> Iterator[tuple[Event, bytes]]:
    """The events of a page without bodies, each with the head after it. Needs no key.

    Raises ValueError, TypeError: the headers were altered into something that cannot be read.
    """
    for seq, kind, address, digest, _ in orjson.loads(page.headers):
        head = _link(head, orjson.dumps([seq, kind, address, digest]))
        yield Event(kind, address, b"", digest, seq), head


def open_page(page: Page, key: CaseKey) -> Iterator[Event]:
    """The events of a page with their bodies."""
    plain = key.decrypt(page.body)
    at = 0
    for seq, kind, address, digest, size in orjson.loads(page.headers):
        yield Event(kind, address, plain[at : at + size], digest, seq)
        at += size


@lru_cache(maxsize=4)
def _master(master: bytes) -> AESGCM:
    return AESGCM(master)


def _nonce() -> bytes:
    # Eight random bytes a process and a counter: unique, and no system call that drops the GIL.
    return b"".join((_PREFIX, (next(_COUNTER) & 0xFFFFFFFF).to_bytes(4)))


def _forked() -> None:
    _PREFIX[:] = os.urandom(8)


# A child process counts on from where its parent stood: no nonce is used twice under one key.
os.register_at_fork(after_in_child=_forked)


def _link(head: bytes, header: bytes) -> bytes:
    return hashlib.sha256(head + header).digest()

"""Pages: the chain covers every header, bodies stay closed without the case's key."""

import subprocess
import sys
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leitstand.errors import Erased, StoreFailed
from leitstand.records import Event, Kind
from leitstand.store import CaseKey
from leitstand.store.page import Page, chain, headers_of, open_page, seal_page, unwrap, wrap

KEY = CaseKey(b"k" * 32)
MASTER = b"m" * 32


def event(kind: Kind, address: str, body: bytes) -> Event:
    """An event as it is recorded."""
    return Event(kind, address, body, KEY.digest(body))


KINDS = st.sampled_from(get_args(Kind))
ONE = st.builds(event, KINDS, st.text(max_size=20), st.binary(max_size=50))
EVENTS = st.lists(ONE, min_size=1, max_size=8)


def sealed(made: list[Event], head: bytes = b"", seq: int = 0) -> tuple[Page, bytes]:
    """A page of events, with the head after it."""
    return seal_page(head, seq, made, KEY.encrypt(b"".join(e.body for e in made)))


@given(EVENTS, st.binary(min_size=32, max_size=32), st.integers(0, 10**6))
def test_a_page_gives_back_what_was_sealed(made: list[Event], head: bytes, seq: int) -> None:
    """With the key everything comes back, without it everything but the bodies."""
    page, after = sealed(made, head, seq)
    numbered = [e._replace(seq=seq + n) for n, e in enumerate(made)]
    assert list(open_page(page, KEY)) == numbered
    links = list(headers_of(page, head))
    assert [e for e, _ in links] == [e._replace(body=b"") for e in numbered]
    assert links[-1][1] == after
    for event in numbered:
        head = chain(head, event.seq, event)
    assert head == after


@given(EVENTS, st.data())
def test_every_part_of_a_header_counts(made: list[Event], data: st.DataObject) -> None:
    """Another kind, address, digest, order or number leads to another head."""
    _, head = sealed(made)
    at = data.draw(st.integers(0, len(made) - 1))
    one = made[at]
    others = (
        one._replace(kind="held" if one.kind != "held" else "exit"),
        one._replace(address=one.address + "x"),
        one._replace(digest="0" * 32),
    )
    for other in others:
        assert sealed([*made[:at], other, *made[at + 1 :]])[1] != head
    assert sealed(made, seq=1)[1] != head
    assert sealed(made[:-1], head=b"")[1] != head


def test_a_body_that_was_altered_does_not_open() -> None:
    """One bit anywhere in the sealed bodies is enough; so is another case's key."""
    page, _ = sealed([Event("exit", "", b"body", KEY.digest(b"body"))])
    for at in range(len(page.body)):
        broken = bytearray(page.body)
        broken[at] ^= 1
        with pytest.raises(StoreFailed):
            list(open_page(page._replace(body=bytes(broken)), KEY))
    with pytest.raises(StoreFailed):
        list(open_page(page, CaseKey(b"x" * 32)))


def test_a_case_key_belongs_to_its_case_and_store() -> None:
    """It opens for its ULID under its master key only; destroyed, it is an erasure."""
    wrapped = wrap(MASTER, KEY, "A")
    assert unwrap(MASTER, wrapped, "A") == KEY
    with pytest.raises(StoreFailed):
        unwrap(MASTER, wrapped, "B")
    with pytest.raises(StoreFailed):
        unwrap(b"x" * 32, wrapped, "A")
    with pytest.raises(Erased):
        unwrap(MASTER, b"", "A")


@pytest.mark.slow
def test_no_nonce_is_used_twice() -> None:
    """Not within a process, and not by a child process that began as its copy."""
    assert len({KEY.encrypt(b"")[:12] for _ in range(1000)}) == 1000
    script = """
import os
from leitstand.store import CaseKey
key = CaseKey(b"k" * 32)
key.encrypt(b"")
child = os.fork()
os.write(1, key.encrypt(b"")[:12].hex().encode() + b" ")
if child: os.waitpid(child, 0)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    nonces = done.stdout.split()
    assert (len(nonces), len(set(nonces))) == (2, 2), done.stderr

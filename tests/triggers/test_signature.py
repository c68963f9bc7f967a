"""Signatures: what the specification shows holds, and no header of anybody's breaks anything."""

from base64 import b64encode
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leitstand.triggers.signature import Claim, WebhookRefused, claim_of, key_of
from tests.triggers.poster import KEY, signature

NOW, TOLERANCE = 1_614_265_330.5, 300
HEADER = st.text(st.characters(max_codepoint=255), max_size=60)
"""As a server hands it on: Latin-1."""
IDS = st.from_regex(r"[A-Za-z0-9_:=+-]{1,128}", fullmatch=True)


def test_the_example_of_the_specification_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    """The vector that the reference libraries are tested with."""
    monkeypatch.setenv("REFERENCE", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    claim = claim_of(headers, NOW, TOLERANCE)
    whole = claim.begun(key_of("env:REFERENCE", "here"))
    assert not claim.holds(whole)
    for piece in (b'{"test": ', b"", b"2432232314}"):
        whole.update(piece)
    assert claim.holds(whole)


@given(IDS, st.binary(max_size=200), st.lists(HEADER, max_size=4), st.integers(0, 4))
def test_one_right_signature_among_any_others_holds(
    name: str, body: bytes, others: list[str], at: int
) -> None:
    """And none of the others without it."""
    right = signature(KEY, name, "1614265330", body)
    for listed in (others, [*others[:at], right, *others[at:]]):
        claim = Claim(name, "1614265330", " ".join(listed))
        whole = claim.begun(KEY)
        whole.update(body)
        assert claim.holds(whole) == (right in listed)


@given(HEADER, HEADER, HEADER)
def test_any_headers_are_refused_or_read(name: str, time: str, signatures: str) -> None:
    """Nothing but a refusal is raised; what is read has no full stop that could move."""
    headers = {
        "webhook-id": name,
        "webhook-timestamp": time,
        "webhook-signature": signatures,
    }
    with suppress(WebhookRefused):
        claim = claim_of(headers, NOW, TOLERANCE)
        assert claim == (name, time, signatures)
        assert "." not in claim.id + claim.time


@given(st.integers(-(10**6), 10**6))
def test_times_count_within_the_tolerance_alone(late: int) -> None:
    """To the second, both ways."""
    sent = int(NOW) - late
    headers = {"webhook-id": "m", "webhook-timestamp": str(sent), "webhook-signature": "v1,x"}
    if abs(NOW - sent) <= TOLERANCE:
        assert claim_of(headers, NOW, TOLERANCE).time == str(sent)
    else:
        with pytest.raises(WebhookRefused) as found:
            claim_of(headers, NOW, TOLERANCE)
        assert found.value.status == 401


@given(IDS, st.binary(min_size=1, max_size=60), st.integers(0), st.integers(0, 7))
def test_a_changed_bit_is_noticed(name: str, body: bytes, place: int, bit: int) -> None:
    """Wherever in the body it is."""
    changed = bytearray(body)
    changed[place % len(body)] ^= 1 << bit
    claim = Claim(name, "1614265330", signature(KEY, name, "1614265330", body))
    whole = claim.begun(KEY)
    whole.update(changed)
    assert not claim.holds(whole)


@given(st.binary(min_size=24, max_size=64))
def test_a_secret_is_its_bytes(key: bytes) -> None:
    """Of every length that the specification allows."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ANY", f"whsec_{b64encode(key).decode()}")
        assert key_of("env:ANY", "here") == key

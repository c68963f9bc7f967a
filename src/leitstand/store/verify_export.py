"""Checks an exported case with Python alone: `python -I -S verify_export.py EXPORT.json [KEY ...]`.

Each KEY is the public key (hexadecimal) of a store that you trust; learn it from someone other than
the sender of the file. It says what is proven and what is not; exit 0 if nothing is wrong, 1 if
something is.

What is checked: the sender's signature; the chain of all events; anchors that name the case; bodies
against their digests, if the case's key is enclosed; every decision of a person against the key of
that person and against what was shown; every write that needed decisions; the enclosed rules
against their hash.
"""

import hashlib
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

Export = dict[str, Any]
BOUND = ("case", "tenant", "address", "tool", "proposed", "evidence", "slice", "requester")
PURPOSE = b"leitstand approval 1\n"


def main(arguments: Sequence[str]) -> int:
    """Check the file named first against the keys named after it; 0 if nothing is wrong."""
    if not arguments:
        sys.stderr.write(__doc__ or "")
        return 2
    export = json.loads(Path(arguments[0]).read_text(encoding="utf-8"))
    found = list(check(export, arguments[1:]))
    wrong = [text for good, text in found if not good]
    for good, text in found:
        sys.stdout.write(f"{'ok   ' if good else 'WRONG'} {text}\n")
    return 1 if wrong else 0


def check(export: Export, trusted: Sequence[str] = ()) -> Iterator[tuple[bool, str]]:
    """What was found, each with whether it is good."""
    yield from _sender(export, trusted)
    heads = _heads(export)
    events = export["events"]
    whole = bool(heads) and heads[-1] == export["head"] and len(events) == export["seq"]
    yield whole, f"the chain of {len(events)} events leads to {export['head'][:16]}"
    yield from _anchors(export, heads)
    yield from _bodies(export)
    yield from _decisions(export)
    yield from _writes(export)
    yield from _rules(export)


def _sender(export: Export, trusted: Sequence[str]) -> Iterator[tuple[bool, str]]:
    signed = {name: value for name, value in export.items() if name != "signature"}
    good = verify(export["signer"], _canonical(signed), export["signature"])
    yield good, f"signed as it is by store {export['signer'][:16]}"
    if trusted:
        yield export["signer"] in trusted, "the store is one that you trust"
    else:
        yield True, "no key to trust was given: whoever made the file may have signed it"


def _heads(export: Export) -> list[str]:
    """The head after each event."""
    head, heads = b"", list[str]()
    for n, event in enumerate(export["events"]):
        row = [n, event["kind"], event["address"], event["digest"]]
        head = hashlib.sha256(head + _canonical(row)).digest()
        heads.append(head.hex())
    return heads


def _anchors(export: Export, heads: Sequence[str]) -> Iterator[tuple[bool, str]]:
    ulid, furthest = export["case"]["ulid"], 0
    for anchor in export["anchors"]:
        body = json.loads(anchor["body"])
        raw = anchor["body"].encode()
        good = hashlib.sha256(raw).hexdigest() == anchor["head"]
        good = good and body["key"] == export["signer"]
        good = good and verify(body["key"], raw, anchor["signature"])
        for name, count, head in body.get("cases", ()):
            if name == ulid:
                good = good and heads[count - 1 : count] == [head]
                furthest = max(furthest, count)
        yield good, f"anchor {anchor['n']} of tenant {anchor['tenant']} holds"
    yield True, f"anchored up to event {furthest} of {len(heads)}"


def _bodies(export: Export) -> Iterator[tuple[bool, str]]:
    shown = [e for e in export["events"] if "body" in e]
    if not export["key"]:
        text = (
            f"{len(shown)} bodies are shown; the key is not enclosed, the sender vouches for them"
        )
        yield True, text
        return
    key = bytes.fromhex(export["key"])
    wrong = [e["seq"] for e in shown if _keyed(key, e["body"]) != e["digest"]]
    wrong += [name for name, text in export["blobs"].items() if _keyed(key, text) != name]
    yield not wrong, f"{len(shown)} bodies and {len(export['blobs'])} blobs are those of the chain"
    if wrong:
        yield False, f"other bodies than the chain says: {wrong}"


def _decisions(export: Export) -> Iterator[tuple[bool, str]]:
    shown = {body["id"]: body for _, body in _shown(export, "checkpoint")}
    for _, said in _shown(export, "approval"):
        person, asked = said["person"], shown.get(said["checkpoint"], {})
        signed = {name: value for name, value in said.items() if name != "signature"}
        key = export["persons"].get(person, "")
        good = verify(key, PURPOSE + _canonical(signed), said["signature"])
        yield good, f"{person} signed `{said['answer']}` on {said['checkpoint']}"
        asked = {**asked, "requester": export["case"]["requester"], "case": export["case"]["ulid"]}
        asked |= {"tenant": export["case"]["tenant"]}
        other = [name for name in BOUND if said[name] != asked.get(name)]
        if other:
            yield False, f"{person} was shown something else: {', '.join(other)}"


def _writes(export: Export) -> Iterator[tuple[bool, str]]:
    shown = {body["id"]: body for _, body in _shown(export, "checkpoint")}
    said = {body["nonce"]: body for _, body in _shown(export, "approval")}
    for address, intent in _shown(export, "intent"):
        if not intent.get("checkpoint"):
            continue
        asked = shown[intent["checkpoint"]]
        used = [said[n] for n in intent["approvals"] if n in said]
        agreed = [a for a in used if a["acted"] == intent["acted"] and a["answer"] != "reject"]
        persons = {a["person"] for a in agreed} - {export["case"]["requester"]}
        good = len(persons) >= asked["approvers"] and asked["address"] == address
        yield good, f"`{intent['tool']}` was decided by {', '.join(sorted(persons)) or 'nobody'}"


def _rules(export: Export) -> Iterator[tuple[bool, str]]:
    for sha, bundle in export["policies"].items():
        made = _canonical([sorted(bundle["texts"].items()), bundle["schema"]])
        yield hashlib.sha256(made).hexdigest() == sha, f"the rules {sha[:16]} are enclosed"
    used = {body.get("verdict", {}).get("bundle") for _, body in _shown(export, "intent")}
    for sha in sorted(used - {None, *export["policies"]}):
        yield True, f"the rules {sha[:16]} decided as well; they are not enclosed"


def _shown(export: Export, kind: str) -> Iterator[tuple[str, Export]]:
    """Address and body of the events of a kind, as far as they are shown."""
    for event in export["events"]:
        if event["kind"] == kind and "body" in event:
            body = json.loads(event["body"])
            yield event["address"], {"address": event["address"], **body}


def _canonical(value: object) -> bytes:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def _keyed(key: bytes, text: str) -> str:
    return hashlib.blake2b(text.encode(), key=key, digest_size=16).hexdigest()


# Ed25519 after RFC 8032, section 5.1.7: slow, and enough to verify.
P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)
Point = tuple[int, int, int, int]


def verify(key: str, message: bytes, signature: str) -> bool:
    """Whether `signature` (hex) is that of `key` (hex) over `message`."""
    try:
        public, raw = bytes.fromhex(key), bytes.fromhex(signature)
    except ValueError:
        return False
    if (len(public), len(raw)) != (32, 64):
        return False
    point, commitment = _unpack(public), _unpack(raw[:32])
    scalar = int.from_bytes(raw[32:], "little")
    if point is None or commitment is None or scalar >= L:
        return False
    digest = hashlib.sha512(raw[:32] + public + message).digest()
    challenge = int.from_bytes(digest, "little") % L
    left, right = _times(scalar, BASE), _plus(commitment, _times(challenge, point))
    same_x = (left[0] * right[2] - right[0] * left[2]) % P == 0
    return same_x and (left[1] * right[2] - right[1] * left[2]) % P == 0


def _unpack(raw: bytes) -> Point | None:
    y = int.from_bytes(raw, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    x = _x_of(y, sign)
    return None if x is None else (x, y, 1, x * y % P)


def _x_of(y: int, sign: int) -> int | None:
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    return P - x if x & 1 != sign else x


def _plus(p: Point, q: Point) -> Point:
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(scalar: int, point: Point) -> Point:
    made: Point = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            made = _plus(made, point)
        point = _plus(point, point)
        scalar >>= 1
    return made


_Y = 4 * pow(5, P - 2, P) % P
_X = _x_of(_Y, 0) or 0
BASE: Point = (_X, _Y, 1, _X * _Y % P)

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

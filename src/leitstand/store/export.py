"""Exporting a case: all that proves it in one JSON document that stands alone.

The redacted view, which is the default, shows decisions and leaves out what the case read: bodies
of answers, outcomes, messages and its input, and the key that would let their digests be guessed.
The sender signs all of it. An export is itself on record, in the tenant's chain of anchors (KERNEL
no. 36).
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, select

from leitstand.digest import canonical
from leitstand.errors import Erased, Missing
from leitstand.records import Event
from leitstand.store.anchors import Anchor, anchors_in, note, public_of
from leitstand.store.page import CaseKey, Page, headers_of, open_page, unwrap
from leitstand.store.schema import blobs, cases
from leitstand.store.shelf import check_reader, keys_of, pages_of
from leitstand.store.store import Store

_WORDS = (
    "checkpoint void approval correction verdict intent attempt seal exit resumed assigned closed"
    " held released moved restricted erased"
)
SHOWN = frozenset(_WORDS.split())
"""Events whose bodies the redacted view shows."""
_CASE = ("ulid", "tenant", "role", "version", "requester", "title", "parent", "depth", "status")


class Sender(NamedTuple):
    """Who exports: a person in their roles, with the store's signing key and its anchors' file."""

    person: str
    key: Ed25519PrivateKey
    anchors: Path
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Enclosed:
    """What goes with a case: keys by person, bundles (`texts`, `schema`) by hash, texts by name."""

    persons: Mapping[str, str] = field(default_factory=dict[str, str])
    policies: Mapping[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])
    texts: Mapping[str, str] = field(default_factory=dict[str, str])


async def export(
    store: Store, ulid: str, sender: Sender, enclosed: Enclosed, *, answers: bool = False
) -> dict[str, Any]:
    """The case as JSON for `verify_export.py`. `answers`: the full view, with key and blobs.

    Of an erased case only the chain is left. Raises Missing: no such case; StoreFailed, Restricted.
    """
    made = await store.read(
        lambda conn: _made(conn, store.master, ulid, sender.roles, answers=answers)
    )
    told = {"export": ulid, "by": sender.person, "view": made["view"]}
    noted = await note(store, sender.key, sender.anchors, made["case"]["tenant"], told)
    made |= {
        "form": "leitstand-export-1",
        "exported": {"by": sender.person, "at": noted.content["at"], "anchor": noted.n},
        "persons": dict(enclosed.persons),
        "policies": {sha: dict(bundle) for sha, bundle in enclosed.policies.items()},
        "texts": dict(enclosed.texts),
        "signer": public_of(sender.key),
    }
    return {**made, "signature": sender.key.sign(canonical(made)).hex()}


def verifier() -> str:
    """The source of the stand-alone verifier, to be handed out with an export."""
    return files("leitstand.store").joinpath("verify_export.py").read_text(encoding="utf-8")


def _made(
    conn: Connection, master: bytes, ulid: str, roles: Collection[str], *, answers: bool
) -> dict[str, Any]:
    row = conn.execute(select(cases).where(cases.c.ulid == ulid)).mappings().first()
    if row is None:
        raise Missing(f"no case `{ulid}`")
    no = int(row["case_no"])
    key = _key(keys_of(conn, [no]).get(no, b""), master, ulid)
    events = [*_events(pages_of(conn, [no]).get(no, ()), key)]
    for event in events[-1:] if key else ():
        check_reader(ulid, event, roles)
    named = [a for a in anchors_in(conn) if a.tenant == row["tenant"] and _names(a, ulid)]
    full = key if answers else None
    return {
        "view": "erased" if key is None else "full" if answers else "redacted",
        "case": {name: row[name] for name in _CASE},
        "head": row["head"].hex(),
        "seq": row["seq"],
        "events": [_shown(e, answers=answers) for e in events],
        "key": full.raw.hex() if full else "",
        "blobs": _blobs(conn, no, full) if full else {},
        "anchors": [orjson.loads(one.line) for one in named],
    }


def _key(wrapped: bytes, master: bytes, ulid: str) -> CaseKey | None:
    try:
        return unwrap(master, wrapped, ulid)
    except Erased:
        return None


def _events(found: Sequence[Page], key: CaseKey | None) -> Iterator[Event]:
    for page in found:
        if key is not None:
            yield from open_page(page, key)
            continue
        for event, _ in headers_of(page, b""):
            yield event._replace(body=page.body if event.kind == "erased" else b"")


def _shown(event: Event, *, answers: bool) -> dict[str, Any]:
    row = {"seq": event.seq, "kind": event.kind, "address": event.address, "digest": event.digest}
    show = bool(event.body) and (answers or event.kind in SHOWN)
    return {**row, "body": event.body.decode()} if show else row


def _blobs(conn: Connection, no: int, key: CaseKey) -> dict[str, str]:
    query = select(blobs.c.name, blobs.c.body).where(blobs.c.case_no == no)
    return {name: key.decrypt(body).decode() for name, body in conn.execute(query)}


def _names(one: Anchor, ulid: str) -> bool:
    return ulid in one.body and any(c[0] == ulid for c in one.content.get("cases", ()))

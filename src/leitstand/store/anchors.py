"""Anchors: signed, gapless proof per tenant of how far each case had come.

An anchor lists heads of cases that have ended or wait, names the anchor before it and is signed
with the store's key. It stands in the database and in a file outside of it, so that a dropped tail
or a dropped case is seen (KERNEL no. 18). Who owns machine and key can rewrite both: keep copies of
the file elsewhere.
"""

import asyncio
import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, BinaryIO

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import Connection, bindparam, func, select

from leitstand.digest import canonical, plain
from leitstand.errors import StoreFailed
from leitstand.private import create
from leitstand.store.schema import anchors, cases, state
from leitstand.store.store import Store

CHUNK = 1_000
"""Heads in one anchor."""
SIZE = "anchors_size"
"""State: bytes of the file and number of anchors when they last agreed."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """A signed link of a tenant's chain: number from 1, exact body, SHA-256, signature (hex)."""

    tenant: str
    n: int
    body: str
    head: str
    signature: str

    @property
    def content(self) -> dict[str, Any]:
        """What it says: `n`, `prev`, `at`, `key`, and `cases` [[ULID, events, head]], or a note."""
        return orjson.loads(self.body)

    @property
    def line(self) -> bytes:
        """The anchor as a line of the file."""
        return orjson.dumps(asdict(self)) + b"\n"

    def flaw(self, trusted: Collection[str]) -> str:
        """What is wrong with it by itself; empty if one of the `trusted` keys signed it."""
        body, content = self.body.encode(), self.content
        if (self.tenant, self.n, self.head) != (content["tenant"], content["n"], plain(body)):
            return "its body is another than its head says"
        if content["key"] not in trusted:
            return f"it is signed with a key that is not trusted, {content['key'][:16]}"
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(content["key"]))
        try:
            public.verify(bytes.fromhex(self.signature), body)
        except (InvalidSignature, ValueError):
            return "its signature does not hold"
        return ""


def signing_key(path: Path) -> Ed25519PrivateKey:
    """The store's Ed25519 key, made at the first use; only its owner may read it."""
    if not path.is_file():
        create(path, Ed25519PrivateKey.generate().private_bytes_raw())
    return Ed25519PrivateKey.from_private_bytes(path.read_bytes())


def public_of(key: Ed25519PrivateKey) -> str:
    """The public half, hexadecimal."""
    return key.public_key().public_bytes_raw().hex()


async def anchor(store: Store, key: Ed25519PrivateKey, path: Path) -> int:
    """Anchor every case that ended or waits and has moved since; how many heads were written.

    Call it when the work is idle, and hourly. Raises StoreFailed: the file is ahead of the
    database, or says something else.
    """
    heads, restored = await store.read(_due)
    if not heads and not restored:
        return 0
    async with store.anchoring:
        await agree(store, path)
        if restored:
            await _write(store, path, lambda conn: _restores(conn, key, store.clock.time()))
        for tenant, rows in groupby(heads, key=lambda row: str(row[0])):
            moved = list(rows)
            for at in range(0, len(moved), CHUNK):
                part = moved[at : at + CHUNK]
                await _write(store, path, lambda c, t=tenant, p=part: [_heads(c, store, key, t, p)])
    return len(heads)


async def note(
    store: Store, key: Ed25519PrivateKey, path: Path, tenant: str, content: Mapping[str, object]
) -> Anchor:
    """Record what concerns a tenant and no single case, such as an export. Raises StoreFailed."""
    at = store.clock.time()
    async with store.anchoring:
        await agree(store, path)
        body = {"note": dict(content)}
        return (await _write(store, path, lambda c: [_extend(c, key, tenant, at, body)]))[0]


def anchors_in(conn: Connection) -> list[Anchor]:
    """The anchors in the database, by tenant and number."""
    found = conn.execute(select(anchors).order_by(anchors.c.tenant, anchors.c.n)).mappings()
    rows: list[dict[str, Any]] = [{**row, "body": _text(row["body"])} for row in found]
    return [Anchor(**row) for row in rows]


def anchors_at(path: Path) -> list[Anchor]:
    """The anchors in the file; a last line that was not written to its end is left out.

    Raises StoreFailed: a line is no anchor.
    """
    lines = path.read_bytes().split(b"\n")[:-1] if path.is_file() else []
    try:
        return [Anchor(**orjson.loads(line)) for line in lines]
    except (orjson.JSONDecodeError, TypeError) as error:
        raise StoreFailed(f"a line is no anchor: {error}", where=path.name) from error


def last_of(known: Sequence[Anchor]) -> dict[str, int]:
    """The last number of each tenant."""
    last: dict[str, int] = {}
    for one in known:
        last[one.tenant] = max(one.n, last.get(one.tenant, 0))
    return last


async def in_step(store: Store, path: Path) -> bool:
    """Whether file and database are as they were when they last agreed, told from their sizes."""
    size = await asyncio.to_thread(lambda: path.stat().st_size if path.is_file() else 0)
    now, before = await store.read(lambda conn: (_count(conn), state_of(conn, SIZE)))
    return f"{size} {now}" == (before or "0 0")


async def agree(store: Store, path: Path) -> None:
    """Bring the file up to the database, as after a crash between the two. Raises StoreFailed.

    In the usual case it compares sizes and looks no further.
    """
    if await in_step(store, path):
        return
    filed = {(a.tenant, a.n): a for a in await asyncio.to_thread(anchors_at, path)}
    known = {(a.tenant, a.n): a for a in await store.read(anchors_in)}
    if any(known.get(name) != one for name, one in filed.items()):
        raise StoreFailed(
            "the anchors' file holds what the database does not: it was restored or changed",
            where=path.name,
            mend="run `leitstand journal verify`; after a restore mark the store as restored",
        )
    lacking = [one for name, one in known.items() if name not in filed]
    size = await asyncio.to_thread(_append, path, lacking)
    await store.writer.work(lambda conn: put_state(conn, SIZE, f"{size} {_count(conn)}"))


def state_of(conn: Connection, name: str) -> str:
    """A value of the store's own state, empty if it was never set."""
    return str(conn.execute(select(state.c.value).where(state.c.name == name)).scalar() or "")


def put_state(conn: Connection, name: str, value: str) -> None:
    """Set a value of the store's own state."""
    conn.execute(state.delete().where(state.c.name == name))
    conn.execute(state.insert(), {"name": name, "value": value})


async def _write(
    store: Store, path: Path, make: Callable[[Connection], list[Anchor]]
) -> list[Anchor]:
    """Commit anchors to the database, then append them to the file: never the other way round."""

    def commit(conn: Connection) -> list[Anchor]:
        size = int((state_of(conn, SIZE) or "0").split()[0])
        made = make(conn)
        put_state(conn, SIZE, f"{size + sum(len(a.line) for a in made)} {_count(conn)}")
        return made

    made = await store.writer.work(commit)
    await asyncio.to_thread(_append, path, made)
    return made


def _append(path: Path, made: Sequence[Anchor]) -> int:
    """Append lines durably, after cutting off one that was not written to its end; the new size."""
    try:
        with path.open("a+b") as file:
            file.truncate(_whole(file))
            file.write(b"".join(a.line for a in made))
            file.flush()
            os.fsync(file.fileno())
            return file.tell()
    except OSError as error:
        raise StoreFailed(f"the anchors cannot be written: {error}", where=path.name) from error


def _text(body: object) -> str:
    """The body as text, also where the row was changed into something else."""
    return body.decode(errors="replace") if isinstance(body, bytes) else str(body)


def _whole(file: BinaryIO) -> int:
    """Size of the file up to its last whole line."""
    size = file.seek(0, os.SEEK_END)
    while size:
        file.seek(size - 1)
        if file.read(1) == b"\n":
            break
        size -= 1
    return size


def _due(conn: Connection) -> tuple[list[Any], bool]:
    """Heads that are not anchored, and whether a restore is not."""
    restored = state_of(conn, "restored") != state_of(conn, "restored_anchored")
    return list(conn.execute(_UNANCHORED)), restored


def _count(conn: Connection) -> int:
    return conn.execute(select(func.count()).select_from(anchors)).scalar_one()


def _heads(
    conn: Connection, store: Store, key: Ed25519PrivateKey, tenant: str, rows: Sequence[Any]
) -> Anchor:
    listed = [[ulid, seq, head.hex()] for _, _, ulid, seq, head in rows]
    conn.execute(_ANCHORED, [{"no": no, "to": seq} for _, no, _, seq, _ in rows])
    return _extend(conn, key, tenant, store.clock.time(), {"cases": listed})


def _extend(
    conn: Connection, key: Ed25519PrivateKey, tenant: str, at: float, content: Mapping[str, object]
) -> Anchor:
    last = conn.execute(_LAST, {"of": tenant}).first()
    n, prev = (last.n + 1, last.head) if last else (1, "")
    names = {"tenant": tenant, "n": n, "prev": prev, "at": int(at), "key": public_of(key)}
    body = canonical({**names, **content})
    made = Anchor(tenant, n, body.decode(), plain(body), key.sign(body).hex())
    conn.execute(anchors.insert(), {**asdict(made), "body": body})
    return made


def _restores(conn: Connection, key: Ed25519PrivateKey, at: float) -> list[Anchor]:
    """After a restore: one anchor a tenant that owns up to the cases that went back or are gone."""
    restored = state_of(conn, "restored")
    put_state(conn, "restored_anchored", restored)
    now = {ulid: (seq, head) for ulid, seq, head in conn.execute(_NOW)}
    made: list[Anchor] = []
    for tenant, of_tenant in groupby(anchors_in(conn), key=lambda a: a.tenant):
        behind = list(_behind(of_tenant, now))
        made.append(_extend(conn, key, tenant, at, {"restored": restored, "behind": behind}))
    return made


def _behind(
    known: Iterator[Anchor], now: Mapping[str, tuple[int, bytes]]
) -> Iterator[list[object]]:
    latest = {ulid: count for a in known for ulid, count, _ in a.content.get("cases", ())}
    for ulid, count in latest.items():
        seq, head = now.get(ulid, (0, b""))
        if seq < count:
            yield [ulid, seq, head.hex()]


_UNANCHORED = (
    select(cases.c.tenant, cases.c.case_no, cases.c.ulid, cases.c.seq, cases.c.head)
    .where(cases.c.seq > cases.c.anchored, cases.c.status.not_in(("ready", "running")))
    .order_by(cases.c.tenant, cases.c.case_no)
)
_ANCHORED = (
    cases.update().where(cases.c.case_no == bindparam("no")).values(anchored=bindparam("to"))
)
_LAST = (
    select(anchors.c.n, anchors.c.head)
    .where(anchors.c.tenant == bindparam("of"))
    .order_by(anchors.c.n.desc())
    .limit(1)
)
_NOW = select(cases.c.ulid, cases.c.seq, cases.c.head)

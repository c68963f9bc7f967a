"""A case with a secret in every place that keeps something of a case, and what is left of it."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import orjson
from sqlalchemy import create_engine, insert, select

from leitstand.channels import tables as channels
from leitstand.records import Case
from leitstand.store import Close, new_case
from leitstand.store.arrivals import Arrived, arrive
from leitstand.store.schema import cases, keys
from leitstand.web import tables as web
from tests.store.hands import Office, asked, leave

__all__ = ["SECRET", "fill", "left_in", "wrapped_of"]

SECRET = "Geheimnis Meier"
FILE = b"the invoice of Geheimnis Meier"
HASH = hashlib.sha256(FILE).hexdigest()


async def fill(office: Office, *, status: str = "done", title: str = SECRET) -> str:
    """A case that ended: its secret is in title, requester, input, blob, signal and beside."""
    ulid = office.clock.ulid()
    case = Case(0, ulid, "t", "acc", "v1", f"{SECRET} 1", title)
    body = {"given": {"name": SECRET, "sha256": HASH}}
    arrived = Arrived(ulid, "mail", "m1", "case", place=f"/{SECRET}.eml")
    await arrive(office.store, arrived, [new_case(office.store, case, body)], [])
    journal = await office.work(ulid)
    name = journal.blob(SECRET.encode() * 300)
    said = {"tool": "x", "proposed": "p", "asked": {"name": SECRET}, "blob": name}
    journal.record("answer", "read#1/:0", said)
    journal.record("checkpoint", "b#1/:0", asked(ulid[-16:].lower(), office.clock.time()))
    journal.record("exit", "", leave(status))
    await journal.commit(close=Close(status))
    await office.store.signal(ulid, f"{ulid}s", "message", orjson.dumps({"text": SECRET * 900}))
    _beside(office.folder, ulid, ulid[-16:].lower())
    return ulid


def _beside(folder: Path, ulid: str, card: str) -> None:
    code = f"{card[-8:-4]}-{card[-4:]}"
    (folder / "spool").mkdir(exist_ok=True)
    (folder / "spool" / HASH).write_bytes(FILE)
    export = {"form": "leitstand-export-1", "case": {"ulid": ulid, "title": SECRET}}
    (folder / f"{ulid}.json").write_bytes(orjson.dumps(export, option=orjson.OPT_INDENT_2))
    lines = [orjson.dumps({"id": f"{card}.gross", "text": SECRET}), b'{"id":"other"}']
    (folder / "corrections.jsonl").write_bytes(b"\n".join(lines))
    engine = create_engine(f"sqlite:///{folder / 'web.db'}")
    web.metadata.create_all(engine)
    with engine.begin() as conn:
        draft = {"person": "a", "checkpoint": card, "fields": SECRET, "at": 0}
        conn.execute(
            insert(web.drafts), [draft, {**draft, "checkpoint": f"of {card}", "fields": "x"}]
        )
        notice = {"person": "a", "checkpoint": f"{ulid}.3", "level": 0, "title": SECRET, "at": 0}
        conn.execute(insert(web.notices), notice)
    engine.dispose()
    engine = create_engine(f"sqlite:///{folder / 'channels.db'}")
    channels.metadata.create_all(engine)
    with engine.begin() as conn:
        letter = {"channel": "m", "letter": SECRET, "replaces": "", "state": "sent"}
        letter |= {"attempts": 0, "due": 0, "handle": ""}
        shown = f"m/room/{card}/seen"
        reply = {**letter, "key": f"m/{code[::-1]}/reply", "letter": f"{code} {SECRET}"}
        other = {**letter, "key": f"m/8{code[::-1]}/reply", "letter": "other"}
        conn.execute(insert(channels.outbox), [{**letter, "key": shown}, reply, other])
        heard = {"channel": "m", "id": code, "identity": "i", "place": "p", "person": "a"}
        said = {"outcome": "decided", "reply": f"{code} {SECRET}", "at": 0}
        conn.execute(insert(channels.heard), {**heard, **said})
        row = {"channel": "m", "place": "p", "code": code, "checkpoint": card, "seen": "s"}
        conn.execute(
            insert(channels.cards), {**row, "person": "a", "letter": shown, "open": 0, "at": 0}
        )
    engine.dispose()


async def wrapped_of(office: Office, ulid: str) -> bytes:
    """The key of a case as it lies in the database."""
    query = select(keys.c.wrapped).join(cases, cases.c.case_no == keys.c.case_no)
    query = query.where(cases.c.ulid == ulid)
    return bytes(await office.store.read(lambda conn: conn.execute(query).scalar_one()))


def left_in(folder: Path, *wanted: bytes) -> Iterator[str]:
    """Files of a folder that hold one of these."""
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        content = file.read_bytes()
        yield from (f"{file.name}: {one[:20]!r}" for one in wanted if one in content)

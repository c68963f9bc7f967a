"""Anchors: what cases had come to is proven by a signed, gapless chain, in two places."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import create_engine

from leitstand.errors import StoreFailed
from leitstand.store.anchors import (
    CHUNK,
    Anchor,
    anchor,
    anchors_at,
    anchors_in,
    note,
    public_of,
    signing_key,
)
from leitstand.store.verify import Report, verify
from tests.store.hands import Office


class Keeper:
    """The store's signing key and the anchors' file of an office."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.path = office.folder / "anchors.jsonl"
        self.key = signing_key(office.folder / "anchor.key")

    async def anchor(self) -> int:
        """Anchor what has moved."""
        return await anchor(self.office.store, self.key, self.path)

    async def verify(self) -> Report:
        """Check store and file, trusting this key."""
        return await verify(self.office.store, self.path, {public_of(self.key)})

    async def known(self) -> list[Anchor]:
        """The anchors in the database."""
        return await self.office.store.read(anchors_in)

    def sql(self, statement: str) -> None:
        """Change the database behind the store's back."""
        engine = create_engine(self.office.url)
        with engine.begin() as conn:
            assert conn.exec_driver_sql(statement).rowcount > 0
        engine.dispose()


@pytest.fixture
def keeper(office: Office) -> Keeper:
    """Who anchors this office's cases."""
    return Keeper(office)


def named(report: Report) -> list[tuple[str, str, int]]:
    """Kind, place and number of each fault."""
    return [(f.kind, f.where, f.seq) for f in report.faults]


async def test_what_ended_or_waits_is_anchored_once(keeper: Keeper) -> None:
    """One that still runs is not; a second time there is nothing to do until something moves."""
    done, parked = await keeper.office.done(), await keeper.office.parked()
    await keeper.office.start()
    assert await keeper.anchor() == 2
    assert await keeper.anchor() == 0
    (only,) = await keeper.known()
    assert [c[0] for c in only.content["cases"]] == [done, parked]
    await keeper.office.approve(parked, parked[-10:], "n1")
    journal = await keeper.office.work(parked)
    journal.seal(1, [[], []])
    await journal.commit()
    keeper.office.reopen()
    assert await keeper.anchor() == 0
    assert (await keeper.verify()).sound


async def test_each_tenant_has_its_own_chain(keeper: Keeper) -> None:
    """Numbers without a gap, each naming the head before it, signed with the store's key."""
    for _ in range(3):
        for tenant in ("a", "b"):
            await keeper.office.work(await keeper.office.start(tenant=tenant))
        keeper.sql("update cases set status = 'waiting' where status = 'running'")
        await keeper.anchor()
    known = await keeper.known()
    assert [(a.tenant, a.n) for a in known] == [(t, n) for t in "ab" for n in (1, 2, 3)]
    assert [a.content["prev"] for a in known] == [
        head for t in "ab" for head in ("", *[a.head for a in known if a.tenant == t][:2])
    ]
    assert all(not a.flaw({public_of(keeper.key)}) for a in known)
    assert sorted(anchors_at(keeper.path), key=lambda a: (a.tenant, a.n)) == known


async def test_many_cases_make_several_anchors(
    keeper: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An anchor stays of a size that can be handed out."""
    assert CHUNK <= 1_000
    monkeypatch.setattr("leitstand.store.anchors.CHUNK", 2)
    for _ in range(5):
        await keeper.office.done()
    assert await keeper.anchor() == 5
    assert [len(a.content["cases"]) for a in await keeper.known()] == [2, 2, 1]
    assert (await keeper.verify()).sound


@pytest.mark.parametrize(
    ("statement", "kind", "n"),
    [
        ("delete from anchors where n = 3", "truncated", 3),
        ("delete from anchors where n > 1", "truncated", 2),
        ("delete from anchors where n = 2", "missing", 2),
        ("update anchors set signature = replace(signature, 'a', 'b') where n = 2", "altered", 2),
        ("update anchors set body = '{}' where n = 2", "altered", 2),
        ("update anchors set head = 'x' where n = 1", "altered", 1),
    ],
)
@pytest.mark.kernel(18)
async def test_tampering_with_the_database_is_found(
    keeper: Keeper, statement: str, kind: str, n: int
) -> None:
    """A dropped tail, a gap, a changed anchor: named against the file."""
    for _ in range(3):
        await keeper.office.done()
        await keeper.anchor()
    keeper.sql(statement)
    assert named(await keeper.verify()) == [(kind, "tenant t", n)]


@pytest.mark.parametrize(
    ("kept", "kind", "n"), [([0, 1], "truncated", 3), ([0, 2], "missing", 2), ([], "truncated", 1)]
)
async def test_tampering_with_the_file_is_found(
    keeper: Keeper, kept: list[int], kind: str, n: int
) -> None:
    """Lines taken away are named against the database."""
    for _ in range(3):
        await keeper.office.done()
        await keeper.anchor()
    lines = keeper.path.read_bytes().splitlines(keepends=True)
    keeper.path.write_bytes(b"".join(lines[n] for n in kept))
    assert named(await keeper.verify()) == [(kind, "tenant t", n)]


async def test_a_dropped_tail_in_both_places_is_known_from_the_chain_alone(keeper: Keeper) -> None:
    """Except at its very end: what nobody holds elsewhere is not proven; a copy of the file is."""
    for _ in range(3):
        await keeper.office.done()
        await keeper.anchor()
    copy = keeper.path.read_bytes()
    keeper.sql("delete from anchors where n = 2")
    lines = copy.splitlines(keepends=True)
    keeper.path.write_bytes(lines[0] + lines[2])
    assert named(await keeper.verify()) == [("missing", "tenant t", 2)] * 2
    keeper.path.write_bytes(copy)
    assert named(await keeper.verify()) == [("missing", "tenant t", 2)]


async def test_a_foreign_signature_is_not_trusted(keeper: Keeper) -> None:
    """An anchor made with another key is altered, however well it is made."""
    await keeper.office.done()
    await anchor(keeper.office.store, Ed25519PrivateKey.generate(), keeper.path)
    assert named(await keeper.verify()) == [("altered", "tenant t", 1)]


async def test_a_crash_between_database_and_file_is_made_good(keeper: Keeper) -> None:
    """A line that is lacking, or only half written, is written again by the next anchor."""
    for _ in range(3):
        await keeper.office.done()
        await keeper.anchor()
    whole = keeper.path.read_bytes()
    keeper.path.write_bytes(whole[:-40])
    await keeper.office.done()
    await keeper.anchor()
    assert keeper.path.read_bytes().startswith(whole)
    assert [a.n for a in anchors_at(keeper.path)] == [1, 2, 3, 4]
    assert (await keeper.verify()).sound


async def test_a_file_that_contradicts_the_database_stops_the_anchoring(keeper: Keeper) -> None:
    """Nothing is written over what may be the better proof."""
    await keeper.office.done()
    await keeper.anchor()
    keeper.sql("delete from anchors")
    await keeper.office.done()
    with pytest.raises(StoreFailed, match="restored or changed"):
        await keeper.anchor()
    keeper.path.write_text("no anchor\n", encoding="utf-8")
    with pytest.raises(StoreFailed, match="no anchor"):
        await keeper.anchor()


async def test_a_note_stands_in_the_chain(keeper: Keeper) -> None:
    """Something that concerns a tenant is signed and numbered like everything else."""
    await keeper.office.done()
    await keeper.anchor()
    made = await note(keeper.office.store, keeper.key, keeper.path, "t", {"export": "X"})
    assert (made.n, made.content["note"]) == (2, {"export": "X"})
    assert json.loads(keeper.path.read_text().splitlines()[1])["head"] == made.head
    assert (await keeper.verify()).sound


async def test_each_part_of_an_anchor_counts(keeper: Keeper) -> None:
    """Another tenant, number, head or body is a flaw of the anchor itself."""
    await keeper.office.done()
    await keeper.anchor()
    (one,) = await keeper.known()
    trusted = {public_of(keeper.key)}
    assert not one.flaw(trusted)
    assert one.flaw(set())
    for other in (
        replace(one, tenant="u"),
        replace(one, n=2),
        replace(one, head="0" * 64),
        replace(one, body=one.body.replace('"n":1', '"n":2')),
        replace(one, signature="00" * 64),
        replace(one, signature="zz"),
    ):
        assert other.flaw(trusted)


def test_the_signing_key_is_made_once(tmp_path: Path) -> None:
    """Only its owner may read it."""
    first, second = signing_key(tmp_path / "k"), signing_key(tmp_path / "k")
    assert public_of(first) == public_of(second)
    assert (tmp_path / "k").stat().st_mode & 0o777 == 0o600

"""Keys and directory: private keys open for their owner alone, the directory is as it is now."""

import json
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from leitstand.approval import FileDirectory, Keyring, id_of, verify
from leitstand.errors import ApprovalRefused
from leitstand.records import Person
from tests.approval.people import CHECKPOINT, CLOCK, NOW, house

PHRASE = "korrekt pferd batterie"
SIDE_BY_SIDE = """
import asyncio, sys
from pathlib import Path
from leitstand.approval import Keyring
from leitstand.clock import SystemClock

async def main():
    keyring = Keyring(Path(sys.argv[1]), SystemClock(), cost=2**12)
    await asyncio.gather(*(keyring.waste("wrong-wrong") for _ in range(20)))

asyncio.run(main())
"""
"""A process of its own, for threads that wait for each other end with their process alone."""


def rings(folder: Path) -> tuple[FileDirectory, Keyring]:
    """An empty directory and keyring; Argon2id at its cheapest."""
    return FileDirectory(folder / "people.json"), Keyring(folder / "keys", CLOCK, cost=32)


async def test_a_person_gets_a_key_that_the_passphrase_opens(tmp_path: Path) -> None:
    """What the directory knows of a person is the public half of what the passphrase opens."""
    people, keyring = rings(tmp_path)
    made = await keyring.create_person(people, "t1", "Jürgen Groß", ("clerk",), PHRASE)
    assert (made.id, made.roles) == ("juergen.gross", ("clerk",))
    assert people.person("t1", "juergen.gross") == made
    key = await keyring.unlock(made, PHRASE)
    assert key.public_key().public_bytes_raw().hex() == made.public_key


async def test_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    """Mode 0600 for files, 0700 for folders; neither key nor passphrase stands in them."""
    people, keyring = rings(tmp_path / "home")
    made = await keyring.create_person(people, "t1", "Ada", ("clerk",), PHRASE)
    key = await keyring.unlock(made, PHRASE)
    files = [f for f in (tmp_path / "home").rglob("*") if f.is_file()]
    assert len(files) == 2
    for file in files:
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        content = file.read_text()
        assert key.private_bytes_raw().hex() not in content
        assert PHRASE not in content
    assert stat.S_IMODE((tmp_path / "home" / "keys").stat().st_mode) == 0o700


async def test_a_wrong_passphrase_opens_nothing(tmp_path: Path) -> None:
    """Wrong, or for a person who has no key on this machine."""
    people, keyring = rings(tmp_path)
    made = await keyring.create_person(people, "t1", "Ada", ("clerk",), PHRASE)
    with pytest.raises(ApprovalRefused, match="wrong passphrase"):
        await keyring.unlock(made, PHRASE + " ")
    with pytest.raises(ApprovalRefused, match="no key of `eve`"):
        await keyring.unlock(made.model_copy(update={"id": "eve"}), PHRASE)


async def test_a_key_file_under_another_name_does_not_open(tmp_path: Path) -> None:
    """Copying one's own key over another's gives nobody the other's signature."""
    people, keyring = rings(tmp_path)
    ada = await keyring.create_person(people, "t1", "Ada", ("clerk",), PHRASE)
    bob = await keyring.create_person(people, "t1", "Bob", ("head",), PHRASE)
    first, second = sorted((tmp_path / "keys").iterdir())
    first.rename(tmp_path / "x")
    second.rename(first)
    (tmp_path / "x").rename(second)
    for person in (ada, bob):
        with pytest.raises(ApprovalRefused, match="wrong passphrase"):
            await keyring.unlock(person, PHRASE)


async def test_a_damaged_key_file_is_refused(tmp_path: Path) -> None:
    """A file that is none says so."""
    people, keyring = rings(tmp_path)
    ada = await keyring.create_person(people, "t1", "Ada", ("clerk",), PHRASE)
    file = next((tmp_path / "keys").iterdir())
    content = json.loads(file.read_text())
    for bad in ("", "{}", json.dumps(content | {"salt": "zz"}), json.dumps(content | {"cost": 3})):
        file.write_text(bad)
        with pytest.raises(ApprovalRefused, match="damaged"):
            await keyring.unlock(ada, PHRASE)


async def test_a_key_that_the_directory_does_not_name_is_refused(tmp_path: Path) -> None:
    """After a new key in the directory the old one signs nothing."""
    people, keyring = rings(tmp_path)
    ada = await keyring.create_person(people, "t1", "Ada", ("clerk",), PHRASE)
    with pytest.raises(ApprovalRefused, match="not the one"):
        await keyring.unlock(ada.model_copy(update={"public_key": "00" * 32}), PHRASE)


async def test_names_are_taken_once_and_passphrases_are_long(tmp_path: Path) -> None:
    """Refused before anything is written."""
    people, keyring = rings(tmp_path)
    with pytest.raises(ApprovalRefused, match="8 characters"):
        await keyring.create_person(people, "t1", "Ada", (), "kurz")
    assert not people.everybody("t1")
    assert not keyring.folder.exists()
    await keyring.create_person(people, "t1", "Ada", (), PHRASE)
    with pytest.raises(ApprovalRefused, match="already"):
        await keyring.create_person(people, "t1", "ADA", (), PHRASE)
    await keyring.create_person(people, "t2", "Ada", (), PHRASE)
    assert [p.tenant for t in ("t1", "t2") for p in people.everybody(t)] == ["t1", "t2"]


def test_ids_are_plain() -> None:
    """Names become ids without accents, blanks and case."""
    assert [id_of(n) for n in ("Zoë  Müller-Lüdenscheidt", "Łukasz")] == [
        "zoe.mueller.luedenscheidt",
        "ukasz",
    ]
    with pytest.raises(ApprovalRefused, match="gives no id"):
        id_of("李")


def test_the_directory_is_read_as_it_is_now(tmp_path: Path) -> None:
    """A role that was taken away is gone for the next decision."""
    found = house()
    people = FileDirectory(tmp_path / "people.json")
    for person in found.people.values():
        people.add(person)
    signed = found.says("hans.head", "department_head")
    assert verify(CHECKPOINT, [signed], people, NOW).count == 1
    hans = found.people["t1", "hans.head"]
    people.change(hans.model_copy(update={"roles": ()}))
    assert verify(CHECKPOINT, [signed], people, NOW).count == 0


def test_an_absent_directory_knows_nobody(tmp_path: Path) -> None:
    """No file, no people; a stranger's roles cannot be changed."""
    people = FileDirectory(tmp_path / "people.json")
    assert people.person("t1", "a") is None
    with pytest.raises(ApprovalRefused, match="no person"):
        people.change(Person(id="a", name="A", tenant="t1", roles=(), public_key="00"))


@pytest.mark.parametrize("content", ["", "[]", '{"people": [{"id": "a"}]}'])
def test_a_broken_directory_is_refused(tmp_path: Path, content: str) -> None:
    """A directory that cannot be read lets nobody decide; it is not an empty one."""
    (tmp_path / "people.json").write_text(content)
    with pytest.raises(ApprovalRefused, match="cannot be read"):
        FileDirectory(tmp_path / "people.json").person("t1", "a")


def test_two_entries_with_one_key_are_refused(tmp_path: Path) -> None:
    """One person, one entry: in a file written by hand, too."""
    ada = Person(id="ada", name="Ada", tenant="t1", roles=(), public_key="00" * 32)
    people = FileDirectory(tmp_path / "people.json")
    people.add(ada)
    with pytest.raises(ApprovalRefused, match="one person"):
        people.add(ada.model_copy(update={"id": "eve"}))
    with pytest.raises(ApprovalRefused, match="already"):
        people.add(ada.model_copy(update={"public_key": "11" * 32}))
    both = [p.model_dump(mode="json") for p in (ada, ada.model_copy(update={"id": "eve"}))]
    (tmp_path / "people.json").write_text(json.dumps({"people": both}))
    with pytest.raises(ApprovalRefused, match="one person"):
        people.person("t1", "ada")


def test_passphrases_are_tried_side_by_side(tmp_path: Path) -> None:
    """Twenty people in the same moment: each of them is answered."""
    command = [sys.executable, "-c", SIDE_BY_SIDE, str(tmp_path)]
    assert subprocess.run(command, timeout=60, check=False).returncode == 0

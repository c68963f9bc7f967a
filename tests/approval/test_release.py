"""Releases of rules: who signed which version of which file, and what production refuses."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from leitstand.approval import Releases, Signers
from leitstand.digest import plain
from leitstand.errors import ApprovalRefused, PolicyRefused
from tests.approval.people import House

HEAD = Signers(roles=("head",))
RULE = '@id("a") @owner("{}") @decision("deny") forbid(principal, action, resource);'
DAY = "2026-11-29"


class Office:
    """A folder of two files, and people who release."""

    def __init__(self, folder: Path, **terms: Signers) -> None:
        self.folder, self.house = folder, House()
        for name, role in (("ben", "head"), ("cara", "head"), ("dora", "dpo"), ("eve", "clerk")):
            self.house.join(name, role)
        self.terms = terms or {"*": HEAD}
        (folder / "facts").mkdir()
        self.write("a.cedar", RULE.format("finance"))
        self.write("facts/limits.py", "LIMIT = 1\n")

    def write(self, file: str, text: str) -> None:
        """Somebody edits a file."""
        (self.folder / file).write_text(text, "utf-8")

    @property
    def releases(self) -> Releases:
        """As they stand now."""
        find = partial(self.house.directory.person, "t1")
        return Releases.open(self.folder, self.terms, find)

    def sign(self, name: str) -> list[str]:
        """Somebody releases what is theirs; the names of what they signed."""
        person, key = self.house.people["t1", name], self.house.keys[name]
        return [f"{r.file}@{r.version}" for r in self.releases.sign(person, key, DAY)]

    def starts(self, **ran: int) -> dict[str, int]:
        """What production says to it."""
        return self.releases.check({f"{n}.cedar": v for n, v in ran.items()})


def test_released_rules_start_and_a_second_signing_adds_nothing(tmp_path: Path) -> None:
    """Every file of the folder, facts included; versions grow only where a text has changed."""
    office = Office(tmp_path)
    assert office.sign("ben") == ["a.cedar@1", "facts/limits.py@1"]
    assert office.sign("ben") == office.sign("cara") == []
    office.write("facts/limits.py", "LIMIT = 2\n")
    assert office.sign("cara") == ["facts/limits.py@2"]
    assert office.starts() == {"a.cedar": 1, "facts/limits.py": 2}


def change(office: Office) -> None:
    """Somebody edits a rule."""
    office.write("a.cedar", RULE.format("finance") + "\n")


def back(office: Office) -> None:
    """Somebody puts back what was in force before."""
    office.write("a.cedar", RULE.format("other"))
    office.sign("ben")
    office.write("a.cedar", RULE.format("finance"))


def gone(office: Office) -> None:
    """Somebody deletes a file."""
    (office.folder / "a.cedar").unlink()


def new(office: Office) -> None:
    """Somebody adds a file."""
    office.write("b.cedar", RULE.format("finance"))


def forged(office: Office) -> None:
    """Somebody writes a line without a key."""
    lock = office.folder / "policies.lock"
    change(office)
    sha = plain((office.folder / "a.cedar").read_bytes())
    lock.write_text(lock.read_text() + f"a.cedar@2 {sha} {DAY} ben finance {'0' * 128}\n")


def other_name(office: Office) -> None:
    """Somebody puts another name under a signature."""
    lock = office.folder / "policies.lock"
    lock.write_text(lock.read_text().replace(" ben ", " cara "))


def left(office: Office) -> None:
    """Who signed is in the directory no more."""
    del office.house.people["t1", "ben"]


def demoted(office: Office) -> None:
    """Who signed has lost the role."""
    office.house.join("ben", "clerk", key="ben")


@pytest.mark.parametrize(
    ("happens", "said"),
    [
        (change, "`a.cedar` was changed since version 1"),
        (back, "`a.cedar` is version 1, and version 2 was released"),
        (gone, "`a.cedar` was released as version 1 and is gone"),
        (new, "`b.cedar` is not released"),
        (forged, "`a.cedar` lacks a signature: 1 of head must sign it"),
        (other_name, "`a.cedar` lacks a signature"),
        (left, "`a.cedar` lacks a signature"),
        (demoted, "`a.cedar` lacks a signature"),
    ],
)
def test_what_is_not_as_released_does_not_start(
    tmp_path: Path, happens: Callable[[Office], None], said: str
) -> None:
    """Each with the file, why, and what to do."""
    office = Office(tmp_path)
    office.sign("ben")
    happens(office)
    with pytest.raises(PolicyRefused) as refused:
        office.starts()
    assert said in refused.value.text
    assert "leitstand policy release" in refused.value.advice


def test_a_lock_of_before_does_not_start_where_a_later_one_ran(tmp_path: Path) -> None:
    """Rules and lock put back together are a lower version; so is a file that both forget."""
    office = Office(tmp_path)
    office.sign("ben")
    assert office.starts(a=1)
    for ran in ({"a": 2}, {"b": 1}):
        with pytest.raises(PolicyRefused, match="has run here"):
            office.starts(**ran)


def test_two_people_are_two_persons_and_every_entry_counts(tmp_path: Path) -> None:
    """A pattern and an owner: both must sign; a second account of one person is one person."""
    terms = {"*.cedar": Signers(roles=("head",), people=2), "@finance": Signers(roles=("dpo",))}
    office = Office(tmp_path, **terms, **{"facts/*": HEAD})
    office.house.join("ben2", "head", key="ben")
    assert office.sign("ben") == ["a.cedar@1", "facts/limits.py@1"]
    with pytest.raises(ApprovalRefused, match=r"none of a\.cedar"):
        office.sign("ben2")
    assert office.sign("dora") == office.sign("cara") == ["a.cedar@1"]
    assert office.starts()
    office.write("a.cedar", RULE.format("finance") + "\n")
    with pytest.raises(PolicyRefused, match="was changed since version 1"):
        office.starts()


def test_an_owner_is_not_shaken_off_by_taking_the_owner_out(tmp_path: Path) -> None:
    """Whoever owned a rule of the file signs the version without it, or that is gone (R41)."""
    office = Office(tmp_path, **{"*": HEAD, "@finance": Signers(roles=("dpo",))})
    office.sign("ben")
    office.sign("dora")
    office.write("a.cedar", RULE.format("nobody"))
    office.sign("ben")
    with pytest.raises(PolicyRefused, match="1 of dpo must sign it"):
        office.starts()
    gone(office)
    office.sign("ben")
    with pytest.raises(PolicyRefused, match="1 of dpo must sign it"):
        office.starts()
    office.sign("dora")
    assert office.starts()["a.cedar"] == 3


def test_any_name_can_be_released_and_a_hidden_rule_is_a_rule(tmp_path: Path) -> None:
    """Blanks in names of files and owners; the engine loads `.b.cedar`, so it is released."""
    office = Office(tmp_path, **{"*": HEAD, "@Finance Team": Signers(roles=("dpo",))})
    office.write(".b.cedar", RULE.format("Finance Team"))
    office.write("ä 1.toml", "")
    assert office.sign("ben") == [".b.cedar@1", "a.cedar@1", "facts/limits.py@1", "ä 1.toml@1"]
    assert office.sign("dora") == [".b.cedar@1"]
    assert office.starts().keys() == {".b.cedar", "a.cedar", "facts/limits.py", "ä 1.toml"}


def test_nobody_named_is_nobody_who_may(tmp_path: Path) -> None:
    """A file that no entry names cannot be released, nor signed without the role (R31)."""
    office = Office(tmp_path, **{"*.cedar": HEAD})
    with pytest.raises(ApprovalRefused):
        office.sign("eve")
    office.sign("ben")
    with pytest.raises(PolicyRefused, match="named by no entry"):
        office.starts()


@pytest.mark.parametrize("line", ["nonsense", "a.cedar@1 00 2026-11-29 ben - 00"])
def test_a_lock_that_is_none_is_refused(tmp_path: Path, line: str) -> None:
    """By the number of its line; the same signature twice is none either."""
    office = Office(tmp_path)
    office.sign("ben")
    lock = tmp_path / "policies.lock"
    good = lock.read_text()
    for more in (line, good.splitlines()[1]):
        lock.write_text(f"{good}{more}\n")
        with pytest.raises(PolicyRefused, match="line 4 is no release, or one twice"):
            office.starts()


def test_the_text_that_was_released_is_kept_and_proven(tmp_path: Path) -> None:
    """For the next comparison; a kept text that was changed is none."""
    office = Office(tmp_path)
    office.sign("ben")
    change(office)
    assert office.releases.text("a.cedar") == RULE.format("finance")
    for kept in (tmp_path / ".released").iterdir():
        kept.write_text("other")
    assert office.releases.text("a.cedar") == ""

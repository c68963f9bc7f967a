"""Custody: a key opens for its own person and identity, under a secret of the server's."""

from pathlib import Path

import pytest

from leitstand.approval import Custody
from leitstand.clock import SystemClock
from leitstand.errors import ApprovalRefused
from leitstand.records import Identity

ANNA = Identity(tenant="t", person="anna", issuer="https://login.example", subject="1")


def custody(folder: Path, *secrets: str) -> Custody:
    """A custody with these secrets."""
    return Custody(folder, secrets or ("secret",), SystemClock())


def test_a_key_comes_back(tmp_path: Path) -> None:
    """The same one, for its owner alone to read; after it is forgotten there is none."""
    made = custody(tmp_path).make(ANNA)
    [file] = tmp_path.iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    found = custody(tmp_path).open(ANNA)
    assert found
    assert found.private_bytes_raw() == made.private_bytes_raw()
    assert made.private_bytes_raw().hex() not in file.read_text()
    custody(tmp_path).forget(ANNA)
    assert custody(tmp_path).open(ANNA) is None


@pytest.mark.parametrize("field", ["issuer", "subject"])
def test_a_bent_entry_opens_nothing(tmp_path: Path, field: str) -> None:
    """Whoever writes their own identity to another's entry of the directory has no key by it."""
    custody(tmp_path).make(ANNA)
    with pytest.raises(ApprovalRefused):
        custody(tmp_path).open(ANNA.model_copy(update={field: "2"}))


def test_anothers_file_opens_nothing(tmp_path: Path) -> None:
    """Nor does a key under another's name, nor one that was cut."""
    kept = custody(tmp_path)
    kept.make(ANNA)
    [hers] = tmp_path.iterdir()
    ben = ANNA.model_copy(update={"person": "ben", "subject": "2"})
    kept.make(ben)
    [his] = [f for f in tmp_path.iterdir() if f != hers]
    his.write_bytes(hers.read_bytes())
    with pytest.raises(ApprovalRefused):
        kept.open(ben)
    his.write_bytes(hers.read_bytes()[:40])
    with pytest.raises(ApprovalRefused):
        kept.open(ben)


def test_a_secret_can_be_changed(tmp_path: Path) -> None:
    """What the older one locked opens while it is named, and from then on under the newer."""
    made = custody(tmp_path, "old").make(ANNA)
    with pytest.raises(ApprovalRefused):
        custody(tmp_path, "new").open(ANNA)
    custody(tmp_path, "new", "old").open(ANNA)
    found = custody(tmp_path, "new").open(ANNA)
    assert found
    assert found.private_bytes_raw() == made.private_bytes_raw()

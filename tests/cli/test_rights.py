"""Rights of the state folder, on what the commands really make."""

from pathlib import Path

import pytest

from leitstand.cli.place import open_to_others
from tests.cli.conftest import Demo, Office


@pytest.mark.slow
def test_whatever_a_demo_makes_is_its_users_alone(demo: Demo) -> None:
    """Journal, embedded systems, archive, spool, keys: nothing of it is anybody else's to read."""
    made = {path.name for path in demo.state.rglob("*")}
    assert made >= {"journal.db", "journal.db.lock", "hr.sqlite", "archive.sqlite", "people.json"}
    assert not list(open_to_others(demo.state.parent))


def test_an_open_folder_is_told_with_how_to_mend_it(shop: Office) -> None:
    """At the start of a command, and by `check`; what mends it is taken at its word."""
    assert "open to others" not in shop("check").out + shop("inbox").err
    shop.state.chmod(0o755)
    file = shop.state / "journal.db"
    file.chmod(0o644)
    told = shop("inbox").err
    assert f"chmod -R go= {shop.state}" in told
    checked = shop("check", "--json")
    [problem] = [p for p in checked.data["problems"] if p["code"] == "open-state"]
    assert (checked.code, problem["severity"]) == (0, "warning")
    assert problem["text"].startswith("2 files and folders")
    for path in (shop.state, file):
        path.chmod(path.stat().st_mode & ~0o077)
    assert "chmod" not in shop("check").out + shop("inbox").err
    assert Path(file).read_bytes()

"""`docs/cli.md` says of every command what its `--help` says."""

import subprocess
import sys
from pathlib import Path

from tests.cli.conftest import Command


def test_the_page_of_commands_is_current(root: Path) -> None:
    """`make docs` writes it anew."""
    script = [sys.executable, str(root / "docs" / "make_cli.py")]
    done = subprocess.run(script, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (root / "docs" / "cli.md").read_text("utf-8") == done.stdout, "run `make docs`"


def test_every_option_explains_itself(root: Path) -> None:
    """No command, argument or option without a word on it."""
    page = (root / "docs" / "cli.md").read_text("utf-8")
    assert "| None |" not in page
    sections = page.split("\n## ")[1:]
    assert len(sections) > 20
    assert all(section.splitlines()[2].endswith((".", ")")) for section in sections)


def test_the_version_is_printed(command: Command) -> None:
    """`--version`, and usage errors on stderr with exit 2."""
    import leitstand

    assert command("--version").out.strip() == leitstand.__version__
    wrong = command("fly")
    assert wrong.code == 2
    assert "fly" in wrong.err

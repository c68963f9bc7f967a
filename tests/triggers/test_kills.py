"""kill -9 at every point of taking in: nothing is lost, nothing comes twice."""

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from leitstand.project import Project
from tests.triggers.house import PUT_AWAY, rows, seen
from tests.triggers.server import MailServer, letter

ROOT = Path(__file__).resolve().parents[2]
MAILS = ("Rechnung 1", "Rechnung 2")
POINTS = 24
"""Two bills: read, marked, asked whether it is to be sealed, routed, committed, moved; one report
that is deleted instead: some more than this, the last of them after everything is done."""


def _run(shop: Project, state: Path, mailbox: MailServer, point: int) -> int | None:
    """Points that were passed; None where the process was killed."""
    command = [sys.executable, "-m", "tests.triggers.listener", str(shop.root), str(state)]
    path = os.pathsep.join((str(ROOT / "src"), str(ROOT)))
    done = subprocess.run(
        [*command, str(mailbox.port), str(point)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": path, "PYTHONWARNINGS": "ignore"},
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert done.returncode in (0, -9), done.stderr.decode()
    return int(done.stdout) if done.returncode == 0 else None


def _mails(mailbox: MailServer) -> None:
    mailbox.clear()
    mailbox.put(*(letter(name, "anbei") for name in MAILS))
    mailbox.put(letter("Geheim", "Bitte vertraulich: Karl Kanari nimmt Geld."))


def _hold(state: Path, mailbox: MailServer) -> None:
    """Each mail one case, one record, one place."""
    assert seen(state) == ["Meldung", *MAILS]
    assert sorted(row["outcome"] for row in rows(state)) == ["cases", "cases", "sealed"]
    assert len(list((state / PUT_AWAY).iterdir())) == 1
    assert mailbox.lying() == []
    assert sorted(set(mailbox.lying("Leitstand-erledigt"))) == list(MAILS)
    assert not {row["status"] for row in rows(state, "cases")} & {"ready", "running", "held"}


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_a_process_that_dies_twice_takes_each_mail_in_once(
    shop: Project, tmp_path: Path, mailbox: MailServer, seed: int
) -> None:
    """Killed at two points drawn by a seed, then left alone."""
    _mails(mailbox)
    draw = random.Random(seed)  # noqa: S311 - points to die at
    for _ in range(2):
        _run(shop, tmp_path, mailbox, draw.randint(1, POINTS))
    assert _run(shop, tmp_path, mailbox, 0) is not None
    _hold(tmp_path, mailbox)


@pytest.mark.slow
def test_no_point_is_a_bad_one_to_die_at(
    shop: Project, tmp_path: Path, mailbox: MailServer
) -> None:
    """Killed at each point in turn; the run after it brings everything to its end."""
    _mails(mailbox)
    whole = _run(shop, tmp_path / "whole", mailbox, 0)
    assert whole is not None
    assert whole >= POINTS
    for point in range(2, whole + 1, 2):  # After each effect: before the next is the same moment.
        _mails(mailbox)
        state = tmp_path / str(point)
        assert _run(shop, state, mailbox, point) is None
        assert _run(shop, state, mailbox, 0) is not None
        _hold(state, mailbox)

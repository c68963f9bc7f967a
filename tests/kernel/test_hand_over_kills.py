"""Real processes killed with -9 while cases hand over: one child, one answer, nothing lost."""

import asyncio
import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from leitstand.store import Tape
from leitstand.store.verify import verify
from tests.kernel.clerk import Office
from tests.kernel.errand import errands, errands_on, parent
from tests.kernel.proof import replay
from tests.kernel.siege import CASES, Siege, besieged

KILLS = 60
ROOT = Path(__file__).parents[2]


@pytest.mark.slow
@pytest.mark.kernel(28)
@pytest.mark.parametrize("seed", range(3))
def test_a_hand_over_outlives_its_worker(tmp_path: Path, seed: int) -> None:
    """60 kills at random moments, in each of 3 sieges, over as many cases as get done meanwhile."""
    with besieged(tmp_path, seed, errands, errands_on) as siege:
        asyncio.run(siege.begin(CASES))
        while siege.told["kill"] < KILLS:
            siege.strike("kill")
        siege.finish()
        asyncio.run(_proven(siege))


@pytest.mark.slow
@pytest.mark.kernel(28)
@pytest.mark.parametrize("moment", ["born", "entered", "answered"])
def test_a_rise_outlives_a_kill_between_hr_and_payroll(tmp_path: Path, moment: str) -> None:
    """The project's own roles: the child is there, the entry is, the answer is, and then kill -9.

    The next process comes to one child, one entry in the run, one answer; both cases end (R13).
    """
    assert _payday(tmp_path, moment) is None
    told = _payday(tmp_path, "-")
    assert told is not None
    assert (told["cases"], told["answers"]) == (2, 1)
    assert told["child"]["result"] == {"entry_no": "P-000001", "run": "2027-01"}
    assert told["parent"]["kind"] == "done"
    assert told["parent"]["result"]["payroll"] == {"kind": "done", **told["child"]["result"]}
    assert [row[1:] for row in told["runs"]] == [["E05", "2027-01", 435_000, 25_000, 0]]


def _payday(folder: Path, moment: str) -> dict[str, Any] | None:
    """What a process says at its end; None where it was killed before that."""
    command = [sys.executable, "-m", "tests.kernel.payday", str(folder), moment]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    assert (done.returncode == 0) == (moment == "-"), done.stdout
    return json.loads(done.stdout) if done.returncode == 0 else None


async def _proven(siege: Siege) -> None:
    office, effects = errands(siege.folder), siege.effects()
    born = await _rows(office, "select ulid, parent from cases where parent <> ''")
    children = {mother: ulid for ulid, mother in born}
    assert sorted(mother for _, mother in born) == sorted(siege.started), "one child each"
    told = await _rows(
        office,
        "select c.ulid, s.id from signals s join cases c on c.case_no = s.case_no"
        " where s.kind = 'child'",
    )
    answers = sorted((mother, f"child:{ulid}") for ulid, mother in born)
    assert sorted((u, i) for u, i in told) == answers, "one answer each"
    keys: set[str] = set()
    for ulid in siege.started:
        mother = await _ended(office, ulid)
        child = await _ended(office, children[ulid])
        heard = [s for _, s in mother.signals if s["name"] == f"child:{children[ulid]}"]
        assert [s["body"]["exit"] for s in heard] == [child.exit], "it is what the child said"
        assert mother.exit is not None
        assert child.exit is not None
        assert mother.exit["result"]["told"] == child.exit["result"]["no"]
        keys |= {mother.exit["result"]["no"], child.exit["result"]["no"]}
        claimed = await office.store.journal(ulid)
        leave, _, _ = await replay(claimed, parent(), office.store, office.rules)
        assert leave is not None
        assert leave.model_dump(mode="json") == mother.exit
    assert effects == dict.fromkeys(keys, 1), "each wrote once, and nobody else anything"
    assert (await verify(office.store)).sound
    office.store.close()


async def _ended(office: Office, ulid: str) -> Tape:
    tape = Tape((await office.store.journal(ulid)).events)
    assert tape.exit is not None
    assert tape.exit["kind"] == "done"
    assert tape.unsettled() == []
    return tape


async def _rows(office: Office, query: str) -> list[tuple[str, str]]:
    return [(a, b) for a, b in await office.store.read(lambda c: c.execute(text(query)).all())]

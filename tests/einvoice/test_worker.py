"""The worker pool: whatever a child process does, the caller gets an answer or NoAnswer."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.einvoice.worker import Job, NoAnswer, Pool

TRICKY = Path(__file__).parent / "jobs" / "tricky.py"
SECONDS = 20.0


@pytest.fixture
def pool() -> Iterator[Pool]:
    """A pool of one tricky child."""
    pool = Pool(Job(TRICKY))
    yield pool
    pool.close()


async def test_echo_carries_bytes_unchanged(pool: Pool) -> None:
    """Bodies of any bytes and size come back as they were sent."""
    for body in (b"", b"\x00\xff", bytes(range(256)) * 10_000):
        assert (await pool.ask({}, body, SECONDS))[1] == body


async def test_child_has_no_environment_of_ours(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Secrets in our environment do not reach the child."""
    monkeypatch.setenv("ERP_PASSWORD", "secret")
    answer, _ = await pool.ask({}, b"", SECONDS)
    assert set(answer["environ"]) <= {"LANG", "LC_CTYPE"}


async def test_noise_on_stdout_does_not_reach_the_answers(pool: Pool) -> None:
    """What a library prints is no part of the protocol."""
    answer, body = await pool.ask({"do": "print"}, b"still here", SECONDS)
    assert body == b"still here"
    assert answer["pid"] in pool.processes


async def test_error_in_a_job_is_no_answer_with_its_reason(pool: Pool) -> None:
    """An exception of the job is told, and the next question is answered."""
    with pytest.raises(NoAnswer, match="ValueError: broken beyond repair"):
        await pool.ask({"do": "raise", "text": "broken beyond repair"}, b"", SECONDS)
    assert (await pool.ask({}, b"next", SECONDS))[1] == b"next"


async def test_death_over_a_question_is_no_answer(pool: Pool) -> None:
    """A question that kills two children in a row is given up; the next one is answered."""
    with pytest.raises(NoAnswer, match="died"):
        await pool.ask({"do": "die"}, b"", SECONDS)
    assert (await pool.ask({}, b"next", SECONDS))[1] == b"next"


async def test_death_once_is_made_good(pool: Pool, tmp_path: Path) -> None:
    """A question whose child dies is put to a fresh one."""
    header = {"do": "die once", "mark": str(tmp_path / "mark")}
    assert (await pool.ask(header, b"again", SECONDS))[1] == b"again"


async def test_child_killed_while_idle_is_replaced(pool: Pool) -> None:
    """A child killed from outside costs no answer."""
    first, _ = await pool.ask({}, b"", SECONDS)
    os.kill(first["pid"], signal.SIGKILL)
    second, _ = await pool.ask({}, b"", SECONDS)
    assert second["pid"] != first["pid"]


async def test_hanging_child_is_killed(pool: Pool) -> None:
    """A question that takes too long is given up, its child ended, the next one answered."""
    first, _ = await pool.ask({}, b"", SECONDS)
    with pytest.raises(NoAnswer, match="within"):
        await pool.ask({"do": "sleep"}, b"", 0.3)
    with pytest.raises(ProcessLookupError):
        os.kill(first["pid"], 0)
    assert (await pool.ask({}, b"next", SECONDS))[1] == b"next"


async def test_child_that_holds_too_much_is_replaced() -> None:
    """A child beyond its cap answers and is then replaced."""
    pool = Pool(Job(TRICKY, resident=100_000_000))
    try:
        first, _ = await pool.ask({"do": "hold", "bytes": 150_000_000}, b"", SECONDS)
        second, _ = await pool.ask({}, b"", SECONDS)
        assert first["pid"] != second["pid"]
    finally:
        pool.close()


async def test_hard_cap_on_memory_is_no_answer() -> None:
    """A job that asks for more memory than it may have fails alone."""
    pool = Pool(Job(TRICKY, {"memory": 300_000_000}))
    try:
        with pytest.raises(NoAnswer, match="MemoryError"):
            await pool.ask({"do": "hold", "bytes": 2_000_000_000}, b"", SECONDS)
        assert (await pool.ask({}, b"next", SECONDS))[1] == b"next"
    finally:
        pool.close()


async def test_all_children_are_asked() -> None:
    """`ask_all` reaches every child of a pool, starting them."""
    pool = Pool(Job(TRICKY), 3)
    try:
        await pool.ask_all({}, SECONDS)
        assert len(pool.processes) == 3
    finally:
        pool.close()


async def test_closing_ends_children_and_waiting_questions() -> None:
    """After `close` no child is left, and who waits gets NoAnswer, not a hang."""
    pool = Pool(Job(TRICKY))
    await pool.ask({}, b"", SECONDS)
    children = pool.processes
    waiting = [asyncio.create_task(pool.ask({"do": "sleep"}, b"", 600)) for _ in range(3)]
    await asyncio.sleep(0)
    await asyncio.to_thread(pool.close)
    results = await asyncio.gather(*waiting, return_exceptions=True)
    assert all(isinstance(result, NoAnswer) for result in results)
    for pid in children:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    with pytest.raises(NoAnswer):
        await pool.ask({}, b"", SECONDS)


def test_child_ends_with_its_parent(root: Path) -> None:
    """A parent that is killed outright leaves no child behind."""
    script = f"""
import asyncio, os, sys
sys.path[:0] = [{str(root)!r}, {str(root / "src")!r}]
from pathlib import Path
from tools.einvoice.worker import Job, Pool
pool = Pool(Job(Path({str(TRICKY)!r})))
print(asyncio.run(pool.ask({{}}, b"", 20))[0]["pid"], flush=True)
os.kill(os.getpid(), 9)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    child = Path(f"/proc/{int(done.stdout)}")
    for _ in range(1000):
        if not child.exists() or "State:\tZ" in (child / "status").read_text():
            return
        os.sched_yield()
    pytest.fail("the child outlived its parent")
